"""Rows of NDJSON whose key is a field of each record, by a dotted path, or several.

Only what is plain is read here: any other line (a syntax error, an escape in a name or in the key, a number
that is no 64-bit integer, a field that is not there) is left to the JSON library, which knows what it is.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from rvhctl.core.json.skip import UNUSUAL, plain_end, skip_character, skip_digits, skip_space, skip_value
from rvhctl.core.keys.joined import KeyFields
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows, take_key
from rvhctl.core.words import is_at

LONGEST_TEXT: Final = 300
"""Digits of an integer; of many more the library makes an infinity, and refuses them."""

NO_NEWLINE: Final = 32
"""For ``jsonskip``: a line end is no white space inside a record."""


class FieldScan:
    """Reads the field at ``path`` of one record after the other.

    ``reserved`` are names that no record may have at its top; one that does is unusual. ``further`` read more
    fields of the same record, which become one key with this one.
    """

    def __init__(
        self,
        path: list[bytes],
        reserved: list[bytes],
        decimal: bool,
        seed: i64,
        bare: bool = False,
        as_text: bool = False,
        kept: bool = False,
        further: list[FieldScan] | None = None,
    ) -> None:
        """Names in UTF-8. ``decimal``: a text key is the decimal form of an integer; else XXH64 with ``seed``.

        ``bare``: a record may also be the key itself. ``as_text``: an integer is its text. ``kept``: a key of several
        fields is itself wanted, too.
        """
        self.path: Final = path
        self.depth: Final[i64] = len(path)
        self.reserved: Final = reserved
        self.decimal: Final = decimal
        self.seed: Final = seed
        self.bare: Final = bare
        self.as_text: Final = as_text
        self.further: Final[list[FieldScan]] = further or []
        self.several: Final = len(self.further) > 0
        self.fields: Final = KeyFields(len(self.further) + 1, seed, kept)
        # What ``_object`` has found: where the value starts and ends, 0 for nothing.
        self.value: i64 = 0
        self.value_end: i64 = 0

    def fill(self, rows: KeyRows, block: bytes) -> None:
        """Add rows from the next line on; the block ends with a line end."""
        size: i64 = len(block)
        starts = rows.starts.values
        ends, insertions = rows.ends.values, rows.insertions.values
        position = rows.next
        row = rows.count
        rows.problem = NOTHING_WRONG
        while row < rows.room:
            if position == size:
                rows.finished = True
                break
            try:
                position = skip_space(block, position, NO_NEWLINE)
                if block[position] == 10:
                    position += 1
                    rows.lines += 1
                    rows.next = position
                    continue
                self.value = 0
                record = position
                if self.bare and block[position] != 123:
                    self.value = position
                    position = skip_value(block, position, NO_NEWLINE)
                    self.value_end = position
                else:
                    position = self._object(block, position, 0)
                if position < 0 or self.value == 0:
                    rows.problem = UNUSUAL_LINE
                    break
                insertion = position - 1
                position = skip_space(block, position, NO_NEWLINE)
                if block[position] != 10 or not self._take(rows, row, block, record):
                    rows.problem = UNUSUAL_LINE
                    break
            except IndexError:
                rows.problem = UNUSUAL_LINE
                break
            position += 1
            starts[row] = rows.next
            ends[row] = position
            insertions[row] = insertion
            rows.lines += 1
            rows.next = position
            row += 1
        rows.count = row

    def _object(self, block: bytes, position: i64, level: i64) -> i64:
        """Pass over an object on the path; of a name that is there twice the last one counts."""
        if block[position] != 123:
            return UNUSUAL
        position = skip_space(block, position + 1, NO_NEWLINE)
        if block[position] == 125:
            return position + 1
        wanted = self.path[level]
        while True:
            if block[position] != 34:
                return UNUSUAL
            name = position + 1
            position = self._name_end(block, name)
            if position < 0:
                return UNUSUAL
            found = is_at(block, name, position, wanted)
            if level == 0 and len(self.reserved) > 0 and self._is_reserved(block, name, position):
                return UNUSUAL
            position = skip_space(block, position + 1, NO_NEWLINE)
            if block[position] != 58:
                return UNUSUAL
            position = skip_space(block, position + 1, NO_NEWLINE)
            if not found:
                position = skip_value(block, position, NO_NEWLINE)
            elif level + 1 < self.depth:
                self.value = 0
                position = self._object(block, position, level + 1)
            else:
                self.value = position
                position = skip_value(block, position, NO_NEWLINE)
                self.value_end = position
            if position < 0:
                return UNUSUAL
            position = skip_space(block, position, NO_NEWLINE)
            c: i64 = block[position]
            if c == 125:
                return position + 1
            if c != 44:
                return UNUSUAL
            position = skip_space(block, position + 1, NO_NEWLINE)

    def _name_end(self, block: bytes, position: i64) -> i64:
        """Where the quote behind a name is; an escape could spell any name, so it is unusual."""
        position = plain_end(block, position)
        c: i64 = block[position]
        while c > 126:
            position = skip_character(block, position)
            if position < 0:
                return UNUSUAL
            position = plain_end(block, position)
            c = block[position]
        return position if c == 34 else UNUSUAL

    def _is_reserved(self, block: bytes, start: i64, end: i64) -> bool:
        found = False
        for name in self.reserved:
            if is_at(block, start, end, name):
                found = True
        return found

    def _take(self, rows: KeyRows, row: i64, block: bytes, record: i64) -> bool:
        """Take the key of the record that begins here; False for one that is unusual."""
        if not self.several:
            return self._hash(rows, row, block)
        if not self._found(block, self.fields, 0):
            return False
        at: i64 = 1
        for scan in self.further:
            scan.value = 0
            if scan._object(block, record, 0) < 0 or scan.value == 0:
                return False
            if not scan._found(block, self.fields, at):
                return False
            at += 1
        return self.fields.take(rows, row, block)

    def _found(self, block: bytes, fields: KeyFields, at: i64) -> bool:
        """Keep where the value stands that was found; False for one that is unusual."""
        start = self.value
        end = self.value_end
        if block[start] == 34:
            start += 1
            end -= 1
            if plain_end(block, start) != end and block.find(b"\\", start, end) >= 0:
                return False
        elif not self._is_whole(block, start, end):
            return False
        elif not self.as_text:
            end = -end
        fields.starts.values[at] = start
        fields.ends.values[at] = end
        return True

    def _is_whole(self, block: bytes, start: i64, end: i64) -> bool:
        """Whether a value is an integer as it is written; -0 is for the library, which writes it without the sign."""
        digits = start + 1 if block[start] == 45 and block[start + 1] != 48 else start
        return skip_digits(block, digits) == end and end - start <= LONGEST_TEXT

    def _hash(self, rows: KeyRows, row: i64, block: bytes) -> bool:
        """Take the key whose value was found; False for a value that is unusual."""
        start = self.value
        end = self.value_end
        c: i64 = block[start]
        if c == 34:
            start += 1
            end -= 1
            # An escape stands for another character.
            if plain_end(block, start) != end and block.find(b"\\", start, end) >= 0:
                return False
            return take_key(rows, row, block, start, end, self.decimal, self.seed)
        if not self._is_whole(block, start, end):
            return False
        if self.as_text:
            return take_key(rows, row, block, start, end, False, self.seed)
        if not take_key(rows, row, block, start, end, True, self.seed):
            return False
        rows.key_ends.values[row] = -end
        return True
