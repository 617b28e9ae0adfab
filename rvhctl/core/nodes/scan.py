"""One pass over node records as text: NDJSON, or the elements of one JSON array.

Columns come out, and for every record the place of its own bytes, so that it can leave as it came
in. Whatever is unusual, wrong or hard (a syntax error, an escape in an id, a value of another type,
a number out of range, a field of ``SPECIAL_KEYS``) stops the scan: the caller decodes that one
record with the JSON library, gives the row with ``add_row`` or raises, and goes on. So the scanner
accepts nothing that the library would refuse, and reads nothing differently.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append
from mypy_extensions import i64

from rvhctl.core.json.skip import UNUSUAL, skip_space, skip_value
from rvhctl.core.nodes.record import SPECIAL_KEYS, NodeRecord
from rvhctl.core.nodes.rows import ID_LENGTH_BITS, NodeRows

# What ``run`` answers.
DONE: Final = 0
"""All input is scanned."""
MORE: Final = 1
"""The budget is used; call again."""
UNUSUAL_RECORD: Final = 2
"""The record ``data[slow_start:slow_end]`` is for the JSON library."""
UNUSUAL_DOCUMENT: Final = 3
"""Only for an array: the whole text is for the JSON library, which knows what is wrong with it."""

SAMPLE: Final = 0x100000
"""Bytes from which the number of rows is foretold."""


def is_space(c: i64) -> bool:
    return c == 32 or c == 10 or c == 13 or c == 9


class NodeScan(NodeRows):
    """Fills the columns of ``NodeRows`` from its text."""

    def __init__(
        self,
        data: bytes,
        coordinates: bool,
        start: i64 = 0,
        array: bool = False,
        special: tuple[bytes, ...] = SPECIAL_KEYS,
    ) -> None:
        """Begin at ``start``: behind a byte order mark, or at the ``[`` of an ``array``."""
        super().__init__(data, coordinates, not array)
        self.array: Final = array
        # White space inside a record: a newline too, unless it ends the record.
        self.in_hand: Final = NodeRecord(data, coordinates, 10 if array else 32, special)
        self.start: Final = start
        self.position: i64 = start
        self.roomy = False
        self.elements: i64 = 0
        """Records met so far, unusual ones too."""
        self.slow_start: i64 = 0
        self.slow_end: i64 = 0

    def run(self, limit: i64) -> i64:
        """Scan on, to the end of the record that lies ``limit`` bytes ahead: how it ended, see DONE."""
        data = self.data
        size: i64 = len(data)
        record = self.in_hand
        position = self.position
        stop = position + limit
        if position == self.start:
            stop = position + min(limit, SAMPLE)
        elif not self.roomy:
            self._make_room()
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
            self._latencies = append(self._latencies, record.latency)
            if self.coordinates:
                self._lats = append(self._lats, record.lat)
                self._lons = append(self._lons, record.lon)
            self._starts = append(self._starts, position)
            self._ends = append(self._ends, end)
            span = ((record.id_start - position) << ID_LENGTH_BITS) | (record.id_end - record.id_start)
            self._id_spans = append(self._id_spans, span)
            position = end

    def _make_room(self) -> None:
        """Reserve for as many rows as those so far foretell."""
        self.roomy = True
        rows: i64 = len(self._starts)
        ahead = (len(self.data) - self.position) // (self.position - self.start) + 1
        self.reserve(rows + ahead * rows + rows // 16)

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
                position = skip_space(data, position, 10)
                if data[position] != 91:
                    return UNUSUAL
                position = skip_space(data, position + 1, 10)
            else:
                position = skip_space(data, position, 10)
            if data[position] == 93:
                position += 1
                while position < size and is_space(data[position]):
                    position += 1
                if position < size:
                    return UNUSUAL
                return position
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
            end = self.in_hand.read(start)
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
