"""Numbers as people write them in the cells of a table."""

from __future__ import annotations

import math
from typing import Final

DASHES: Final = (b"-", b"--", b"---", b"\xe2\x80\x93", b"\xe2\x80\x94")
"""Of which spreadsheets make one of a text's two."""

ABSENT: Final = frozenset(
    {b"", *DASHES, b"n/a", b"#n/a", b"n.a.", b"n.a", b"na", b"nan", b"null", b"nil", b"none"}
)
"""What says, in any case, that there is no number."""

UNITS: Final = {
    b"ms": 0,
    b"msec": 0,
    b"s": 3,
    b"sec": 3,
    b"us": -3,
    b"\xc2\xb5s": -3,
    b"\xce\xbcs": -3,
    b"ns": -6,
}
"""Units of time as powers of ten of a millisecond; of the micro sign there are two."""

DIGITS: Final = b"0123456789."
NUMERIC: Final = b"0123456789.eE+-"
NO_NUMBER: Final = "no number"
LONGEST_UNIT: Final = 16
"""Bytes behind a number that may be a unit, with the space around it."""


def number_in(cell: bytes, exponent: int, comma: bool, has_unit: bool) -> float:
    """Return the number of a cell, rounded once; NaN where it says that there is none.

    Args:
        exponent: the power of ten by which the number is to be multiplied, unless it states its unit.
        comma: whether a comma is a decimal point.
        has_unit: whether it may state a unit of time; the answer is then in milliseconds.

    Raises:
        ValueError: it is no number.
    """
    text = cell.strip()
    if text.lower() in ABSENT:
        return math.nan
    end = len(text)
    least = max(0, end - LONGEST_UNIT)
    while end > least and text[end - 1 : end] not in DIGITS:
        end -= 1
    unit = text[end:].strip()
    number = text[:end]
    if unit:
        if not has_unit or unit.lower() not in UNITS:
            raise ValueError(NO_NUMBER)
        exponent = UNITS[unit.lower()]
    if comma and number.count(b",") == 1 and b"." not in number:
        number = number.replace(b",", b".")
    if not number or number.translate(None, NUMERIC):
        raise ValueError(NO_NUMBER)
    if exponent:
        mantissa, _, power = number.lower().partition(b"e")
        number = b"%be%d" % (mantissa, int(power or b"0") + exponent)
    value = float(number)
    if math.isinf(value):
        raise ValueError(NO_NUMBER)
    return value
