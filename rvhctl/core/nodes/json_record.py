"""One node record as text, read to the last bit as the JSON library would read it, or not at all."""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.json.skip import (
    UNUSUAL,
    plain_end,
    skip_digits,
    skip_space,
    skip_utf8,
    skip_value,
    skip_word,
)
from rvhctl.core.nodes.record import (
    DETAILS,
    MAX_DIGITS,
    NAN,
    SEEN_CAPACITY,
    SEEN_ID,
    SEEN_LABEL,
    SEEN_LATENCY,
    SEEN_STATE,
    SEEN_WEIGHT,
    NodeRecord,
    skip_printable,
    state_at,
)
from rvhctl.core.words import is_at

SPECIAL_KEYS: Final = (b"samples",)
"""Fields with a meaning that is left to the library."""

# The beginnings of members, as read_i64_le sees them.
ID: Final = 0x3A22646922  # "id":
ID_MASK: Final = 0xFFFFFFFFFF
LAT: Final = 0x3A2274616C22  # "lat":
LON: Final = 0x3A226E6F6C22  # "lon":
LAT_LON_MASK: Final = 0xFFFFFFFFFFFF
LATENC: Final = 0x636E6574616C22  # "latenc
LATENC_MASK: Final = 0xFFFFFFFFFFFFFF
Y: Final = 0x3A2279  # y":
Y_MASK: Final = 0xFFFFFF

FIELD_BITS: Final = 24
FIELD: Final = 0xFFFFFF


class JsonRecord(NodeRecord):
    """An object of JSON."""

    def __init__(
        self,
        data: bytes,
        coordinates: bool,
        newline: i64,
        special: tuple[bytes, ...],
        latency: bool = True,
        by: tuple[bytes, ...] = (),
    ) -> None:
        """``newline``: 10 where a record may come over several lines, else 32; ``by``: keys of labels.

        Of each key in ``special`` only the first eight bytes count; a key that is like it so far is
        taken for it, which costs time and nothing else.
        """
        super().__init__(data, coordinates, latency, len(by))
        self.by: Final = by
        self.newline: Final = newline
        self.placed: Final[i64] = self.lat_field | self.lon_field
        labels: i64 = SEEN_LABEL * ((1 << len(by)) - 1)
        self.wanted: Final[i64] = SEEN_ID | self.latency_field | self.placed | labels
        self.key_words = vec[i64]()
        self.key_masks = vec[i64]()
        self.key_fields = vec[i64]()
        self._add_key(b"id", SEEN_ID)
        self._add_key(b"latency", self.latency_field)
        self._add_key(b"lat", self.lat_field)
        self._add_key(b"lon", self.lon_field)
        self._add_key(b"state", SEEN_STATE)
        self._add_key(b"weight", SEEN_WEIGHT)
        self._add_key(b"capacity", SEEN_CAPACITY)
        for key in special:
            self._add_key(key, UNUSUAL)

    def _add_key(self, key: bytes, field: i64) -> None:
        quoted = (key + b'"')[:8]
        length: i64 = len(quoted)
        self.key_words = append(self.key_words, read_i64_le(quoted + bytes(8), 0))
        self.key_masks = append(self.key_masks, read_i64_le(b"\xff" * int(length) + bytes(8), 0))
        self.key_fields = append(self.key_fields, field)

    def read(self, position: i64) -> i64:
        """The record that begins at ``position``: the place behind it, or UNUSUAL."""
        data = self.data
        newline = self.newline
        self.detailed = False
        seen: i64 = 0
        if data[position] != 123:
            return UNUSUAL
        while True:
            # A member. The first is behind a brace, every other behind a comma.
            position += 1
            word = read_i64_le(data, position)
            if word & 0xFF == 32:
                position += 1
                word >>= 8
            key = self._scan_key(position, word)
            field = key & FIELD
            if key < 0 or seen & field != 0:
                return UNUSUAL
            position += key >> FIELD_BITS
            seen |= field

            c: i64 = data[position]
            if c == 32:
                position += 1
                c = data[position]
            if c <= 32:
                position = skip_space(data, position, newline)
                c = data[position]
            if field == 0:
                position = skip_value(data, position, newline)
            elif field == SEEN_ID:
                position = self._scan_id(position)
            elif c == 110 or field >= SEEN_STATE:
                position = self._scan_other(position, field)
            else:
                position = self._scan_number(position)
                self._keep(field, self.value)
            if position < 0:
                return UNUSUAL
            c = data[position]
            if c <= 32:
                position = skip_space(data, position, newline)
                c = data[position]
            if c != 44:
                break
        if c != 125 or not self._is_right(seen):
            return UNUSUAL
        return position + 1

    def _scan_other(self, position: i64, field: i64) -> i64:
        """The value of a field that is not always a number."""
        if field & DETAILS != 0:
            return self._scan_detail(position, field)
        if field == SEEN_LATENCY:
            self.latency = NAN
            return skip_word(self.data, position, b"null")
        return self._scan_label(position, field) if self.optional else UNUSUAL

    def _is_right(self, seen: i64) -> bool:
        """Whether a record has all that is wanted of it, and in range."""
        if self.optional and seen & self.placed == 0:
            seen |= self.placed
            self.lat = self.lon = NAN
        return seen & ~DETAILS == self.wanted and self._in_range()

    def _scan_key(self, position: i64, word: i64) -> i64:
        """Return which field the key is that begins with this word, 0 for one of no meaning here.

        Above ``FIELD_BITS``: its bytes, those of the colon behind it included.
        """
        if word & LAT_LON_MASK == LAT:
            return (6 << FIELD_BITS) | self.lat_field
        if word & LAT_LON_MASK == LON:
            return (6 << FIELD_BITS) | self.lon_field
        if word & ID_MASK == ID:
            return (5 << FIELD_BITS) | SEEN_ID
        if word & LATENC_MASK == LATENC and read_i64_le(self.data, position + 7) & Y_MASK == Y:
            return (10 << FIELD_BITS) | self.latency_field
        return self._scan_any_key(position)

    def _scan_any_key(self, first: i64) -> i64:
        """Do what ``_scan_key`` does for a key of another field, or written in an unusual way; or UNUSUAL."""
        data = self.data
        position = skip_space(data, first, self.newline)
        if data[position] != 34:
            return UNUSUAL
        start = position + 1
        end = plain_end(data, start)
        # An escape could spell any key. Characters beyond ASCII can spell none that matters.
        while data[end] > 126:
            end = skip_utf8(data, end)
            if end < 0:
                return UNUSUAL
            end = plain_end(data, end)
        if data[end] != 34:
            return UNUSUAL
        field = self._label_of(start, end)
        if field == 0:
            field = self._field_of(start)
        position = skip_space(data, end + 1, self.newline)
        if field < 0 or data[position] != 58:
            return UNUSUAL
        return ((position + 1 - first) << FIELD_BITS) | field

    def _label_of(self, start: i64, end: i64) -> i64:
        """Which label has this key; 0 for none."""
        field: i64 = SEEN_LABEL
        for name in self.by:
            if is_at(self.data, start, end, name):
                return field
            field <<= 1
        return 0

    def _field_of(self, start: i64) -> i64:
        """Which field has the key that begins at ``start``."""
        word = read_i64_le(self.data, start)
        index: i64 = 0
        count: i64 = len(self.key_words)
        while index < count:
            if word & self.key_masks[index] == self.key_words[index]:
                field = self.key_fields[index]
                # One that only begins so is any other.
                return 0 if field == SEEN_CAPACITY and self.data[start + 8] != 34 else field
            index += 1
        return 0

    def _scan_id(self, position: i64) -> i64:
        """A string that is one line of plain text, or a whole number, taken by its digits."""
        data = self.data
        c: i64 = data[position]
        if c != 34:
            end = skip_digits(data, position)
            length = end - position
            # A sign, a point or an exponent behind the digits is the library's business.
            if length == 0 or length > MAX_DIGITS or (c == 48 and length > 1):
                return UNUSUAL
            self.integer_ids = True
            self.id_start = position
            self.id_end = end
            return end
        first = position + 1
        end = self._text_end(first)
        if end < 0:
            return UNUSUAL
        self.id_start = first
        self.id_end = end
        return end + 1

    def _text_end(self, first: i64) -> i64:
        """Where the quote behind a string is, if it is one line of plain text, and not empty; or UNUSUAL."""
        data = self.data
        end = plain_end(data, first)
        c: i64 = data[end]
        while c > 126:
            end = skip_printable(data, end)
            if end < 0:
                return UNUSUAL
            end = plain_end(data, end)
            c = data[end]
        if c != 34 or end == first:
            return UNUSUAL
        return end

    def _scan_detail(self, first: i64, field: i64) -> i64:
        """A state, or a number above 0, or null."""
        data = self.data
        c: i64 = data[first]
        if c == 110:
            return skip_word(data, first, b"null")
        if field == SEEN_STATE:
            end = self._text_end(first + 1) if c == 34 else UNUSUAL
            if end < 0 or not self._keep_detail(field, state_at(data, first + 1, end)):
                return UNUSUAL
            return end + 1
        end = self._scan_number(first)
        return end if end > 0 and self._keep_detail(field, self.value) else UNUSUAL

    def _scan_label(self, first: i64, field: i64) -> i64:
        """A string, a whole number or a boolean, each by its text; or null for a coordinate."""
        data = self.data
        c: i64 = data[first]
        if field < SEEN_LABEL:
            self._keep(field, NAN)
            return skip_word(data, first, b"null")
        if c == 34:
            end = self._text_end(first + 1)
            if end < 0:
                return UNUSUAL
            self._keep_label(field, first + 1, end)
            return end + 1
        if c == 116:
            end = skip_word(data, first, b"true")
        elif c == 102:
            end = skip_word(data, first, b"false")
        else:
            digits = first + 1 if c == 45 else first
            end = skip_digits(data, digits)
            # -0, and what is more than a whole number of 64 bits, is the library's business.
            if end == digits or end - digits > MAX_DIGITS or (data[digits] == 48 and end - first > 1):
                return UNUSUAL
        if end > 0:
            self._keep_label(field, first, end)
        return end
