"""What formats of tables share: where their bytes come from and go to, and the tables that are written."""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from itertools import accumulate
from struct import pack
from typing import Any, Final, NamedTuple, Protocol

import orjson

from rvhctl.errors import InputError, RvhctlError, shorten
from rvhctl.formats import jsontext
from rvhctl.formats.arrow.columns import picked_rows
from rvhctl.formats.shapes import OwnRecords, Picked, View, texts_of
from rvhctl.streams.source import Source

ROWS: Final = 1 << 16
"""Rows of a record batch."""

PART: Final = 1 << 18
"""Bytes of an answer that go out at a time."""

NEEDED: Final = "tables and columns of Arrow and Parquet need pyarrow"
INSTALL: Final = "install it with: pip install 'rvhctl[arrow]'"


class Table(NamedTuple):
    """A table as it is read."""

    schema: Any
    batches: Iterator[Any]


class Writer(Protocol):
    """Writes record batches of one schema; until it is closed pyarrow and Polars refuse what was written."""

    def write(self, batch: Any) -> None: ...

    def end_group(self) -> None:
        """Write what was kept to make a group of rows."""

    def close(self) -> None:
        """Write what makes the answer whole."""


class Out(io.RawIOBase):
    """Where a writer of pyarrow writes to.

    The writers close what they write when they are collected, also after an error, and so make a valid file of a part
    of the answer. What comes outside of ``writing``, or after an error, goes nowhere.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        super().__init__()
        self._write: Final = write
        self._written = 0
        self._open = False

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around whatever is to arrive."""
        arrow = library("pyarrow")
        self._open = True
        try:
            yield
        except (arrow.ArrowException, OSError) as error:
            raise RvhctlError(
                f"cannot write the table: {_first_line(error)}; -o arrow has all types"
            ) from None
        finally:
            self._open = False

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        text = bytes(data)
        if self._open:
            # Writers may go on after an error, with an index of what did not arrive.
            self._open = False
            self._write(text)
            self._open = True
        self._written += len(text)
        return len(text)


def library(module: str, source: str = "") -> Any:
    """Return a module of pyarrow.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise InputError(NEEDED, source=source, hint=INSTALL) from None


@contextmanager
def reading(source: str, what: str) -> Iterator[None]:
    """What goes wrong while pyarrow reads becomes an error that names the source.

    Args:
        what: the format, as people call it.
    """
    arrow = library("pyarrow", source)
    try:
        yield
    except (arrow.ArrowException, OSError, EOFError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise InputError(f"read error: {error.strerror}", source=source) from None
        raise InputError(
            f"this is not {what}, or it is damaged or cut short ({_first_line(error)})",
            source=source,
            hint="write or fetch it again",
        ) from None


def constant(value: float) -> Any:
    """Return a number for functions of columns; given as Python has it, it would make the library import pandas."""
    arrow = library("pyarrow")
    kind, letter = (arrow.float64(), "d") if isinstance(value, float) else (arrow.int64(), "q")
    return arrow.Array.from_buffers(kind, 1, [None, arrow.py_buffer(pack(letter, value))])[0]


def text_column(values: Sequence[str]) -> Any:
    """Return texts as a column, also without pandas."""
    arrow = library("pyarrow")
    texts = [value.encode() for value in values]
    offsets = arrow.py_buffer(array("i", accumulate(map(len, texts), initial=0)))
    return arrow.Array.from_buffers(
        arrow.string(), len(texts), [None, offsets, arrow.py_buffer(b"".join(texts))]
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip().rstrip(".")


def same_entries(array: Any, other: Any) -> bool:
    """Whether these are the same entries of the same memory, such as a dictionary that several chunks share.

    Never of entries that are made of others, whose memory is not all theirs. ``other`` may be None.
    """

    def place(entries: Any) -> list[Any]:
        buffers = (buffer and (buffer.address, buffer.size) for buffer in entries.buffers())
        return [entries.type, entries.offset, len(entries), *buffers]

    arrow, kind = library("pyarrow"), array.type
    made_of_others = kind.num_fields or isinstance(kind, arrow.DictionaryType | arrow.BaseExtensionType)
    return other is not None and not made_of_others and place(array) == place(other)


def seekable(source: Source) -> Any:
    """Return the bytes of a source as a file to seek in: of a pipe, or unpacked, a copy in a file without a name."""
    with source.reading():
        stream = source.stream
        if source.plain_file:
            return stream
        from shutil import copyfileobj
        from tempfile import TemporaryFile

        try:
            copy = TemporaryFile()  # noqa: SIM115 - it goes with the process
        except OSError as error:
            raise RvhctlError(f"cannot keep {source.name} to seek in it: {error.strerror}") from None
        copyfileobj(stream, copy, 1 << 20)
        copy.seek(0)
        return copy


def own_table(records: OwnRecords, picked: Picked) -> Any:
    """Return the picked records as a table: the rows of one that they came from, or with types by their values."""
    if records.rows_of is not None:
        return records.rows_of(picked)
    objects = records.in_json().records
    # Where nobody serves, the columns and their types are those of all records.
    texts = texts_of(objects, list(picked) if len(picked) else range(len(objects)))
    table = _inferred([jsontext.exactly(text, jsontext.loads(text)) for text in texts])
    return table if len(picked) else table.slice(0, 0)


def rows_by_id(tables: Sequence[tuple[Any, str]], ids: Sequence[str]) -> Any:
    """Return the rows of tables, each with the name of its column of ids, that have these ids, in this order.

    Raises:
        RvhctlError: their columns have different types.
    """
    arrow = library("pyarrow")
    try:
        table = arrow.concat_tables([table for table, _ in tables], promote_options="default")
    except arrow.ArrowException as error:
        raise RvhctlError(f"the inputs have different columns: {_first_line(error)}; use -o ndjson") from None
    values = (value for table, name in tables for value in table.column(name).to_pylist())
    row_of = {
        value.decode() if isinstance(value, bytes) else str(value): row for row, value in enumerate(values)
    }
    return picked_rows(table, arrow.array([row_of[node_id] for node_id in ids], "int64"))


def view_table(view: View) -> Any:
    """Return the rows of a view as a table."""
    lines = b"".join(view.json_rows(b"\n")).splitlines()
    return _inferred(list(map(orjson.loads, lines)), view.names)


def _inferred(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Any:
    """Rows as a table with a column for each member, of the type that its values have.

    Raises:
        RvhctlError: they have several types, or none of Arrow.
    """
    arrow = library("pyarrow")
    columns = {}
    for name in names or dict.fromkeys(name for row in rows for name in row):
        try:
            columns[name] = _inferred_column(arrow, [row.get(name) for row in rows])
        except (arrow.ArrowException, OverflowError) as error:
            raise RvhctlError(
                f"{shorten(name)} has no single type of Arrow ({_first_line(error)}); use -o ndjson"
            ) from None
    return arrow.table(columns)


def _inferred_column(arrow: Any, values: list[Any]) -> Any:
    """Values as a column: Arrow itself takes no integer for unsigned, such as an id or a hash of 64 bits."""
    try:
        return arrow.array(values)
    except OverflowError:
        return arrow.array(values, "uint64")


def written(table: Any, writer: Callable[..., Writer]) -> Iterator[bytes]:
    """Return a whole table in a format, complete before any of it goes out."""
    text = io.BytesIO()
    target = writer(table.schema, text.write, key="id")
    for batch in table.to_batches():
        target.write(batch)
    target.close()
    text.seek(0)
    return iter(partial(text.read, PART), b"")


def names_of(columns: Sequence[str] | None, schema: Any) -> list[str] | None:
    """Return those of the columns that there are; None for all.

    Raises:
        UnicodeDecodeError: the name of one is no UTF-8.
    """
    names = schema.names
    return None if columns is None else [name for name in names if name in columns]
