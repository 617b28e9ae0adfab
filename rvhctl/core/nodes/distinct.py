"""Whether an id has been there before."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

SHARDS: Final = 64
FACTOR_MASK: Final = 0x7F
FACTOR_BITS: Final = 7
HASH_MASK: Final = 0x3FFF
PRODUCT_BITS: Final = 8


class Distinct:
    """The ids seen so far.

    A set grows by copying itself, which takes 70 ms at a million. So there are many, and of uneven size
    (an id goes where the product of two parts of its hash sends it): they grow a little at a time and at
    different times.
    """

    def __init__(self) -> None:
        self.shards: list[set[object]] = [set() for _ in range(SHARDS)]

    def add(self, ids: list[object]) -> i64:
        """Take more ids; the position among them of the first one that was there before, or -1."""
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
        """Let go of one set; False when none is left, and nothing can be added any more."""
        if len(self.shards) > 0:
            self.shards.pop()
        return len(self.shards) > 0
