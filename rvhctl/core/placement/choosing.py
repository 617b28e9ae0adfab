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
from rvhctl.core.placement.jump import PAPER, jump_each, jump_in
from rvhctl.core.placement.probes import word_hash
from rvhctl.core.placement.scores import Best
from rvhctl.core.placement.table import PROBES, BucketTable
from rvhctl.errors import JumpHashError

BUDGET: Final = 1048576
"""2^20 probes and scores, some 30 ms compiled: then ``choose`` comes back, so that signals are heard."""

MOST_SCORED: Final = 10000000
"""Buckets that are scored for a key: a third of a second, compiled."""

AT_PROBES: Final = -1
"""In ``_position``: the next row has not been begun."""


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
        # Of the current row: what its probes have found, and how far the scores have come.
        self._found = vec[i64]([0] * int(self.count))
        self._found_count: i64 = 0
        self._position: i64 = AT_PROBES
        self._best_few: Best | None = None

    def choose(self, keys: Ints, row: i64, end: i64, chosen: Ints) -> i64:
        """Fill ``chosen[row * count : end * count]`` for ``keys[row:end]``, or a part of it.

        Return the row to go on with; ``end`` when all is done.
        """
        table, bits, target = self.table, keys.values, chosen.values
        if table.plain and self.count == 1 and table.dialect == PAPER:
            jump_each(bits, row, end, table.buckets, target)
            return end
        if table.plain and self._position == AT_PROBES:
            row = self._choose_plain(bits, row, end, target)
        budget = self.budget
        while row < end:
            key = bits[row]
            if self._position == AT_PROBES:
                if self.count == 1:
                    bucket = table.probed_owner(key)
                    if bucket >= 0:
                        target[row] = bucket
                        row += 1
                        continue
                    self._found_count = 0
                else:
                    self._probe(key)
                budget -= PROBES
                self._position = 0
                if self._found_count < self.count:
                    self._best().begin(self.count - self._found_count)
            if self._found_count < self.count:
                budget = self._score(key, budget)
                if self._position != AT_PROBES:
                    return row
            self._take(target, row)
            row += 1
            if budget <= 0:
                return row
        return row

    def _choose_plain(self, keys: vec[i64], row: i64, end: i64, chosen: vec[i64]) -> i64:
        """Fill the rows from this one on where no bucket is unlike another; up to one that probes do not settle.

        As ``_probe`` and ``_take``, without a look at the table for each probe.
        """
        buckets, dialect, count = self.table.buckets, self.table.dialect, self.count
        last = min(end, row + self.budget // PROBES)
        while row < last:
            key = keys[row]
            start = row * count
            stop = start + count
            found = start
            probe: i64 = 0
            while found < stop:
                if probe == PROBES:
                    return row
                h = key if probe == 0 else word_hash(key, probe)
                bucket = jump_in(dialect, h, buckets)
                at = start
                while at < found and chosen[at] != bucket:
                    at += 1
                if at == found:
                    chosen[found] = bucket
                    found += 1
                probe += 1
            row += 1
        return row

    def _best(self) -> Best:
        best = self._best_few
        if best is None:
            best = self._best_few = Best(self.count, self.table.even)
        return best

    def _probe(self, key: i64) -> None:
        """The buckets that the probes find, at most ``count``."""
        table = self.table
        count: i64 = 0
        probe: i64 = 0
        while probe < PROBES and count < self.count:
            bucket = jump_in(table.dialect, table.probe_hash(key, probe), table.buckets)
            if table.takes(bucket, key, probe) and not self._is_found(bucket, count):
                self._found[count] = bucket
                count += 1
            probe += 1
        self._found_count = count

    def _is_found(self, bucket: i64, count: i64) -> bool:
        at: i64 = 0
        while at < count:
            if self._found[at] == bucket:
                return True
            at += 1
        return False

    def _score(self, key: i64, budget: i64) -> i64:
        """Offer the other live buckets, within the budget; what is left of it.

        Raises:
            JumpHashError: they are too many.
        """
        table = self.table
        if table.buckets > MOST_SCORED:
            raise JumpHashError(
                f"{PROBES} probes did not settle a key, and {table.buckets} buckets are too many to score; "
                f"at most {MOST_SCORED} with such weights, failures or replicas"
            )
        best = self._best()
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
            if (dense or table.is_live(bucket)) and not self._is_found(bucket, self._found_count):
                best.offer(key, bucket, table.weight(bucket))
        self._position = AT_PROBES
        return budget

    def _take(self, chosen: vec[i64], row: i64) -> None:
        """Finish the current row."""
        if self._found_count < self.count:
            self._best().drain(self._found, self.count)
        start = row * self.count
        for at in range(self.count):
            chosen[start + at] = self._found[at]
        self._position = AT_PROBES
