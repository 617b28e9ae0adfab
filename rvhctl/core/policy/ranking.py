"""Failover in steps of a few milliseconds, for callers that return to an event loop between them."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

from librt.vecs import extend, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.policy.survivors import ascending
from rvhctl.core.words import COMPILED

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ranking:
    """The answer of ``survivors``, found by sorting slices of ``size`` nodes and merging them.

    Call ``step`` while it returns True; then ``order`` holds the indices.
    """

    def __init__(self, latencies: Floats, limit: float, size: i64) -> None:
        self.order: Final = Ints()
        self._latencies = latencies.values
        self._limit: Final[float] = limit
        self._size: Final[i64] = size
        self._read: i64 = 0
        # Ends of the sorted runs in ``order``, and of the merged runs of the next round in ``merged``.
        self._ends: list[i64] = []
        self._merged = vec[i64]()
        self._merged_ends: list[i64] = []
        # Interpreted: the same as lists, and the merge of all runs once it has begun.
        self._values: list[float] = []
        self._runs: list[list[i64]] = []
        self._stream: Iterator[i64] | None = None

    def step(self) -> bool:
        """Do a slice of the work; False when none is left."""
        if self._read < len(self._latencies):
            self.rank_slice()
        elif not COMPILED:
            return self.merge_slice()
        elif len(self._ends) <= 1 and len(self._merged_ends) == 0:
            return False
        else:
            self.merge_pair()
        return True

    def rank_slice(self) -> None:
        """Sort the survivors of the next slice into a run of their own."""
        part = self._latencies[self._read : self._read + self._size]
        found = ascending(part, self._limit)
        count: i64 = len(found)
        for k in range(count):
            found[k] = found[k] + self._read
        self._read += len(part)
        if not COMPILED:
            self._values += part
            self._runs.append(list(found))
        elif count > 0:
            self.order.values = extend(self.order.values, found)
            self._ends.append(len(self.order.values))

    def merge_pair(self) -> None:
        """Merge the next two runs of a round, or close the round."""
        done = len(self._merged_ends) * 2
        if done >= len(self._ends):
            self.order.values, self._merged = self._merged, vec[i64]()
            self._ends, self._merged_ends = self._merged_ends, []
            return
        start = self._ends[done - 1] if done > 0 else 0
        middle = self._ends[done]
        stop = self._ends[done + 1] if done + 1 < len(self._ends) else middle
        self._merged = extend(
            self._merged, merged_runs(self._latencies, self.order.values, start, middle, stop)
        )
        self._merged_ends.append(stop)

    def merge_slice(self) -> bool:
        """Take a slice off the merge of all runs; interpreted, that costs less than merging in pairs."""
        if self._stream is None:
            self._stream = merge(*self._runs, key=self._values.__getitem__)
        part = list(islice(self._stream, self._size))
        self.order.values = extend(self.order.values, part)
        return len(part) == self._size


def merged_runs(latencies: vec[float], order: vec[i64], start: i64, middle: i64, stop: i64) -> vec[i64]:
    """Merge two neighbouring sorted runs of ``order``; of equal latencies the left one comes first."""
    target = vec[i64]([0] * int(stop - start))
    left = start
    right = middle
    k: i64 = 0
    while left < middle and right < stop:
        if latencies[order[left]] <= latencies[order[right]]:
            target[k] = order[left]
            left += 1
        else:
            target[k] = order[right]
            right += 1
        k += 1
    while left < middle:
        target[k] = order[left]
        left += 1
        k += 1
    while right < stop:
        target[k] = order[right]
        right += 1
        k += 1
    return target
