"""What formats of tables share: where their bytes come from and go to, and rows as objects of JSON."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any, Final, NamedTuple, Protocol

import orjson

from rvhctl.core.json.rows import join_objects
from rvhctl.errors import InputError, RvhctlError, shorten
from rvhctl.formats import jsontext
from rvhctl.formats.arrow.columns import doubles, picked_rows
from rvhctl.formats.shapes import Layout, OwnRecords, Picked, View, texts_of
from rvhctl.streams.progress import reading as progress_of
from rvhctl.streams.progress import watched
from rvhctl.streams.source import Source

ROWS: Final = 1 << 16
"""Rows of a record batch."""

PART: Final = 1 << 18
"""Bytes of an answer that go out at a time."""

NEEDED: Final = "tables and columns of Arrow and Parquet need pyarrow"
INSTALL: Final = "install it with: pip install 'rvhctl[arrow]'"

_JSON: Final = orjson.OPT_NON_STR_KEYS


class Table(NamedTuple):
    """A table as it is read."""

    schema: Any
    batches: Iterator[Any]


class Writer(Protocol):
    """Writes record batches of one schema; until it is closed no reader takes what was written for a whole table."""

    def write(self, batch: Any) -> None: ...

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


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip().rstrip(".")


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


def json_lines(batch: Any, source: str = "", unstated: str = "") -> bytes:
    """Return the rows of a record batch as objects of JSON, each on a line.

    Times are text as Arrow writes them, decimals are numbers with all digits, bytes are text; NaN is null.

    Args:
        unstated: a column whose nulls (and NaN) are no values: rows that have one lack the member.

    Raises:
        InputError: text or bytes are no UTF-8, or a number is infinite.
    """
    arrow, compute = library("pyarrow", source), library("pyarrow.compute")
    columns = json_columns(batch, source)
    if not unstated:
        return _joined(columns, len(batch), source)
    column = columns[unstated]
    unknown = compute.fill_null(compute.is_null(column, nan_is_null=True), True)
    rows = arrow.RecordBatch.from_arrays(list(columns.values()), list(columns))
    there, absent = rows.filter(compute.invert(unknown)), rows.filter(unknown).drop_columns([unstated])
    lines = [iter(_joined(_by_name(some), len(some), source).splitlines(True)) for some in (there, absent)]
    return b"".join(next(lines[which]) for which in unknown.to_pylist())


def json_rows(batch: Any, source: str = "") -> list[bytes]:
    """Return the lines of `json_lines`."""
    return json_lines(batch, source).split(b"\n")[:-1]


def json_columns(batch: Any, source: str) -> dict[str, Any]:
    """Return the columns of a record batch as ones whose values have a form in JSON.

    Raises:
        InputError: as `json_lines`, but for text that is no UTF-8.
    """
    arrow = library("pyarrow", source)
    for name, times in Counter(batch.schema.names).items():
        if times > 1:
            raise InputError(
                f"the column {shorten(name)} is there several times",
                source=source,
                hint="-o parquet and -o arrow keep it",
            )
    columns = _by_name(batch)
    for name, column in columns.items():
        try:
            columns[name] = _json_column(arrow, column)
        except arrow.ArrowException:
            raise _no_json(name, column, source) from None
    return columns


def _by_name(batch: Any) -> dict[str, Any]:
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def _no_json(name: str, column: Any, source: str) -> InputError:
    problem = f"the column {shorten(name)} of type {column.type} is not UTF-8, or no value of JSON"
    return InputError(problem, source=source, hint="-o parquet and -o arrow keep it")


def _joined(columns: Mapping[str, Any], count: int, source: str) -> bytes:
    """Rows as objects, each on a line."""
    if not columns:
        return b"{}\n" * count
    openings, arrays = [], []
    opening = b"{"
    for name, column in columns.items():
        openings.append(opening + orjson.dumps(name) + b":")
        opening = b","
        try:
            arrays.append(orjson.dumps(column.to_pylist(), _plain, _JSON))
        except UnicodeDecodeError:
            raise _no_json(name, column, source) from None
    return join_objects(openings, arrays, count, b"}\n")


def _json_column(arrow: Any, column: Any) -> Any:
    """A column of which the values have a form in JSON."""
    compute, types = library("pyarrow.compute"), arrow.types
    if isinstance(column, arrow.ExtensionArray):
        if column.type.extension_name == "arrow.uuid":
            return column
        column = column.storage
    if types.is_run_end_encoded(column.type):
        column = compute.run_end_decode(column)
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = _json_type(arrow, column.type)
    column = column if kind == column.type else column.cast(kind)
    if types.is_floating(kind) and compute.any(compute.is_inf(column)).as_py():
        raise arrow.ArrowInvalid("infinite")
    return column


def _json_type(arrow: Any, kind: Any) -> Any:
    """The type that a column is cast to."""
    types = arrow.types
    if types.is_temporal(kind) or types.is_binary(kind) or types.is_fixed_size_binary(kind):
        return arrow.string()
    if types.is_large_binary(kind) or types.is_binary_view(kind):
        return arrow.large_string()
    if types.is_float16(kind):
        return arrow.float32()
    if types.is_large_list(kind):
        return arrow.large_list(_json_type(arrow, kind.value_type))
    if types.is_list(kind) or types.is_fixed_size_list(kind):
        return arrow.list_(_json_type(arrow, kind.value_type))
    if types.is_struct(kind):
        return arrow.struct([field.with_type(_json_type(arrow, field.type)) for field in kind])
    return kind


def _plain(value: Any) -> Any:
    """What orjson writes of a value that it does not know."""
    return orjson.Fragment(format(value, "f")) if isinstance(value, Decimal) else str(value)


def json_text(table: Table, source: Source) -> bytes:
    """Return all rows as NDJSON, under the names that the source has for columns; it keeps the table."""
    text = io.BytesIO()
    batches = []
    layout: Layout | None = source.layout_of and source.layout_of(table.schema.names)
    source.layout = layout
    for batch in watched(table.batches, progress_of(source.name), unit="rows", size=len):
        batches.append(batch)
        shown = batch if layout is None else _understood(batch, layout)
        names = shown.schema.names
        # As an empty cell of CSV leaves the latency to the samples.
        unstated = "latency" if "latency" in names and "samples" in names else ""
        text.write(json_lines(shown, source.name, unstated))
    source.table = library("pyarrow").Table.from_batches(batches, table.schema)
    return text.getvalue()


def _understood(batch: Any, layout: Layout) -> Any:
    """The rows under the names of fields, with latencies in milliseconds; what is no number is left as it is."""
    compute = library("pyarrow.compute")
    columns = list(batch.columns)
    if layout.exponent:
        at = layout.names.index("latency")
        latencies = doubles(columns[at])
        if latencies is not None:
            scale = compute.multiply if layout.exponent > 0 else compute.divide
            columns[at] = scale(latencies, 10.0 ** abs(layout.exponent))
    return library("pyarrow").RecordBatch.from_arrays(columns, layout.names)


def own_table(records: OwnRecords, picked: Picked) -> Any:
    """Return the picked records as a table: the rows of one that they came from, or with types by their values."""
    rows_of = records.rows_of
    if rows_of is not None:
        return rows_of(b"".join(records.join_ids(picked)).decode().split("\n")[:-1])
    texts = texts_of(records.in_json().records, list(picked))
    return _inferred([jsontext.exactly(text, jsontext.loads(text)) for text in texts])


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
    row_of = {str(value): row for row, value in enumerate(values)}
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
