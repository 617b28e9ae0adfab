"""Where a JSON value ends, for the values that nobody reads. RFC 8259, strict.

Every function takes the whole text and a place in it and answers with the place just behind what
it passed over, or with ``UNUSUAL``: the text there is wrong, or it is of a kind that the scanner
leaves to the JSON library. Nothing that the library refuses is ever passed over. A read behind the
end of the text raises IndexError, which the caller takes for ``UNUSUAL``.
"""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from mypy_extensions import i64

from rvhctl.core.words import first_marked, leading_digits, not_plain

UNUSUAL: Final = -1

MAX_DEPTH: Final = 32
"""Arrays and objects inside one another; deeper ones are left to the library."""

MAX_NUMBER: Final = 40
"""Characters of a number; with MAX_EXPONENT this keeps it far from overflow, which is an error."""

MAX_EXPONENT: Final = 2
"""Digits of an exponent."""


def skip_space(data: bytes, position: i64, newline: i64) -> i64:
    """Pass over spaces, tabs, carriage returns and the byte ``newline``.

    A newline is white space inside a document and the end of a line of NDJSON, so the caller says
    10 for the one and 32 for the other.
    """
    c: i64 = data[position]
    while c == 32 or c == newline or c == 13 or c == 9:
        position += 1
        c = data[position]
    return position


def plain_end(data: bytes, position: i64) -> i64:
    """The next byte that is a quote, a backslash, a control character, 127 included, or not ASCII."""
    last: i64 = len(data)
    last -= 8
    while position <= last:
        marks = not_plain(read_i64_le(data, position))
        if marks != 0:
            return position + first_marked(marks)
        position += 8
    while True:
        c: i64 = data[position]
        if c < 32 or c == 34 or c == 92 or c > 126:
            return position
        position += 1


def skip_utf8(data: bytes, position: i64) -> i64:
    """Pass over one character of two to four bytes, well formed as Unicode table 3-7 has it."""
    lead: i64 = data[position]
    low: i64 = 0x80
    high: i64 = 0xBF
    more: i64 = 1
    if lead < 0xC2 or lead > 0xF4:
        return UNUSUAL
    if lead >= 0xF0:
        more = 3
        if lead == 0xF0:
            low = 0x90
        elif lead == 0xF4:
            high = 0x8F
    elif lead >= 0xE0:
        more = 2
        if lead == 0xE0:
            low = 0xA0
        elif lead == 0xED:
            high = 0x9F
    position += 1
    c: i64 = data[position]
    if c < low or c > high:
        return UNUSUAL
    while more > 1:
        more -= 1
        position += 1
        c = data[position]
        if c < 0x80 or c > 0xBF:
            return UNUSUAL
    return position + 1


def skip_character(data: bytes, position: i64) -> i64:
    """Pass over one character, of whatever length."""
    if data[position] > 127:
        return skip_utf8(data, position)
    return position + 1


def is_hex(c: i64) -> bool:
    return 48 <= c <= 57 or 65 <= c <= 70 or 97 <= c <= 102


def skip_escape(data: bytes, position: i64) -> i64:
    r"""Pass over ``\n`` and the like, or ``\u`` and four digits that are no half of a surrogate pair."""
    c: i64 = data[position + 1]
    if c == 34 or c == 92 or c == 47 or c == 98 or c == 102 or c == 110 or c == 114 or c == 116:
        return position + 2
    if c != 117:
        return UNUSUAL
    for index in range(position + 2, position + 6):
        if not is_hex(data[index]):
            return UNUSUAL
    first: i64 = data[position + 2]
    second: i64 = data[position + 3]
    # D800 to DFFF; 56 is the digit 8, and every digit after it, 9 to f, has a larger byte.
    if (first == 68 or first == 100) and second >= 56:
        return UNUSUAL
    return position + 6


def skip_string(data: bytes, position: i64) -> i64:
    """Pass over a string; ``position`` is behind its first quote, the answer behind its last."""
    while True:
        position = plain_end(data, position)
        c: i64 = data[position]
        if c == 34:
            return position + 1
        if c == 92:
            position = skip_escape(data, position)
        elif c > 126:
            position = skip_character(data, position)
        else:
            return UNUSUAL
        if position < 0:
            return UNUSUAL


def skip_digits(data: bytes, position: i64) -> i64:
    """Pass over digits; a number may be the last thing in a text."""
    end: i64 = len(data)
    while position <= end - 8:
        count = leading_digits(read_i64_le(data, position))
        position += count
        if count < 8:
            return position
    while position < end:
        c: i64 = data[position]
        if c < 48 or c > 57:
            break
        position += 1
    return position


def skip_short_number(data: bytes, position: i64) -> i64:
    """Pass over a number like -12.345, of up to seven digits before the point and behind it."""
    if data[position] == 45:
        position += 1
    word = read_i64_le(data, position)
    count = leading_digits(word)
    if count == 0 or count == 8 or (word & 0xFF == 48 and count > 1):
        return UNUSUAL
    position += count
    if data[position] != 46:
        return UNUSUAL
    count = leading_digits(read_i64_le(data, position + 1))
    position += 1 + count
    c: i64 = data[position]
    if count == 0 or count == 8 or c == 101 or c == 69:
        return UNUSUAL
    return position


def skip_number(data: bytes, position: i64) -> i64:
    """Pass over a number; one that is very long or very large is unusual."""
    end: i64 = len(data)
    if position < end - 24:
        short = skip_short_number(data, position)
        if short > 0:
            return short
    first = position
    if data[position] == 45:
        position += 1
    mark = position
    position = skip_digits(data, position)
    if position == mark or (data[mark] == 48 and position > mark + 1):
        return UNUSUAL
    if position < end and data[position] == 46:
        mark = position + 1
        position = skip_digits(data, mark)
        if position == mark:
            return UNUSUAL
    if position < end and (data[position] == 101 or data[position] == 69):
        mark = position + 1
        sign: i64 = data[mark]
        if sign == 43 or sign == 45:
            mark += 1
        position = skip_digits(data, mark)
        if position == mark or position - mark > MAX_EXPONENT:
            return UNUSUAL
    if position - first > MAX_NUMBER:
        return UNUSUAL
    return position


def skip_word(data: bytes, position: i64, word: bytes) -> i64:
    """Pass over ``true``, ``false`` or ``null``."""
    end: i64 = position + len(word)
    if data[position:end] != word:
        return UNUSUAL
    return end


def skip_value(data: bytes, position: i64, newline: i64, depth: i64 = 0) -> i64:
    """Pass over any value that begins at ``position``; ``newline`` as in ``skip_space``."""
    c: i64 = data[position]
    if c == 34:
        return skip_string(data, position + 1)
    if c == 45 or 48 <= c <= 57:
        return skip_number(data, position)
    if c == 123 or c == 91:
        if depth >= MAX_DEPTH:
            return UNUSUAL
        return skip_container(data, position, newline, depth)
    if c == 116:
        return skip_word(data, position, b"true")
    if c == 102:
        return skip_word(data, position, b"false")
    if c == 110:
        return skip_word(data, position, b"null")
    return UNUSUAL


def skip_container(data: bytes, position: i64, newline: i64, depth: i64) -> i64:
    """Pass over an object or an array."""
    is_object = data[position] == 123
    close: i64 = 125 if is_object else 93
    position = skip_space(data, position + 1, newline)
    if data[position] == close:
        return position + 1
    while True:
        if is_object:
            if data[position] != 34:
                return UNUSUAL
            position = skip_string(data, position + 1)
            if position < 0:
                return UNUSUAL
            position = skip_space(data, position, newline)
            if data[position] != 58:
                return UNUSUAL
            position = skip_space(data, position + 1, newline)
        position = skip_value(data, position, newline, depth + 1)
        if position < 0:
            return UNUSUAL
        position = skip_space(data, position, newline)
        c: i64 = data[position]
        if c == close:
            return position + 1
        if c != 44:
            return UNUSUAL
        position = skip_space(data, position + 1, newline)
