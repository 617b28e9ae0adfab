"""Bounded load as its definition reads, with fractions and sorted lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor, frexp

import xxhash
from support.naive_placement import le8

Order = Callable[[int], Sequence[int]]


def naive_bounded(
    keys: Sequence[int], sizes: Sequence[float], order: Order, weights: Mapping[int, Fraction], max_load: str
) -> dict[int, int]:
    """The owner of each key.

    Args:
        keys: the 64 bits of each.
        order: all live buckets in the order of preference of a key.
        weights: of the live buckets.
        max_load: as it is written.
    """
    _, exponent = frexp(max(sizes, default=0.0))
    scale = Fraction(2) ** (61 - exponent - len(sizes).bit_length())
    size: Counter[int] = Counter()
    for key, stated in zip(keys, sizes, strict=True):
        size[key] += floor(Fraction(stated) * scale)
    total, live = sum(size.values()), len(weights)
    fair = {
        bucket: Fraction(max_load) * total * weight / sum(weights.values())
        for bucket, weight in weights.items()
    }
    bound = {bucket: floor(share) for bucket, share in fair.items()}
    if all(sum(size[key] for key in size if order(key)[0] == bucket) <= bound[bucket] for bucket in weights):
        return {key: order(key)[0] for key in size}
    share, slack = total // live, max(0, sum(bound.values()) - total) // live

    def tier(key: int) -> tuple[int, int]:
        if size[key] > max(bound.values()):
            return 0, 0
        if size[key] > slack:
            return 1, next(k for k in range(64) if size[key] > share >> k)
        return 2, -max(k for k in range(63) if size[key] <= slack >> 2 * k)

    load = dict.fromkeys(weights, 0)
    owner: dict[int, int] = {}

    def fullness(bucket: int, more: int) -> float:
        return float(load[bucket] + more) / float(max(bound[bucket], 1))

    def put(key: int, bucket: int) -> None:
        owner[key] = bucket
        load[bucket] += size[key]

    def force(key: int) -> None:
        put(key, min(order(key), key=lambda bucket: fullness(bucket, size[key])))

    def rounds(left: list[int]) -> None:
        left = sorted(left, key=rank)
        for place in range(live):
            for key in left:
                bucket = order(key)[place]
                if load[bucket] + size[key] <= bound[bucket] or size[key] == 0:
                    put(key, bucket)
            left = [key for key in left if key not in owner]
        for key in sorted(left, key=by_size):
            force(key)

    def by_size(key: int) -> tuple[int, int]:
        return -size[key], rank(key)

    def by_class(keys: list[int]) -> None:
        for wanted in sorted(set(map(tier, keys))):
            rounds([key for key in keys if tier(key) == wanted])

    def one_by_one(keys: list[int]) -> None:
        for key in sorted(keys, key=by_size):
            rounds([key])

    def evenly(keys: list[int]) -> None:
        for key in sorted(keys, key=by_size):
            force(key)

    by_class([key for key in size if tier(key)[0] == 0])
    oversized, held = dict(owner), dict(load)
    within = [bucket for bucket in load if load[bucket] <= bound[bucket]]
    results = []
    for place_large in (by_class, one_by_one, evenly):
        owner, load = dict(oversized), dict(held)
        place_large([key for key in size if tier(key)[0] == 1])
        kept = all(load[bucket] in (held[bucket], min(load[bucket], bound[bucket])) for bucket in load)
        results.append(
            (0.0 if kept else max([0.0, *(fullness(bucket, 0) for bucket in within)]), owner, load)
        )
    _, owner, load = min(results, key=lambda result: result[0])
    by_class([key for key in size if tier(key)[0] == 2])
    return owner


def rank(key: int) -> int:
    return xxhash.xxh64_intdigest(le8(key), seed=2**61)
