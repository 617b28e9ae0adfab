"""Parquet: read and written a row group at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from rvhctl.formats.arrow.objects import json_text
from rvhctl.formats.arrow.tables import (
    ROWS,
    Out,
    Table,
    library,
    names_of,
    own_table,
    reading,
    seekable,
    view_table,
    written,
)
from rvhctl.formats.shapes import OwnRecords, Picked, View
from rvhctl.streams.source import Source

WHAT: Final = "Parquet"

GROUP: Final = 1 << 17
"""Rows of a row group, about as many as other writers put into one; so many are held."""


BUFFER: Final = 1 << 18
"""Bytes of a column that are read at a time, where all of it in a row group would be held."""


def read(source: Source, columns: Sequence[str] | None = None) -> Table:
    """Return the table of a source; what comes through a pipe is kept in a file, because the index stands at the end.

    Args:
        columns: the only ones that are read; None for all.

    Raises:
        InputError: it is not Parquet, or pyarrow is not installed.
    """
    source.binary = True
    parquet = library("pyarrow.parquet", source.name)
    file = seekable(source)
    with reading(source.name, WHAT):
        table = parquet.ParquetFile(
            file, pre_buffer=False, buffer_size=BUFFER, page_checksum_verification=True
        )
        schema = table.schema_arrow
        return Table(schema, _batches(table, names_of(columns, schema), source.name))


def _batches(table: Any, names: list[str] | None, source: str) -> Iterator[Any]:
    with reading(source, WHAT):
        yield from table.iter_batches(ROWS, columns=names)


def rows(source: Source) -> bytes:
    """Return the rows of a source as NDJSON, and keep its table."""
    return json_text(read(source), source)


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked records."""
    return written(own_table(records, picked), Writer)


def write_view(view: View) -> Iterator[bytes]:
    """Return the rows."""
    return written(view_table(view), Writer)


class Writer:
    """Writes a file whose index, without which it is none, comes with ``close``."""

    def __init__(self, schema: Any, write: Callable[[bytes], None], *, key: str) -> None:
        """``key``: the column in which no value comes twice, so that a dictionary of them would cost time."""
        parquet = library("pyarrow.parquet")
        self._arrow: Final = library("pyarrow")
        self._out: Final = Out(write)
        self._waiting: list[Any] = []
        self._rows = 0
        coded = [name for name in schema.names if name != key]
        with self._out.writing():
            self._writer = parquet.ParquetWriter(self._out, schema, use_dictionary=coded)
        self._schema: Final = schema

    def write(self, batch: Any) -> None:
        self._waiting.append(batch)
        self._rows += len(batch)
        if self._rows >= GROUP:
            self.end_group()

    def end_group(self) -> None:
        if self._rows:
            table = self._arrow.Table.from_batches(self._waiting, self._schema)
            with self._out.writing():
                self._writer.write_table(table, row_group_size=max(self._rows, 1))
        self._waiting.clear()
        self._rows = 0

    def close(self) -> None:
        self.end_group()
        with self._out.writing():
            self._writer.close()
