"""Whether an id comes twice among the rows of a text.

Open addressing. A slot holds 31 bits of the id's hash and the number of its row, so that an id is
compared only where those bits are equal.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, zeros
from rvhctl.core.noderows import ID_LENGTH, ID_LENGTH_BITS, NodeRows

COMPILED: Final = not __file__.endswith(".py")

BATCH: Final = 64
"""Ids that are hashed before the first of them is looked for."""

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
    """The ids of the rows that were entered; there may be 2^32 - 2 of them."""

    def __init__(self, rows: NodeRows, seed: i64 = 0) -> None:
        """``seed``: one that cannot be foreseen, where an input may be made to be slow."""
        self.rows: Final = rows
        self.seed: Final[i64] = seed
        # Two thirds full at most.
        count: i64 = len(rows)
        self.slots = zeros((count + count // 2) // BLOCK * BLOCK + BLOCK)

    def add(self, first: i64, last: i64) -> i64:
        """Enter the rows from ``first`` until before ``last``: -1, or the first whose id is there already.

        In that case ``add(row + 1, last)`` goes on.
        """
        rows = self.rows
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
                    if slot >> ROW_BITS == tag and rows.same_id((slot & ROW) - 1, first + index):
                        return first + index
                    place += 1
                    if place == count:
                        place = 0
                    slot = slots[place]
                slots[place] = (tag << ROW_BITS) | (first + index + 1)
            first += size
        return -1
