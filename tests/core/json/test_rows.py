"""Columns as objects: the same as each row by itself."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.json import rows as rows_module
from rvhctl.core.json.rows import join_objects

BRANCHING = (rows_module,)
pytestmark = pytest.mark.usefixtures("branches")

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text('a"\\,[]{}é\u007f\n', max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(values, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(tables)
def test_rows_are_those_of_the_library(rows: list[list[Any]]) -> None:
    names = [f"n{at}" for at in range(len(rows[0]))]
    openings = [b"%b%b:" % (b"," if at else b"{", orjson.dumps(name)) for at, name in enumerate(names)]
    columns = [orjson.dumps(list(column)) for column in zip(*rows, strict=True)]
    joined = join_objects(openings, columns, len(rows), b"}\n")
    assert joined == b"".join(orjson.dumps(dict(zip(names, row, strict=True))) + b"\n" for row in rows)
