"""The rows of CSV under their header: RFC 4180, with any delimiter of one byte.

A row is read as Python's ``csv`` reads it in its strict mode, or left to it.
"""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.csv.cells import CR, LF, QUOTE, bare_end, cell_end, quoted_end, row_end, skip_line_ends
from rvhctl.core.csv.numbers import number_in
from rvhctl.core.json.skip import UNUSUAL, plain_end
from rvhctl.core.nodes.record import (
    DETAILS,
    NAN,
    SEEN_CAPACITY,
    SEEN_ID,
    SEEN_LABEL,
    SEEN_LAT,
    SEEN_LATENCY,
    SEEN_LON,
    SEEN_STATE,
    SEEN_WEIGHT,
    NodeRecord,
    skip_printable,
    state_at,
)
from rvhctl.core.nodes.scan import NodeScan

# No bits of fields.
EMPTY_ONLY: Final = 3
"""A column that is left to the library: only an empty cell is read here."""

SCALED: Final = 5
"""A latency in another unit than milliseconds."""

MAX_ROW: Final = 1 << 24
"""Bytes of a row; the library refuses a cell that is longer."""


def column_fields(
    names: list[str],
    coordinates: bool,
    special: list[str],
    latency: bool = True,
    by: tuple[str, ...] = (),
    scaled: bool = False,
) -> list[int]:
    """Return what each column is for by its name, as ``CsvRecord`` takes it.

    Args:
        by: labels that group nodes.
        scaled: see ``SCALED``.
    """
    fields = {"id": SEEN_ID, "state": SEEN_STATE, "weight": SEEN_WEIGHT, "capacity": SEEN_CAPACITY}
    if latency:
        fields["latency"] = SCALED if scaled else SEEN_LATENCY
    if coordinates:
        fields |= {"lat": SEEN_LAT, "lon": SEEN_LON}
    fields |= {name: SEEN_LABEL << number for number, name in enumerate(by)}
    return [EMPTY_ONLY if name in special else fields.get(name, 0) for name in names]


class CsvRecord(NodeRecord):
    """A row."""

    def __init__(
        self, data: bytes, coordinates: bool, delimiter: i64, fields: list[int], exponent: int, comma: bool
    ) -> None:
        """See ``CsvScan``."""
        labels: i64 = sum(1 for field in fields if field >= SEEN_LABEL)
        super().__init__(data, coordinates, SEEN_LATENCY in fields or SCALED in fields, labels)
        if self.optional:
            self.lat = self.lon = NAN
        self.exponent: Final = exponent
        self.comma: Final = comma
        self.delimiter: Final[i64] = delimiter
        self.fields: Final = vec[i64](fields)

    def read(self, position: i64) -> i64:
        data = self.data
        fields = self.fields
        columns: i64 = len(fields)
        delimiter = self.delimiter
        start = position
        self.detailed = False
        column: i64 = 0
        while column < columns:
            field = fields[column]
            column += 1
            quoted = data[position] == QUOTE
            if quoted:
                position += 1
            if field == SEEN_ID:
                position = self._scan_id(position, quoted)
            elif field >= SEEN_LABEL:
                start_of_label = position
                position = self._text_end(position, quoted)
                self._keep_label(field, start_of_label, position)
            elif field & DETAILS != 0:
                position = self._scan_detail(position, field, quoted)
            elif field > 0:
                position = self._scan_value(position, field, quoted)
            elif quoted:
                position = quoted_end(data, position)
            else:
                position = bare_end(data, position, delimiter)
            if position < 0:
                return UNUSUAL
            if quoted:
                if data[position] != QUOTE:
                    return UNUSUAL
                position += 1
            c: i64 = data[position]
            if c == delimiter:
                position += 1
                continue
            if column < columns or position - start > MAX_ROW or not self._in_range():
                return UNUSUAL
            if c == LF or (c == CR and data[position + 1] == LF):
                return position
            return UNUSUAL
        return UNUSUAL

    def _scan_id(self, first: i64, quoted: bool) -> i64:
        end = self._text_end(first, quoted)
        self.id_start = first
        self.id_end = end
        return end

    def _text_end(self, first: i64, quoted: bool) -> i64:
        """Where a cell of one line of plain text ends, if it is not empty; or UNUSUAL."""
        data = self.data
        delimiter = self.delimiter
        end = plain_end(data, first) if quoted else cell_end(data, first, delimiter)
        c: i64 = data[end]
        while c > 126:
            end = skip_printable(data, end)
            if end < 0:
                return UNUSUAL
            end = plain_end(data, end) if quoted else cell_end(data, end, delimiter)
            c = data[end]
        if end == first:
            return UNUSUAL
        # What stands here, the caller sees: a quote, the delimiter, the end of the line, or anything unusual.
        return end

    def _scan_detail(self, position: i64, field: i64, quoted: bool) -> i64:
        """A state, or a number above 0, or an empty cell."""
        data = self.data
        if self._ends_at(position):
            return position
        if field == SEEN_STATE:
            end = self._text_end(position, quoted)
            value = state_at(data, position, end)
        else:
            end = self._scan_number(position)
            value = self.value
        return end if end > 0 and self._ends_at(end) and self._keep_detail(field, value) else UNUSUAL

    def _ends_at(self, position: i64) -> bool:
        """Whether a cell ends here, unless the caller sees that it does not."""
        c: i64 = self.data[position]
        return c == self.delimiter or c == LF or c == CR or c == QUOTE

    def _scan_value(self, position: i64, field: i64, quoted: bool) -> i64:
        """A number, or an empty cell where there may be one."""
        if self._ends_at(position):
            c: i64 = self.data[position]
            if quoted != (c == QUOTE):
                return UNUSUAL
            if field == SEEN_LATENCY or field == SCALED:
                self.latency = NAN
            elif self.optional and field != EMPTY_ONLY:
                self._keep(field, NAN)
            elif field != EMPTY_ONLY:
                return UNUSUAL
            return position
        if field == EMPTY_ONLY or field == SCALED:
            return UNUSUAL if field == EMPTY_ONLY else self._scan_any_value(position, SEEN_LATENCY, quoted)
        end = self._scan_number(position)
        if end < 0:
            return self._scan_any_value(position, field, quoted)
        if not self._ends_at(end):
            return self._scan_any_value(position, field, quoted)
        self._keep(field, self.value)
        return end

    def _scan_any_value(self, position: i64, field: i64, quoted: bool) -> i64:
        """A number as people write it, with a unit or a decimal comma; or what says that there is none."""
        data = self.data
        end = quoted_end(data, position) if quoted else bare_end(data, position, self.delimiter)
        if end < 0:
            return UNUSUAL
        is_latency = field == SEEN_LATENCY
        try:
            value = number_in(data[position:end], self.exponent if is_latency else 0, self.comma, is_latency)
        except ValueError:
            return UNUSUAL
        if value == 0.0 and math.copysign(1.0, value) < 0.0:
            return UNUSUAL  # -0 and 0 differ, whatever stands before the sign
        if value != value and not is_latency:
            return UNUSUAL
        self._keep(field, value)
        return end


class CsvScan(NodeScan):
    """The rows behind a header."""

    def __init__(
        self,
        data: bytes,
        coordinates: bool,
        start: i64,
        delimiter: i64,
        fields: list[int],
        seed: i64 = 0,
        exponent: int = 0,
        comma: bool = False,
    ) -> None:
        """Begin at ``start``, behind the header.

        Args:
            fields: see :func:`column_fields`.
            seed: of the hashes of labels.
            exponent: of the latencies, as a power of ten of a millisecond.
            comma: whether a comma may be a decimal point.
        """
        record = CsvRecord(data, coordinates, delimiter, fields, exponent, comma)
        super().__init__(record, coordinates, start, True, seed)
        self.delimiter: Final[i64] = delimiter

    def _next_record(self, position: i64) -> i64:
        return skip_line_ends(self.data, position)

    def _scan_record(self, start: i64) -> i64:
        try:
            return self.in_hand.read(start)
        except IndexError:
            return UNUSUAL

    def _end_of_unusual(self, start: i64) -> i64:
        return row_end(self.data, start, self.delimiter)
