"""What counts as a number: Python's own, NumPy's scalars, ``Decimal``, ``Fraction`` and their like."""

from __future__ import annotations

from math import inf
from operator import index
from typing import Final

REAL_KINDS: Final = "iuf"
"""NumPy's letters for integers, unsigned integers and floats; a bool is ``b``, a duration ``m``."""


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
