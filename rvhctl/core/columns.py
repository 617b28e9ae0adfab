"""Lists of Python objects as columns of floats: the checks of a latency and of a coordinate."""

from __future__ import annotations

from math import inf, nan
from typing import Final

from librt.vecs import extend, vec
from mypy_extensions import i64

from rvhctl.core.numeric import number_of
from rvhctl.core.vectors import Floats, Ints, floats

BLOCK: Final = 1024
"""Entries that ``zeros`` adds at a time."""

MISSING: Final = nan
"""In a column of latencies: no measurement."""

MAX_WHOLE: Final = 10**300
"""The largest int taken for a latency (ms); a float holds no more than about 10**308."""

NO_NUMBER: Final = -1.0
"""What ``latency_of`` gives for an object that is no latency."""


def zeros(count: i64) -> vec[i64]:
    """So many zeros, a whole number of blocks; made of a list they would take twice the memory and time."""
    block = vec[i64]([0] * int(BLOCK))
    column = vec[i64](capacity=count)
    for _ in range(count // BLOCK):
        column = extend(column, block)
    return column


def blank(count: i64) -> Floats:
    """A column of so many zeros, to be read into."""
    return floats(vec[float]([0.0] * int(count)))


def read_latencies(items: list[object], column: Floats, start: i64) -> i64:
    """Copy latencies (ms) into the column from ``start`` on; the position of the first bad one, or -1.

    A number, neither negative nor infinite; None and NaN mean no measurement; a bool is no number.
    """
    values = column.values
    k: i64 = 0
    count: i64 = len(items)
    while k < count:
        item = items[k]
        # Taken out of its object once; a condition on the object itself would do so each time.
        latency = item + 0.0 if isinstance(item, float) else NO_NUMBER  # -0.0 becomes 0.0
        if not 0.0 <= latency < inf:
            latency = latency_of(item)
            if latency < 0.0:
                return k
        values[start + k] = latency
        k += 1
    return -1


def latency_of(item: object) -> float:
    """One latency (ms), ``MISSING`` for None and NaN, ``NO_NUMBER`` for everything that is no latency."""
    if item is None:
        return MISSING
    if isinstance(item, float):
        if item != item:
            return MISSING
        return item + 0.0 if 0.0 <= item < inf else NO_NUMBER
    if isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= MAX_WHOLE:
        return float(item)
    number = number_of(item)
    if number is None:
        return NO_NUMBER
    if number != number:
        return MISSING
    return number + 0.0 if 0.0 <= number < inf else NO_NUMBER


def read_degrees(items: list[object], bound: float, column: Floats, start: i64) -> i64:
    """Copy coordinates (degrees) into the column from ``start`` on; the position of the first bad one, or -1.

    A number from -bound to bound; a bool is no number.
    """
    values = column.values
    k: i64 = 0
    count: i64 = len(items)
    while k < count:
        item = items[k]
        if isinstance(item, float):
            value = item + 0.0
        elif isinstance(item, int) and not isinstance(item, bool) and -180 <= item <= 180:
            value = float(item)
        else:
            number = number_of(item)
            if number is None:
                return k
            value = number + 0.0
        if not -bound <= value <= bound:
            return k
        values[start + k] = value
        k += 1
    return -1


def pick(items: list[object], order: Ints, start: i64, stop: i64) -> list[object]:
    """The items whose indices stand at start to stop - 1 of the order."""
    return [items[index] for index in order.values[start:stop]]
