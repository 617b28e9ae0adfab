"""One pass over node records as text, whatever their format.

Columns come out, and for every record the place of its own bytes, so that it can leave as it came
in. Whatever is unusual, wrong or hard (a syntax error, an escape in an id, a value of another type,
a number out of range, a field beside id, place and latency that decides) stops the scan: the caller
decodes that one record with the format's library, gives the row with ``add_row`` or raises, and goes
on. So a scanner accepts nothing that the library would refuse, and reads nothing differently.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append
from mypy_extensions import i64

from rvhctl.core.nodes.labels import LabelGroups
from rvhctl.core.nodes.record import NodeRecord
from rvhctl.core.nodes.rows import ID_LENGTH_BITS, NodeRows

# What ``run`` answers.
DONE: Final = 0
"""All input is scanned."""
MORE: Final = 1
"""The budget is used; call again."""
UNUSUAL_RECORD: Final = 2
"""The record ``data[slow_start:slow_end]`` is for the library."""
UNUSUAL_DOCUMENT: Final = 3
"""The whole text is for the library, which knows what is wrong with it."""

SAMPLE: Final = 0x100000
"""Bytes from which the number of rows is extrapolated."""


class NodeScan(NodeRows):
    """Fills the columns of ``NodeRows`` from its text; each format says where a record begins and ends."""

    def __init__(
        self, record: NodeRecord, coordinates: bool, start: i64, one_line: bool, seed: i64 = 0
    ) -> None:
        """Begin at ``start``: behind a byte order mark or a header; ``record`` reads one.

        ``seed``: of the hashes of labels, if it reads any.
        """
        super().__init__(record.data, coordinates, one_line)
        self.in_hand: Final = record
        self.labels: Final = LabelGroups(len(record.label_starts), seed)
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
        labels = self.labels
        grouped = labels.depth > 0
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
            if record.detailed:
                self._add_details(record)
            if grouped:
                labels.add(data, record.label_starts.values, record.label_ends.values)
            position = end

    def _add_details(self, record: NodeRecord) -> None:
        """Keep what the last row states of itself."""
        capacity = record.capacity
        if capacity != capacity:
            capacity = record.weight
        self.details.add(len(self._starts) - 1, record.state, record.weight, capacity)

    def _make_room(self) -> None:
        """Reserve for as many rows as those so far foretell."""
        self.roomy = True
        rows: i64 = len(self._starts)
        ahead = (len(self.data) - self.position) // (self.position - self.start) + 1
        self.reserve(rows + ahead * rows + rows // 16)

    def _next_record(self, position: i64) -> i64:
        """Where the next record begins; the size of the data behind the last one; or UNUSUAL."""
        raise NotImplementedError

    def _scan_record(self, start: i64) -> i64:
        """Read the record at ``start`` into the one in hand; the place behind it, or UNUSUAL."""
        raise NotImplementedError

    def _end_of_unusual(self, start: i64) -> i64:
        """Where the unusual record at ``start`` ends; or UNUSUAL: nobody can tell."""
        raise NotImplementedError

    def _leave(self, start: i64) -> i64:
        """Say where the unusual record at ``start`` ends, and go on behind it next time."""
        end = self._end_of_unusual(start)
        if end < 0:
            return UNUSUAL_DOCUMENT
        self.position = end
        self.slow_start = start
        self.slow_end = end
        return UNUSUAL_RECORD
