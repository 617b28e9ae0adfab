"""Milliseconds: the rule of a threshold, and numbers for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import inf
from typing import Final

from rvhctl.core.numbers import number_of
from rvhctl.errors import NegativeThresholdError, shorten

THRESHOLD_RULE = "the threshold must be a number of milliseconds, finite and not negative"

_WITH_UNIT: Final = re.compile(r"(\d+(?:\.\d*)?) ?(ms|msec|s|sec|us|µs|ns|m|min)", re.IGNORECASE)
_UNITS: Final = {
    "ms": 1,
    "msec": 1,
    "s": 1e3,
    "sec": 1e3,
    "us": 1e-3,
    "µs": 1e-3,
    "ns": 1e-6,
    "m": 6e4,
    "min": 6e4,
}
_WITH_COMMA: Final = re.compile(r"(\d+),(\d+)", re.ASCII)

LARGE = 1e15
"""From here on an exponent reads better than so many digits."""


def checked_threshold(threshold: object) -> float:
    """A threshold in milliseconds, whichever way it came in.

    Raises:
        NegativeThresholdError: negative, not finite or no number (a bool is none).
    """
    number = number_of(threshold)
    if number is not None and 0 <= number < inf:
        return number + 0.0  # -0.0 becomes 0.0
    got = shown(threshold) if isinstance(threshold, float) else shorten(threshold)
    hint = how_to_write(threshold)
    raise NegativeThresholdError(f"{THRESHOLD_RULE} (got {got})" + (f"; {hint}" if hint else ""))


def how_to_write(text: object) -> str:
    """What to write in place of ``50ms``, ``2s`` or ``1,5``; empty for anything else."""
    if not isinstance(text, str):
        return ""
    if found := _WITH_UNIT.fullmatch(text.strip()):
        number, unit = found.groups()
        return f"write {shown(float(f'{float(number) * _UNITS[unit.lower()]:.12g}'))}"
    if found := _WITH_COMMA.fullmatch(text.strip()):
        whole, rest = found.groups()
        return f"write {whole}.{rest}" + (f" or {whole}{rest}" if len(rest) == 3 else "")
    return ""


def shown(value: float) -> str:
    """A number in short, but never another one: 100, 0.25, 100.0000001."""
    value = float(value)  # an int has no is_integer before Python 3.12
    if value.is_integer() and abs(value) < LARGE:
        return str(int(value))
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def aligned(values: Iterable[float]) -> list[str]:
    """Numbers with the same count of decimals, at most three; a missing one (NaN) is a dash."""
    texts = [f"{value:.3f}" if value == value else "-" for value in values]
    spare = min((len(text) - len(text.rstrip("0")) for text in texts if text != "-"), default=0)
    return [text if text == "-" or not spare else text[:-spare].rstrip(".") for text in texts]
