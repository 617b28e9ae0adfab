"""The scanner reads a row as the library does, or hands it over."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.naive_scans import SPECIAL, assert_row_is, library_rows

from rvhctl.core.nodes.csv_scan import CsvScan, column_fields
from rvhctl.core.nodes.scan import DONE, MORE, UNUSUAL_DOCUMENT, UNUSUAL_RECORD
from rvhctl.nodes.fields import DETAILS

AHEAD = b"\n" * 32
PLAIN = b"a1,38.704022,-101.473911,161.354"
HEADER = ["id", "lat", "lon", "latency"]


def scan_all(
    data: bytes, header: list[str], coordinates: bool, delimiter: str = ",", limit: int = 1 << 20
) -> tuple[CsvScan, list[tuple[int, int]], bool]:
    """The scan, where what it handed over stands, and whether it came to the end."""
    scan = CsvScan(data, coordinates, 0, ord(delimiter), column_fields(header, coordinates, SPECIAL))
    unusual = []
    while (status := scan.run(limit)) != DONE:
        if status == UNUSUAL_DOCUMENT:
            return scan, unusual, False
        if status == UNUSUAL_RECORD:
            unusual.append((scan.slow_start, scan.slow_end))
        else:
            assert status == MORE
    return scan, unusual, True


digits = st.text("0123456789", min_size=1, max_size=20)
numbers = st.one_of(
    st.integers(-200, 2000).map(str),
    st.floats(0, 1e6).map(repr),
    st.floats(-90, 90).map(lambda x: f"{x:.6f}"),
    st.tuples(st.sampled_from(["", "-", "+"]), digits, st.just("."), digits).map("".join),
    st.tuples(digits, st.sampled_from(["e", "E"]), st.sampled_from(["", "+", "-"]), digits).map("".join),
    st.sampled_from(
        [
            "",
            "-0",
            "-0.0",
            " -0",
            "-0 ",
            " -0 ms",
            " -1e-400",
            ".5",
            "5.",
            "1_0",
            "nan",
            "inf",
            " 1",
            "1 ",
            "007",
            "0x1",
            "1e999",
            "-",
        ]
    ),
)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
texts = st.text("abc-019:.é\\", min_size=1, max_size=20) | any_text | st.just("")
CELLS = {
    "id": texts,
    "latency": numbers,
    "lat": numbers,
    "lon": numbers,
    "other": texts,
    "weight": st.sampled_from(["", "", "2", " ", "1"]) | numbers,
    "capacity": st.sampled_from(["", "3", "1"]) | numbers,
    "state": st.sampled_from(["", "up", "drain", "down", "Down", " up", 'dra"in', "downs"]),
    "samples": st.sampled_from(["", "", "[1, null]"]),
}


def written(cell: str, quoting: int, delimiter: str) -> str:
    if quoting == 1 or any(c in cell for c in '"\r\n' + delimiter):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], str, bytes]:
    delimiter = draw(st.sampled_from([",", "\t", ";", "|"]))
    header = draw(
        st.permutations(
            [
                "id",
                "latency",
                "lat",
                "lon",
                *draw(
                    st.sampled_from([[], ["other"], ["weight", "other"], ["capacity"], [*DETAILS, "other"]])
                ),
            ]
        )
    )
    rows = []
    for _ in range(draw(st.integers(0, 5))):
        cells = [draw(CELLS[name]) for name in header]
        if draw(st.integers(0, 9)) == 0:
            cells = cells[: draw(st.integers(0, len(cells)))] + draw(st.sampled_from([[], ["x"]]))
        row = delimiter.join(written(cell, draw(st.integers(0, 2)), delimiter) for cell in cells)
        rows.append(row + draw(st.sampled_from(["\n", "\n", "\r\n", "\n\n", "\r"])))
    data = bytearray("".join(rows).encode())
    if draw(st.booleans()) and data:
        at = draw(st.integers(0, len(data)))
        piece = draw(
            st.binary(max_size=2) | st.sampled_from([b'"', b",", b'""', b"\r", b"\n", b"\xed", b"\xc2\x85"])
        )
        data[at : at + draw(st.integers(0, 2))] = piece
    return header, delimiter, bytes(data) + draw(st.sampled_from([b"", AHEAD]))


@given(tables(), st.booleans(), st.integers(1, 200))
@example((HEADER, ",", PLAIN + b'\n"a""b",1,2,3\n' + AHEAD), True, 1)
@example((HEADER, ",", b'"a\nb",1,2,3\n' + PLAIN + b"\n" + AHEAD), True, 1)
def test_rows(table: tuple[list[str], str, bytes], coordinates: bool, limit: int) -> None:
    header, delimiter, data = table
    scan, unusual, finished = scan_all(data, header, coordinates, delimiter, limit)
    expected = list(library_rows(data, delimiter))
    accepted = {start: row for row, start in enumerate(scan._starts)}
    spans = sorted([*unusual, *zip(scan._starts, scan._ends, strict=True)])
    for (start, end), (fields, raw) in zip(spans, expected, strict=False):
        assert data[start:end] == raw
        if start in accepted:
            raw.decode()
            assert_row_is(scan, accepted[start], dict(zip(header, fields, strict=True)), coordinates)
    if finished:
        assert len(spans) >= len(expected)
    for start, _ in spans[len(expected) :][:1]:
        assert start not in accepted  # here is what the library refuses


def test_usual_rows_are_all_read() -> None:
    lines = [PLAIN, b'"b2","1.5","2","3.25"', "é,-1,2,".encode(), b"c,1e2,0,0", b"x y,0.5,1,12\r"]
    lines[3] = b"c,1e1,0,0"
    scan, unusual, finished = scan_all(b"\n".join(lines) + b"\n" + AHEAD, HEADER, True)
    assert finished
    assert unusual == []
    assert [scan.id_text(row) for row in range(5)] == ["a1", "b2", "é", "c", "x y"]
    assert list(scan.latencies)[:2] == [161.354, 3.25]
    assert math.isnan(scan.latencies[2])
    assert list(scan.lats) == [38.704022, 1.5, -1.0, 10.0, 0.5]
    assert scan.record(4) == b"x y,0.5,1,12"


@pytest.mark.parametrize(
    "row",
    [
        b'a"b,1,2,3',
        b'"a"b,1,2,3',
        b'"a""b",1,2,3',
        b"a\\b,1,2,3",
        b",1,2,3",
        b'"",1,2,3',
        b"a\x07,1,2,3",
        b"a\xc2\x85,1,2,3",
        b"a,1,2,3 m",
        b"a,1,2,-0",
        b"a,1,2, -0",
        b'a,1,2,"\t-0.0"',
        b"a,1,2, -0 ms",
        b"a,1,2, -1e-400",
        b"a, -0,2,3",
        b"a,1,2,-3",
        b"a,91,2,3",
        b"a,,2,3",
        b"a,1,2,x",
        b"a,1,2,3,4",
        b"a,1,2",
        b'a,1,2,"',
        b'a,1,2,3"',
        b"a,1,2,\xff",
    ],
)
def test_unusual_rows_are_handed_over(row: bytes) -> None:
    data = PLAIN + b"\n" + row + b"\n" + PLAIN + b"\n" + AHEAD
    scan, unusual, finished = scan_all(data, HEADER, True)
    start = len(PLAIN) + 1
    # Where quotes do not end, nobody can tell where the row does.
    assert (len(scan), unusual) == ((2, [(start, start + len(row))]) if finished else (1, []))


def test_a_row_over_several_lines_is_one() -> None:
    header = [*HEADER, "note"]
    row = b'a,1,2,3,"two\nlines, ""quoted"""'
    scan, unusual, finished = scan_all(row + b"\r\n" + AHEAD, header, True)
    assert (len(scan), unusual, finished) == (1, [], True)
    assert scan.record(0) == row


def test_a_filled_cell_of_a_special_column_is_handed_over() -> None:
    header = [*HEADER, "samples"]
    data = b"a,1,2,3,\nb,1,2,3,2\n" + b'c,1,2,3,""\n' + AHEAD
    scan, unusual, finished = scan_all(data, header, True)
    assert finished
    assert unusual == [(9, 18)]
    assert [scan.id_text(0), scan.id_text(1)] == ["a", "c"]


@pytest.mark.parametrize("coordinates", [True, False])
def test_where_no_latency_is_read_there_is_none(coordinates: bool) -> None:
    fields = column_fields(HEADER, coordinates, SPECIAL, latency=False)
    scan = CsvScan(PLAIN + b"\n" + AHEAD, coordinates, 0, ord(","), fields)
    assert (scan.run(1000), len(scan)) == (DONE, 1)
    assert math.isnan(scan.latencies[0])
