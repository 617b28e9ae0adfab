"""Rows of CSV as objects of JSON, and objects of JSON as rows of CSV, from bytes to bytes.

Whatever is not plainly one cell or one member is left to the libraries, record by record.
"""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.csv.cells import CR, LF, QUOTE, cell_end
from rvhctl.core.json.skip import (
    UNUSUAL,
    plain_end,
    skip_character,
    skip_number,
    skip_space,
    skip_string,
    skip_value,
)
from rvhctl.core.words import copy, is_at

# What the cells of a column are in JSON.
TEXT: Final = 0
NUMBER: Final = 1
"""A number by its own digits; null where the cell is empty."""
NULL_OR_LEFT: Final = 2
"""null where the cell is empty; anything else is left to the library."""
WORD: Final = 3
"""null where the cell is empty; else text, without the spaces around it."""


class RowToObject:
    """Writes the rows of one table as objects."""

    def __init__(self, names: list[bytes], kinds: list[int], delimiter: i64) -> None:
        """``names`` of the columns as strings of JSON; ``kinds``: see TEXT."""
        self._openings: Final = [b"%b%b:" % (b"," if at else b"{", name) for at, name in enumerate(names)]
        self._kinds: Final = vec[i64](kinds)
        self._delimiter: Final[i64] = delimiter

    def write(self, out: BytesWriter, data: bytes, start: i64, end: i64) -> bool:
        """Append the row ``data[start:end]`` as an object; False, and nothing is appended: it is left."""
        before: i64 = len(out)
        try:
            if self._write(out, data, start, end):
                return True
        except IndexError:
            pass
        out.truncate(before)
        return False

    def _write(self, out: BytesWriter, data: bytes, start: i64, end: i64) -> bool:
        delimiter = self._delimiter
        columns: i64 = len(self._kinds)
        position = start
        column: i64 = 0
        while column < columns:
            out.write(self._openings[column])
            quoted = position < end and data[position] == QUOTE
            if quoted:
                position += 1
            first = position
            kind = self._kinds[column]
            is_empty = kind != TEXT and (
                position >= end or data[position] == (QUOTE if quoted else delimiter)
            )
            if kind == TEXT or (kind == WORD and not is_empty):
                position = text_end(data, position, end, delimiter, quoted)
                if position < 0 or (kind == WORD and (data[first] == 32 or data[position - 1] == 32)):
                    return False
                out.append(QUOTE)
                copy(out, data, first, position)
                out.append(QUOTE)
            else:
                if is_empty:
                    out.write(b"null")
                elif kind == NUMBER:
                    position = skip_number(data, position)
                    if position < 0:
                        return False
                    copy(out, data, first, position)
                else:
                    return False
            if quoted:
                if position >= end or data[position] != QUOTE:
                    return False
                position += 1
            column += 1
            if column < columns:
                if position >= end or data[position] != delimiter:
                    return False
                position += 1
        out.append(125)
        return position == end


def text_end(data: bytes, position: i64, end: i64, delimiter: i64, quoted: bool) -> i64:
    """Where a cell ends that is the same as a string of JSON; else UNUSUAL."""
    while position < end:
        position = plain_end(data, position) if quoted else cell_end(data, position, delimiter)
        if position >= end:
            return UNUSUAL if quoted else end
        c: i64 = data[position]
        if c == delimiter or c == QUOTE:
            return position
        if c < 127:
            return UNUSUAL
        position = skip_character(data, position)
        if position < 0:
            return UNUSUAL
    return UNUSUAL if quoted else position


class ObjectToRow:
    """Writes objects that all have the same members, in the same order, as rows."""

    def __init__(self, names: list[bytes], delimiter: i64) -> None:
        """``names`` of the members as strings of JSON."""
        self._names: Final = names
        self._delimiter: Final[i64] = delimiter
        # Where the value of each member stands.
        self._starts = vec[i64]([0] * len(names))
        self._ends = vec[i64]([0] * len(names))

    def fits(self, data: bytes, start: i64, end: i64) -> bool:
        """Whether the object ``data[start:end]`` has these members, and plain values."""
        try:
            return self._find(data, start, end)
        except IndexError:
            return False

    def write(self, out: BytesWriter, data: bytes, start: i64, end: i64) -> None:
        """Append the object ``data[start:end]``, which ``fits``, and a line feed."""
        self._find(data, start, end)
        delimiter = self._delimiter
        at: i64 = 0
        count: i64 = len(self._starts)
        while at < count:
            if at > 0:
                out.append(int(delimiter))
            first, last = self._starts[at], self._ends[at]
            if data[first] == QUOTE:
                # It has no escape, so no quote either.
                first += 1
                last -= 1
            elif data[first] == 110:
                last = first
            copy_cell(out, data, first, last, delimiter)
            at += 1
        out.append(LF)

    def _find(self, data: bytes, start: i64, end: i64) -> bool:
        position = skip_space(data, start, LF)
        if data[position] != 123:
            return False
        at: i64 = 0
        count: i64 = len(self._starts)
        if count < 2:
            return False  # the library quotes an empty cell that is alone
        while at < count:
            position = skip_space(data, position + 1, LF)
            name = self._names[at]
            size: i64 = len(name)
            if not is_at(data, position, position + size, name):
                return False
            position = skip_space(data, position + size, LF)
            if data[position] != 58:
                return False
            position = skip_space(data, position + 1, LF)
            first = position
            if data[position] == QUOTE:
                position = skip_string(data, position + 1)
                if position < 0 or data.find(b"\\", first, position) >= 0:
                    return False
            else:
                position = skip_value(data, position, 32)
                if position < 0:
                    return False
            self._starts[at] = first
            self._ends[at] = position
            position = skip_space(data, position, LF)
            at += 1
            if data[position] != (125 if at == count else 44):
                return False
        return position == end - 1


def appended(
    raws: list[bytes], came: list[bytes], records: list[bytes], converter: ObjectToRow, delimiter: i64
) -> bytes:
    """Return rows, with what their ``records`` say besides; nothing if one does not fit.

    Args:
        raws: the rows as they came in.
        came: the same as objects, with which each record is to begin.
        converter: of the members behind.
    """
    out = BytesWriter()
    for index in range(len(raws)):
        own, record = came[index], records[index]
        size: i64 = len(own)
        rest = b"{" + record[size:]
        if own[:-1] != record[: size - 1] or not converter.fits(rest, 0, len(rest)):
            return b""
        out.write(raws[index])
        out.append(int(delimiter))
        converter.write(out, rest, 0, len(rest))
    return out.getvalue()


def copy_cell(out: BytesWriter, data: bytes, start: i64, end: i64, delimiter: i64) -> None:
    """Append ``data[start:end]`` in quotes where it needs them."""
    quotes: i64 = 0
    needs = False
    for at in range(start, end):
        c: i64 = data[at]
        if c == QUOTE:
            quotes += 1
        elif c == delimiter or c == CR or c == LF:
            needs = True
    if quotes == 0 and not needs:
        copy(out, data, start, end)
        return
    out.append(QUOTE)
    if quotes == 0:
        copy(out, data, start, end)
    else:
        out.write(data[start:end].replace(b'"', b'""'))
    out.append(QUOTE)
