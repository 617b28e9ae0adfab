"""Which format an answer goes out in, and the writer of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from rvhctl.errors import UsageError
from rvhctl.keys import Buckets, Key
from rvhctl.nodes import Nodes, Picked, Shape
from rvhctl.options import ColorChoice, OutputFormat
from rvhctl.sink import Sink


def output_format(
    asked: OutputFormat, as_json: bool, shape: Shape | Literal["plain"], sink: Sink
) -> OutputFormat:
    """The format of an answer: as asked, else a table on a terminal, else the shape of the input.

    Keys that came in as text (shape ``plain``) are answered with bare numbers on a terminal too.
    """
    if as_json:
        if asked not in ("auto", "json"):
            raise UsageError(f"--json and --output {asked} exclude each other")
        return "json"
    if asked != "auto":
        return asked
    if sink.is_terminal and shape != "plain":
        return "table"
    return "plain" if shape == "flags" else shape


def write_nodes(format_: OutputFormat, nodes: Nodes, picked: Picked) -> Iterator[bytes]:
    """The picked records in any format but a table."""
    match format_:
        case "json":
            from rvhctl.formats import json

            return json.write_nodes(json_nodes(nodes), picked)
        case "csv" | "tsv":
            from rvhctl.formats import csv

            return csv.write_nodes(nodes, picked, delimiter="," if format_ == "csv" else "\t")
        case "plain":
            from rvhctl.formats import plain

            return plain.write_nodes(nodes, picked)
        case _:
            from rvhctl.formats import ndjson

            return ndjson.write_nodes(json_nodes(nodes), picked)


def json_nodes(nodes: Nodes) -> Nodes:
    """The same nodes with records in JSON, made from rows of CSV as they are asked for."""
    if nodes.header is None:
        return nodes
    from dataclasses import replace

    return replace(nodes, records=_JsonRecords(nodes), header=None)


class _JsonRecords(Sequence[bytes]):
    def __init__(self, nodes: Nodes) -> None:
        from rvhctl.formats import csv

        assert nodes.header is not None
        self._header = nodes.header
        self._rows = nodes.records
        self._delimiter = "\t" if nodes.shape == "tsv" else ","
        self._convert = csv.json_record

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        return self._convert(self._header, self._rows[row], self._delimiter)


class KeyAnswer:
    """Keys and their buckets, written as they come; a JSON array and a table only when complete."""

    def __init__(self, format_: OutputFormat, sink: Sink, buckets: int, color: ColorChoice) -> None:
        self._format = format_
        self._sink = sink
        self._buckets = buckets
        self._color = color
        self._first = True
        self._pieces: list[bytes] = []
        self._rows: list[tuple[Key, int]] = []

    def add(self, keys: Sequence[Key], buckets: Buckets) -> None:
        match self._format:
            case "json":
                from rvhctl.formats import json

                self._pieces.append(json.write_keys(keys, buckets, first=self._first))
            case "table":
                self._rows += zip(keys, buckets, strict=True)
            case "csv" | "tsv":
                from rvhctl.formats import csv

                delimiter = "," if self._format == "csv" else "\t"
                self._send(csv.write_keys(keys, buckets, delimiter=delimiter, first=self._first))
            case "ndjson":
                from rvhctl.formats import ndjson

                self._send(ndjson.write_keys(keys, buckets))
            case _:
                from rvhctl.formats import plain

                self._send(plain.write_keys(buckets))
        self._first = False

    def finish(self) -> None:
        if self._first and self._format in ("json", "csv", "tsv"):
            self.add([], [])
        if self._format == "json":
            from rvhctl.formats import json

            self._sink.write_all(self._pieces)
            self._sink.write(json.KEYS_END)
        elif self._format == "table":
            from rvhctl.formats import table

            self._sink.write(table.keys(self._rows, self._buckets, self._color))
        self._sink.flush()

    def _send(self, data: bytes) -> None:
        """Flushed at once: what is read is answered before the next read, which may have to wait."""
        self._sink.write(data)
        self._sink.flush()
