"""How a key comes to its nodes, probe by probe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rvhctl.core.placement.jump import jump_in
from rvhctl.core.placement.probes import pair_hash
from rvhctl.core.placement.table import PROBES, BucketTable
from rvhctl.core.words import MASK_64

Verdict = Literal["taken", "repeated", "down", "weight", "zone"]


@dataclass(frozen=True, slots=True)
class Probe:
    """One step of a key on its way to its nodes.

    Attributes:
        number: t, 0 to 63.
        hash: h_t, 64 bits unsigned.
        bucket: jump(h_t, buckets).
        verdict: ``taken``; or why it was passed over: ``repeated`` (an earlier probe took it), ``down``,
            ``weight`` (the draw went against a bucket of less than the largest weight), or ``zone`` (replicas are
            spread, and another one lies in its zone).
    """

    number: int
    hash: int
    bucket: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a key comes to its nodes.

    Attributes:
        h0: the key's 64 bits, unsigned.
        probes: up to the one that settled the last replica; all 64 where they settled too few.
        buckets: the replicas in order, the owner first.
        scored: of the buckets, those that no probe settled, and each one's r, unsigned.
    """

    h0: int
    probes: list[Probe]
    buckets: list[int]
    scored: dict[int, int]


def explained(table: BucketTable, h0: int, buckets: list[int]) -> Explanation:
    """How a key of these bits comes to these buckets, the first of its order, or of those spread over zones."""
    probes: list[Probe] = []
    taken: list[int] = []
    for number in range(PROBES):
        if len(taken) == len(buckets):
            break
        bits = table.probe_hash(h0, number)
        bucket = jump_in(table.dialect, bits, table.buckets)
        verdict: Verdict = "taken"
        if not table.is_live(bucket):
            verdict = "down"
        elif not table.takes(bucket, h0, number):
            verdict = "weight"
        elif bucket in taken:
            verdict = "repeated"
        elif bucket not in buckets:
            verdict = "zone"
        else:
            taken.append(bucket)
        probes.append(Probe(number, bits & MASK_64, bucket, verdict))
    return Explanation(
        h0=h0 & MASK_64,
        probes=probes,
        buckets=buckets,
        scored={bucket: pair_hash(h0, bucket) & MASK_64 for bucket in buckets if bucket not in taken},
    )
