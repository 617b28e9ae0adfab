"""Ids as 64-bit hashes, and whether one of these comes twice.

Two ids with one hash are possible, though one needs billions of them: whoever is told of twins looks at the ids.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, zeros

COMPILED: Final = not __file__.endswith(".py")

# Odd multipliers from SplitMix64 (Steele, Lea, Flood 2014), cut to 62 bits, which mypyc keeps unboxed.
MULTIPLIER: Final = 0x3F58476D1CE4E5B9
FINISHER: Final = 0x14D049BB133111EB

SHARDS: Final = 32
ROOM: Final = 4
"""Slots a hash: with fewer of them free, more of the looks at one would be mispredicted."""


def mix(state: i64, word: i64) -> i64:
    state = (state ^ word) * MULTIPLIER
    return state ^ ((state >> 32) & 0xFFFFFFFF)


def hash_of(data: bytes, start: i64, end: i64, seed: i64) -> i64:
    """64 bits, not 0, that depend on every byte of ``data[start:end]``.

    ``seed``: one that cannot be foreseen, where an input may be made to be slow.
    """
    if not COMPILED:
        return hash(data[start:end]) or 1
    length = end - start
    if start + 8 > len(data):
        return hash_of(data[start:end] + bytes(8), 0, length, seed)
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
    if state == 0:
        return 1
    return state


class IdHashes:
    """Finds twins among hashes, which come 8 bytes each: first to ``count``, then again to ``deal``.

    They are dealt into shards, whose tables fit a processor's cache (up to some millions).
    """

    def __init__(self) -> None:
        # Where the hashes of a shard begin; once all are dealt, where they end.
        self.places = vec[i64]([0] * (int(SHARDS) + 1))
        self.dealt = vec[i64]()

    def count(self, hashes: bytes) -> None:
        places = self.places
        size: i64 = len(hashes)
        for at in range(0, size, 8):
            places[(read_i64_le(hashes, at) & (SHARDS - 1)) + 1] += 1

    def deal(self, hashes: bytes) -> None:
        places = self.places
        if len(self.dealt) == 0:
            for shard in range(SHARDS):
                places[shard + 1] += places[shard]
            self.dealt = zeros((places[SHARDS] // BLOCK + 1) * BLOCK)
        dealt = self.dealt
        size: i64 = len(hashes)
        for at in range(0, size, 8):
            value = read_i64_le(hashes, at)
            shard = value & (SHARDS - 1)
            dealt[places[shard]] = value
            places[shard] += 1

    def has_twins(self, shard: i64) -> bool:
        """Whether a hash comes twice in one of the ``SHARDS``; all are dealt."""
        places = self.places
        dealt = self.dealt
        first: i64 = 0
        if shard > 0:
            first = places[shard - 1]
        last = places[shard]
        # Open addressing; 0 is a free slot.
        slots = zeros(((last - first) * ROOM // BLOCK + 1) * BLOCK)
        count: i64 = len(slots)
        for index in range(first, last):
            value = dealt[index]
            place = (((value >> 32) & 0xFFFFFFFF) * count) >> 32
            slot = slots[place]
            while slot != 0:
                if slot == value:
                    return True
                place += 1
                if place == count:
                    place = 0
                slot = slots[place]
            slots[place] = value
        return False
