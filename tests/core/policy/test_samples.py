"""Samples: each aggregate against the standard library or its definition, losses against fractions."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.policy.samples import AGGREGATES, aggregate, aggregated, lossy

samples = st.lists(st.floats(0, 1e9), min_size=1, max_size=40)


@given(samples)
def test_aggregates_are_those_of_the_standard_library(values: list[float]) -> None:
    assert aggregated(list(values), "median") == statistics.median(values)
    assert aggregated(list(values), "mean") == statistics.fmean(values)
    assert aggregated(list(values), "min") == min(values)
    assert aggregated(list(values), "max") == max(values)


@given(samples)
def test_percentiles_are_the_smallest_samples_with_enough_at_or_below(values: list[float]) -> None:
    for name, percent in (("p95", 95), ("p99", 99)):
        enough = [
            value
            for value in values
            if Fraction(sum(other <= value for other in values), len(values)) >= Fraction(percent, 100)
        ]
        assert aggregated(list(values), name) == min(enough)


@pytest.mark.parametrize(
    ("count", "p95", "p99"), [(1, 1, 1), (19, 19, 19), (20, 19, 20), (100, 95, 99), (101, 96, 100)]
)
def test_nearest_rank_by_hand(count: int, p95: int, p99: int) -> None:
    values = [float(value) for value in range(1, count + 1)]
    assert aggregated(list(values), "p95") == p95
    assert aggregated(list(values), "p99") == p99
    assert aggregated(list(values), "max") == count  # beyond 100 samples, no percentile is


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=9), st.randoms())
def test_no_aggregate_depends_on_the_order(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for how in AGGREGATES:
        assert aggregated(list(values), how) == aggregated(shuffled, how)


def test_sums_beyond_a_float_stay_finite() -> None:
    assert aggregated([1.7e308, 1.7e308], "median") == 1.7e308
    assert aggregated([1.7e308] * 4, "mean") == pytest.approx(1.7e308)


def test_nodes_without_samples_keep_what_they_state() -> None:
    values = Floats([5.0, math.nan, 1.0, math.nan])
    starts = Ints([0, 0, 3, 4])
    found = list(aggregate(values, starts, "max", Floats([7.0, 8.0, 9.0])))
    assert found[:2] == [7.0, 5.0]
    assert math.isnan(found[2])


@given(
    st.lists(st.lists(st.booleans(), max_size=12), max_size=8),
    st.integers(0, 1000),
    st.sampled_from([1000, 10**25]),
)
def test_losses_are_compared_exactly(lost: list[list[bool]], numerator: int, denominator: int) -> None:
    values = Floats([math.nan if one else 1.0 for node in lost for one in node])
    starts = [0]
    for node in lost:
        starts.append(starts[-1] + len(node))
    share = Fraction(numerator, denominator)
    expected = [bool(node) and Fraction(sum(node), len(node)) > share for node in lost]
    assert [one == 1 for one in lossy(values, Ints(starts), numerator, denominator)] == expected


def test_exactly_the_allowed_loss_is_no_loss() -> None:
    values = Floats([math.nan, 1.0, 1.0, 1.0, 1.0])
    starts = Ints([0, 5])
    assert list(lossy(values, starts, 20, 100)) == [0]
    assert list(lossy(values, starts, 1999, 10000)) == [1]
