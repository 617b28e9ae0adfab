"""The scanner finds the key of a row as the library does, or leaves the row to it."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.core.keys.cells import CellScan
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows
from rvhctl.core.placement.bits import key_bits
from rvhctl.keys.hashes import recipe_of


class Found(NamedTuple):
    """What a scan has filled in."""

    keys: list[bytes]
    bits: list[int]
    records: list[bytes]
    next: int
    lines: int
    problem: bool


def scanned(
    block: bytes, columns: int, at: int, delimiter: str = ",", room: int = 100, decimal: bool = False
) -> Found:
    rows = KeyRows(room)
    rows.begin(0)
    CellScan(columns, [at], ord(delimiter), decimal, 0, False).fill(rows, block)
    count = range(rows.count)
    return Found(
        [block[rows.key_starts[row] : rows.key_ends[row]] for row in count],
        [rows.keys[row] for row in count],
        [block[rows.starts[row] : rows.ends[row]] for row in count],
        rows.next,
        rows.lines,
        rows.problem == UNUSUAL_LINE,
    )


cells = (
    st.text('ab0 ,;\t"\\é', max_size=5)
    | st.text(max_size=4)
    | st.sampled_from(["", "a\nb", "c\rd", "x\r\ny"])
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, str, bytes]:
    columns = draw(st.integers(1, 4))
    delimiter = draw(st.sampled_from([",", "\t", ";"]))
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    ends = st.sampled_from(["\n", "\n", "\r\n", "\n\n", "\r"])
    for _ in range(draw(st.integers(0, 5))):
        count = draw(st.sampled_from([columns] * 6 + [columns + 1, max(columns - 1, 1)]))
        writer = csv.writer(out, delimiter=delimiter, lineterminator=draw(ends), quoting=quoting)
        writer.writerow([draw(cells) for _ in range(count)])
    data = bytearray(out.getvalue().encode("utf-8", "surrogatepass"))
    if draw(st.booleans()) and data:
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(
            st.binary(max_size=2) | st.sampled_from([b'"', b"\r", b"\xed"])
        )
    return columns, delimiter, bytes(data)


@given(tables(), st.integers(0, 3), st.integers(1, 4))
@example((2, ",", b'"a""b",1\nc,2\n'), 0, 4)
@example((2, ",", b'a,"1\n2"\nc,2\n'), 0, 4)
@example((1, ",", b"a"), 0, 4)
def test_rows(table: tuple[int, str, bytes], at: int, room: int) -> None:
    columns, delimiter, data = table
    at = min(at, columns - 1)
    found = scanned(data, columns, at, delimiter, room)
    text = data[: found.next].decode()  # what was read is UTF-8
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    assert all(len(row) == columns for row in rows)
    assert [row[at].encode() for row in rows] == found.keys
    assert found.bits == [key_bits(row[at], False, recipe_of("xxh64").digest) for row in rows]
    assert found.lines == data[: found.next].count(b"\n")
    again = [next(csv.reader([record.decode()], delimiter=delimiter)) for record in found.records]
    assert again == rows


def test_usual_rows_are_all_read() -> None:
    block = 'key,1\r\n"quoted, text",2\n\n"x","y"\né,\n'.encode()
    found = scanned(block, 2, 0)
    assert found.keys == [b"key", b"quoted, text", b"x", "é".encode()]
    assert (found.next, found.lines, found.problem) == (len(block), 5, False)


@pytest.mark.parametrize(
    "row",
    [
        b'"a""b",1',
        b'a"b,1',
        b'"a"b,1',
        b",1",
        b'"",1',
        b"a,1,2",
        b"a",
        b'a,"1\n2"',
        b"\xff,1",
        b"a,\xff",
        b'a,"1',
    ],
)
def test_unusual_rows_are_left(row: bytes) -> None:
    found = scanned(b"x,1\n" + row + b"\ny,2\n", 2, 0)
    assert (found.keys, found.next, found.problem) == ([b"x"], 4, True)


def test_integers() -> None:
    found = scanned(b"7\n-1\n18446744073709551615\n+007\nx\n", 1, 0, decimal=True)
    assert (found.bits[:3], found.problem) == ([7, -1, -1], True)
