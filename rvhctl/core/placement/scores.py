"""The best few of many buckets by score, for what a key's probes leave open: rendezvous hashing.

The score of bucket i for a key is -ln(u) / weight, where u in (0, 1] comes from r, the XXH64 of the key's and
the bucket's number. The lowest score is best; of equal ones the larger r, then the smaller bucket.
"""

from __future__ import annotations

from math import log
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.placement.probes import HALF_DRAW_SEED, pair_hash

UNIT: Final = 1.1102230246251565e-16
"""2^-53."""


def score(r: i64, weight: float) -> float:
    """The score of a bucket of that weight."""
    return -log((float((r >> 11) & 0x1FFFFFFFFFFFFF) + 1.0) * UNIT) / weight


class Best:
    """A heap of the best buckets so far, its worst on top.

    Where all weights are equal the scores are left at 0: a larger r has no larger logarithm (its error, well
    under one unit in the last place, is smaller than the step between neighbours), so r alone decides.
    """

    def __init__(self, room: i64, even: bool) -> None:
        """``room`` is the number of buckets that are kept; ``even``: all buckets weigh the same."""
        self.even: Final = even
        self.scores = vec[float]([0.0] * int(room))
        # r with its top bit turned, so that signed integers compare as the unsigned ones they stand for.
        self.ranks = vec[i64]([0] * int(room))
        self.buckets = vec[i64]([0] * int(room))
        self.room: i64 = room
        self.size: i64 = 0

    def begin(self, room: i64) -> None:
        """Empty, with no more room than at first."""
        self.room = room
        self.size = 0

    def offer(self, key: i64, bucket: i64, weight: float) -> None:
        """Keep the bucket if it is among the best so far; it may not be there yet."""
        half: i64 = HALF_DRAW_SEED
        r = pair_hash(key, bucket)
        rank = r ^ (half << 1)
        value = 0.0 if self.even else score(r, weight)
        if self.size < self.room:
            self._rise(value, rank, bucket)
        elif self._is_worse(0, value, rank, bucket):
            self._sink(value, rank, bucket, self.size)

    def drain(self, into: vec[i64], end: i64) -> None:
        """The buckets, the best first, into the places before ``end``; then the heap is empty."""
        while self.size > 0:
            end -= 1
            into[end] = self.buckets[0]
            last = self.size - 1
            self.size = last
            self._sink(self.scores[last], self.ranks[last], self.buckets[last], last)

    def _is_worse(self, at: i64, value: float, rank: i64, bucket: i64) -> bool:
        """Whether the entry comes after one of these values."""
        if self.scores[at] != value:
            return self.scores[at] > value
        if self.ranks[at] != rank:
            return self.ranks[at] < rank
        return self.buckets[at] > bucket

    def _put(self, at: i64, value: float, rank: i64, bucket: i64) -> None:
        self.scores[at] = value
        self.ranks[at] = rank
        self.buckets[at] = bucket

    def _move(self, source: i64, target: i64) -> None:
        self._put(target, self.scores[source], self.ranks[source], self.buckets[source])

    def _rise(self, value: float, rank: i64, bucket: i64) -> None:
        """Add an entry at the bottom and let it rise over all that are better."""
        at = self.size
        self.size = at + 1
        while at > 0:
            parent = (at - 1) >> 1
            if self._is_worse(parent, value, rank, bucket):
                break
            self._move(parent, at)
            at = parent
        self._put(at, value, rank, bucket)

    def _sink(self, value: float, rank: i64, bucket: i64, size: i64) -> None:
        """Replace the top of the first ``size`` entries, and let the new one sink under all that are worse."""
        if size == 0:
            return
        at: i64 = 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            other = child + 1
            if other < size and self._is_worse(
                other, self.scores[child], self.ranks[child], self.buckets[child]
            ):
                child = other
            if not self._is_worse(child, value, rank, bucket):
                break
            self._move(child, at)
            at = child
        self._put(at, value, rank, bucket)
