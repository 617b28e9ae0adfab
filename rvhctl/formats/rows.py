"""Rows of named values in every format: as they come, or, as JSON or a table, when they are complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, repeat
from typing import Any, Final

import orjson

from rvhctl.formats.choice import OutputFormat
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

Row = dict[str, Any]

PIECE: Final = 4096
"""Rows of a summary written at a time."""


class RowWriter:
    """Writes rows of values, or records that are text already; a JSON array and a table only when complete."""

    def __init__(
        self,
        names: Sequence[str],
        format_: OutputFormat,
        sink: Sink,
        caption: Callable[[int], str] = str,
        color: ColorChoice = "auto",
    ) -> None:
        """``names``: of the columns; ``caption`` makes the line under a table out of the number of rows."""
        self._names: Final = names
        self._format: Final = format_
        self._delimiter: Final = "\t" if format_ == "tsv" else ","
        self._sink: Final = sink
        self._caption: Final = caption
        self._color: Final = color
        self._rows: list[Sequence[Any]] = []
        self._pieces: list[bytes] = []
        self._begun = False

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows; a value may be whatever JSON takes."""
        if not rows:
            return
        names = self._names
        match self._format:
            case "json":
                self._piece(orjson.dumps(self._objects(rows))[1:-1])
            case "table":
                self._rows += rows
            case "csv" | "tsv":
                from rvhctl.formats import csv

                self._send(csv.joined_rows([*([] if self._begun else [names]), *rows], self._delimiter))
            case "ndjson":
                self._send(self._lines(rows))
            case _:
                self._send(b"".join([plain_row(row) for row in rows]))
        self._begun = True

    def add_records(self, records: list[bytes], header: Sequence[str] = ()) -> None:
        """Write records as they are, below their own header."""
        if header and not self._begun:
            from rvhctl.formats import csv

            self._sink.write(csv.joined_row(header, self._delimiter))
        if records and self._format == "json":
            self._piece(b",".join(records))
        elif records:
            self._send(b"\n".join(records) + b"\n")
        self._begun = True

    def finish(self) -> None:
        """Write what only a complete answer has: the end of an array, a table, a header without rows."""
        match self._format:
            case "json":
                self._sink.write_all([b"[", *self._pieces, b"]\n"])
            case "table":
                from rvhctl.formats import table
                from rvhctl.formats.shapes import View

                rows = (dict(zip(self._names, row, strict=True)) for row in self._rows)
                view = View(tuple(self._names), lambda: rows, caption=self._caption(len(self._rows)))
                table.write(view, self._sink, self._color)
            case "csv" | "tsv" if not self._begun:
                from rvhctl.formats import csv

                self._sink.write(csv.joined_row(self._names, self._delimiter))
        self._sink.flush()

    def _objects(self, rows: Sequence[Sequence[Any]]) -> list[Row]:
        # Without a line of Python for each row.
        return [*map(dict, map(zip, repeat(self._names), rows))]

    def _lines(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """The rows as NDJSON, cut out of one text: each by itself would take kilobytes, and longer."""
        # In a string, the quote would have a backslash before it.
        between = b'},{"%b":' % self._names[0].encode()
        lines = orjson.dumps(self._objects(rows))[1:-1]
        return lines.replace(between, between.replace(b",", b"\n", 1)) + b"\n"

    def _piece(self, text: bytes) -> None:
        self._pieces.append(b"," + text if self._pieces else text)

    def _send(self, data: bytes) -> None:
        """Flushed at once: what is read is answered before the next read, which may have to wait."""
        self._sink.write(data)
        self._sink.flush()


def plain_row(cells: Sequence[Any]) -> bytes:
    """Cells with tabs between them; bytes are as they are."""
    return b"\t".join([cell if type(cell) is bytes else str(cell).encode() for cell in cells]) + b"\n"


def write_summary(format_: OutputFormat, sink: Sink, head: Row, rows: Iterator[Row]) -> None:
    """Write totals and one row or more: one JSON object; only the rows as CSV; only the totals as plain text."""
    match format_:
        case "json" | "ndjson":
            sink.write(orjson.dumps(head)[:-1] + b',"buckets":[')
            between = b""
            while piece := list(islice(rows, PIECE)):
                sink.write(between + orjson.dumps(piece)[1:-1])
                between = b","
            sink.write(b"]}\n")
        case "csv" | "tsv":
            first = next(rows)
            writer = RowWriter(list(first), format_, sink)
            writer.add([list(first.values())])
            while piece := list(islice(rows, PIECE)):
                writer.add([list(row.values()) for row in piece])
        case _:
            sink.write_all(plain_row([name, "" if value is None else value]) for name, value in head.items())
    sink.flush()
