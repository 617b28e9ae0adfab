"""Failover in steps, each of some milliseconds: for callers that must come back to an event loop."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Final

from librt.vecs import extend, vec
from mypy_extensions import i64

from rvhctl.core.failover import survivors

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPILED: Final = not __file__.endswith(".py")


class Ranking:
    """The answer of ``failover.survivors``, found by sorting slices of so many nodes and merging them.

    Call ``step`` while it returns True; then ``order`` holds the indices.
    """

    def __init__(self, latencies: vec[float], limit: float, size: i64) -> None:
        self.latencies = latencies
        self.limit = limit
        self.size = size
        self.read: i64 = 0
        self.order = vec[i64]()
        # Ends of the sorted runs in ``order``, and of the merged runs of the next round in ``merged``.
        self.ends: list[i64] = []
        self.merged = vec[i64]()
        self.merged_ends: list[i64] = []
        # Interpreted: the same as lists, and the merge of all runs once it has begun.
        self.values: list[float] = []
        self.runs: list[list[i64]] = []
        self.stream: Iterator[i64] | None = None

    def step(self) -> bool:
        """Do a slice of the work; False when none is left."""
        if self.read < len(self.latencies):
            self.rank_slice()
        elif not COMPILED:
            return self.merge_slice()
        elif len(self.ends) <= 1 and len(self.merged_ends) == 0:
            return False
        else:
            self.merge_pair()
        return True

    def rank_slice(self) -> None:
        """Sort the survivors of the next slice into a run of their own."""
        part = self.latencies[self.read : self.read + self.size]
        found = survivors(part, self.limit)
        k: i64 = 0
        count: i64 = len(found)
        while k < count:
            found[k] = found[k] + self.read
            k += 1
        self.read += len(part)
        if not COMPILED:
            self.values += part
            self.runs.append(list(found))
        elif count > 0:
            self.order = extend(self.order, found)
            self.ends.append(len(self.order))

    def merge_pair(self) -> None:
        """Merge the next two runs of a round, or close the round."""
        done = len(self.merged_ends) * 2
        if done >= len(self.ends):
            self.order, self.merged = self.merged, vec[i64]()
            self.ends, self.merged_ends = self.merged_ends, []
            return
        start = self.ends[done - 1] if done > 0 else 0
        middle = self.ends[done]
        stop = self.ends[done + 1] if done + 1 < len(self.ends) else middle
        self.merged = extend(self.merged, merged_runs(self.latencies, self.order, start, middle, stop))
        self.merged_ends.append(stop)

    def merge_slice(self) -> bool:
        """Take a slice off the merge of all runs; interpreted, that costs less than merging in pairs."""
        if self.stream is None:
            self.stream = merge(*self.runs, key=self.values.__getitem__)
        part = list(islice(self.stream, self.size))
        self.order = extend(self.order, part)
        return len(part) == self.size


def merged_runs(latencies: vec[float], order: vec[i64], start: i64, middle: i64, stop: i64) -> vec[i64]:
    """Two neighbouring sorted runs of ``order`` as one; of equal latencies the left one comes first."""
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
