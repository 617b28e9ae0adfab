"""Cells by their definition, in rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"


def naive_cell(lat: float, lon: float, precision: int) -> str:
    """Bisection of exact fractions, a bit at a time, longitude first; a midpoint goes up."""
    ranges = [[Fraction(-180), Fraction(180)], [Fraction(-90), Fraction(90)]]
    values = [Fraction(lon), Fraction(lat)]
    text = ""
    for letter in range(precision):
        value = 0
        for bit in range(5):
            axis = (5 * letter + bit) % 2
            low, high = ranges[axis]
            middle = (low + high) / 2
            up = values[axis] >= middle
            ranges[axis][not up] = middle
            value = 2 * value + up
        text += LETTERS[value]
    return text
