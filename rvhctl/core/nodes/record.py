"""The columns of one node record that decide, and its numbers, read to the last bit as the libraries read them."""

from __future__ import annotations

from math import inf
from typing import Final

from librt.strings import read_i64_le
from librt.vecs import vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Ints
from rvhctl.core.json.skip import UNUSUAL, skip_number, skip_utf8
from rvhctl.core.words import digits_value, is_at, leading_digits

# Fields seen in a record.
SEEN_ID: Final = 1
SEEN_LATENCY: Final = 2
SEEN_LAT: Final = 4
SEEN_LON: Final = 8
SEEN_STATE: Final = 16
SEEN_WEIGHT: Final = 32
SEEN_CAPACITY: Final = 64
DETAILS: Final = SEEN_STATE | SEEN_WEIGHT | SEEN_CAPACITY
"""Fields that a node may state or not."""
SEEN_LABEL: Final = 128
"""The first label that groups nodes; the others are the bits above."""

MOST_LABELS: Final = 16

EXACT: Final = 1_000_000_000_000_000
"""Below it, digits / 10^k is a quotient of two exact floats, so it is rounded once."""

MAX_DIGITS: Final = 18
"""So many always fit 64 bits. An id of no more keeps every digit in the library too."""

NAN: Final = float("nan")


def skip_printable(data: bytes, position: i64) -> i64:
    """Pass over a character beyond ASCII that an id may have; DEL may stand here, too."""
    c: i64 = data[position]
    # DEL and the controls U+0080 to U+009F.
    if c == 127 or (c == 0xC2 and data[position + 1] < 0xA0):
        return UNUSUAL
    return skip_utf8(data, position)


def state_at(data: bytes, start: i64, end: i64) -> float:
    """The place of ``data[start:end]`` in ``STATES``; -1 if it is none."""
    if is_at(data, start, end, b"up"):
        return 0.0
    if is_at(data, start, end, b"drain"):
        return 1.0
    return 2.0 if is_at(data, start, end, b"down") else -1.0


class NodeRecord:
    """What ``read`` found last: milliseconds (NaN for null), degrees, and the place of the id in the text."""

    def __init__(self, data: bytes, coordinates: bool, latency: bool, labels: i64) -> None:
        """``latency``: whether one is read; where none is, every one is NaN.

        ``labels``: how many group the nodes; if any do, coordinates may be unknown (NaN), both together.
        """
        self.data: Final = data
        # A number that begins here may be read in three words: whole part, point and two of decimals.
        self.last_start: Final[i64] = len(data) - 32
        self._powers = vec[i64]([10**exponent for exponent in range(9)])
        self._scales = vec[float]([10.0**exponent for exponent in range(17)])
        # 0: a field like any other.
        self.lat_field: Final[i64] = SEEN_LAT if coordinates else 0
        self.lon_field: Final[i64] = SEEN_LON if coordinates else 0
        self.latency_field: Final[i64] = SEEN_LATENCY if latency else 0
        self.latency: float = 0.0 if latency else NAN
        self.lat: float = 0.0
        self.lon: float = 0.0
        self.optional: Final = labels > 0
        self.label_starts = Ints([0] * int(labels))
        self.label_ends = Ints([0] * int(labels))
        self.detailed = False
        """Whether the record states any of these; else they are those of a record before."""
        self.state: u8 = 0
        self.weight: float = 1.0
        self.capacity: float = 1.0
        """NaN where it is the weight."""
        self.value: float = 0.0
        self.id_start: i64 = 0
        self.id_end: i64 = 0
        self.integer_ids = False
        """Whether any id so far was an integer of JSON."""

    def read(self, position: i64) -> i64:
        """The record that begins at ``position``: the place behind it, or UNUSUAL."""
        raise NotImplementedError

    def _keep(self, field: i64, value: float) -> None:
        if field == SEEN_LATENCY:
            self.latency = value
        elif field == SEEN_LAT:
            self.lat = value
        else:
            self.lon = value

    def _keep_detail(self, field: i64, value: float) -> bool:
        """Take a state (by its place in ``STATES``), weight or capacity; whether it is in range."""
        if not self.detailed:
            self.detailed = True
            self.state = 0
            self.weight = 1.0
            self.capacity = NAN
        if field == SEEN_STATE:
            known = value >= 0.0
            self.state = int(value) if known else 0
            return known
        if field == SEEN_WEIGHT:
            self.weight = value
        else:
            self.capacity = value
        return 0.0 < value < inf

    def _in_range(self) -> bool:
        if self.optional and self.lat != self.lat and self.lon != self.lon:
            return not self.latency < 0.0
        return not self.latency < 0.0 and -90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0

    def _keep_label(self, field: i64, start: i64, end: i64) -> None:
        label: i64 = 0
        while field > SEEN_LABEL:
            field >>= 1
            label += 1
        self.label_starts.values[label] = start
        self.label_ends.values[label] = end

    def _scan_number(self, position: i64) -> i64:
        """A number into ``value``, to the last bit what ``float`` makes of it."""
        data = self.data
        first = position
        negative = data[position] == 45
        if negative:
            position += 1
        if position > self.last_start:
            return self._scan_any_number(first)
        word = read_i64_le(data, position)
        count = leading_digits(word)
        if count == 0 or count == 8 or (word & 0xFF == 48 and count > 1):
            return self._scan_any_number(first)
        digits = digits_value(word, count)
        position += count
        decimals: i64 = 0
        if data[position] == 46:
            position += 1
            word = read_i64_le(data, position)
            decimals = leading_digits(word)
            if decimals == 0:
                return UNUSUAL
            digits = digits * self._powers[decimals] + digits_value(word, decimals)
            if decimals == 8:
                word = read_i64_le(data, position + 8)
                more = leading_digits(word)
                if more == 8 or count + 8 + more > MAX_DIGITS:
                    return self._scan_any_number(first)
                if more > 0:
                    digits = digits * self._powers[more] + digits_value(word, more)
                    decimals += more
            position += decimals
        c: i64 = data[position]
        if digits >= EXACT or c == 101 or c == 69:
            return self._scan_any_number(first)
        if negative and digits == 0:
            return UNUSUAL  # -0 and -0.0 differ
        value = float(digits) / self._scales[decimals]
        self.value = -value if negative else value
        return position

    def _scan_any_number(self, position: i64) -> i64:
        """A number that takes more than one division, or that is none."""
        end = skip_number(self.data, position)
        if end > 0:
            self.value = float(self.data[position:end])
            if self.value == 0.0 and self.data[position] == 45:
                return UNUSUAL  # -0 and -0.0 differ
        return end
