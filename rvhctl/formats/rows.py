"""Rows of named values in every format: as they come, or, as JSON or a table, when they are complete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from rvhctl.formats.choice import OutputFormat
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

Row = dict[str, Any]


class RowsAnswer:
    """All rows have the same names in the same order."""

    def __init__(
        self, format_: OutputFormat, sink: Sink, caption: Callable[[int], str], color: ColorChoice
    ) -> None:
        """``caption`` makes the line under a table out of the number of rows."""
        self._format: Final = format_
        self._sink: Final = sink
        self._caption: Final = caption
        self._color: Final = color
        self._rows: list[Row] = []
        self._pieces: list[bytes] = []
        self._begun = False

    def add(self, rows: list[Row]) -> None:
        if not rows:
            return
        match self._format:
            case "json":
                # One text for all of them: each by itself would take kilobytes.
                self._pieces.append(orjson.dumps(rows)[1:-1])
            case "table":
                self._rows += rows
            case "csv" | "tsv":
                from rvhctl.formats import csv

                delimiter = "," if self._format == "csv" else "\t"
                head = b"" if self._begun else csv.joined_row(list(rows[0]), delimiter)
                self._send(head + csv.joined_rows([list(row.values()) for row in rows], delimiter))
            case "ndjson":
                self._send(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
            case _:
                self._send(b"".join(plain_row(row.values()) for row in rows))
        self._begun = True

    def finish(self, names: Sequence[str]) -> None:
        """``names`` head a table, or CSV, without rows."""
        match self._format:
            case "json":
                self._sink.write(b"[" + b",".join(self._pieces) + b"]\n")
            case "table":
                from rvhctl.formats import table
                from rvhctl.formats.shapes import View

                caption = self._caption(len(self._rows))
                table.write(View(tuple(names), lambda: self._rows, caption=caption), self._sink, self._color)
            case "csv" | "tsv" if not self._begun:
                from rvhctl.formats import csv

                self._sink.write(csv.joined_row(list(names), "," if self._format == "csv" else "\t"))
        self._sink.flush()

    def _send(self, data: bytes) -> None:
        """Flushed at once: what is read is answered before the next read, which may have to wait."""
        self._sink.write(data)
        self._sink.flush()


def plain_row(cells: Any) -> bytes:
    """Cells with tabs between them; bytes are as they are."""
    return b"\t".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells) + b"\n"
