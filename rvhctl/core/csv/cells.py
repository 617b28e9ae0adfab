"""Where the cells and rows of CSV end: RFC 4180, as Python's ``csv`` reads it in its strict mode.

Every function takes the whole text and a place in it and answers with a place, or with ``UNUSUAL``: the text there is
wrong, or of a kind that is left to the library. A read behind the end of the text raises IndexError, which the
caller takes for ``UNUSUAL``.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from mypy_extensions import i64

from rvhctl.core.json.skip import UNUSUAL, plain_end, skip_character
from rvhctl.core.words import ONES, first_marked, not_plain

LF: Final = 10
CR: Final = 13
QUOTE: Final = 34


def cell_end(data: bytes, position: i64, delimiter: i64) -> i64:
    """The next byte that is the delimiter, or one that ``plain_end`` stops at."""
    pattern: i64 = ONES * delimiter
    last: i64 = len(data)
    last -= 8
    while position <= last:
        word = read_i64_le(data, position)
        other = word ^ pattern
        marks = not_plain(word) | ((((other - ONES) & ~other) >> 7) & ONES)
        if marks != 0:
            return position + first_marked(marks)
        position += 8
    while True:
        c: i64 = data[position]
        if c == delimiter or c < 32 or c == QUOTE or c == 92 or c > 126:
            return position
        position += 1


def bare_end(data: bytes, position: i64, delimiter: i64) -> i64:
    """The delimiter or the line end behind a cell without quotes."""
    while True:
        position = cell_end(data, position, delimiter)
        c: i64 = data[position]
        if c == delimiter or c == LF or c == CR:
            return position
        if c == QUOTE:
            return UNUSUAL
        position = skip_character(data, position)
        if position < 0:
            return UNUSUAL


def quoted_end(data: bytes, position: i64) -> i64:
    """The last quote of a cell; ``position`` is behind its first."""
    while True:
        position = plain_end(data, position)
        c: i64 = data[position]
        if c == QUOTE:
            if data[position + 1] != QUOTE:
                return position
            position += 2
            continue
        position = skip_character(data, position)
        if position < 0:
            return UNUSUAL


def row_end(data: bytes, position: i64, delimiter: i64) -> i64:
    """The line end behind a row, or the end of the text, whatever stands in its cells.

    UNUSUAL: the text ends inside quotes.
    """
    size: i64 = len(data)
    while position < size:
        if data[position] == QUOTE:
            end = _any_quoted_end(data, position + 1)
            if end < 0:
                return UNUSUAL
            position = end
        while position < size:
            c: i64 = data[position]
            if c == LF or c == CR:  # alone, too
                return position
            position += 1
            if c == delimiter:
                break
    return size


def skip_line_end(data: bytes, position: i64) -> i64:
    """Pass over one line end, if there is one."""
    size: i64 = len(data)
    if position < size and data[position] == CR:
        position += 1
    if position < size and data[position] == LF:
        position += 1
    return position


def skip_line_ends(data: bytes, position: i64) -> i64:
    """Pass over line ends; blank lines are no rows."""
    size: i64 = len(data)
    while position < size and (data[position] == LF or data[position] == CR):
        position += 1
    return position


def _any_quoted_end(data: bytes, position: i64) -> i64:
    """The place behind the last quote of a cell, whatever bytes it has."""
    size: i64 = len(data)
    while position < size:
        if data[position] == QUOTE:
            position += 1
            if position >= size or data[position] != QUOTE:
                return position
        position += 1
    return UNUSUAL
