"""Which bucket owns a key while some buckets are down and some weigh less than others.

A key tries the buckets ``b_t = jump(h_t, buckets)`` for t = 0, 1, ..., 63 and belongs to the first that is
up and takes it. h_0 is the key itself, h_t the XXH64 of its eight bytes with seed t. While nothing is down
and all weigh the same, that is plain jump hash. Nothing depends on the order in which buckets failed.
What 64 probes do not settle, :mod:`rvhctl.core.placement.choosing` does.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints, place_in
from rvhctl.core.placement.jump import jump_in
from rvhctl.core.placement.probes import draw, word_hash

PROBES: Final = 64
"""Probes of a key before its owner is chosen by score: with one bucket of a hundred up, half of the keys get there."""

FULL: Final = 9007199254740992.0
"""2^53, in the column of limits: a bucket of the largest weight, which takes every key that comes."""

DOWN: Final = -1.0
"""In the column of limits: the bucket takes no key."""

DENSE: Final = 1048576
"""2^20 buckets, each of which has a limit; of more buckets, only those that are unlike the rest."""

UNSETTLED: Final = -1
"""No probe has found an owner."""


class BucketTable:
    """Buckets 0 to ``buckets - 1``: which are down, and what each weighs.

    ``weights`` are finite and above 0; a bucket that is not in it weighs 1. All numbers are in range: the
    caller has checked them.
    """

    def __init__(
        self,
        buckets: i64,
        dialect: i64,
        weights: dict[int, float],
        down: list[int],
        dense_up_to: i64 = DENSE,
        zones: Ints | None = None,
        max_weight: float = 0.0,
    ) -> None:
        """
        Args:
            zones: the failure domain of each bucket, from 0, if replicas are to lie in different ones.
            max_weight: what weights are relative to; 0 for the largest of them, which it is at least.
        """
        self.buckets: Final = buckets
        self.dialect: Final = dialect
        self.zones: Final = Ints() if zones is None else zones
        failed = set(down)
        self.live: Final[i64] = buckets - len(failed)
        unlike = sorted(failed.union(weights))
        common = 1.0 if len(weights) < buckets else 0.0
        self.largest: Final = max([common, max_weight, *weights.values()])
        live_weights = {weights.get(bucket, 1.0) for bucket in weights.keys() - failed}
        if len(failed.union(weights)) < buckets:
            live_weights.add(1.0)
        self.even: Final = len(live_weights) <= 1
        """All live buckets weigh the same."""
        self.plain: Final = not failed and self.even and max_weight <= max(live_weights, default=1.0)
        """Nothing is unlike plain jump hash."""
        self.dense: Final = buckets <= dense_up_to and not self.plain
        self._unlike = vec[i64]()
        if not self.dense:
            for bucket in unlike:
                self._unlike = append(self._unlike, bucket)
        slots = buckets if self.dense else len(self._unlike) + 1
        # Whether a bucket takes a key: its share of the largest weight times 2^53, FULL or DOWN.
        self._limits = vec[float]([share(1.0, self.largest)] * int(slots))
        self._weights = vec[float]([1.0] * int(slots))
        for bucket in unlike:
            slot = self._slot(bucket)
            weight = weights.get(bucket, 1.0)
            self._weights[slot] = weight
            self._limits[slot] = DOWN if bucket in failed else share(weight, self.largest)
        self._live_buckets = vec[i64]()

    def _slot(self, bucket: i64) -> i64:
        """Where the columns have this bucket."""
        return bucket if self.dense else place_in(self._unlike, bucket)

    def is_live(self, bucket: i64) -> bool:
        return self._limits[self._slot(bucket)] >= 0.0

    def weight(self, bucket: i64) -> float:
        return self._weights[self._slot(bucket)]

    def probe_hash(self, key: i64, probe: i64) -> i64:
        """h_t of the key."""
        return key if probe == 0 else word_hash(key, probe)

    def takes(self, bucket: i64, key: i64, probe: i64) -> bool:
        """Whether a bucket that a key has come to with this probe is up and takes it."""
        limit = self._limits[self._slot(bucket)]
        if limit >= FULL:
            return True
        return limit > 0.0 and float(draw(key, probe)) < limit

    def probed_owner(self, key: i64) -> i64:
        """The bucket of the first probe that finds one; UNSETTLED where all 64 find none."""
        bucket = jump_in(self.dialect, key, self.buckets)
        if self.plain or self.takes(bucket, key, 0):
            return bucket
        probe: i64 = 1
        while probe < PROBES:
            bucket = jump_in(self.dialect, word_hash(key, probe), self.buckets)
            if self.takes(bucket, key, probe):
                return bucket
            probe += 1
        return UNSETTLED

    def _listed(self) -> vec[i64]:
        """The live buckets, ascending; only where the columns are dense."""
        if len(self._live_buckets) == 0:
            found = vec[i64](capacity=self.live)
            for bucket in range(self.buckets):
                if self._limits[bucket] >= 0.0:
                    found = append(found, bucket)
            self._live_buckets = found
        return self._live_buckets


def share(weight: float, largest: float) -> float:
    """The limit of a live bucket: how many of 2^53 draws it takes."""
    return FULL if weight == largest else weight / largest * FULL
