"""What pyarrow does with columns of some types only, done with those of all."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

NUMBERS: Final = ("floating", "integer", "decimal", "null")
"""What `doubles` takes, by the names of pyarrow's questions."""


def doubles(column: Any) -> Any:
    """Return a column of numbers, of whatever type, as floats of 64 bits; None if it is none."""
    from pyarrow import compute, types

    in_runs, coded = types.is_run_end_encoded(column.type), types.is_dictionary(column.type)
    kind = column.type.value_type if in_runs or coded else column.type
    # Of what is no number, pyarrow decodes and casts not every type.
    if not any(getattr(types, f"is_{name}")(kind) for name in NUMBERS):
        return None
    if in_runs:
        column = compute.run_end_decode(column)
    return (column.cast(kind) if coded else column).cast("double", safe=False)


def picked_rows(values: Any, rows: Any) -> Any:
    """Return rows of a table, a record batch or a column: these, or those that a mask marks.

    pyarrow itself takes none where there are views (as polars writes text) or runs.
    """
    import pyarrow as arrow
    from pyarrow import compute, types

    is_mask = types.is_boolean(rows.type)
    with suppress(arrow.ArrowNotImplementedError):
        return values.filter(rows) if is_mask else values.take(rows)
    if is_mask:
        rows = compute.indices_nonzero(rows)
    if not isinstance(values, arrow.Array | arrow.ChunkedArray):
        columns = [picked_rows(column, rows) for column in values.columns]
        return type(values).from_arrays(columns, schema=values.schema)
    # Slices of views bring all their text along, so views are written out for it.
    kind, plain = values.type, without_views(values.type)
    if plain != kind:
        return picked_rows(values.cast(plain), rows).cast(kind)
    parts = [values.slice(row, 1) for row in rows.to_pylist()] or [values.slice(0, 0)]
    if isinstance(values, arrow.ChunkedArray):
        return arrow.chunked_array([chunk for part in parts for chunk in part.chunks], kind).combine_chunks()
    return arrow.concat_arrays(parts)


def joined_batches(batches: list[Any]) -> list[Any]:
    """Return slices of record batches as one batch, with no text but their own; as they are where pyarrow cannot."""
    import pyarrow as arrow

    columns = []
    with suppress(arrow.ArrowNotImplementedError):
        for column in arrow.Table.from_batches(batches).columns:
            kind, plain = column.type, without_views(column.type)
            joined = (
                column.combine_chunks() if plain == kind else column.cast(plain).combine_chunks().cast(kind)
            )
            columns.append(joined)
        return [arrow.RecordBatch.from_arrays(columns, schema=batches[0].schema)]
    return batches


def without_views(kind: Any) -> Any:
    """Return a type of Arrow with text and bytes written out wherever it has them as views."""
    import pyarrow as arrow
    from pyarrow import types

    if types.is_string_view(kind):
        return arrow.large_string()
    if types.is_binary_view(kind):
        return arrow.large_binary()

    def inner(field: Any) -> Any:
        return field.with_type(without_views(field.type))

    if types.is_struct(kind):
        return arrow.struct([inner(field) for field in kind])
    if types.is_large_list(kind):
        return arrow.large_list(inner(kind.value_field))
    if types.is_fixed_size_list(kind):
        return arrow.list_(inner(kind.value_field), kind.list_size)
    if types.is_list(kind):
        return arrow.list_(inner(kind.value_field))
    if types.is_map(kind):
        return arrow.map_(inner(kind.key_field), inner(kind.item_field), kind.keys_sorted)
    return kind
