"""Lines of a block as rows: where each stands, and the 64 bits of its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import ints
from rvhctl.core.keys.lines import (
    CARRIAGE_RETURN,
    EMPTY,
    LINE_FEED,
    NOT_64_BITS,
    NOTHING_WRONG,
    decimal_bits,
    decimal_problem,
)
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.core.words import line_end, signed
from rvhctl.errors import JumpHashError

NO_KEY: Final = 3
"""What is wrong with a line in which no key is found; the numbers before are those of ``lines``."""

NOT_UTF8: Final = 5

UNUSUAL_LINE: Final = 4
"""A line of NDJSON that the caller must read by the JSON library."""

ROWS: Final = 4096
"""Rows at a time: their columns stay in a processor's cache."""


class KeyRows:
    """Some records of a block, in order, and what comes after them.

    ``keys``: the 64 bits of each key; ``starts`` and ``ends``: each record's bytes with its line end;
    ``insertions``: the insertion point of each, for what is added: behind the key of a line, in an object before its
    last brace, behind the cells of a row. ``key_starts`` and ``key_ends``: the text of each key where it is no whole
    line; an integer ends at a negative number, and a key that starts below 0 is one of ``others``.
    """

    def __init__(self, room: i64 = ROWS) -> None:
        self.room: Final = room
        self.keys: Final = ints(vec[i64]([0] * int(room)))
        self.starts: Final = ints(vec[i64]([0] * int(room)))
        self.ends: Final = ints(vec[i64]([0] * int(room)))
        self.insertions: Final = ints(vec[i64]([0] * int(room)))
        self.key_starts: Final = ints(vec[i64]([0] * int(room)))
        self.key_ends: Final = ints(vec[i64]([0] * int(room)))
        self.others: Final[dict[int, object]] = {}
        """By row: keys that do not stand in the block as they are."""
        self.whole_lines = False
        """Whether a key is all of its line up to its insertion point."""
        self.count: i64 = 0
        self.lines: i64 = 0
        """Lines these rows come from, blank ones too."""
        self.next: i64 = 0
        """Where the first line that is no row starts."""
        self.problem: i64 = NOTHING_WRONG
        """What is wrong with that line."""
        self.finished = False
        """No complete line is left, unless something is wrong with the next."""
        self.ahead: i64 = room
        """Lines to look at before it is known whether something is wrong with the first of them."""

    def begin(self, start: i64) -> None:
        """No rows; the next line starts here."""
        # Where bad lines are many, little is looked at that ``cut`` takes back.
        if self.problem == NOTHING_WRONG:
            self.ahead = min(2 * self.ahead, self.room)
        else:
            self.ahead = min(2 * self.count + 1, self.room)
        self.count = 0
        self.others.clear()
        self.lines = 0
        self.next = start
        self.problem = NOTHING_WRONG
        self.finished = False

    def add(self, key: i64, start: i64, end: i64, insertion: i64) -> None:
        """The next line is a row: its record starts here, and the line ends there, its line end included."""
        row = self.count
        self.keys.values[row] = key
        self.starts.values[row] = start
        self.ends.values[row] = end
        self.insertions.values[row] = insertion
        self.count = row + 1
        self.lines += 1
        self.next = end

    def add_other(self, key: object, bits: i64, start: i64, end: i64, insertion: i64) -> None:
        """Add a row whose key does not stand in the block as it is."""
        self.others[int(self.count)] = key
        self.key_starts.values[self.count] = -1
        self.add(bits, start, end, insertion)

    def cut(self, row: i64, problem: i64) -> None:
        """Take back the rows from here on, which are a line each: something is wrong with the first of them."""
        self.lines -= self.count - row
        self.count = row
        starts = self.starts.values
        self.next = starts[row]
        self.problem = problem
        self.finished = False

    def skip(self, end: i64) -> None:
        """The next line is blank and ends here."""
        self.lines += 1
        self.next = end

    def shorten(self, end: i64) -> None:
        """The block ends here already: the last row's line end is shorter than it was."""
        if self.count > 0:
            ends = self.ends.values
            ends[self.count - 1] = min(ends[self.count - 1], end)


def hash_lines(rows: KeyRows, block: bytes, delimiter: i64, decimal: bool, seed: i64) -> None:
    """Fill the rows from the next line on; a key is its line without the line end.

    A key goes by XXH64 with ``seed``, or, if ``decimal``, is an integer by itself.
    """
    keys = rows.keys.values
    starts = rows.starts.values
    ends = rows.ends.values
    insertions = rows.insertions.values
    rows.whole_lines = True
    room = rows.ahead
    start = rows.next
    row: i64 = 0
    text_lines = delimiter == LINE_FEED
    while row < room:
        end = line_end(block, start, delimiter)
        if end < 0:
            rows.finished = True
            break
        stop = end
        if text_lines and stop > start and block[stop - 1] == CARRIAGE_RETURN:
            stop -= 1
        if stop == start:
            rows.problem = EMPTY
            break
        if decimal:
            problem: i64 = decimal_problem(block, start, stop)
            if problem != NOTHING_WRONG:
                rows.problem = problem
                break
            keys[row] = decimal_bits(block, start, stop)
        else:
            keys[row] = xxh64_span(block, start, stop, seed)
        starts[row] = start
        insertions[row] = stop
        start = end + 1
        ends[row] = start
        row += 1
    rows.count = row
    rows.lines = row
    rows.next = start


def take_key(rows: KeyRows, row: i64, block: bytes, start: i64, end: i64, decimal: bool, seed: i64) -> bool:
    """Take ``block[start:end]`` as the key of a row; False if it is no key: empty, or no integer and has to be one."""
    if start == end:
        return False
    if not decimal:
        rows.keys.values[row] = xxh64_span(block, start, end, seed)
    elif decimal_problem(block, start, end) == NOTHING_WRONG:
        rows.keys.values[row] = decimal_bits(block, start, end)
    else:
        return False
    rows.key_starts.values[row] = start
    rows.key_ends.values[row] = end
    return True


def find_lines(rows: KeyRows, block: bytes, delimiter: i64) -> None:
    """Fill the rows from the next line on; their keys are yet to be hashed."""
    starts = rows.starts.values
    ends = rows.ends.values
    insertions = rows.insertions.values
    rows.whole_lines = True
    start = rows.next
    row: i64 = 0
    room = rows.ahead
    while row < room:
        end = line_end(block, start, delimiter)
        if end < 0:
            rows.finished = True
            break
        starts[row] = start
        insertions[row] = end
        if delimiter == LINE_FEED and end > start and block[end - 1] == CARRIAGE_RETURN:
            insertions[row] = end - 1
        start = end + 1
        ends[row] = start
        row += 1
    rows.count = row
    rows.lines = row
    rows.next = start


def digest_lines(rows: KeyRows, block: bytes, digest: Callable[[bytes], int]) -> None:
    """Hash the lines of ``find_lines``, up to the first that is no key.

    ``digest`` answers in 0..2^64-1, or raises JumpHashError where a key is no integer and has to be one.
    """
    row: i64 = 0
    while row < rows.count and put_key(
        rows, row, block[rows.starts.values[row] : rows.insertions.values[row]], digest
    ):
        row += 1


def digest_found(
    rows: KeyRows,
    found: list[str | None],
    keep: bool,
    native: bool,
    seed: i64,
    digest: Callable[[bytes], int],
) -> None:
    """Hash what was found in each of the lines of ``find_lines``, up to the first in which there is no key.

    Compiled code hashes by itself, by XXH64 with ``seed``, if ``native``. The keys become ``others`` if they are to be
    kept.
    """
    keys = rows.keys.values
    rows.whole_lines = False
    for row, text in enumerate(found):
        if text is None:
            rows.cut(row, NO_KEY)
            return
        key = text.encode("utf-8")
        if native and len(key) > 0:
            keys[row] = xxh64_span(key, 0, len(key), seed)
        elif not put_key(rows, row, key, digest):
            return
        if keep:
            rows.others[row] = text
            rows.key_starts.values[row] = -1


def put_key(rows: KeyRows, row: i64, key: bytes, digest: Callable[[bytes], int]) -> bool:
    """Hash the key of a row; False, and the row is cut off, if it is none."""
    if len(key) == 0:
        rows.cut(row, EMPTY)
        return False
    try:
        rows.keys.values[row] = signed(digest(key))
    except JumpHashError:
        rows.cut(row, NOT_64_BITS)
        return False
    return True
