"""The rows of a table that may go out: some of them as they came, or as objects of JSON."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final

from rvhctl.core.columns import Ints
from rvhctl.formats.arrow.columns import picked_rows
from rvhctl.formats.arrow.objects import json_columns, node_lines
from rvhctl.formats.arrow.tables import constant, library
from rvhctl.formats.shapes import Layout, Picked


class KeptRows(Sequence[bytes]):
    """Rows, each as an object of JSON where it is asked for."""

    def __init__(self, schema: Any, batches: Sequence[Any], layout: Layout, source: str) -> None:
        self._batches: Final = batches
        self._starts: Final = list(accumulate(map(len, batches), initial=0))
        self._layout: Final = layout
        self._source: Final = source
        self._schema: Final = schema

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.lines([row])[:-1]

    def table(self, picked: Picked) -> Any:
        """Some rows as a table."""
        if not picked:
            return self._schema.empty_table()
        arrow, compute = library("pyarrow"), library("pyarrow.compute")
        rows = picked if isinstance(picked, Ints) else Ints(picked)
        indices = arrow.Array.from_buffers(arrow.int64(), len(rows), [None, arrow.py_buffer(rows.buffer())])
        # Out of each batch at once, in its own order: joined, all of them would be there twice.
        order = compute.array_sort_indices(indices)
        ascending = indices.take(order)
        places = ascending.to_pylist()
        parts = []
        first = 0
        for batch, start in zip(self._batches, self._starts, strict=False):
            last = bisect_left(places, start + len(batch), first)
            if last > first:
                own = compute.subtract(ascending.slice(first, last - first), constant(start))
                parts.append([picked_rows(column, own) for column in batch.columns])
            first = last
        back = compute.array_sort_indices(order)
        columns = [picked_rows(arrow.concat_arrays(chunks), back) for chunks in zip(*parts, strict=True)]
        return arrow.Table.from_arrays(columns, schema=self._schema)

    def lines(self, rows: Picked) -> bytes:
        """Some rows as objects of JSON, each on a line."""
        return b"".join(
            node_lines(batch, self._layout, self._source) for batch in self.table(rows).to_batches()
        )

    def several(self, rows: Sequence[int]) -> list[bytes]:
        """Some rows, all at once."""
        return self.lines(rows).split(b"\n")[:-1]

    def check(self) -> None:
        """See to it that all rows have a form in JSON, before any goes out.

        Raises:
            InputError: one has none.
        """
        for batch in self._batches:
            for column in json_columns(batch.rename_columns(self._layout.names), self._source).values():
                column.validate(full=True)
