"""The order of preference as its definition reads, in unbounded integers, with the hashes of a library."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import xxhash

Jump = Callable[[int, int], int]


def naive_paper_jump(key: int, buckets: int) -> int:
    """The C code of the paper; a Python float is a C double."""
    b, j = -1, 0
    while j < buckets:
        b = j
        key = (key * 2862933555777941757 + 1) % 2**64
        j = math.floor((b + 1) * (float(1 << 31) / float((key >> 33) + 1)))
    return b


def le8(number: int) -> bytes:
    return number.to_bytes(8, "little")


def probe(h0: int, t: int, buckets: int, jump: Jump = naive_paper_jump) -> int:
    return jump(h0 if t == 0 else xxhash.xxh64_intdigest(le8(h0), seed=t), buckets)


def naive_order(
    h0: int,
    buckets: int,
    down: Iterable[int] = (),
    weights: Mapping[int, float] | None = None,
    jump: Jump = naive_paper_jump,
    max_weight: float = 0.0,
) -> list[int]:
    """All live buckets, the owner first."""
    weight = {bucket: (weights or {}).get(bucket, 1.0) for bucket in range(buckets)}
    largest = max(max_weight, *weight.values())
    live = set(range(buckets)) - set(down)
    order: list[int] = []
    for t in range(64):
        bucket = probe(h0, t, buckets, jump)
        if bucket not in live or bucket in order:
            continue
        taken = weight[bucket] == largest or (
            xxhash.xxh64_intdigest(le8(h0), seed=2**63 + t) >> 11 < weight[bucket] / largest * 2.0**53
        )
        if taken:
            order.append(bucket)

    def place(bucket: int) -> tuple[float, int, int]:
        r = xxhash.xxh64_intdigest(le8(h0) + le8(bucket), seed=0)
        return -math.log(((r >> 11) + 1) * 2.0**-53) / weight[bucket], -r, bucket

    return order + sorted(live - set(order), key=place)


def naive_spread(order: list[int], zones: Sequence[Hashable], count: int) -> list[int]:
    """The first few of an order: each the next in a zone that has none yet, then the next ones."""
    first_of_zones = [
        bucket
        for at, bucket in enumerate(order)
        if zones[bucket] not in {zones[earlier] for earlier in order[:at]}
    ]
    others = [bucket for bucket in order if bucket not in first_of_zones[:count]]
    return [*first_of_zones, *others][:count]


def naive_joined(key: Sequence[str | int]) -> bytes:
    """The bytes of a key of several fields."""
    data = b""
    for field in key:
        if isinstance(field, int):
            data += le8(2**64 - 1) + le8(field % 2**64)
        else:
            data += le8(len(field.encode())) + field.encode()
    return data
