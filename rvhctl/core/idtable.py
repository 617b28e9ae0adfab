"""Whether an id comes twice, over the rows of one or of several texts.

Open addressing. A slot holds 31 bits of the id's hash and the number of its row, so that a table
grows without looking at the ids again, and an id is compared only where those bits are equal.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import append, extend, vec
from mypy_extensions import i64

from rvhctl.core.noderows import ID_LENGTH, ID_LENGTH_BITS, NodeRows

COMPILED: Final = not __file__.endswith(".py")

BLOCK: Final = 1024
"""Slots are added in blocks of so many."""

BATCH: Final = 64

TAG_BITS: Final = 31
ROW_BITS: Final = 32
ROW: Final = 0xFFFFFFFF

# Odd multipliers from SplitMix64 (Steele, Lea, Flood 2014), cut to 62 bits, which mypyc keeps unboxed.
MULTIPLIER: Final = 0x3F58476D1CE4E5B9
FINISHER: Final = 0x14D049BB133111EB


def mix(state: i64, word: i64) -> i64:
    state = (state ^ word) * MULTIPLIER
    return state ^ ((state >> 32) & 0xFFFFFFFF)


def tag_of(data: bytes, start: i64, end: i64, seed: i64) -> i64:
    """31 bits that depend on every byte of ``data[start:end]``."""
    if not COMPILED:
        return hash(data[start:end]) & 0x7FFFFFFF
    length = end - start
    if start + 8 > len(data):
        return tag_of(data[start:end] + bytes(8), 0, length, seed)
    state = seed
    if length >= 8:
        while start <= end - 8:
            state = mix(state, read_i64_le(data, start))
            start += 8
        if start < end:
            state = mix(state, read_i64_le(data, end - 8))
    else:
        # The bytes behind the id are shifted out.
        state = mix(state, read_i64_le(data, start) << (64 - 8 * length))
    # The length comes last: at the beginning it could undo a difference in the first bytes.
    state = (state ^ length) * FINISHER
    return (state >> 33) & 0x7FFFFFFF


class IdTable:
    """The ids of one text after another. Rows are numbered through, so there may be 2^32 - 2 of them."""

    def __init__(self, seed: i64 = 0) -> None:
        """``seed``: one that cannot be foreseen, where an input may be made to be slow."""
        self.seed = seed
        self.texts: list[NodeRows] = []
        self.bases = vec[i64]()
        self.rows: i64 = 0
        self.slots = empty_slots(BLOCK)
        self.first_text: i64 = 0
        self.first_row: i64 = 0

    def begin(self, rows: NodeRows) -> None:
        """Take the rows of the next text, all of them: ``add`` is about these from here on."""
        self.texts.append(rows)
        self.bases = append(self.bases, self.rows)
        self.rows += len(rows)
        # Two thirds full at most; and twice as large at least, for the sake of many small texts.
        wanted: i64 = (self.rows + self.rows // 2) // BLOCK * BLOCK + BLOCK
        count: i64 = len(self.slots)
        if wanted > count:
            self._grow(max(wanted, 2 * count))

    def add(self, first: i64, last: i64) -> i64:
        """Enter the rows from ``first`` until before ``last``: -1, or the first whose id is there already.

        In that case ``first_text`` and ``first_row`` say where it is, and ``add(row + 1, last)`` goes on.
        """
        rows = self.texts[-1]
        base = self.bases[len(self.bases) - 1]
        data = rows.data
        starts = rows.starts
        spans = rows.id_spans
        seed = self.seed
        slots = self.slots
        count: i64 = len(slots)
        tags = vec[i64]([0] * int(BATCH))
        while first < last:
            # All tags of a batch first: then the reads of the table, each a cache miss, overlap.
            size = min(last - first, BATCH)
            for index in range(size):
                row = first + index
                span = spans[row]
                if span < 0:
                    other = rows.other_ids[-1 - span]
                    tags[index] = tag_of(other, 0, len(other), seed)
                else:
                    start = starts[row] + (span >> ID_LENGTH_BITS)
                    tags[index] = tag_of(data, start, start + (span & ID_LENGTH), seed)
            for index in range(size):
                tag = tags[index]
                place = (tag * count) >> TAG_BITS
                slot = slots[place]
                while slot != 0:
                    if slot >> ROW_BITS == tag and self._is_same((slot & ROW) - 1, rows, first + index):
                        return first + index
                    place += 1
                    if place == count:
                        place = 0
                    slot = slots[place]
                slots[place] = (tag << ROW_BITS) | (base + first + index + 1)
            first += size
        return -1

    def _is_same(self, entered: i64, rows: NodeRows, row: i64) -> bool:
        """Whether the row entered as number ``entered`` has the id of ``row``; if so, says which it is."""
        index: i64 = len(self.bases) - 1
        while self.bases[index] > entered:
            index -= 1
        self.first_text = index
        self.first_row = entered - self.bases[index]
        return self.texts[index].id_bytes(self.first_row) == rows.id_bytes(row)

    def _grow(self, count: i64) -> None:
        """More slots. The place follows from the tag, so each slot moves without its id."""
        slots = empty_slots(count)
        for slot in self.slots:
            if slot != 0:
                place = ((slot >> ROW_BITS) * count) >> TAG_BITS
                while slots[place] != 0:
                    place += 1
                    if place == count:
                        place = 0
                slots[place] = slot
        self.slots = slots


def empty_slots(count: i64) -> vec[i64]:
    """``count`` zeros, a whole number of blocks."""
    block = vec[i64]([0] * int(BLOCK))
    slots = vec[i64](capacity=count)
    for _ in range(count // BLOCK):
        slots = extend(slots, block)
    return slots
