"""Decisions in slices of any size against the core's one call, and which kernel makes them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.concurrency.steps import run
from rvhctl.core.columns import Codes, Floats
from rvhctl.core.policy.survivors import survivors
from rvhctl.nodes.fleet import Fleet
from rvhctl.policy.decision import WithinThreshold, decide, ranked
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.request import requested

latencies = st.one_of(st.just(math.nan), st.floats(0, 200), st.integers(0, 3).map(float))
nodes = st.lists(st.tuples(st.floats(-90, 90), st.sampled_from([0.0, 90.0]), latencies), max_size=60)


@given(st.lists(latencies, max_size=60), st.floats(0, 200), st.integers(1, 70))
def test_ranked(values: list[float], limit: float, size: int) -> None:
    column = Floats(values)
    assert list(run(ranked(column, limit, size))) == list(survivors(column, limit))


def fleet_of(latencies: Floats, lats: Floats | None = None, lons: Floats | None = None) -> Fleet:
    return Fleet([str(row) for row in range(len(latencies))], latencies, lats or Floats(), lons or Floats())


@given(nodes, st.floats(0, 200), st.integers(1, 12), st.integers(1, 70))
def test_cells(rows: list[tuple[float, float, float]], limit: float, precision: int, size: int) -> None:
    columns = [Floats([row[place] for row in rows]) for place in range(3)]
    request = requested({"threshold": limit, "precision": precision}, cells=True)
    fleet = fleet_of(columns[2], *columns[:2])
    got, whole = run(decide(fleet, request, size=size)), run(decide(fleet, request))
    assert isinstance(got, WithinThreshold)
    assert isinstance(whole, WithinThreshold)
    assert got.answer_rows == whole.answer_rows
    assert got.answer_starts == whole.answer_starts
    for name in ("cells", "counts", "group_of"):
        assert getattr(got.groups, name) == getattr(whole.groups, name)


def test_no_slice_is_longer_than_asked_for() -> None:
    column = Floats([float(k % 7) for k in range(1000)])
    request = requested({"threshold": 100.0}, cells=True)
    assert sum(1 for _ in decide(fleet_of(column, column, column), request, size=10)) >= 200


@pytest.mark.parametrize(
    ("members", "states", "kernel"),
    [
        ({}, [], WithinThreshold),
        ({"top": 1}, [], WithinThreshold),
        ({"explain": True}, [], Evaluation),
        ({"down": ["1"]}, [], Evaluation),
        ({"min_survivors": 2}, [], Evaluation),
        ({}, [0, 1], Evaluation),
    ],
)
def test_the_fast_kernel_is_taken_where_a_threshold_alone_decides(
    members: dict[str, Any], states: list[int], kernel: type
) -> None:
    fleet = fleet_of(Floats([2.0, 1.0]))
    fleet.states = Codes(states)
    decision = run(decide(fleet, requested({"threshold": 3, **members}, cells=False)))
    assert type(decision) is kernel
    assert list(decision.first_of_each(1)) == ([0] if states or "down" in members else [1])
