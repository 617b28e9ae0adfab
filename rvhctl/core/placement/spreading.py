"""The replicas of each key in as many failure domains (zones) as there are.

The owner is the first of the key's order of preference; each further replica is the next of the order in a zone
that has none yet, and where all zones have one, the next of the order.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.placement.choosing import BUDGET, Chooser
from rvhctl.core.placement.jump import jump_in
from rvhctl.core.placement.scores import Best
from rvhctl.core.placement.table import PROBES, BucketTable


def chooser_of(table: BucketTable, count: i64) -> Chooser:
    """What chooses the first ``count`` of each key: by order, or spread over the zones of the table."""
    if count > 1 and len(table.zones) > 0:
        return SpreadChooser(table, count)
    return Chooser(table, count)


class SpreadChooser(Chooser):
    """The first ``count`` of each key over the zones, or all live buckets where those are fewer."""

    def __init__(self, table: BucketTable, count: i64, budget: i64 = BUDGET) -> None:
        """``table`` has the zone of each bucket; some bucket is live."""
        super().__init__(table, count, budget)
        live = {zone for bucket, zone in enumerate(table.zones.tolist()) if table.is_live(bucket)}
        self._different: Final[i64] = min(self.count, len(live))
        # Of each zone, the number of the key for which it was taken last: no key has to clear them.
        self._taken_by = vec[i64]([0] * (max(table.zones.tolist()) + 1))
        self._keys_begun: i64 = 0
        self._key: Final = Ints([0])
        self._first: Final = Ints([0] * int(self.count))

    def choose(self, keys: Ints, row: i64, end: i64, chosen: Ints) -> i64:
        bits, target = keys.values, chosen.values
        budget = self.budget
        while row < end and budget > 0:
            start = row * self.count
            taken = self._by_probes(bits[row], target, start)
            budget -= PROBES
            while taken < self._different:
                self._take_bucket(self._best_elsewhere(bits[row]), target, start + taken)
                taken += 1
                budget -= self.table.buckets
            if taken < self.count:
                budget -= self._fill(bits[row], target, start, taken)
            row += 1
        return row

    def _by_probes(self, key: i64, chosen: vec[i64], start: i64) -> i64:
        """The buckets that the probes find in zones of their own; how many."""
        table, zones, taken_by = self.table, self.table.zones.values, self._taken_by
        self._keys_begun += 1
        taken: i64 = 0
        probe: i64 = 0
        while probe < PROBES and taken < self._different:
            bucket = jump_in(table.dialect, table.probe_hash(key, probe), table.buckets)
            if taken_by[zones[bucket]] != self._keys_begun and table.takes(bucket, key, probe):
                self._take_bucket(bucket, chosen, start + taken)
                taken += 1
            probe += 1
        return taken

    def _take_bucket(self, bucket: i64, chosen: vec[i64], at: i64) -> None:
        chosen[at] = bucket
        self._taken_by[self.table.zones.values[bucket]] = self._keys_begun

    def _best_elsewhere(self, key: i64) -> i64:
        """The live bucket of the best score in a zone that has none yet."""
        table, zones, taken_by = self.table, self.table.zones.values, self._taken_by
        best = Best(1, table.even)
        for bucket in range(table.buckets):
            if taken_by[zones[bucket]] != self._keys_begun and table.is_live(bucket):
                best.offer(key, bucket, table.weight(bucket))
        return best.buckets[0]

    def _fill(self, key: i64, chosen: vec[i64], start: i64, taken: i64) -> i64:
        """The next of the order where all zones have one; what it costs.

        Among the first ``count`` of the order are as many as are missing.
        """
        self._key.values[0] = key
        cost: i64 = 0
        while super().choose(self._key, 0, 1, self._first) == 0:
            cost += self.budget
        first = self._first.values
        end = start + self.count
        for place in range(self.count):
            at = start
            while at < start + taken and chosen[at] != first[place]:
                at += 1
            if at == start + taken and at < end:
                chosen[at] = first[place]
                taken += 1
        return cost + PROBES
