"""Columns as rows of CSV: the same as Python's ``csv`` writes."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.csv.rows import join_cells
from rvhctl.formats.shapes import cell_text

values = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text("a,;\té' \u007f", max_size=9)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(values | texts, min_size=width, max_size=width), min_size=1, max_size=6)
)


@pytest.mark.parametrize("delimiter", [",", "\t"])
@given(tables)
def test_rows_are_those_of_the_library(delimiter: str, rows: list[list[Any]]) -> None:
    rows = [[value.replace("\t", "") if isinstance(value, str) else value for value in row] for row in rows]
    columns = [orjson.dumps(list(column)) for column in zip(*rows, strict=True)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([cell_text(value) for value in row] for row in rows)
    assert join_cells(columns, len(rows), ord(delimiter)).decode() == out.getvalue()
