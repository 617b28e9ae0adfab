"""Percentages as exact fractions, so that 28 % of 25 is 7 and no rounding decides over a node."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rvhctl.errors import FaultsetError, shorten

_DECIMAL: Final = re.compile(r"(-?\d{1,30})(?:\.(\d{0,30}))?%", re.ASCII)


class Percent(NamedTuple):
    """``numerator / denominator``, from 0 to 1; 12.5% is 125 / 1000."""

    numerator: int
    denominator: int

    def __str__(self) -> str:
        """As it was written, less needless zeros: ``12.5%``."""
        whole, rest = divmod(self.numerator * 100, self.denominator)
        digits = len(str(self.denominator)) - 3
        fraction = str(rest * 10**digits // self.denominator).zfill(digits) if digits > 0 else ""
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}%" if fraction else f"{whole}%"


def parse_percent(text: str, name: str) -> Percent:
    """``20%`` or ``12.5%``, exactly; ``name`` is for the message.

    Raises:
        FaultsetError: no decimal number with a ``%``, negative, or over 100%.
    """
    found = _DECIMAL.fullmatch(text.strip())
    if found is None:
        hint = f"; write {text.strip()}%" if _DECIMAL.fullmatch(text.strip() + "%") else ""
        raise FaultsetError(f"{name} must be a percentage such as 20% (got {shorten(text)}){hint}")
    whole, fraction = found.group(1), found.group(2) or ""
    percent = Percent(int(whole + fraction), 100 * 10 ** len(fraction))
    if percent.numerator > percent.denominator:
        raise FaultsetError(f"{name} must be at most 100% (got {shorten(text)})")
    if whole.startswith("-"):
        raise FaultsetError(f"{name} must be at least 0% (got {shorten(text)})")
    return percent
