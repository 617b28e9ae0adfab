"""Milliseconds for people."""

from __future__ import annotations

from collections.abc import Iterable

LARGE = 1e15
"""From here on an exponent reads better than so many digits."""


def shown(value: float) -> str:
    """A number in short, but never another one: 100, 0.25, 100.0000001."""
    if value.is_integer() and abs(value) < LARGE:
        return str(int(value))
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def aligned(values: Iterable[float]) -> list[str]:
    """Numbers with the same count of decimals, at most three; a missing one (NaN) is a dash."""
    texts = [f"{value:.3f}" if value == value else "-" for value in values]
    spare = min((len(text) - len(text.rstrip("0")) for text in texts if text != "-"), default=0)
    return [text if text == "-" or not spare else text[:-spare].rstrip(".") for text in texts]
