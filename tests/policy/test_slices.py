"""Whole columns in slices of any size against the core's one call."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.concurrency.steps import run
from rvhctl.core.policy.cells import faultset
from rvhctl.core.policy.survivors import survivors
from rvhctl.core.vectors import Floats
from rvhctl.policy.slices import fault_cells, ranked

latencies = st.one_of(st.just(math.nan), st.floats(0, 200), st.integers(0, 3).map(float))
nodes = st.lists(st.tuples(st.floats(-90, 90), st.sampled_from([0.0, 90.0]), latencies), max_size=60)


@given(st.lists(latencies, max_size=60), st.floats(0, 200), st.integers(1, 70))
def test_ranked(values: list[float], limit: float, size: int) -> None:
    column = Floats(values)
    assert list(run(ranked(column, limit, size))) == list(survivors(column, limit))


@given(nodes, st.floats(0, 200), st.integers(1, 12), st.integers(1, 70))
def test_fault_cells(rows: list[tuple[float, float, float]], limit: float, precision: int, size: int) -> None:
    columns = [Floats([row[place] for row in rows]) for place in range(3)]
    got = run(fault_cells(*columns, limit, precision, size))
    whole = faultset(*columns, limit, precision)
    for name in ("cells", "counts", "group_of", "starts", "survivors"):
        assert list(getattr(got, name)) == list(getattr(whole, name))
    assert got.precision == precision


def test_no_slice_is_longer_than_asked_for() -> None:
    column = Floats([float(k % 7) for k in range(1000)])
    assert sum(1 for _ in fault_cells(column, column, column, 100.0, 5, 10)) >= 200
