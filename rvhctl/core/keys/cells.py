"""Rows of CSV whose key is the cell of one column.

Only what is plain is read here: any other row (a quote inside the key, a number that is no 64-bit integer, a
cell too many) is left to the library, which knows what it is.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from rvhctl.core.csv.cells import CR, LF, QUOTE, bare_end, quoted_end
from rvhctl.core.json.skip import UNUSUAL
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows, take_key


class CellScan:
    """Reads the cell ``at`` of one row of so many ``columns`` after the other."""

    def __init__(self, columns: i64, at: i64, delimiter: i64, decimal: bool, seed: i64) -> None:
        """``decimal``: a key is the decimal form of an integer; else XXH64 with ``seed``."""
        self.columns: Final[i64] = columns
        self.at: Final[i64] = at
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
            if not take_key(rows, row, block, self.key_start, self.key_end, self.decimal, self.seed):
                rows.problem = UNUSUAL_LINE
                break
            starts[row] = rows.next
            ends[row] = end
            insertions[row] = end
            rows.lines += 1
            rows.next = position
            row += 1
        rows.count = row

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
            if column == self.at:
                self.key_start = first
                self.key_end = position
                if quoted and block.find(b'"', first, position) >= 0:
                    return UNUSUAL
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
