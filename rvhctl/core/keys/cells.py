"""Rows of CSV whose key is the cell of one column, or of several.

Only what is plain is read here: any other row (a quote inside the key, a number that is no 64-bit integer, a
cell too many) is left to the library, which knows what it is.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.csv.cells import CR, LF, QUOTE, bare_end, quoted_end
from rvhctl.core.json.skip import UNUSUAL
from rvhctl.core.keys.joined import KeyFields
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows, take_key


class CellScan:
    """Reads the cell ``at`` of one row of so many ``columns`` after the other, or the cells at several places."""

    def __init__(
        self, columns: i64, at: list[int], delimiter: i64, decimal: bool, seed: i64, kept: bool
    ) -> None:
        """``decimal``: a key is the decimal form of an integer; else XXH64 with ``seed``.

        ``kept``: a key of several cells is itself wanted, too.
        """
        self.columns: Final[i64] = columns
        self.at: Final[i64] = at[0]
        self.several: Final = len(at) > 1
        self.fields: Final = KeyFields(len(at), seed, kept)
        places = [-1] * int(columns)
        for field, column in enumerate(at):
            places[column] = field
        self.places: Final = Ints(places)
        """Which field of the key each column is; -1 for none."""
        self.delimiter: Final[i64] = delimiter
        self.decimal: Final = decimal
        self.seed: Final[i64] = seed
        # Where ``_row`` has found the key, and whether it has passed a quote.
        self.key_start: i64 = 0
        self.key_end: i64 = 0
        self.quoted = False

    def fill(self, rows: KeyRows, block: bytes) -> None:
        """Add rows from the next line on.

        A row ends before its line end: ``ends`` and ``insertions`` are the same.
        """
        size: i64 = len(block)
        starts, ends = rows.starts.values, rows.ends.values
        insertions = rows.insertions.values
        position = rows.next
        row = rows.count
        rows.problem = NOTHING_WRONG
        while row < rows.room:
            if position == size:
                rows.finished = True
                break
            if block[position] == LF:
                position += 1
                rows.lines += 1
                rows.next = position
                continue
            end: i64 = UNUSUAL
            try:
                end = self._row(block, position)
                if end > 0:
                    position = end + 1 if block[end] == LF else end + 2
            except IndexError:
                end = UNUSUAL
            if end < 0 or self._spans_lines(block, rows.next, end):
                rows.problem = UNUSUAL_LINE
                break
            if not self._take(rows, row, block):
                rows.problem = UNUSUAL_LINE
                break
            starts[row] = rows.next
            ends[row] = end
            insertions[row] = end
            rows.lines += 1
            rows.next = position
            row += 1
        rows.count = row

    def _take(self, rows: KeyRows, row: i64, block: bytes) -> bool:
        """Take the key that was found; False if it is none."""
        if self.several:
            return self.fields.take(rows, row, block)
        return take_key(rows, row, block, self.key_start, self.key_end, self.decimal, self.seed)

    def _row(self, block: bytes, position: i64) -> i64:
        """The line end behind the row that begins here; or UNUSUAL."""
        self.quoted = False
        column: i64 = 0
        while column < self.columns:
            quoted = block[position] == QUOTE
            if quoted:
                position += 1
                self.quoted = True
            first = position
            position = quoted_end(block, first) if quoted else bare_end(block, first, self.delimiter)
            if position < 0:
                return UNUSUAL
            if column == self.at or (self.several and self.places.values[column] >= 0):
                if quoted and block.find(b'"', first, position) >= 0:
                    return UNUSUAL
                if self.several:
                    self.fields.starts.values[self.places.values[column]] = first
                    self.fields.ends.values[self.places.values[column]] = position
                else:
                    self.key_start = first
                    self.key_end = position
            if quoted:
                position += 1
            column += 1
            c: i64 = block[position]
            if column < self.columns:
                if c != self.delimiter:
                    return UNUSUAL
                position += 1
            elif c == LF or (c == CR and block[position + 1] == LF):
                return position
        return UNUSUAL

    def _spans_lines(self, block: bytes, start: i64, end: i64) -> bool:
        """Whether a row has a line end in one of its cells, so that it is more than one line."""
        return self.quoted and (block.find(b"\n", start, end) >= 0 or block.find(b"\r", start, end) >= 0)
