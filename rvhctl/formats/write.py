"""The writers of records and of a view, in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import orjson

from rvhctl.formats.choice import FORMATS, OutputFormat
from rvhctl.formats.shapes import Digits, IdList, OwnRecords, Picked, View, cell_text, part_text
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

SOME: Final = 256
"""Rows written at a time: few enough, also where each has many ids, that they stay in the processor's cache."""


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
    """The view in any format but a table; ``plain`` is TSV without a header."""
    if format_ == "json":
        if view.document is None:
            yield from _array(view)
        else:
            first = next(iter(view.document))
            yield _json({**view.document, first: list(view.rows())}) + b"\n"
    elif format_ in ("csv", "tsv", "plain"):
        from rvhctl.formats import csv

        yield from csv.write_rows(
            None if format_ == "plain" else view.names,
            _text_rows(view),
            delimiter="," if format_ == "csv" else "\t",
        )
    else:
        remaining = iter(view.rows())
        while piece := [_json(row) + b"\n" for row in islice(remaining, SOME)]:
            yield b"".join(piece)


def _array(view: View) -> Iterator[bytes]:
    opening: bytes = b"["
    rows = iter(view.rows())
    while piece := [_json(row) for row in islice(rows, SOME)]:
        yield opening + b",".join(piece)
        opening = b","
    yield b"]\n" if opening == b"," else b"[]\n"


def _text_rows(view: View) -> Iterator[Sequence[str]]:
    rows = iter(view.rows())
    while piece := list(islice(rows, SOME)):
        columns = [_texts([row[name] for row in piece]) for name in view.names]
        yield from zip(*columns, strict=True)


def _texts(column: list[Any]) -> list[str]:
    """The values of one column as cells; most often they are of one type."""
    types = set(map(type, column))
    if types == {str}:
        return column
    if types == {int}:
        return list(map(str, column))
    if types == {IdList}:
        return [ids.text(",") for ids in column]
    if types == {list}:
        return [part_text(parts[0]) if len(parts) == 1 else cell_text(parts) for parts in column]
    return list(map(cell_text, column))


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=_own)


def _own(value: Digits | IdList) -> object:
    return orjson.Fragment(value.text) if isinstance(value, Digits) else value.json()
