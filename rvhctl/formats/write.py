"""The writers of records and of a view, in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rvhctl.formats.choice import FORMATS, OutputFormat
from rvhctl.formats.shapes import OwnRecords, Picked, View
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice


def write_records(
    format_: OutputFormat,
    records: OwnRecords,
    picked: Picked,
    view: Callable[[], View],
    sink: Sink,
    color: ColorChoice,
) -> None:
    """Write the picked records as they came in; people see a view of them instead."""
    if format_ == "table":
        write_view(view(), format_, sink, color)
    else:
        sink.write_all(records_pieces(format_, records, picked))


def records_pieces(format_: OutputFormat, records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked records in any format but a table, in pieces."""
    chosen = FORMATS[format_]
    pieces: Iterator[bytes] = chosen.load().write_records(records, picked, **chosen.options)
    return pieces


def write_view(view: View, format_: OutputFormat, sink: Sink, color: ColorChoice) -> None:
    """The view in any format."""
    if format_ == "table":
        from rvhctl.formats import table

        table.write(view, sink, color)
    else:
        sink.write_all(view_pieces(view, format_))


def view_pieces(view: View, format_: OutputFormat) -> Iterator[bytes]:
    """Return the view in any format but a table, in pieces."""
    chosen = FORMATS[format_]
    pieces: Iterator[bytes] = chosen.load().write_view(view, **chosen.options)
    return pieces
