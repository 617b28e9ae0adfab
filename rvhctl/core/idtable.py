"""Whether an id comes twice, over the rows of one or of several texts.

Open addressing. A slot holds 31 bits of the id's hash and the number of its row, so that a table
grows without looking at the ids again, and an id is compared only where those bits are equal.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.nodescan import ID_LENGTH, ID_LENGTH_BITS, NodeScan

COMPILED: Final = not __file__.endswith(".py")

FIRST_BITS: Final = 10
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
    state = seed ^ length
    if length >= 8:
        while start <= end - 8:
            state = mix(state, read_i64_le(data, start))
            start += 8
        if start < end:
            state = mix(state, read_i64_le(data, end - 8))
    else:
        # The bytes behind the id are shifted out.
        state = mix(state, read_i64_le(data, start) << (64 - 8 * length))
    state *= FINISHER
    return (state >> 33) & 0x7FFFFFFF


class IdTable:
    """The ids of one scan after another. Rows are numbered through, so there may be 2^32 - 2 of them."""

    def __init__(self, seed: i64 = 0) -> None:
        """``seed``: one that cannot be foreseen, where an input may be made to be slow."""
        self.seed = seed
        self.scans: list[NodeScan] = []
        self.bases = vec[i64]()
        self.rows: i64 = 0
        self.bits: i64 = FIRST_BITS
        self.slots = empty_slots(1 << int(FIRST_BITS))
        self.first_scan: i64 = 0
        self.first_row: i64 = 0

    def begin(self, scan: NodeScan) -> None:
        """Take the next scan, which is complete: ``add`` is about its rows from here on."""
        self.scans.append(scan)
        self.bases = append(self.bases, self.rows)
        self.rows += len(scan)
        while self.rows * 4 > len(self.slots) * 3:
            self._grow()

    def add(self, first: i64, last: i64) -> i64:
        """Enter the rows from ``first`` until before ``last``; -1, or the first row whose id is there already.

        In that case ``first_scan`` and ``first_row`` say where it is, and ``add(row + 1, last)`` goes on.
        """
        scan = self.scans[-1]
        base = self.bases[len(self.bases) - 1]
        slots = self.slots
        shift = TAG_BITS - self.bits
        wrap: i64 = len(slots) - 1
        for row in range(first, last):
            span = scan.id_spans[row]
            if span < 0:
                other = scan.other_ids[-1 - span]
                tag = tag_of(other, 0, len(other), self.seed)
            else:
                start = scan.starts[row] + (span >> ID_LENGTH_BITS)
                tag = tag_of(scan.data, start, start + (span & ID_LENGTH), self.seed)
            place = tag >> shift
            slot = slots[place]
            while slot != 0:
                if slot >> ROW_BITS == tag and self._is_same((slot & ROW) - 1, scan, row):
                    return row
                place = (place + 1) & wrap
                slot = slots[place]
            slots[place] = (tag << ROW_BITS) | (base + row + 1)
        return -1

    def _is_same(self, entered: i64, scan: NodeScan, row: i64) -> bool:
        """Whether the row entered as number ``entered`` has the id of ``row``; if so, says which it is."""
        index: i64 = len(self.bases) - 1
        while self.bases[index] > entered:
            index -= 1
        self.first_scan = index
        self.first_row = entered - self.bases[index]
        return self.scans[index].id_bytes(self.first_row) == scan.id_bytes(row)

    def _grow(self) -> None:
        """Twice the slots. The tag's top bits are the place, so each slot moves without its id."""
        old = self.slots
        self.bits += 1
        self.slots = empty_slots(len(old) * 2)
        slots = self.slots
        shift = TAG_BITS - self.bits
        wrap: i64 = len(slots) - 1
        for slot in old:
            if slot != 0:
                place = (slot >> ROW_BITS) >> shift
                while slots[place] != 0:
                    place = (place + 1) & wrap
                slots[place] = slot


def empty_slots(count: i64) -> vec[i64]:
    slots = vec[i64](capacity=count)
    for _ in range(count):
        slots = append(slots, 0)
    return slots
