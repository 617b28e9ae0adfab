"""A table of Arrow as nodes: its columns as they are, and rows as records only where they go out as such."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from math import nan
from typing import Any, Final

import orjson

from rvhctl.core.columns import Ints
from rvhctl.core.csv.objects import ObjectToRow
from rvhctl.core.nodes.rows import NodeRows
from rvhctl.formats.arrow.objects import json_text
from rvhctl.formats.arrow.tables import Table
from rvhctl.formats.choice import OBJECTS
from rvhctl.formats.shapes import Layout, Picked
from rvhctl.nodes.fields import Coordinates
from rvhctl.nodes.fleet import Fleet
from rvhctl.nodes.nodes import LeftOut, Nodes, new_seed
from rvhctl.nodes.scan import have_duplicates, pieces_of
from rvhctl.nodes.tables.columns import Asked, TableColumns, UnusualError
from rvhctl.nodes.tables.kept import KeptRows
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.source import Source


def table_nodes(
    source: Source,
    layout_of: Callable[[Sequence[str]], Layout],
    *,
    coordinates: Coordinates,
    by: tuple[str, ...],
    within: float | None,
    records: bool,
) -> Nodes | None:
    """The nodes of a table, each of which has a latency; arguments as of `rvhctl.nodes.read.read_nodes`.

    Args:
        layout_of: says what its columns are, by their names.
        records: whether any of its rows may go out; if not, other columns are not even read.

    Returns:
        None where anything is wrong or unusual; then the source can be read from its beginning.
    """
    assert source.read_table is not None
    table = source.read_table(source)
    # What cannot be read again is kept.
    again = source.plain_file
    layout = layout_of(table.schema.names)
    kept: list[Any] = []
    try:
        columns = TableColumns(Asked(layout, coordinates, by, within if again else None, new_seed()))
        if again and not records:
            named = zip(layout.header, layout.names, strict=True)
            source.rewind()
            table = source.read_table(source, [name for name, field in named if field in columns.fields])
        for batch in watched(table.batches, reading(source.name), unit="rows", size=len):
            if not again:
                kept.append(batch)
            rows = columns.add(batch)
            if again and records:
                kept.append(rows)
        if have_duplicates(columns.hashes):
            raise UnusualError
        fleet, left_out = columns.fleet()
        rows = KeptRows(table.schema, kept, layout, source.name) if records else None
    except UnusualError:
        if again:
            source.rewind()
        else:
            whole = Table(table.schema, chain(kept, table.batches))
            source.rows = partial(json_text, whole)
        return None
    return TableNodes(fleet, rows, left_out, layout, integer_ids=columns.integer_ids)


class TableNodes(Nodes):
    """Nodes of one table; rows become records when they are asked for."""

    def __init__(
        self, fleet: Fleet, rows: KeptRows | None, left_out: LeftOut, layout: Layout, *, integer_ids: bool
    ) -> None:
        """``rows``: None where none goes out."""
        integers = range(len(fleet)) if integer_ids else ()
        super().__init__(OBJECTS, fleet, rows or (), integer_ids=integers, left_out=left_out)
        self.notes = [layout.note] if layout.note else ()
        self._names: Final = layout.names
        self._rows: Final = rows
        if rows is not None:
            self.rows_of = rows.table

    def in_json(self) -> Nodes:
        self._kept.check()
        return self

    @property
    def _kept(self) -> KeptRows:
        assert self._rows is not None
        return self._rows

    def mentions(self, names: Iterable[str]) -> bool:
        return not set(names).isdisjoint(self._names)

    def join_records(self, picked: Picked, separator: bytes) -> Iterator[bytes]:
        for rows, first, last in pieces_of(picked):
            yield self._kept.lines(rows[first:last]).replace(b"\n", separator)

    def in_rows(self, picked: Picked, delimiter: str) -> tuple[list[str], Iterator[bytes]] | None:
        if {"latency", "samples"} <= set(self._names):
            return None  # a record may lack the latency
        converter = ObjectToRow([orjson.dumps(name) for name in self._names], ord(delimiter))
        pieces = (_spanned(self._kept.lines(rows[first:last])) for rows, first, last in pieces_of(picked))
        if not all(rows.all_fit(Ints(range(len(rows))), 0, len(rows), converter) for rows in pieces):
            return None
        again = (_spanned(self._kept.lines(rows[first:last])) for rows, first, last in pieces_of(picked))
        return [*self._names], (
            rows.join_cells(Ints(range(len(rows))), 0, len(rows), converter) for rows in again
        )

    def join_ids(self, picked: Picked) -> Iterator[bytes]:
        ids: Any = self.fleet.ids
        return (ids.join(*piece, b"\n") for piece in pieces_of(picked))


def _spanned(lines: bytes) -> NodeRows:
    """Lines as records."""
    rows = NodeRows(lines, False, True)
    start = 0
    for line in lines.splitlines():
        rows.add_row(nan, nan, nan, b"", start, start + len(line))
        start += len(line) + 1
    return rows
