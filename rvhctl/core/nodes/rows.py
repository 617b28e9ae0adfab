"""Node records as columns over the text they stand in.

The bytes of a record and of its id are places in the text, so that a record can leave as it came in
and no object is made for a node that nobody asks about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from librt.strings import BytesWriter, write_i64_le
from librt.vecs import append, extend, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints, floats
from rvhctl.core.csv.objects import ObjectToRow, RowToObject
from rvhctl.core.nodes.details import DetailColumns
from rvhctl.core.nodes.duplicates import hash_of
from rvhctl.core.words import copy

ID_LENGTH_BITS: Final = 32
ID_LENGTH: Final = 0xFFFFFFFF


def roomy_places(column: vec[i64], capacity: i64) -> vec[i64]:
    return extend(vec[i64](capacity=capacity), column)


def roomy_numbers(column: vec[float], capacity: i64) -> vec[float]:
    return extend(vec[float](capacity=capacity), column)


class NodeRows:
    """The rows of one text.

    ``latencies``: milliseconds, NaN for no measurement; ``lats`` and ``lons``: degrees, empty unless
    ``coordinates``.
    """

    def __init__(self, data: bytes, coordinates: bool, one_line: bool) -> None:
        """``one_line``: no record has a line end between its tokens."""
        self.data: Final = data
        self.coordinates: Final = coordinates
        self.one_line: Final = one_line
        self._latencies = vec[float]()
        self._lats = vec[float]()
        self._lons = vec[float]()
        # Each record's own bytes in the data.
        self._starts = vec[i64]()
        self._ends = vec[i64]()
        # Where the id begins, counted from the record, and its length; below 0: -1 - index in other_ids.
        self._id_spans = vec[i64]()
        self.other_ids: list[bytes] = []
        self.details: Final = DetailColumns()

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def latencies(self) -> Floats:
        return floats(self._latencies)

    @property
    def lats(self) -> Floats:
        return floats(self._lats)

    @property
    def lons(self) -> Floats:
        return floats(self._lons)

    def reserve(self, rows: i64) -> None:
        """Room for so many rows: a column that grows is copied, into fresh memory each time."""
        self._latencies = roomy_numbers(self._latencies, rows)
        if self.coordinates:
            self._lats = roomy_numbers(self._lats, rows)
            self._lons = roomy_numbers(self._lons, rows)
        self._starts = roomy_places(self._starts, rows)
        self._ends = roomy_places(self._ends, rows)
        self._id_spans = roomy_places(self._id_spans, rows)

    def add_row(self, latency: float, lat: float, lon: float, node_id: bytes, start: i64, end: i64) -> None:
        """The row of an unusual record, as the caller has read it; NaN for what is null."""
        self._latencies = append(self._latencies, latency)
        if self.coordinates:
            self._lats = append(self._lats, lat)
            self._lons = append(self._lons, lon)
        self._starts = append(self._starts, start)
        self._ends = append(self._ends, end)
        self.other_ids.append(node_id)
        index: i64 = len(self.other_ids)
        self._id_spans = append(self._id_spans, -index)

    def id_bytes(self, row: i64) -> bytes:
        """The id of a row in UTF-8."""
        span = self._id_spans[row]
        if span < 0:
            return self.other_ids[-1 - span]
        start = self._starts[row] + (span >> ID_LENGTH_BITS)
        return self.data[start : start + (span & ID_LENGTH)]

    def has_bare_id(self, row: i64) -> bool:
        """Whether the id of a row stands in the text without quotes: an integer."""
        span = self._id_spans[row]
        return span >= 0 and self.data[self._starts[row] + (span >> ID_LENGTH_BITS) - 1] != 34

    def id_text(self, row: i64) -> str:
        return self.id_bytes(row).decode()

    def id_texts(self, rows: Ints) -> list[str]:
        """The ids of these rows."""
        return [self.id_bytes(row).decode() for row in rows.values]

    def hash_ids(self, first: i64, last: i64, seed: i64) -> bytes:
        """The hashes of the ids of rows ``first`` until before ``last``, 8 bytes each; see ``hash_of``."""
        writer = BytesWriter()
        data = self.data
        starts = self._starts
        spans = self._id_spans
        for row in range(first, last):
            span = spans[row]
            if span < 0:
                other = self.other_ids[-1 - span]
                write_i64_le(writer, hash_of(other, 0, len(other), seed))
            else:
                start = starts[row] + (span >> ID_LENGTH_BITS)
                write_i64_le(writer, hash_of(data, start, start + (span & ID_LENGTH), seed))
        return writer.getvalue()

    def record(self, row: i64) -> bytes:
        """The bytes of a row's record, as they came in."""
        return self.data[self._starts[row] : self._ends[row]]

    def join_records(self, rows: Ints, first: i64, last: i64, end: bytes) -> bytes:
        """The records of ``rows[first:last]``, ``end`` behind each."""
        writer = BytesWriter()
        data = self.data
        wanted = rows.values
        for index in range(first, last):
            row = wanted[index]
            copy(writer, data, self._starts[row], self._ends[row])
            writer.write(end)
        return writer.getvalue()

    def join_objects(
        self,
        rows: Ints,
        first: i64,
        last: i64,
        end: bytes,
        converter: RowToObject,
        library: Callable[[bytes], bytes],
    ) -> bytes:
        """The rows of CSV ``rows[first:last]`` as objects of JSON, ``end`` behind each."""
        out = BytesWriter()
        data = self.data
        wanted = rows.values
        for index in range(first, last):
            row = wanted[index]
            if not converter.write(out, data, self._starts[row], self._ends[row]):
                out.write(library(self.record(row)))
            out.write(end)
        return out.getvalue()

    def all_fit(self, rows: Ints, first: i64, last: i64, converter: ObjectToRow) -> bool:
        """Whether ``join_cells`` can write ``rows[first:last]``."""
        data = self.data
        wanted = rows.values
        for index in range(first, last):
            row = wanted[index]
            if not converter.fits(data, self._starts[row], self._ends[row]):
                return False
        return True

    def join_cells(self, rows: Ints, first: i64, last: i64, converter: ObjectToRow) -> bytes:
        """The objects of JSON ``rows[first:last]`` as rows of CSV, a line each."""
        out = BytesWriter()
        data = self.data
        wanted = rows.values
        for index in range(first, last):
            row = wanted[index]
            converter.write(out, data, self._starts[row], self._ends[row])
        return out.getvalue()

    def join_lines(self, rows: Ints, first: i64, last: i64) -> bytes:
        """The records of ``rows[first:last]``, each on a line of its own.

        A record of an array may come over many lines; its line ends stand between its tokens.
        """
        if self.one_line:
            return self.join_records(rows, first, last, b"\n")
        # No record holds a NUL.
        joined = self.join_records(rows, first, last, b"\0")
        return joined.replace(b"\n", b"").replace(b"\r", b"").replace(b"\0", b"\n")

    def join_ids(self, rows: Ints, first: i64, last: i64, end: bytes) -> bytes:
        """The ids of ``rows[first:last]`` in UTF-8, ``end`` behind each."""
        writer = BytesWriter()
        data = self.data
        wanted = rows.values
        for index in range(first, last):
            row = wanted[index]
            span = self._id_spans[row]
            if span < 0:
                writer.write(self.other_ids[-1 - span])
            else:
                start = self._starts[row] + (span >> ID_LENGTH_BITS)
                copy(writer, data, start, start + (span & ID_LENGTH))
            writer.write(end)
        return writer.getvalue()
