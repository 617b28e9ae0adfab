"""The records of NDJSON, or the elements of one JSON array."""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

from rvhctl.core.json.skip import UNUSUAL, skip_space, skip_value
from rvhctl.core.nodes.json_record import SPECIAL_KEYS, JsonRecord
from rvhctl.core.nodes.scan import NodeScan


def is_space(c: i64) -> bool:
    return c == 32 or c == 10 or c == 13 or c == 9


class JsonScan(NodeScan):
    """Whatever has a field of ``special`` is unusual, too."""

    def __init__(
        self,
        data: bytes,
        coordinates: bool,
        start: i64 = 0,
        array: bool = False,
        special: tuple[bytes, ...] = SPECIAL_KEYS,
        latency: bool = True,
        by: tuple[bytes, ...] = (),
        seed: i64 = 0,
    ) -> None:
        """Begin at ``start``: behind a byte order mark, or at the ``[`` of an ``array``.

        ``latency``: whether each record needs one; ``by``: the keys of labels that group nodes; ``seed``: of the
        hashes of these.
        """
        # White space inside a record: a newline too, unless it ends the record.
        record = JsonRecord(data, coordinates, 10 if array else 32, special, latency, by)
        super().__init__(record, coordinates, start, not array, seed)
        self.array: Final = array

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

    def _end_of_unusual(self, start: i64) -> i64:
        data = self.data
        if self.array:
            try:
                return skip_value(data, start, 10)
            except IndexError:
                return UNUSUAL
        end: i64 = data.find(b"\n", start)
        if end < 0:
            end = len(data)
        while is_space(data[end - 1]):
            end -= 1
        return end

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
