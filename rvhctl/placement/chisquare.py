"""How likely counts are that uneven by chance: the chi-square distribution."""

from __future__ import annotations

from math import exp, lgamma, log
from typing import Final

EPSILON: Final = 1e-16
TINY: Final = 1e-300


def p_value(statistic: float, degrees: int) -> float:
    """The probability that chi-square with so many degrees of freedom, 1 or more, is at least ``statistic``.

    Source: the regularised incomplete gamma function Q(a, x), a = degrees / 2, x = statistic / 2, by its
    series below x = a + 1 and by its continued fraction (Lentz's method) above: NIST Digital Library of
    Mathematical Functions, 8.7.1 and 8.9.2.
    """
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        return max(0.0, 1.0 - scale * _series(a, x))
    return min(1.0, scale * _fraction(a, x))


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    while term > total * EPSILON:
        a += 1
        term *= x / a
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c = 1 / TINY
    d = 1 / b
    value = d
    i = 0
    while True:
        i += 1
        numerator = -i * (i - a)
        b += 2
        d = 1 / _not_zero(numerator * d + b)
        c = _not_zero(b + numerator / c)
        step = d * c
        value *= step
        if abs(step - 1) < EPSILON * 10:
            return value


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
