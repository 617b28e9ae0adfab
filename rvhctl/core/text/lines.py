"""Columns of numbers as lines, and lines of several columns side by side."""

from __future__ import annotations

import math
from typing import Final

from librt.strings import BytesWriter
from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats
from rvhctl.core.keys.lines import write_line
from rvhctl.core.words import copy, line_end

LF: Final = 10
BLANK: Final = 32
DASH: Final = 45
POINT: Final = 46
ZERO: Final = 48

BLANKS: Final = b" " * 128

NO_NUMBER: Final = -1
"""Instead of thousandths."""

EXACT: Final = 1e9
"""Numbers below are known to a millionth of their thousandths."""

MOST: Final = 1e15
"""Numbers from here on are left to Python."""

UNSURE: Final = 1e-5
"""How near to a half a rest is too near to tell whether it is rounded up."""


def longest_line(lines: bytes) -> i64:
    """Bytes of the longest of some lines."""
    longest: i64 = 0
    start: i64 = 0
    size: i64 = len(lines)
    while start < size:
        end = line_end(lines, start, LF)
        longest = max(longest, end - start)
        start = end + 1
    return longest


def number_lines(values: Floats) -> bytes | None:
    """Numbers from 0, a line each, with the same count of decimals, at most three, of which not all end in zeros.

    A missing one (NaN) is a dash. None where a number is left to Python, see ``rounded``.
    """
    thousandths = vec[i64](capacity=len(values))
    whole = True
    tenths = True
    hundredths = True
    for value in values.values:
        number = rounded(value)
        if number < NO_NUMBER:
            return None
        thousandths = append(thousandths, number)
        if number > 0 and number % 10 != 0:
            hundredths = False
        if number > 0 and number % 100 != 0:
            tenths = False
        if number > 0 and number % 1000 != 0:
            whole = False
    decimals: i64 = 3
    if whole:
        decimals = 0
    elif tenths:
        decimals = 1
    elif hundredths:
        decimals = 2
    return written(thousandths, decimals)


def rounded(value: float) -> i64:
    """A number in thousandths, as ``%.3f`` rounds; NO_NUMBER for NaN, less for what is left to Python."""
    if value != value:
        return NO_NUMBER
    if value >= MOST or value < 0.0 or math.copysign(1.0, value) < 0.0:
        return NO_NUMBER - 1
    if value < EXACT:
        times = value * 1000.0
        number: i64 = int(times)
        rest = times - float(number)
        if rest < 0.5 - UNSURE:
            return number
        if rest > 0.5 + UNSURE:
            return number + 1
    return int(f"{value:.3f}".replace(".", ""))


def written(thousandths: vec[i64], decimals: i64) -> bytes:
    """Numbers with some of their decimals, a line each."""
    out = BytesWriter()
    for number in thousandths:
        if number == NO_NUMBER:
            out.append(DASH)
            out.append(LF)
            continue
        whole = number // 1000
        rest = number - whole * 1000
        write_line(out, whole)
        if decimals > 0:
            out.truncate(len(out) - 1)
            out.append(POINT)
            out.append(int(ZERO + rest // 100))
            if decimals > 1:
                out.append(int(ZERO + rest // 10 % 10))
            if decimals > 2:
                out.append(int(ZERO + rest % 10))
            out.append(LF)
    return out.getvalue()


class SideBySide:
    """Lines of several columns, one row after the other."""

    def __init__(self, columns: list[bytes], widths: list[int], right: list[bool], gap: int) -> None:
        """``right``: the columns that are aligned to the right; ``gap``: blanks between two columns."""
        self._columns: Final = columns
        self._places: Final = vec[i64]([0] * len(columns))
        self._widths: Final = vec[i64](widths)
        self._right: Final = right
        self._gap: Final[i64] = gap

    def rows(self, count: i64) -> bytes:
        """Return the next rows, a line each, with a blank at their beginning and none at their end."""
        out = BytesWriter()
        places, widths, gap = self._places, self._widths, self._gap
        width: i64 = len(self._columns)
        for _ in range(count):
            # Blanks are written when something comes behind them.
            blanks: i64 = 1
            column: i64 = 0
            while column < width:
                lines = self._columns[column]
                start = places[column]
                end = line_end(lines, start, LF)
                places[column] = end + 1
                room = widths[column] - (end - start)
                if self._right[column]:
                    blanks += room
                    room = 0
                while end > start and lines[end - 1] == BLANK:
                    end -= 1
                    room += 1
                if end > start:
                    write_blanks(out, blanks)
                    copy(out, lines, start, end)
                    blanks = room + gap
                else:
                    blanks += room + gap
                column += 1
            out.append(LF)
        return out.getvalue()


def write_blanks(out: BytesWriter, count: i64) -> None:
    while count > 0:
        some: i64 = min(count, 64)
        copy(out, BLANKS, 0, some)
        count -= some
