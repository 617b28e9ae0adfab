"""Lists of nodes in files: plain text, or a table, by their first line."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import rvhctl

from rvhctl.placement.buckets import Buckets
from rvhctl.placement.flags import _is_plain, members_of


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a",
        b"a\nb,c\n",
        b"a;b\n1;2\n",
        b"a|b\n",
        b"\n\na\n",
        b"# one\nid\n"[6:-3],
        b"zone-1\r\nid;latency\n",
    ],
)
def test_a_list_has_a_node_a_line(text: bytes) -> None:
    assert _is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        b"a,b\n",
        b"a\tb",
        b"[1]",
        b'{"id":1}\na',
        b"id\na\n",
        b"id;weight\na;1\n",
        b"weight|id\n1|a\n",
        b"\n\nid;weight\r\na;1\r\n",
    ],
)
def test_a_table_or_json_is_no_list(text: bytes) -> None:
    assert not _is_plain(text)


def test_an_id_given_alone_is_taken_as_it_is() -> None:
    nodes = Buckets.named(["a,b", " ", "c ", "a"])
    down = members_of({"down": ["a,b", " ", "c ", " a "]})["down"]
    assert down(nodes, lenient=False) == ["a,b", " ", "c ", "a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id\na\nb\n", ["the first line, 'id', is a header and no node"]),
        ("ID\r\na\r\nb\r\n", ["id is the column 'ID'", "the first line, 'ID', is a header and no node"]),
        ("host,rtt\na,1\nb,2\n", ["id is the column 'host', latency is the column 'rtt'"]),
        ("# id\na\nb\n", []),
        ("a\nid\n", []),
        ('[{"id":"a"},{"id":"b"}]', []),
    ],
)
def test_what_is_understood_of_a_list_is_said(text: str, said: list[str], tmp_path: Path) -> None:
    """At the level info, as of the nodes of failover; of each list."""
    file = tmp_path / "list"
    file.write_bytes(text.encode())
    quiet = ("-k", "key", "--stats", "-o", "json")
    for flags in (
        ("--nodes", str(file)),
        ("--nodes", f"@{file}"),
        ("--nodes", "a,b,id", "--live", str(file)),
    ):
        outcome = rvhctl("jump-hash", *flags, *quiet, "--level", "info")
        assert outcome.code == 0
        assert outcome.err == "".join(f"rvhctl: {file}: {note}\n" for note in said)
        assert rvhctl("jump-hash", *flags, *quiet) == outcome._replace(err="")
