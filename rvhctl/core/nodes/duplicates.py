"""Whether an id comes twice: of ids of Python callers, and of ids in a text by their 64-bit hashes.

Two ids of one hash are possible, though that takes billions of ids: a caller who is told of duplicate hashes
compares the ids.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, zeros
from rvhctl.core.placement.xxh64 import xxh64_span

SHARDS: Final = 32
SLOTS_A_HASH: Final = 4
"""A fuller table costs branch mispredictions."""

SETS: Final = 64
FACTOR_MASK: Final = 0x7F
FACTOR_BITS: Final = 7
HASH_MASK: Final = 0x3FFF
PRODUCT_BITS: Final = 8


def hash_of(data: bytes, start: i64, end: i64, seed: i64) -> i64:
    """Return the XXH64 of ``data[start:end]``, with 1 for 0, which stands for a free slot."""
    value = xxh64_span(data, start, end, seed)
    if value == 0:
        return 1
    return value


class IdHashes:
    """Finds duplicates among hashes, which come 8 bytes each: first to ``count``, then again to ``deal``.

    They are dealt into shards, whose tables fit a processor's cache (up to some millions).
    """

    def __init__(self) -> None:
        # Where the hashes of a shard begin; once all are dealt, where they end.
        self._places = vec[i64]([0] * (int(SHARDS) + 1))
        self._dealt = vec[i64]()
        self._slots = vec[i64]()

    def count(self, hashes: bytes) -> None:
        places = self._places
        size: i64 = len(hashes)
        for at in range(0, size, 8):
            places[(read_i64_le(hashes, at) & (SHARDS - 1)) + 1] += 1

    def deal(self, hashes: bytes) -> None:
        places = self._places
        if len(self._dealt) == 0:
            for shard in range(SHARDS):
                places[shard + 1] += places[shard]
            self._dealt = zeros((places[SHARDS] // BLOCK + 1) * BLOCK)
        dealt = self._dealt
        size: i64 = len(hashes)
        for at in range(0, size, 8):
            value = read_i64_le(hashes, at)
            shard = value & (SHARDS - 1)
            dealt[places[shard]] = value
            places[shard] += 1

    def has_duplicates(self, shard: i64) -> bool:
        """Whether a hash comes twice in one of the ``SHARDS``; all are dealt, and each is asked for once."""
        places = self._places
        dealt = self._dealt
        first: i64 = 0
        if shard > 0:
            first = places[shard - 1]
        last = places[shard]
        wanted = (last - first) * SLOTS_A_HASH + 1
        if len(self._slots) < wanted:
            self._slots = zeros((wanted // BLOCK + 1) * BLOCK)
        # Open addressing. What another shard has left differs in its last bits, and its slot is free.
        slots = self._slots
        count: i64 = len(slots)
        for index in range(first, last):
            value = dealt[index]
            place = (((value >> 32) & 0xFFFFFFFF) * count) >> 32
            slot = slots[place]
            while slot & (SHARDS - 1) == shard and slot != 0:
                if slot == value:
                    return True
                place += 1
                if place == count:
                    place = 0
                slot = slots[place]
            slots[place] = value
        return False


class SeenIds:
    """The ids of Python callers seen so far.

    A set grows by copying itself, which takes 70 ms at a million. So there are many, and of uneven size
    (an id goes where the product of two parts of its hash sends it): they grow a little at a time and at
    different times.
    """

    def __init__(self) -> None:
        self.shards: list[set[object]] = [set() for _ in range(SETS)]

    def add(self, ids: list[object]) -> i64:
        """Take more ids; return the position among them of the first one seen before, or -1."""
        shards = self.shards
        for k, node_id in enumerate(ids):
            digest: i64 = hash(node_id) & HASH_MASK
            shard = shards[(digest & FACTOR_MASK) * (digest >> FACTOR_BITS) >> PRODUCT_BITS]
            known = len(shard)
            shard.add(node_id)
            if len(shard) == known:
                return k
        return -1

    def forget(self) -> bool:
        """Free one set; return False when none is left, and nothing can be added any more."""
        if len(self.shards) > 0:
            self.shards.pop()
        return len(self.shards) > 0
