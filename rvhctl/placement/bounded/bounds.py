"""The bounds of nodes, and sizes of keys, as the integers that the core compares.

Integers add up to the same sum in any order. ``docs/jump-hash.md`` has the definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import frexp, inf, lcm
from typing import Final

from rvhctl.core.columns import Ints
from rvhctl.core.numbers import number_of
from rvhctl.core.placement.bounding import Bounding, total_of
from rvhctl.core.placement.table import BucketTable
from rvhctl.errors import JumpHashError, shorten
from rvhctl.placement.buckets import Buckets

BITS: Final = 61
"""All sizes together are less than 2^61 units."""

MOST_BUCKETS: Final = 1 << 16
"""A key that finds no room looks at all of them."""


def checked_load(max_load: object) -> float:
    """A bound as a multiple of the fair share.

    Raises:
        JumpHashError: it is no finite number of 1 or more.
    """
    number = number_of(max_load)
    if number is None or not 1 <= number < inf:
        raise JumpHashError(f"max_load must be a finite number of 1 or more (got {shorten(max_load)})")
    return number


def check_count(nodes: Buckets) -> None:
    """
    Raises:
        JumpHashError: there are too many buckets.
    """
    if nodes.count > MOST_BUCKETS:
        raise JumpHashError(f"sizes and bounds take at most {MOST_BUCKETS} buckets (got {nodes.count})")


def exponent_of(sizes: Sequence[float]) -> int:
    """Sizes times 2 to the power of this are the units in which they are compared, rounded down."""
    _, exponent = frexp(max(sizes, default=0.0))
    return BITS - exponent - len(sizes).bit_length()


def bounding_of(nodes: Buckets, table: BucketTable, units: Ints, max_load: float | None) -> Bounding:
    """What places keys of these sizes. Without ``max_load`` no bound binds."""
    total, live = total_of(units), nodes.live
    if max_load is None:
        return Bounding(table, Ints([total] * nodes.count), 0, 0)
    bounds = bounds_of(parts_of(nodes), total, max_load)
    slack = max(0, sum(bounds) - total) // live
    # Nothing is larger than all together.
    return Bounding(table, Ints([min(bound, total) for bound in bounds]), total // live, min(slack, total))


def bounds_of(parts: Sequence[int], total: int, max_load: float) -> list[int]:
    """The most that each bucket may own by its part, rounded down."""
    numerator, denominator = ratio_of(max_load)
    divisor = denominator * sum(parts)
    return [numerator * total * part // divisor for part in parts]


def fullness(parts: Sequence[int], loads: Sequence[int]) -> float:
    """The largest load as a multiple of the fair share by part; 0 if there are none."""
    total, whole = sum(loads), sum(parts)
    if not total:
        return 0.0
    # A quotient of integers is rounded only once.
    return max(load * whole / (total * part) for load, part in zip(loads, parts, strict=True) if part)


def parts_of(nodes: Buckets) -> list[int]:
    """The weights of live buckets as integers; 0 of those that are down."""
    ratios = {weight: ratio_of(weight) for weight in {1.0, *nodes.weights.values()}}
    common = lcm(*(denominator for _, denominator in ratios.values()))
    parts = {
        weight: numerator * (common // denominator) for weight, (numerator, denominator) in ratios.items()
    }
    return [
        0 if bucket in nodes.down else parts[nodes.weights.get(bucket, 1.0)] for bucket in range(nodes.count)
    ]


def ratio_of(number: float) -> tuple[int, int]:
    """A number as it is written, not as the nearest double: 1.15 is 23 / 20."""
    from decimal import Decimal

    return Decimal(repr(number)).as_integer_ratio()
