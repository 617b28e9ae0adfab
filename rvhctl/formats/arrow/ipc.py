"""Arrow IPC: streams, also through pipes, and files (Feather) with an index at their end; a stream is written."""

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
    same_entries,
    seekable,
    view_table,
    written,
)
from rvhctl.formats.shapes import OwnRecords, Picked, View
from rvhctl.streams.source import Source

WHAT: Final = "Arrow IPC"

MAGIC: Final = b"ARROW1"
"""How a file begins; a stream does not."""

BEGUN: Final = b"\xff\xff\xff\xff"
"""How each message begins, and the end of a stream."""


def read(source: Source, columns: Sequence[str] | None = None) -> Table:
    """Return the table of a stream or of a file.

    Args:
        columns: the only ones that are read; None for all.

    Raises:
        InputError: it is neither, or pyarrow is not installed.
    """
    source.binary = True
    ipc = library("pyarrow.ipc", source.name)
    head = source.look(lambda seen: len(seen) >= len(MAGIC))
    with reading(source.name, WHAT):
        if head.startswith(MAGIC):
            table = ipc.open_file(seekable(source))
            batches = (table.get_batch(at) for at in range(table.num_record_batches))
        else:
            table = ipc.open_stream(source.stream)
            batches = iter(table)
        return Table(table.schema, _batches(batches, names_of(columns, table.schema), source.name))


def _batches(batches: Iterator[Any], names: list[str] | None, source: str) -> Iterator[Any]:
    dictionaries: dict[int, Any] = {}
    with reading(source, WHAT):
        for batch in batches:
            _validate(batch, dictionaries)
            whole = batch if names is None else batch.select(names)
            for start in range(0, len(whole), ROWS):
                yield whole.slice(start, ROWS)


def _validate(batch: Any, dictionaries: dict[int, Any]) -> None:
    """Find what is wrong with buffers from elsewhere before anything reads beyond their ends.

    Args:
        dictionaries: those that are known to be good, by the number of their column: one may be that of all batches.
    """
    arrow = library("pyarrow")
    batch.validate()
    for at, column in enumerate(batch.columns):
        is_coded = arrow.types.is_dictionary(column.type)
        if is_coded and same_entries(column.dictionary, dictionaries.get(at)):
            column.indices.validate(full=True)
            arrow.DictionaryArray.from_arrays(column.indices, column.dictionary)  # looks at their range
        else:
            column.validate(full=True)
            if is_coded:
                dictionaries[at] = column.dictionary


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
    """Writes a stream, of which no part is one for pyarrow and Polars: any reader takes what ends between messages.

    So the beginning of the next message, which is always the same, goes out with each; both refuse a stream that ends
    behind it. apache-arrow for JavaScript does not.
    """

    def __init__(self, schema: Any, write: Callable[[bytes], None], *, key: str) -> None:
        ipc = library("pyarrow.ipc")
        self._send: Final = write
        self._pieces: Final[list[bytes]] = []
        self._out: Final = Out(self._pieces.append)
        self._begun = b""
        with self._out.writing():
            self._writer = ipc.new_stream(self._out, schema)

    def write(self, batch: Any) -> None:
        with self._out.writing():
            self._writer.write_batch(batch)
        self._go_on(BEGUN)

    def end_group(self) -> None:
        """Nothing: each batch is one."""

    def close(self) -> None:
        with self._out.writing():
            self._writer.close()
        self._go_on(b"")

    def _go_on(self, begun: bytes) -> None:
        text = b"".join((*self._pieces, begun))
        self._pieces.clear()
        self._send(text.removeprefix(self._begun))
        self._begun = begun
