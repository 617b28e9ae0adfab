"""Columns of other libraries as arrays of Arrow, without a copy where that is possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rvhctl.errors import RvhctlError, shorten
from rvhctl.formats.arrow.tables import INSTALL, NEEDED


def library() -> Any:
    """Return pyarrow.

    Raises:
        RvhctlError: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.compute
    except ImportError:
        raise RvhctlError(f"{NEEDED}; {INSTALL}") from None
    return pyarrow


def arrow_column(values: Any, name: str, error: type[RvhctlError]) -> Any:
    """Return a column as an Array or a ChunkedArray of pyarrow.

    Args:
        values: one of the two, or what has ``__arrow_c_array__`` or ``__arrow_c_stream__``.
        name: what messages call it.

    Raises:
        RvhctlError: it is no such column, as ``error``.
    """
    pa = library()
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if hasattr(values, "__arrow_c_stream__"):
        column = pa.chunked_array(values)
    elif hasattr(values, "__arrow_c_array__"):
        column = pa.array(values)
    else:
        raise error(
            f"{name} must be a column of Arrow (got {shorten(values)}); pyarrow.array() makes one of a list"
        )
    if pa.types.is_struct(column.type):
        raise error(f"{name} must be one column (got a table)")
    return column


def each_chunk(column: Any, answer: Callable[[Any, int], Any], kind: Any) -> Any:
    """Return what ``answer`` makes of the chunks, each with the number of its first row, in the shape of the column.

    Args:
        kind: the type of the answer, where there are no chunks.
    """
    pa = library()
    if isinstance(column, pa.Array):
        return answer(column, 0)
    chunks = []
    row = 0
    for chunk in column.chunks:
        chunks.append(answer(chunk, row))
        row += len(chunk)
    return pa.chunked_array(chunks, type=chunks[0].type if chunks else kind)


def first_row(mask: Any) -> int:
    """Return the first row of a column of booleans that is true; -1 without one."""
    rows = library().compute.indices_nonzero(mask)
    return int(rows[0].as_py()) if len(rows) else -1


def buffer_of(array: Any, start: int, count: int, width: int, number: int = 1) -> bytes:
    """Return ``count`` entries of so many bytes of one of an array's buffers, from its own row ``start`` on."""
    text: bytes = array.buffers()[number].slice((array.offset + start) * width, count * width).to_pybytes()
    return text
