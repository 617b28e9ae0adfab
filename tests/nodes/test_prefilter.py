"""What is prefiltered, a large file or a pipe, gives the same answer as where every node is read and kept."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cli import Outcome, rvhctl
from support.processes import children
from support.program import PATIENCE, Program

from rvhctl.formats.choice import InputFormat
from rvhctl.nodes import prefilter, read
from rvhctl.nodes.nodes import Nodes
from rvhctl.streams import source
from rvhctl.streams.source import Source

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no pread")

COMMAND = ("failover", "--threshold", "100")

Filtered = list[Nodes | None]


@pytest.fixture(params=[1, 2, 3], ids="{} processes".format)
def filtered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Filtered]:
    """Every file is large, and so are blocks of a few lines; what came of each file."""
    attempts: Filtered = []
    whole = prefilter.file_within

    def watched(
        source: Source, input_format: InputFormat, limit: float, columns: Mapping[str, str]
    ) -> Nodes | None:
        attempts.append(whole(source, input_format, limit, columns))
        return attempts[-1]

    monkeypatch.setattr(read, "COMPILED", True)
    monkeypatch.setattr(prefilter, "file_within", watched)
    # From a pipe, every node is kept.
    monkeypatch.setattr(prefilter, "text_within", lambda *_: None)
    monkeypatch.setattr(prefilter, "LARGE_FILE", 1)
    monkeypatch.setattr(prefilter, "BLOCK", 300)
    monkeypatch.setattr(prefilter, "usable_processors", lambda: request.param)
    before = children(os.getpid())
    yield attempts
    assert children(os.getpid()) == before


def from_a_pipe(text: bytes, path: Path, *flags: str) -> Outcome:
    """The same, with the file's name in the messages."""
    code, out, err = rvhctl(*COMMAND, *flags, stdin=text)
    return Outcome(code, out, err.replace("stdin", str(path)))


def node(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"node-{number}", "lat": 1.5, "latency": number * 371 % 1000 / 2, **more}


def table(*nodes: dict[str, Any], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO()
    rows = csv.DictWriter(out, list(nodes[0]), delimiter=delimiter, quoting=quoting)
    rows.writeheader()
    rows.writerows(nodes)
    return out.getvalue().encode()


def lines(*nodes: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(node, ensure_ascii=False).encode() + b"\n" for node in nodes)


FLEET = [node(number) for number in range(500)]
FIT = sum(node["latency"] <= 100 for node in FLEET)


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("-o", "plain"),
        ("-o", "json"),
        ("-o", "csv"),
        ("-o", "table"),
        ("--top", "7"),
        ("--async",),
        ("-l", "info"),
        ("-i", "ndjson"),
    ],
    ids=" ".join,
)
def test_every_format(flags: tuple[str, ...], tmp_path: Path, filtered: Filtered) -> None:
    path = tmp_path / "nodes"
    text = lines(*FLEET, node(500, latency=None))
    path.write_bytes(text)
    assert rvhctl(*COMMAND, *flags, str(path)) == from_a_pipe(text, path, *flags)
    (kept,) = filtered
    assert kept is not None
    assert (len(kept.fleet), kept.total, kept.unmeasured) == (FIT, 501, 1)


@pytest.mark.parametrize(
    "text",
    [
        lines(*FLEET).rstrip(),
        lines(*FLEET).replace(b"\n", b"\r\n"),
        lines(*FLEET).replace(b"\n", b"\n\n \n") + b"\n\n",
        b"\xef\xbb\xbf" + lines(*FLEET),
        lines(*(node(number, id=number) for number in range(500))),
        lines(*(node(number, id=f"\u00e9{number}") for number in range(500))),
        lines(*FLEET, node(501, more="x" * 5000, latency=3), node(502, latency=2), node(503, latency=1)),
        lines(*(node(number, latency=150 if number else 100) for number in range(500))),
        lines(*({"id": number, "latency": number * 7 % 1000} for number in range(800, 1200))),
    ],
    ids=[
        "no last line end",
        "CRLF",
        "blank lines",
        "BOM",
        "integers",
        "UTF-8",
        "a long line",
        "one survivor",
        "short",
    ],
)
def test_every_kind_of_text(text: bytes, tmp_path: Path, filtered: Filtered) -> None:
    path = tmp_path / "nodes"
    path.write_bytes(text)
    answer = rvhctl(*COMMAND, str(path))
    assert answer == from_a_pipe(text, path)
    assert answer.code == 0
    (kept,) = filtered
    assert kept is not None
    integers = {row for row, record in enumerate(kept.records) if type(json.loads(record)["id"]) is int}
    assert set(kept.integer_ids) == integers


@pytest.mark.parametrize(
    "text",
    [
        table(*FLEET),
        table(*FLEET).replace(b"\r\n", b"\n"),
        table(*FLEET).rstrip(),
        table(*FLEET, delimiter="\t"),
        b"\xef\xbb\xbf" + table(*FLEET, quoting=csv.QUOTE_ALL),
        table(*(node(number, note='two\nlines, "quoted"' if number == 1 else "") for number in range(500))),
        table(*(node(number, id=f"\u00e9{number}", weight="") for number in range(500))),
        table(node(0, latency=None), *FLEET[1:]).replace(b"\r\n", b"\n\r\n"),
    ],
    ids=["CRLF", "LF", "no last line end", "tabs", "quotes", "a row of two lines", "a weight", "blank lines"],
)
@pytest.mark.parametrize("flags", [(), ("-o", "ndjson"), ("-o", "plain")], ids=" ".join)
def test_every_kind_of_table(text: bytes, flags: tuple[str, ...], tmp_path: Path, filtered: Filtered) -> None:
    path = tmp_path / "nodes"
    path.write_bytes(text)
    answer = rvhctl(*COMMAND, *flags, str(path))
    assert answer == from_a_pipe(text, path, *flags)
    assert answer.code == 0
    # A block of lines may end within a row.
    assert filtered[0] is not None or b'"two' in text


def test_a_point_that_may_be_none_is_left_to_the_other_reader(tmp_path: Path, filtered: Filtered) -> None:
    path = tmp_path / "nodes"
    for comma, last, is_filtered in (
        (b",", b"m;1.23\n", True),
        (b",", b"m;1.234\n", False),
        (b".", b"m;1.234\n", True),
    ):
        rows = [b"n%d;999%b5" % (number, comma) for number in range(500)]
        path.write_bytes(b"\n".join([b"id;latency", *rows, last]))
        answer = rvhctl(*COMMAND, str(path))
        assert (filtered[-1] is not None) == is_filtered
        assert ("may be 1,234 or 1234" in answer.err) != is_filtered


def test_a_cell_that_looks_like_rows_is_none(tmp_path: Path, filtered: Filtered) -> None:
    """Blocks are cut at line ends, which may stand in a cell; then the block before does not end, either."""
    inner = "".join(f"x{number},1.5,{number}\n" for number in range(200))
    text = table(*(node(number, note=inner if number == 100 else "") for number in range(500)))
    (tmp_path / "nodes").write_bytes(text)
    answer = rvhctl(*COMMAND, "-o", "plain", str(tmp_path / "nodes"))
    assert answer == rvhctl(*COMMAND, "-o", "plain", stdin=text)
    assert len(answer.out.splitlines()) == FIT
    assert filtered == [None]


@pytest.mark.parametrize("text", [lines(*FLEET), table(*FLEET)], ids=["NDJSON", "CSV"])
def test_a_pipe_is_prefiltered_too(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "COMPILED", True)
    kept = rvhctl(*COMMAND, stdin=text)
    monkeypatch.setattr(prefilter, "LARGE_FILE", 1)
    monkeypatch.setattr(prefilter, "BLOCK", 300)
    found = prefilter.text_within(text, "auto", 100, {})
    assert found is not None
    assert (len(found.fleet), found.total) == (FIT, 500)
    assert rvhctl(*COMMAND, stdin=text) == kept


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
@pytest.mark.parametrize(
    ("text", "prefiltered"),
    [
        (lines(*FLEET), True),
        (lines(*FLEET).rstrip(), True),
        (table(*FLEET), True),
        (lines(*FLEET, node(501, more="x" * 5000, latency=3), node(502, latency=2)), True),
        (lines(*FLEET, node(7)), False),
        (lines(*FLEET) + b"rubbish", False),
        (lines(*(node(number, latency=1) for number in range(500))), False),
        (json.dumps(FLEET).encode(), False),
        (b"", False),
    ],
    ids=["NDJSON", "no last line end", "CSV", "a long line", "twice", "rubbish", "all", "JSON", "empty"],
)
def test_what_is_compressed_is_prefiltered_as_it_comes(
    pack: Callable[[bytes], bytes],
    text: bytes,
    prefiltered: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read, "COMPILED", True)
    path = tmp_path / "nodes"
    path.write_bytes(pack(text))
    expected = from_a_pipe(text, path)
    monkeypatch.setattr(source, "BLOCK", 700)
    monkeypatch.setattr(prefilter, "LARGE_FILE", 1000)
    assert rvhctl(*COMMAND, str(path)) == expected
    with Source(str(path)) as packed:
        kept = prefilter.nodes_within(packed, "auto", 100, {})
    assert isinstance(kept, Nodes) == prefiltered
    if isinstance(kept, bytes):
        assert kept == text
    assert threading.active_count() == 1


@pytest.mark.parametrize(
    ("fleet", "message"),
    [
        ([node(number, latency=150 + number) for number in range(400)], "the best of 400 nodes takes 150 ms"),
        ([node(number, latency=None) for number in range(400)], "none of 400 nodes has a measurement"),
    ],
)
def test_nobody_survives(
    fleet: list[dict[str, Any]], message: str, tmp_path: Path, filtered: Filtered
) -> None:
    path = tmp_path / "nodes"
    path.write_bytes(lines(*fleet))
    answer = rvhctl(*COMMAND, str(path))
    assert answer == from_a_pipe(lines(*fleet), path)
    assert answer.code == 3
    assert message in answer.err
    assert filtered[0] is not None


@pytest.mark.parametrize("where", [0, 250, 499])
@pytest.mark.parametrize(
    "odd",
    [
        {"latency": "x"},
        {"latency": -1},
        {"id": ""},
        {"id": "node-40"},
        {"id": 'with "quotes"'},
        {"state": "down"},
        {"samples": [1, 2, None]},
    ],
    ids=str,
)
def test_what_is_odd_is_read_record_by_record(
    odd: dict[str, Any], where: int, tmp_path: Path, filtered: Filtered
) -> None:
    fleet = [*FLEET[:where], {**FLEET[where], **odd}, *FLEET[where + 1 :]]
    path = tmp_path / "nodes"
    path.write_bytes(lines(*fleet))
    for flags in ((), ("--on-error", "skip")):
        assert rvhctl(*COMMAND, *flags, str(path)) == from_a_pipe(lines(*fleet), path, *flags)
    assert filtered == [None, None]


@pytest.mark.usefixtures("filtered")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.integers(0, 60) | st.text("ab", min_size=1, max_size=6)},
            optional={
                "latency": st.none() | st.floats(0, 400) | st.integers(0, 300),
                "note": st.text(max_size=3) | st.lists(st.none(), max_size=2),
            },
        ),
        min_size=5,
        max_size=40,
        unique_by=lambda node: str(node["id"]),
    )
)
def test_any_nodes(tmp_path: Path, fleet: list[dict[str, Any]]) -> None:
    path = tmp_path / "nodes"
    text = lines(*FLEET[:5], *fleet)
    path.write_bytes(text)
    assert rvhctl(*COMMAND, str(path)) == from_a_pipe(text, path)


@pytest.mark.parametrize("slow", [0, 20])
def test_most_survive(slow: int, tmp_path: Path, filtered: Filtered) -> None:
    """Then keeping them all costs less."""
    text = lines(*(node(number, latency=number % 150 if number >= slow else 500) for number in range(500)))
    (tmp_path / "nodes").write_bytes(text)
    assert rvhctl(*COMMAND, str(tmp_path / "nodes")) == rvhctl(*COMMAND, stdin=text)
    assert filtered == [None]


@pytest.mark.parametrize(
    "flags",
    [("--relative", "2"), ("--explain",), ("--down", "node-2"), ("--min-survivors", "3")],
    ids=" ".join,
)
def test_a_policy_needs_every_node(flags: tuple[str, ...], tmp_path: Path, filtered: Filtered) -> None:
    (tmp_path / "nodes").write_bytes(lines(*FLEET))
    answer = rvhctl(*COMMAND, *flags, str(tmp_path / "nodes"))
    assert answer == rvhctl(*COMMAND, *flags, stdin=lines(*FLEET))
    assert filtered == []


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[" + lines(*FLEET).replace(b"\n", b",")[:-1] + b"]",
        b"id,latency\na,5\n",
        b"\n" * 2000 + b'{"nodes":[{"id":"a","latency":5}],"id":"x","latency":200}',
        b'{"nodes":[{"id":"a","latency":5}],"id":"x","latency":200}' + b"\n" * 2000,
    ],
    ids=["nothing", "an array", "CSV", "a document behind", "a document in front"],
)
def test_other_texts(text: bytes, tmp_path: Path, filtered: Filtered) -> None:
    (tmp_path / "nodes").write_bytes(text)
    answer = rvhctl(*COMMAND, str(tmp_path / "nodes"))
    piped = rvhctl(*COMMAND, stdin=text)
    assert answer == piped._replace(err=piped.err.replace("stdin", str(tmp_path / "nodes")))
    assert filtered == [None]


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_without_more_processes_one_does_it_all(
    tmp_path: Path, filtered: Filtered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> int:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    (tmp_path / "nodes").write_bytes(lines(*FLEET))
    assert rvhctl(*COMMAND, str(tmp_path / "nodes")) == rvhctl(*COMMAND, stdin=lines(*FLEET))
    assert filtered[0] is not None


def test_without_more_memory_the_other_reader_may_do(
    tmp_path: Path, filtered: Filtered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(prefilter, "_joined", refused)
    (tmp_path / "nodes").write_bytes(lines(*FLEET))
    assert rvhctl(*COMMAND, str(tmp_path / "nodes")) == rvhctl(*COMMAND, stdin=lines(*FLEET))
    assert filtered == [None]


def test_a_very_long_line_is_for_the_other_reader(
    tmp_path: Path, filtered: Filtered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefilter, "LONG_LINE", 10_000)
    text = lines(*FLEET, node(501, more="x" * 10_000), node(502))
    (tmp_path / "nodes").write_bytes(text)
    assert rvhctl(*COMMAND, str(tmp_path / "nodes")) == rvhctl(*COMMAND, stdin=text)
    assert filtered == [None]


def test_what_follows_has_not_been_read_from_standard_input(tmp_path: Path, program: Program) -> None:
    path = tmp_path / "nodes"
    path.write_bytes(lines(*(node(number) for number in range(100_000))))
    assert path.stat().st_size > prefilter.LARGE_FILE
    with path.open("rb") as file:
        with program.start(*COMMAND, "-o", "plain", stdin=file) as process:
            out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, err) == (0, b"")
        assert out.count(b"\n") > 10_000
        assert file.seek(0, os.SEEK_CUR) == path.stat().st_size
