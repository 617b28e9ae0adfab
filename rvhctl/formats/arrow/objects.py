"""Rows of tables as objects of JSON."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from rvhctl.core.json.rows import join_objects
from rvhctl.errors import InputError, shorten
from rvhctl.formats.arrow.columns import doubles
from rvhctl.formats.arrow.tables import Table, constant, library
from rvhctl.formats.shapes import Layout
from rvhctl.streams.progress import reading as progress_of
from rvhctl.streams.progress import watched
from rvhctl.streams.source import Source

_JSON: Final = orjson.OPT_NON_STR_KEYS


def json_lines(batch: Any, source: str = "", unstated: str = "") -> bytes:
    """Return the rows of a record batch as objects of JSON, each on a line.

    Times are text as Arrow writes them, decimals are numbers with all digits, bytes are text; NaN is null.

    Args:
        unstated: a column whose nulls (and NaN) are no values: where it has one, a row lacks the member.

    Raises:
        InputError: text or bytes are no UTF-8, or a number is infinite.
    """
    compute = library("pyarrow.compute", source)
    columns = json_columns(batch, source)
    if not unstated:
        return _joined(columns, len(batch), source)
    absent = compute.is_null(columns[unstated], nan_is_null=True).to_pylist()
    stated = _joined(columns, len(batch), source).splitlines(True)
    del columns[unstated]
    lines = zip(absent, stated, _joined(columns, len(batch), source).splitlines(True), strict=True)
    return b"".join(without if is_absent else with_it for is_absent, with_it, without in lines)


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
                hint="of a single file, -o parquet and -o arrow keep it",
            )
    columns = _by_name(batch)
    for name, column in columns.items():
        try:
            columns[name] = json_column(arrow, column)
        except arrow.ArrowException:
            raise _no_json(name, column, source) from None
    return columns


def _by_name(batch: Any) -> dict[str, Any]:
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def _no_json(name: str, column: Any, source: str) -> InputError:
    problem = f"the column {shorten(name)} of type {column.type} is not UTF-8, or no value of JSON"
    return InputError(problem, source=source, hint="of a single file, -o parquet and -o arrow keep it")


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


def json_column(arrow: Any, column: Any) -> Any:
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
    if types.is_large_binary(kind) or types.is_binary_view(kind) or types.is_string_view(kind):
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
        text.write(node_lines(batch, layout, source.name))
    source.table = library("pyarrow").Table.from_batches(batches, table.schema)
    return text.getvalue()


def node_lines(batch: Any, layout: Layout | None, source: str) -> bytes:
    """Return rows as objects of JSON, each on a line, under the names of fields, with latencies in milliseconds.

    A column of latencies that are no numbers is left as it is.
    """
    if layout is not None:
        columns = list(batch.columns)
        if layout.exponent:
            at = layout.names.index("latency")
            latencies = doubles(columns[at])
            if latencies is not None:
                columns[at] = in_milliseconds(latencies, layout.exponent)
        batch = library("pyarrow").RecordBatch.from_arrays(columns, layout.names)
    names = batch.schema.names
    # As an empty cell of CSV leaves the latency to the samples.
    return json_lines(batch, source, "latency" if "latency" in names and "samples" in names else "")


def in_milliseconds(numbers: Any, exponent: int) -> Any:
    """Return floats of 64 bits, multiplied by that power of ten."""
    compute = library("pyarrow.compute")
    if not exponent:
        return numbers
    return (compute.multiply if exponent > 0 else compute.divide)(numbers, constant(10.0 ** abs(exponent)))
