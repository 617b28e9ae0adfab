"""Percentages as exact fractions, so that 28 % of 25 is 7 and no rounding decides over a node."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from rvhctl.core.numbers import whole_of
from rvhctl.errors import FaultsetError, shorten

_DECIMAL: Final = re.compile(r"(-?\d{1,30})(?:\.(\d{0,30}))?%", re.ASCII)

MOST_PARTS: Final = 10**100
"""More than any fleet has nodes, and short enough to be written."""


class _Fraction(NamedTuple):
    numerator: int
    denominator: int


class Percent(_Fraction):
    """``numerator / denominator``, from 0 to 1; 12.5% is 125 / 1000.

    Raises:
        FaultsetError: not two integers, or no number from 0 to 1.
    """

    __slots__ = ()

    def __new__(cls, numerator: int, denominator: int) -> Percent:
        top, bottom = whole_of(numerator), whole_of(denominator)
        if top is None or bottom is None or not 0 <= top <= bottom <= MOST_PARTS or not bottom:
            raise FaultsetError(
                "a Percent is numerator / denominator, two integers, from 0 to 1 "
                f"(got {shorten(numerator)} / {shorten(denominator)})"
            )
        return super().__new__(cls, top, bottom)

    def __str__(self) -> str:
        """As it was written, less needless zeros: ``12.5%``."""
        whole, rest = divmod(self.numerator * 100, self.denominator)
        digits = len(str(self.denominator)) - 3
        fraction = str(rest * 10**digits // self.denominator).zfill(digits) if digits > 0 else ""
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}%" if fraction else f"{whole}%"


@lru_cache(64)
def parse_percent(text: str, name: str) -> Percent:
    """``20%`` or ``12.5%``, exactly; ``name`` is for the message.

    Raises:
        FaultsetError: no decimal number with a ``%``, negative, or over 100%.
    """
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        number = _DECIMAL.fullmatch(f"{text.strip()}%")
        hint = f"; write {number[0]}" if number and not text.strip().startswith("-") else ""
        raise FaultsetError(f"{name} must be a percentage such as 20% (got {shorten(text)}){hint}")
    whole, fraction = found.group(1), found.group(2) or ""
    numerator, denominator = int(whole + fraction), 100 * 10 ** len(fraction)
    if numerator > denominator:
        raise FaultsetError(f"{name} must be at most 100% (got {shorten(text)})")
    if whole.startswith("-"):
        raise FaultsetError(f"{name} must be at least 0% (got {shorten(text)})")
    return Percent(numerator, denominator)
