"""Keys in tables: straight from their bytes, and row by row by the library, the answers are the same."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cli import rvhctl
from support.processes import children

from rvhctl.keys import cells, stream
from rvhctl.placement.sources import answer as reading

HEADER = b"key,region,size\n"
PLAIN = b"".join(b"user-%d,eu-%d,%d\n" % (number, number % 3, number * 7) for number in range(50))
ODD = (
    b'"a""b",x,1\n"two\nlines",y,2\n"q",,\nnew,"1\n2",3\r\ncr,1,2\rlone,3,4\n\n\r\n'
    b'"a, b",z,5\n\xc3\xa9,\xe2\x82\xac,6\nback\\slash,tab\there,7\nlast,1,2'
)
BAD = b"ok,1,2\na,b\n,d,e\n\xff,1,2\nok2,1,2\n"

PLACES = [("-b", "7"), ("--nodes", 'a,"c, d",e', "--replicas", "2"), ("--nodes", "a,b,c", "--down", "b")]
FLAGS = [
    (),
    ("-o", "plain"),
    ("-o", "ndjson"),
    ("-o", "json"),
    ("-o", "tsv"),
    ("--field", "key"),
    ("--field", "size", "-o", "plain"),
    ("--field", "region", "-o", "csv"),
    ("--field", "key", "-o", "ndjson"),
    ("--field", "key", "-o", "json"),
    ("--field", "size", "-o", "tsv"),
    ("--field", "key", "--only", "0"),
    ("--stats", "-o", "json"),
    ("--hash", "int", "--field", "size"),
    ("--hash", "sha256"),
]


def both(monkeypatch: pytest.MonkeyPatch, *words: str, stdin: bytes) -> None:
    """Run it twice, and hold the answers equal."""
    answers = []
    for compiled in (True, False):
        monkeypatch.setattr(reading, "COMPILED", compiled)
        answers.append(rvhctl("jump-hash", "-i", "csv", *words, stdin=stdin))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
@pytest.mark.parametrize("flags", FLAGS, ids=" ".join)
@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_every_answer(
    place: tuple[str, ...], flags: tuple[str, ...], on_error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for body in (PLAIN, ODD, PLAIN.replace(b"\n", b"\r\n"), PLAIN + BAD + ODD, b"", ODD + b'x,"1'):
        both(monkeypatch, *place, *flags, "--on-error", on_error, stdin=HEADER + body)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        HEADER,
        HEADER.strip(),
        b'"key",x',
        b"id,x\na,b\n",
        b"key,key\na,b\n",
        b'"key\n',
        b"\xef\xbb\xbf" + HEADER + PLAIN,
        b'\n\n"key",region,"si\nze"\na,b,c\nd,e\n',
        HEADER.replace(b"region", b"bucket") + PLAIN,
    ],
)
@pytest.mark.parametrize("flags", [(), ("--field", "key"), ("-o", "plain")], ids=" ".join)
def test_headers(text: bytes, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COMPILED", True)
    fast = rvhctl("jump-hash", "-b", "5", "-i", "csv", *flags, stdin=text)
    monkeypatch.setattr(reading, "COMPILED", False)
    assert fast == rvhctl("jump-hash", "-b", "5", "-i", "csv", *flags, stdin=text)


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
@pytest.mark.parametrize("sep", [False, True])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_may_stand_between_any_delimiters(
    delimiter: str, sep: bool, mark: bytes, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["Host{0}ms{0}note", "a{0}1,5{0}x", 'b{0}2{0}"y{0}z"', "c{0}{0}"]
    text = end.join([f"sep={delimiter}"] * sep + [line.format(delimiter) for line in lines] + [""])
    lines[0] += "{0}bucket"
    expected = [line.format(delimiter) for line in lines]
    for compiled in (True, False):
        monkeypatch.setattr(reading, "COMPILED", compiled)
        outcome = rvhctl("jump-hash", "-b", "5", "--field", "host", stdin=mark + text.encode())
        assert (outcome.code, outcome.err) == (0, "")
        got = outcome.out.decode().splitlines()
        assert got[:sep] == [f"sep={delimiter}"] * sep
        assert got[sep] == expected[0]
        assert [row.rpartition(delimiter)[0] for row in got[sep + 1 :]] == expected[1:]
        bare = rvhctl("jump-hash", "-b", "5", stdin=b"a\nb\nc\n").out.decode().split()
        assert [row.rpartition(delimiter)[2] for row in got[sep + 1 :]] == bare


def test_parts_of_a_table_keep_its_first_lines(tmp_path: Path) -> None:
    text = b"sep=;\nid;ms\na;1,5\nb;2\n"
    both_of = rvhctl("jump-hash", "-b", "1", "--field", "id", "--only", "0", stdin=text)
    assert both_of.out == text
    nobody = rvhctl("jump-hash", "-b", "9", "--field", "id", "--only", "7", "--allow-empty", stdin=text)
    assert nobody.out == b"sep=;\nid;ms\n"
    rvhctl("jump-hash", "-b", "1", "--field", "id", "--split-to", str(tmp_path / "{bucket}"), stdin=text)
    assert (tmp_path / "0").read_bytes() == text


def test_a_decimal_comma_is_a_point_in_json() -> None:
    text = b"id;latency\na;1,5\n"
    outcome = rvhctl("jump-hash", "-b", "1", "--field", "id", "-o", "ndjson", stdin=text)
    assert outcome.out == b'{"id":"a","latency":1.5,"bucket":0}\n'


def test_a_header_that_reads_in_two_ways_is_refused(tmp_path: Path) -> None:
    outcome = rvhctl("jump-hash", "-b", "1", "--field", "id", stdin=b"id,x;y;z\na,b;c;d\n")
    assert (outcome.code, outcome.out) == (0, b"id,x;y;z,bucket\na,b;c;d,0\n")
    outcome = rvhctl("jump-hash", "-b", "1", "--field", "id", stdin=b"x,id,y;id;z\na,b;c;d\n")
    assert outcome.code == 1
    assert "stdin:1: the columns may be separated by ','" in outcome.err
    (tmp_path / "one").write_bytes(b"id;ms\na;1\n")
    (tmp_path / "two").write_bytes(b"id|ms\na|1\n")
    words = ("jump-hash", "-b", "1", "--field", "id", str(tmp_path / "one"), str(tmp_path / "two"))
    assert "different columns or delimiters" in rvhctl(*words).err


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            *[st.text('ab,"\n\r\t é\\', max_size=4) for _ in range(2)], st.sampled_from(["\n", "\r\n", "\r"])
        ),
        max_size=6,
    ),
    st.booleans(),
    st.sampled_from(
        [
            (),
            ("--field", "key"),
            ("--field", "key", "-o", "ndjson"),
            ("--field", "x", "-o", "tsv"),
            ("--field", "x", "--only", "1-3", "--allow-empty"),
            ("-o", "ndjson"),
            ("-o", "plain"),
        ]
    ),
)
def test_any_rows(
    monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, str, str]], quoted: bool, flags: tuple[str, ...]
) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted else text

    text = "key,x\n" + "".join(f"{cell(key)},{cell(other)}{end}" for key, other, end in rows)
    both(monkeypatch, "-b", "5", "--on-error", "skip", *flags, stdin=text.encode())


@pytest.mark.parametrize("format_", ["json", "ndjson"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_rows_of_nodes_become_objects(format_: str, delimiter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "id,lat,lon,latency,weight,state,samples",
        "a,52.5,4.9,12,1,up,",
        "b,,,,,,",
        "c,1e1,x,12ms,2,,1 2 3",
    ]
    if delimiter == ";":
        lines = [line.replace(".", "#").replace(",", ";").replace("#", ",") for line in lines]
    both(monkeypatch, "-b", "5", "--field", "id", "-o", format_, stdin="\n".join(lines).encode())


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
@pytest.mark.parametrize("flags", [("-o", "json"), ("-o", "csv"), ("--only", "0")], ids=" ".join)
@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_objects_in_every_format(
    place: tuple[str, ...], flags: tuple[str, ...], on_error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        *(f'{{"key":"user-{number}","n":{number}}}' for number in range(30)),
        ' { "n" : 1 , "key" : "spaced" } \t',
        '{"key":"\\u00e9\\"x"}\r',
        '{"key":"é,;","other":{"key":[1,"}"]}}',
        "",
        '{"key":7}',
    ]
    bad = ["{}", '{"key":null}', '{"key":"a",}', '{"key":""}', '{"key":"late"}']
    for text in ("\n".join(lines), "\n".join([*lines, *bad, *lines, ""])):
        answers = []
        for lines_in_core in (reading.line_keys, lambda *_: None):
            monkeypatch.setattr(reading, "line_keys", lines_in_core)
            words = ("-i", "ndjson", "--field", "key", *place, *flags, "--on-error", on_error)
            answers.append(rvhctl("jump-hash", *words, stdin=text.encode()))
        assert answers[0] == answers[1]
        monkeypatch.undo()


def test_a_row_may_come_in_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = b'"%b",x,1\n' % (b"long line\n" * 300_000)
    body = HEADER + PLAIN + row + PLAIN.replace(b"user", b"other")
    path = tmp_path / "keys.csv.gz"
    path.write_bytes(gzip.compress(body))
    monkeypatch.setattr(reading, "COMPILED", True)
    fast = rvhctl("jump-hash", "-b", "5", str(path))
    monkeypatch.setattr(reading, "COMPILED", False)
    assert fast == rvhctl("jump-hash", "-b", "5", str(path))
    assert fast.code == 0


def test_quotes_that_never_end_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COMPILED", True)
    monkeypatch.setattr(cells, "LONGEST", 1 << 18)
    answer = rvhctl("jump-hash", "-b", "5", "-i", "csv", stdin=HEADER + b'a,1,2\n"' + b"x\n" * 1_000_000)
    assert answer.code == 1
    assert "stdin:3: not CSV" in answer.err
    assert answer.out.startswith(b"key,bucket\na,")


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.parametrize("processes", [2, 3])
@pytest.mark.parametrize(
    "body",
    [
        PLAIN * 4,
        PLAIN.replace(b"\n", b"\r\n") * 4,
        PLAIN + b"\n\r\n" + PLAIN.rstrip(),
        PLAIN + ODD,
        PLAIN + ODD + b"\n" + PLAIN,
        PLAIN + BAD + PLAIN,
        # Lines that look like rows inside of a cell.
        PLAIN + b'"a",b,"' + PLAIN + b'"\n' + PLAIN,
        PLAIN + b'"a",b,"' + PLAIN,
        b'"' + b"x" * 3000 + b'",1,2\n' + PLAIN,
        b"",
        b"\n" * 1000,
    ],
    ids=[
        "rows",
        "CRLF",
        "no end",
        "odd",
        "odd between",
        "bad",
        "rows in a cell",
        "open",
        "long",
        "none",
        "blank",
    ],
)
def test_several_processes(
    body: bytes, processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.csv"
    path.write_bytes(HEADER + body)
    monkeypatch.setattr(cells, "BLOCK", 300)
    monkeypatch.setattr(stream, "LARGE_FILE", 1)
    for flags in ((), ("--field", "key"), ("-o", "plain"), ("-o", "json"), ("--stats", "-o", "json")):
        for on_error in ("stop", "skip"):
            words = ("jump-hash", "-b", "9", "-j", str(processes), "--on-error", on_error, *flags, str(path))
            monkeypatch.setattr(reading, "COMPILED", True)
            fast = rvhctl(*words)
            monkeypatch.setattr(reading, "COMPILED", False)
            assert fast == rvhctl(*words)
    assert not children(os.getpid())


def test_workers_take_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.csv"
    path.write_bytes(HEADER + PLAIN * 4)
    monkeypatch.setattr(reading, "COMPILED", True)
    monkeypatch.setattr(cells, "BLOCK", 300)
    monkeypatch.setattr(stream, "LARGE_FILE", 1)
    seen = []
    whole = cells.in_turns

    def watched(blocks: Any, answer: Any, processes: int) -> Any:
        for message in whole(blocks, answer, processes):
            seen.append(message)
            yield message

    monkeypatch.setattr(cells, "in_turns", watched)
    answer = rvhctl("jump-hash", "-b", "9", "-j", "2", str(path))
    assert answer.out.count(b"\n") == 201
    assert sum(count for _, count, _ in seen) == 200
    assert len(seen) > 5
