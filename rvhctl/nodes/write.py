"""The writer of an answer of node records, in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rvhctl.formats.choice import OutputFormat
from rvhctl.nodes.nodes import Nodes, Picked
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

if TYPE_CHECKING:
    from rvhctl.formats.shapes import View


def write_answer(
    format_: OutputFormat,
    nodes: Nodes,
    picked: Picked,
    view: Callable[[], View],
    sink: Sink,
    color: ColorChoice,
) -> None:
    """The picked records as they came in; people see a view of them instead."""
    if format_ == "table":
        from rvhctl.formats.write import write_view

        write_view(view(), format_, sink, color)
    else:
        sink.write_all(write_nodes(format_, nodes, picked))


def write_nodes(format_: OutputFormat, nodes: Nodes, picked: Picked) -> Iterator[bytes]:
    """The picked records, in pieces."""
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
