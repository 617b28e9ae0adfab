"""Nodes within a latency limit, block by block; the others are only counted.

Of every node, kept or not, a hash of its id remains, to find out whether one comes twice.
"""

from __future__ import annotations

from math import inf
from typing import Final

from librt.strings import BytesWriter, read_f64_le, read_i64_le, write_f64_le, write_i64_le
from librt.vecs import append
from mypy_extensions import i64

from rvhctl.core.nodes.rows import NodeRows
from rvhctl.core.nodes.scan import DONE, MORE, NodeScan
from rvhctl.core.words import copy

ROW: Final = 24
"""Bytes of a packed row: latency, length of the record, place of the id in it."""


AHEAD: Final = b"\n" * 32
"""What a block is to end with: a scanner reads whole words, so it would leave the last record to the library."""


class Prefilter:
    """What is left of a block of whole lines."""

    def __init__(self, scan: NodeScan, limit: float, seed: i64) -> None:
        """``limit`` in milliseconds; ``seed``: the same for all blocks whose ids are compared."""
        self.usual = False
        """Whether the block could be read; if not, some record is wrong, or for the library to read."""
        self.records = b""
        """The nodes within the limit, a line each, as they came."""
        self.rows = b""
        """What is known of each of these, packed."""
        self.hashes = b""
        """64 bits for the id of every node."""
        self.unmeasured: i64 = 0
        """Nodes without a latency."""
        self.best: float = inf
        """The least latency over the limit, in milliseconds."""
        size: i64 = len(scan.data)
        state = scan.run(size)
        while state == MORE:
            state = scan.run(size)
        # What a node states of itself is for those who read it whole.
        if state == DONE and len(scan.details) == 0:
            self.usual = True
            self._filter(scan, limit, seed)

    def _filter(self, scan: NodeScan, limit: float, seed: i64) -> None:
        records = BytesWriter()
        rows = BytesWriter()
        block = scan.data
        latencies = scan._latencies
        starts = scan._starts
        ends = scan._ends
        spans = scan._id_spans
        best = self.best
        count: i64 = len(starts)
        for row in range(count):
            latency = latencies[row]
            if latency <= limit:
                start = starts[row]
                end = ends[row]
                copy(records, block, start, end)
                records.append(10)
                write_f64_le(rows, latency)
                write_i64_le(rows, end - start)
                write_i64_le(rows, spans[row])
            elif latency != latency:
                self.unmeasured += 1
            elif latency < best:
                best = latency
        self.best = best
        self.records = records.getvalue()
        self.rows = rows.getvalue()
        self.hashes = scan.hash_ids(0, count, seed)


class KeptRows(NodeRows):
    """The rows of several blocks, whose records are joined."""

    def __init__(self, data: bytes, rows: i64) -> None:
        """``rows``: how many there will be."""
        super().__init__(data, False, True)
        self.place: i64 = 0
        self.reserve(rows)

    def add(self, packed: bytes) -> None:
        """Append the rows of the next block."""
        place = self.place
        size: i64 = len(packed)
        for at in range(0, size, ROW):
            self._latencies = append(self._latencies, read_f64_le(packed, at))
            self._starts = append(self._starts, place)
            place += read_i64_le(packed, at + 8)
            self._ends = append(self._ends, place)
            place += 1
            self._id_spans = append(self._id_spans, read_i64_le(packed, at + 16))
        self.place = place
