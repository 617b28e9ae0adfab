"""What counts as a number, alone and in lists: latencies and coordinates that Python callers give.

A number is one of Python's own, a NumPy scalar, a ``Decimal``, a ``Fraction`` or the like.
"""

from __future__ import annotations

from math import inf, nan
from operator import index
from typing import TYPE_CHECKING, Final

from librt.strings import read_f64_le

if TYPE_CHECKING:
    from mypy_extensions import i64

    from rvhctl.core.columns import Floats

REAL_KINDS: Final = "iuf"
"""NumPy's letters for integers, unsigned integers and floats; a bool is ``b``, a duration ``m``."""

MISSING: Final = nan
"""In a column of latencies: no measurement."""

MAX_WHOLE: Final = 10**300
"""The largest int taken for a latency (ms); a float holds no more than about 10**308."""

NO_NUMBER: Final = -1.0
"""What ``latency_of`` gives for an object that is no latency."""


def number_of(value: object) -> float | None:
    """The number that has ``__index__`` or ``__float__``; None for a bool, a text, an array and all else.

    An integer too large for a float is infinite.
    """
    if not is_real(value):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        whole = whole_of(value)
        return None if whole is None else inf if whole > 0 else -inf
    except Exception:  # the object's own, such as that of a signalling NaN
        return None


def whole_of(value: object) -> int | None:
    """The integer that has ``__index__``; None for a bool and all else."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    if not is_real(value):
        return None
    try:
        return index(value)  # type: ignore[arg-type]
    except Exception:  # there is none
        return None


def is_real(value: object) -> bool:
    """Whether an object may be one number: no truth value, no duration, no array of several."""
    if isinstance(value, (int, float)):
        return not isinstance(value, bool)
    if not hasattr(value, "__float__") and not hasattr(value, "__index__"):
        return False  # float() would also read a text
    kind = getattr(getattr(value, "dtype", None), "kind", "i")
    return kind in REAL_KINDS and getattr(value, "ndim", 0) == 0


def read_latencies(items: list[object], column: Floats, start: i64) -> i64:
    """Copy latencies (ms) into the column from ``start`` on; return the position of the first bad one, or -1.

    A number, neither negative nor infinite; None and NaN mean no measurement; a bool is no number.
    """
    values = column.values
    count: i64 = len(items)
    for k in range(count):
        item = items[k]
        # Taken out of its object once; a condition on the object itself would do so each time.
        latency = item + 0.0 if isinstance(item, float) else NO_NUMBER  # -0.0 becomes 0.0
        if not 0.0 <= latency < inf:
            latency = latency_of(item)
            if latency < 0.0:
                return k
        values[start + k] = latency
    return -1


def latency_of(item: object) -> float:
    """Return one latency (ms), ``MISSING`` for None and NaN, ``NO_NUMBER`` for what is no latency."""
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
    """Copy coordinates (degrees) into the column from ``start`` on; return the position of the first bad one, or -1.

    A number from -bound to bound; a bool is no number.
    """
    values = column.values
    count: i64 = len(items)
    for k in range(count):
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
    return -1


def read_float_latencies(floats: bytes, column: Floats, start: i64) -> i64:
    """``read_latencies`` of floats of 8 bytes each, little-endian."""
    values = column.values
    count: i64 = len(floats) // 8
    for k in range(count):
        latency = read_f64_le(floats, k * 8)
        if not 0.0 <= latency < inf:
            if latency == latency:
                return k
            latency = MISSING
        values[start + k] = latency + 0.0
    return -1


def read_float_degrees(floats: bytes, bound: float, column: Floats, start: i64) -> i64:
    """``read_degrees`` of floats of 8 bytes each, little-endian."""
    values = column.values
    count: i64 = len(floats) // 8
    for k in range(count):
        value = read_f64_le(floats, k * 8)
        if not -bound <= value <= bound:
            return k
        values[start + k] = value + 0.0
    return -1
