"""Rows out of columns: arrays of JSON, one a column, become rows of CSV."""

from __future__ import annotations

from librt.strings import BytesWriter
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.csv.cells import LF, QUOTE
from rvhctl.core.csv.objects import copy_cell
from rvhctl.core.json.rows import element_end
from rvhctl.core.words import copy


def join_cells(columns: list[bytes], count: i64, delimiter: i64) -> bytes:
    """Return rows as CSV, each with a line feed; of two columns or more, whose strings have no escapes."""
    out = BytesWriter()
    places = vec[i64]([1] * len(columns))
    width: i64 = len(columns)
    for _ in range(count):
        column: i64 = 0
        while column < width:
            if column > 0:
                out.append(int(delimiter))
            values = columns[column]
            start = places[column]
            end = element_end(values, start)
            places[column] = end + 1
            first: i64 = values[start]
            if first == QUOTE:
                copy_cell(out, values, start + 1, end - 1, delimiter)
            elif first != 0x6E:
                copy(out, values, start, end)
            column += 1
        out.append(LF)
    return out.getvalue()
