"""Lists of nodes in files: plain text, or a table, by their first line."""

from __future__ import annotations

import pytest

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
