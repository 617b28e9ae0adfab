"""One pass over node records as text: NDJSON, or the elements of one JSON array.

Columns come out, and for every record the place of its own bytes, so that it can leave as it came
in. Whatever is unusual, wrong or hard (a syntax error, an escape in an id, a value of another type,
a number out of range, a field of ``SPECIAL_KEYS``) stops the scan: the caller decodes that one
record with the JSON library, gives the row with ``add_row`` or raises, and goes on. So the scanner
accepts nothing that the library would refuse, and reads nothing differently.
"""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter, read_i64_le, write_i64_le
from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.jsonskip import (
    UNUSUAL,
    plain_end,
    skip_digits,
    skip_number,
    skip_space,
    skip_utf8,
    skip_value,
    skip_word,
)

# What ``run`` answers.
DONE: Final = 0
"""All input is scanned."""
MORE: Final = 1
"""The budget is used; call again."""
UNUSUAL_RECORD: Final = 2
"""The record ``data[slow_start:slow_end]`` is for the JSON library."""
UNUSUAL_DOCUMENT: Final = 3
"""Only for an array: the whole text is for the JSON library, which knows what is wrong with it."""

SPECIAL_KEYS: Final = (b"samples", b"state", b"weight")
"""Fields with a meaning beyond id, place and latency."""

# Keys with their closing quote, as read_i64_le sees them.
ID: Final = 0x226469
ID_MASK: Final = 0xFFFFFF
LAT: Final = 0x2274616C
LON: Final = 0x226E6F6C
LAT_LON_MASK: Final = 0xFFFFFFFF
LATENCY: Final = 0x2279636E6574616C

# Fields seen in a record.
SEEN_ID: Final = 1
SEEN_LATENCY: Final = 2
SEEN_LAT: Final = 4
SEEN_LON: Final = 8

EXACT_CHARACTERS: Final = 16
"""Up to 15 digits and a point: digits / 10^k has two exact operands, so the quotient is rounded once."""

MAX_ID_DIGITS: Final = 18
"""Well inside 64 bits, so that the library too keeps every digit."""

POINT: Final = 46 - 48
SMALL_E: Final = 101 - 48
LARGE_E: Final = 69 - 48

NAN: Final = float("nan")

ID_LENGTH_BITS: Final = 32
ID_LENGTH: Final = 0xFFFFFFFF


def is_space(c: i64) -> bool:
    return c == 32 or c == 10 or c == 13 or c == 9


class NodeScan:
    """The rows of one text.

    ``latencies``: milliseconds, NaN where the record says null; ``lats`` and ``lons``: degrees, only
    if ``coordinates``; ``starts`` and ``ends``: each record's own bytes in ``data``.
    """

    def __init__(
        self,
        data: bytes,
        coordinates: bool,
        start: i64 = 0,
        array: bool = False,
        special: tuple[bytes, ...] = SPECIAL_KEYS,
    ) -> None:
        """Begin at ``start``: behind a byte order mark, or at the ``[`` of an ``array``.

        Of each key in ``special`` only the first eight bytes count; a key that is like it so far is
        taken for it, which costs time and nothing else.
        """
        self.data: Final = data
        self.coordinates: Final = coordinates
        self.array: Final = array
        self.wanted: Final[i64] = (
            SEEN_ID | SEEN_LATENCY | SEEN_LAT | SEEN_LON if coordinates else SEEN_ID | SEEN_LATENCY
        )
        # White space inside a record: a newline too, unless it ends the record.
        self.newline: Final[i64] = 10 if array else 32
        self.special_words = vec[i64]()
        self.special_masks = vec[i64]()
        for key in special:
            self._add_special(key)

        self.latencies = vec[float]()
        self.lats = vec[float]()
        self.lons = vec[float]()
        self.starts = vec[i64]()
        self.ends = vec[i64]()
        # Where the id begins, counted from the record, and its length; below 0: -1 - index in other_ids.
        self.id_spans = vec[i64]()
        self.other_ids: list[bytes] = []

        self.position: i64 = start
        self.elements: i64 = 0
        """Records met so far, unusual ones too."""
        self.multiline = False
        """Whether a record of an array may have line ends between its tokens."""
        self.slow_start: i64 = 0
        self.slow_end: i64 = 0
        self.line_position: i64 = 0
        self.line: i64 = 1

        # The record in hand.
        self.latency: float = 0.0
        self.lat: float = 0.0
        self.lon: float = 0.0
        self.value: float = 0.0
        self.id_start: i64 = 0
        self.id_end: i64 = 0

    def _add_special(self, key: bytes) -> None:
        quoted = (key + b'"')[:8]
        length: i64 = len(quoted)
        self.special_words = append(self.special_words, read_i64_le(quoted + bytes(8), 0))
        self.special_masks = append(self.special_masks, read_i64_le(b"\xff" * int(length) + bytes(8), 0))

    def __len__(self) -> int:
        return len(self.starts)

    # -- scanning ------------------------------------------------------------------------------

    def run(self, limit: i64) -> i64:
        """Scan on, to the end of the record that lies ``limit`` bytes ahead: how it ended, see DONE."""
        data = self.data
        size: i64 = len(data)
        position = self.position
        stop = position + limit
        while True:
            first = position
            position = self._next_record(position)
            if position < 0:
                self.position = first
                return UNUSUAL_DOCUMENT
            if position == size:
                self.position = size
                return DONE
            if first >= stop:
                self.position = first
                return MORE
            end = self._scan_record(position)
            self.elements += 1
            if end < 0:
                return self._leave(position)
            self.latencies = append(self.latencies, self.latency)
            if self.coordinates:
                self.lats = append(self.lats, self.lat)
                self.lons = append(self.lons, self.lon)
            self.starts = append(self.starts, position)
            self.ends = append(self.ends, end)
            span = ((self.id_start - position) << ID_LENGTH_BITS) | (self.id_end - self.id_start)
            self.id_spans = append(self.id_spans, span)
            position = end

    def add_row(self, latency: float, lat: float, lon: float, node_id: bytes, start: i64, end: i64) -> None:
        """The row of an unusual record, as the caller has read it; NaN for what is null."""
        self.latencies = append(self.latencies, latency)
        if self.coordinates:
            self.lats = append(self.lats, lat)
            self.lons = append(self.lons, lon)
        self.starts = append(self.starts, start)
        self.ends = append(self.ends, end)
        self.other_ids.append(node_id)
        index: i64 = len(self.other_ids)
        self.id_spans = append(self.id_spans, -index)

    def _next_record(self, position: i64) -> i64:
        """Where the next record begins; the size of the data behind the last one."""
        data = self.data
        size: i64 = len(data)
        if not self.array:
            while position < size and is_space(data[position]):
                position += 1
            return position
        try:
            if self.elements == 0:
                position = skip_space(data, skip_space(data, position, 10) + 1, 10)
            else:
                position = skip_space(data, position, 10)
            if data[position] == 93:
                position += 1
                while position < size and is_space(data[position]):
                    position += 1
                return position if position == size else UNUSUAL
            if self.elements > 0:
                if data[position] != 44:
                    return UNUSUAL
                position = skip_space(data, position + 1, 10)
        except IndexError:
            return UNUSUAL
        return position

    def _leave(self, position: i64) -> i64:
        """Say where the unusual record at ``position`` ends, and go on behind it next time."""
        data = self.data
        end: i64 = 0
        if self.array:
            try:
                end = skip_value(data, position, 10)
            except IndexError:
                end = UNUSUAL
            if end < 0:
                return UNUSUAL_DOCUMENT
            self.position = end
        else:
            end = data.find(b"\n", position)
            if end < 0:
                end = len(data)
            self.position = end
            while is_space(data[end - 1]):
                end -= 1
        self.slow_start = position
        self.slow_end = end
        return UNUSUAL_RECORD

    def _scan_record(self, start: i64) -> i64:
        """Read the record at ``start`` into ``latency``, ``lat``, ... ; the place behind it, or UNUSUAL."""
        try:
            end = self._scan_object(start)
            if end < 0 or self.array:
                return end
            # Only white space may stand between a record and the end of its line.
            size: i64 = len(self.data)
            position = end
            while position < size:
                c: i64 = self.data[position]
                if c == 10:
                    break
                if c != 32 and c != 13 and c != 9:
                    return UNUSUAL
                position += 1
            return end
        except IndexError:
            return UNUSUAL

    def _scan_object(self, position: i64) -> i64:
        data = self.data
        newline = self.newline
        last: i64 = len(data) - 8
        seen: i64 = 0
        if data[position] != 123:
            return UNUSUAL
        while True:
            # A key. The first is behind a brace, every other behind a comma.
            position += 1
            if data[position] != 34:
                position = skip_space(data, position, newline)
                if data[position] != 34:
                    return UNUSUAL
            position += 1
            if position > last:
                return UNUSUAL
            word = read_i64_le(data, position)
            field: i64 = 0
            if word & ID_MASK == ID:
                field = SEEN_ID
                position += 3
            elif word == LATENCY:
                field = SEEN_LATENCY
                position += 8
            elif self.coordinates and word & LAT_LON_MASK == LAT:
                field = SEEN_LAT
                position += 4
            elif self.coordinates and word & LAT_LON_MASK == LON:
                field = SEEN_LON
                position += 4
            else:
                position = self._skip_key(position, word)
                if position < 0:
                    return UNUSUAL
            if seen & field != 0:
                return UNUSUAL
            seen |= field

            if data[position] != 58:
                position = skip_space(data, position, newline)
                if data[position] != 58:
                    return UNUSUAL
            position += 1
            if data[position] <= 32:
                position = skip_space(data, position, newline)

            if field == 0:
                position = skip_value(data, position, newline)
            elif field == SEEN_ID:
                position = self._scan_id(position)
            elif field == SEEN_LATENCY and data[position] == 110:
                position = skip_word(data, position, b"null")
                self.latency = NAN
            else:
                position = self._scan_number(position)
                value = self.value
                if field == SEEN_LATENCY:
                    self.latency = value
                    if value < 0.0:
                        return UNUSUAL
                elif field == SEEN_LAT:
                    self.lat = value
                    if not -90.0 <= value <= 90.0:
                        return UNUSUAL
                else:
                    self.lon = value
                    if not -180.0 <= value <= 180.0:
                        return UNUSUAL
            if position < 0:
                return UNUSUAL

            c: i64 = data[position]
            if c <= 32:
                position = skip_space(data, position, newline)
                c = data[position]
            if c == 125:
                return position + 1 if seen == self.wanted else UNUSUAL
            if c != 44:
                return UNUSUAL

    def _skip_key(self, position: i64, word: i64) -> i64:
        """Pass over a key of no meaning here; ``word`` is its beginning."""
        index: i64 = 0
        count: i64 = len(self.special_words)
        while index < count:
            if word & self.special_masks[index] == self.special_words[index]:
                return UNUSUAL
            index += 1
        end = plain_end(self.data, position)
        # An escape could spell any key. Other characters can spell none that matters.
        while self.data[end] > 126:
            end = skip_utf8(self.data, end)
            if end < 0:
                return UNUSUAL
            end = plain_end(self.data, end)
        return end + 1 if self.data[end] == 34 else UNUSUAL

    def _scan_id(self, position: i64) -> i64:
        """A string that is one line of plain text, or a whole number, taken by its digits."""
        data = self.data
        c: i64 = data[position]
        if c != 34:
            end = skip_digits(data, position)
            length = end - position
            # A sign, a point or an exponent behind the digits is the library's business.
            if length == 0 or length > MAX_ID_DIGITS or (c == 48 and length > 1):
                return UNUSUAL
            self.id_start = position
            self.id_end = end
            return end
        first = position + 1
        end = plain_end(data, first)
        c = data[end]
        while c > 126:
            # Delete, the controls from U+0080 on and two line ends are no text.
            if c == 127 or (c == 0xC2 and data[end + 1] < 0xA0) or (c == 0xE2 and data[end + 1] == 0x80):
                return UNUSUAL
            end = skip_utf8(data, end)
            if end < 0:
                return UNUSUAL
            end = plain_end(data, end)
            c = data[end]
        if c != 34 or end == first:
            return UNUSUAL
        self.id_start = first
        self.id_end = end
        return end + 1

    def _scan_number(self, position: i64) -> i64:
        """A number into ``value``, to the last bit what ``float`` makes of it."""
        data = self.data
        first = position
        negative = data[position] == 45
        if negative:
            position += 1
        mark = position
        digits: i64 = 0
        scale = 1.0
        c: i64 = data[position] - 48
        while 0 <= c <= 9:
            digits = digits * 10 + c
            position += 1
            c = data[position] - 48
        if position == mark or (position > mark + 1 and data[mark] == 48):
            return UNUSUAL
        if c == POINT:
            position += 1
            point = position
            c = data[position] - 48
            while 0 <= c <= 9:
                digits = digits * 10 + c
                scale *= 10.0
                position += 1
                c = data[position] - 48
            if position == point:
                return UNUSUAL
        if negative and digits == 0:
            return UNUSUAL  # -0 and -0.0 differ
        if position - mark > EXACT_CHARACTERS or c == SMALL_E or c == LARGE_E:
            return self._scan_long_number(first)
        value = float(digits) / scale
        self.value = -value if negative else value
        return position

    def _scan_long_number(self, position: i64) -> i64:
        """A number whose exact value takes more than one division."""
        end = skip_number(self.data, position)
        if end > 0:
            self.value = float(self.data[position:end])
        return end

    # -- what the rows say ---------------------------------------------------------------------

    def id_bytes(self, row: i64) -> bytes:
        """The id of a row in UTF-8."""
        span = self.id_spans[row]
        if span < 0:
            return self.other_ids[-1 - span]
        start = self.starts[row] + (span >> ID_LENGTH_BITS)
        return self.data[start : start + (span & ID_LENGTH)]

    def id_text(self, row: i64) -> str:
        return self.id_bytes(row).decode()

    def record(self, row: i64) -> bytes:
        """The bytes of a row's record, as they came in."""
        return self.data[self.starts[row] : self.ends[row]]

    def slow_line(self) -> int:
        """The number of the line, from 1, on which the unusual record begins."""
        return self._line_at(self.slow_start)

    def line_of(self, row: i64) -> int:
        """The number of the line, from 1, on which a row's record begins."""
        return self._line_at(self.starts[row])

    def _line_at(self, position: i64) -> int:
        # Counted on from the last answer: the next question is most often about a later place.
        if position < self.line_position:
            self.line_position = 0
            self.line = 1
        self.line += self.data.count(b"\n", self.line_position, position)
        self.line_position = position
        return self.line

    def join_records(self, rows: vec[i64], first: i64, last: i64, end: bytes) -> bytes:
        """The records of ``rows[first:last]``, ``end`` behind each."""
        writer = BytesWriter()
        data = self.data
        for index in range(first, last):
            row = rows[index]
            copy(writer, data, self.starts[row], self.ends[row])
            writer.write(end)
        return writer.getvalue()

    def join_ids(self, rows: vec[i64], first: i64, last: i64, end: bytes) -> bytes:
        """The ids of ``rows[first:last]`` in UTF-8, ``end`` behind each."""
        writer = BytesWriter()
        data = self.data
        for index in range(first, last):
            row = rows[index]
            span = self.id_spans[row]
            if span < 0:
                writer.write(self.other_ids[-1 - span])
            else:
                start = self.starts[row] + (span >> ID_LENGTH_BITS)
                copy(writer, data, start, start + (span & ID_LENGTH))
            writer.write(end)
        return writer.getvalue()


def copy(writer: BytesWriter, data: bytes, start: i64, end: i64) -> None:
    """Append ``data[start:end]``, without an object for the slice."""
    if end - start > 256 or end + 8 > len(data):
        writer.write(data[start:end])
        return
    size: i64 = len(writer) + end - start
    while start < end:
        write_i64_le(writer, read_i64_le(data, start))
        start += 8
    writer.truncate(size)
