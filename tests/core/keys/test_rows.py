"""Lines as rows: found, hashed by the core and by a digest, and taken back, against splitting by Python's own means."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st
from support.wrapping import signed

from rvhctl.core.keys.lines import EMPTY, NOT_64_BITS, NOTHING_WRONG
from rvhctl.core.keys.rows import (
    NO_KEY,
    ROWS,
    KeyRows,
    digest_found,
    digest_lines,
    find_lines,
    hash_lines,
    take_key,
)
from rvhctl.errors import JumpHashError

LINE_FEED, NUL = 10, 0

line_bytes = st.sampled_from(
    [b"\n", b"\r", b"\0", b"a", b"key", b"7", b"-12", b"/", b":", b"18446744073709551616"]
)
blocks = st.lists(line_bytes).map(b"".join)


class Seen(NamedTuple):
    """What rows hold: records with their line ends, keys, their bits, and how it went on."""

    records: list[bytes]
    keys: list[bytes]
    bits: list[int]
    next: int
    problem: int
    finished: bool


def seen(rows: KeyRows, block: bytes) -> Seen:
    count = range(rows.count)
    assert rows.whole_lines
    assert rows.lines == rows.count
    return Seen(
        [block[rows.starts[row] : rows.ends[row]] for row in count],
        [block[rows.starts[row] : rows.insertions[row]] for row in count],
        [rows.keys[row] for row in count],
        rows.next,
        rows.problem,
        rows.finished,
    )


def bits_of(key: bytes, decimal: bool, seed: int) -> int | None:
    """The signed bits of a key; None for what is no integer of 64 bits and has to be one."""
    if not decimal:
        return signed(xxhash.xxh64_intdigest(key, seed))
    digits = key.removeprefix(b"-")
    if not digits.isdigit() or not -(2**63) <= int(key) < 2**64:
        return None
    return signed(int(key) % 2**64)


def expected(block: bytes, start: int, delimiter: int, decimal: bool, seed: int, room: int) -> Seen:
    *lines, _ = block[start:].split(bytes([delimiter]))
    found = Seen([], [], [], start, NOTHING_WRONG, len(lines) < room)
    for line in lines[:room]:
        key = line.removesuffix(b"\r") if delimiter == LINE_FEED else line
        bits = bits_of(key, decimal, seed) if key else None
        if bits is None:
            return found._replace(problem=NOT_64_BITS if key else EMPTY, finished=False)
        found.records.append(line + bytes([delimiter]))
        found.keys.append(key)
        found.bits.append(bits)
        found = found._replace(next=found.next + len(line) + 1)
    return found


hashed = given(
    blocks,
    st.integers(0, 9),
    st.sampled_from([LINE_FEED, NUL]),
    st.booleans(),
    st.integers(0, 9),
    st.integers(1, 5),
)


@hashed
@example(b"\n\r", 0, LINE_FEED, False, 0, 5)
def test_lines_are_hashed(
    block: bytes, start: int, delimiter: int, decimal: bool, seed: int, room: int
) -> None:
    start = min(start, len(block))
    rows = KeyRows(room)
    rows.begin(start)
    hash_lines(rows, block, delimiter, decimal, seed)
    assert seen(rows, block) == expected(block, start, delimiter, decimal, seed, room)


@hashed
def test_lines_are_found_and_then_hashed_by_a_digest(
    block: bytes, start: int, delimiter: int, decimal: bool, seed: int, room: int
) -> None:
    def digest(key: bytes) -> int:
        bits = bits_of(key, decimal, seed)
        if bits is None:
            raise JumpHashError("no integer")
        return bits % 2**64

    start = min(start, len(block))
    rows = KeyRows(room)
    rows.begin(start)
    find_lines(rows, block, delimiter)
    *lines, _ = block[start:].split(bytes([delimiter]))
    assert (rows.count, rows.finished) == (min(len(lines), room), len(lines) < room)
    digest_lines(rows, block, digest)
    assert seen(rows, block) == expected(block, start, delimiter, decimal, seed, room)


def test_a_key_within_a_line() -> None:
    rows = KeyRows(3)
    block = b'"foo","-7",""'
    assert [
        take_key(rows, 1, block, 1, 4, False, 3),
        take_key(rows, 2, block, 7, 9, True, 3),
        take_key(rows, 0, block, 1, 4, True, 3),
        take_key(rows, 0, block, 12, 12, False, 3),
    ] == [True, True, False, False]
    assert list(rows.keys) == [0, signed(xxhash.xxh64_intdigest(b"foo", 3)), -7]
    assert [list(rows.key_starts), list(rows.key_ends)] == [[0, 1, 7], [0, 4, 9]]


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(
    ("last", "problem"), [("d", NOTHING_WRONG), ("", EMPTY), (None, NO_KEY), ("refused", NOT_64_BITS)]
)
def test_what_was_found_in_lines_is_hashed_up_to_the_first_that_is_no_key(
    last: str | None, problem: int, keep: bool, native: bool
) -> None:
    def digest(key: bytes) -> int:
        if key == b"refused":
            raise JumpHashError("no integer")
        return xxhash.xxh64_intdigest(key, 5)

    if native and last == "refused":
        return  # XXH64 takes all
    block = b"1 a\n2 \xc3\xa9\n3 x\n4 y\n"
    rows = KeyRows(4)
    rows.begin(0)
    find_lines(rows, block, LINE_FEED)
    digest_found(rows, ["a", "é", last, "behind"], keep, native, 5, digest)
    good = ["a", "é", "d", "behind"] if last == "d" else ["a", "é"]
    assert not rows.whole_lines
    assert (rows.count, rows.lines, rows.problem) == (len(good), len(good), problem)
    assert rows.next == (len(block) if last == "d" else block.index(b"3"))
    assert [rows.keys[row] for row in range(rows.count)] == [
        signed(xxhash.xxh64_intdigest(key.encode(), 5)) for key in good
    ]
    kept = {row: key for row, key in rows.others.items() if row < rows.count}
    assert kept == (dict(enumerate(good)) if keep else {})
    assert [rows.key_starts[row] for row in range(rows.count)] == [-keep] * len(good)


class TestKeyRows:
    def test_rows_that_are_added(self) -> None:
        rows = KeyRows(5)
        rows.begin(3)
        rows.add(11, 3, 8, 7)
        rows.skip(9)
        rows.add_other("é", 12, 9, 15, 14)
        assert (rows.count, rows.lines, rows.next, rows.others) == (2, 3, 15, {1: "é"})
        columns = [rows.keys, rows.starts, rows.ends, rows.insertions]
        assert [column.tolist()[:2] for column in columns] == [[11, 12], [3, 9], [8, 15], [7, 14]]
        assert rows.key_starts.tolist()[:2] == [0, -1]
        rows.shorten(14)
        assert rows.ends.tolist()[:2] == [8, 14]
        rows.shorten(20)
        assert rows.ends.tolist()[:2] == [8, 14]
        rows.begin(15)
        assert (rows.count, rows.lines, rows.next, rows.others) == (0, 0, 15, {})
        rows.shorten(2)
        assert rows.ends.tolist()[:2] == [8, 14]

    def test_rows_that_are_taken_back(self) -> None:
        rows = KeyRows(9)
        find_lines(rows, b"ab\nc\ndef\n", LINE_FEED)
        rows.cut(1, NO_KEY)
        assert (rows.count, rows.lines, rows.next, rows.problem, rows.finished) == (1, 1, 3, NO_KEY, False)
        rows.begin(5)
        assert (rows.problem, rows.finished) == (NOTHING_WRONG, False)

    def test_where_bad_lines_are_many_few_are_looked_at_ahead(self) -> None:
        rows = KeyRows()
        assert (rows.room, rows.ahead) == (ROWS, ROWS)
        ahead = []
        for good in (0, 1, 5, None, None, 3000):
            rows.count = good or 0
            rows.problem = NOTHING_WRONG if good is None else EMPTY
            rows.begin(0)
            ahead.append(rows.ahead)
        assert ahead == [1, 3, 11, 22, 44, ROWS]
        rows.begin(0)
        assert rows.ahead == ROWS
