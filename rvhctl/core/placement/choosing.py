"""The first few buckets of each key's order of preference, in slices of bounded work.

The order: the buckets that the key's 64 probes find, each where it is found first; then the other live ones
by score (:mod:`rvhctl.core.placement.scores`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints, ints
from rvhctl.core.placement.bits import key_bits
from rvhctl.core.placement.jump import jump_each_in
from rvhctl.core.placement.probes import word_hash
from rvhctl.core.placement.scores import Best
from rvhctl.core.placement.table import PROBES, UNSETTLED, BucketTable
from rvhctl.errors import JumpHashError

BUDGET: Final = 1048576
"""2^20 probes and scores, some 30 ms compiled: then ``choose`` comes back, so that signals are heard."""

MOST_SCORED: Final = 10000000
"""Buckets that are scored for a key: a third of a second, compiled."""

ROWS: Final = 4096
"""Keys that make their next probe at once; what is held for them stays in a processor's cache."""

UNSCORED: Final = -1
"""In ``_position``: the scores of the current row have not been begun."""


def key_column(
    keys: list[object], start: int, end: int, native: bool, digest: Callable[[bytes], int]
) -> Ints:
    """Return the 64 bits of ``keys[start:end]``, see ``key_bits``; an error names its key, counted from 1."""
    column = vec[i64]()
    position = start
    try:
        while position < end:
            column = append(column, key_bits(keys[position], native, digest))
            position += 1
    except JumpHashError as error:
        raise JumpHashError(f"key {position + 1}: {error}") from None
    return ints(column)


class Chooser:
    """The first ``count`` of the order of each key, or all live buckets where those are fewer."""

    def __init__(self, table: BucketTable, count: i64, budget: i64 = BUDGET) -> None:
        """``count`` is at least 1, and some bucket is live."""
        self.table: Final = table
        self.budget: Final[i64] = budget
        self.count: Final[i64] = min(count, table.live)
        # The rows before this one have made their probes, and so many of them lack buckets.
        self._probed: i64 = 0
        self._lacking: i64 = 0
        # Of the current row: how far the scores have come.
        self._position: i64 = UNSCORED
        self._best_few: Best | None = None

    def choose(self, keys: Ints, row: i64, end: i64, chosen: Ints) -> i64:
        """Fill ``chosen[row * count : end * count]`` for ``keys[row:end]``, or a part of it.

        Return the row to go on with, with the same columns; ``end`` when all is done.
        """
        table, bits, target = self.table, keys.values, chosen.values
        if table.plain and self.count == 1:
            jump_each_in(table.dialect, bits, row, end, table.buckets, target)
            return end
        budget = self.budget
        while row < end and budget > 0:
            if row >= self._probed:
                self._probe(bits, row, end, target)
                budget -= (self._probed - row) * PROBES
            while self._lacking > 0 and budget > 0:
                start = row * self.count
                if target[start + self.count - 1] == UNSETTLED:
                    budget = self._score(bits[row], target, start, budget)
                    if self._position != UNSCORED:
                        return row
                    self._lacking -= 1
                row += 1
            if self._lacking == 0:
                row = self._probed
                self._probed = 0
        return row

    def _probe(self, keys: vec[i64], row: i64, end: i64, chosen: vec[i64]) -> None:
        """Fill rows from this one on with what their probes find, and ``UNSETTLED`` behind that where it is too few.

        All make one probe, then those that lack buckets the next one: see ``jump_each``.
        """
        table, count = self.table, self.count
        left = min(end - row, max(1, min(ROWS, self.budget // PROBES)))
        self._probed = row + left
        hashes = vec[i64]([0] * int(left))
        buckets = vec[i64]([0] * int(left))
        rows = vec[i64]([0] * int(left))
        places = vec[i64]([0] * int(left))
        for k in range(left):
            hashes[k] = keys[row + k]
            rows[k] = row + k
            places[k] = (row + k) * count
        probe: i64 = 0
        while left > 0 and probe < PROBES:
            jump_each_in(table.dialect, hashes, 0, left, table.buckets, buckets)
            lacking: i64 = 0
            for k in range(left):
                at = rows[k]
                key = keys[at]
                bucket = buckets[k]
                place = places[k]
                if (table.plain or table.takes(bucket, key, probe)) and not is_among(
                    chosen, at * count, place, bucket
                ):
                    chosen[place] = bucket
                    place += 1
                rows[lacking] = at
                places[lacking] = place
                hashes[lacking] = word_hash(key, probe + 1)
                lacking += place < (at + 1) * count
            left = lacking
            probe += 1
        for k in range(left):
            chosen[places[k]] = UNSETTLED
            chosen[(rows[k] + 1) * count - 1] = UNSETTLED
        self._lacking = left

    def _score(self, key: i64, chosen: vec[i64], start: i64, budget: i64) -> i64:
        """Put the best of the other live buckets behind those that are found, within the budget; what is left of it.

        Raises:
            JumpHashError: they are too many.
        """
        table = self.table
        if table.buckets > MOST_SCORED:
            self._probed = 0
            raise JumpHashError(
                f"{PROBES} probes did not settle a key, and {table.buckets} buckets are too many to score; "
                f"at most {MOST_SCORED} with such weights, failures or replicas"
            )
        stop, end = start, start + self.count
        while chosen[stop] != UNSETTLED:
            stop += 1
        best = self._best()
        if self._position == UNSCORED:
            self._position = 0
            best.begin(end - stop)
        dense = table.dense
        candidates = table._listed() if dense else vec[i64]()
        last = table.live if dense else table.buckets
        at = self._position
        while at < last:
            if budget <= 0:
                self._position = at
                return budget
            budget -= 1
            bucket = candidates[at] if dense else at
            at += 1
            if (dense or table.is_live(bucket)) and not is_among(chosen, start, stop, bucket):
                best.offer(key, bucket, table.weight(bucket))
        best.drain(chosen, end)
        self._position = UNSCORED
        return budget

    def _best(self) -> Best:
        best = self._best_few
        if best is None:
            best = self._best_few = Best(self.count, self.table.even)
        return best


def is_among(chosen: vec[i64], start: i64, end: i64, bucket: i64) -> bool:
    """Whether a bucket has been chosen, in the places from start to end - 1."""
    while start < end:
        if chosen[start] == bucket:
            return True
        start += 1
    return False
