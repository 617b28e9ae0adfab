"""Envoy's arithmetic: rows proven against a real Envoy 1.40.0, and properties that hold for every fleet."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Codes, Floats, Ints
from rvhctl.core.policy.priority_load import healths, shares, weighted_healths


def health_of(fit: int, total: int) -> int:
    return healths(Ints([0, total]), Ints([fit]))[0]


@pytest.mark.parametrize(
    ("levels", "loads"),
    [
        # healthy / all of each priority, measured with 2000 requests each
        ([(4, 4), (4, 4)], [100, 0]),
        ([(2, 4), (4, 4)], [70, 30]),
        ([(1, 4), (4, 4)], [35, 65]),
        ([(0, 4), (4, 4)], [0, 100]),
        ([(1, 4), (1, 4)], [50, 50]),
        ([(0, 4), (0, 4)], [0, 0]),
        # by the integer code, where Envoy's own page says 36/36/28
        ([(25, 100), (25, 100), (20, 100)], [37, 35, 28]),
    ],
)
def test_rows_of_a_real_envoy(levels: list[tuple[int, int]], loads: list[int]) -> None:
    assert list(shares(vec[i64]([health_of(*level) for level in levels]))) == loads


@given(st.integers(0, 400), st.integers(1, 400))
def test_health_is_rounded_down(fit: int, total: int) -> None:
    fit = min(fit, total)
    assert health_of(fit, total) == min(100, math.floor(Fraction(140 * fit, total)))


@given(st.lists(st.integers(0, 100), max_size=8))
def test_shares_add_up_and_follow_the_levels(levels: list[int]) -> None:
    loads = list(shares(vec[i64](levels)))
    assert sum(loads) == (100 if any(levels) else 0)
    assert all(load == 0 for load, health in zip(loads, levels, strict=True) if health == 0)
    # What a level can carry alone, it carries: nothing reaches the levels after it.
    reached = 0
    for health, load in zip(levels, loads, strict=True):
        if reached >= 100:
            assert load == 0
        reached += health


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_equal_weights_are_counts(fit: list[bool]) -> None:
    count = len(fit)
    fits = Codes([int(one) for one in fit])
    order, starts = Ints(range(count)), Ints([0, count])
    for weight in (1.0, 0.1, 7.3, 1e-300):
        found = weighted_healths(order, starts, fits, Floats([weight] * count))
        assert found[0] == health_of(sum(fit), count)


@pytest.mark.parametrize(
    ("weights", "health"), [([0.7, 0.3], 98), ([0.1, 0.9], 14), ([1e308, 1e308, 1e308], 46)]
)
def test_weighted_health(weights: list[float], health: int) -> None:
    count = len(weights)
    fits = Codes([1] + [0] * (count - 1))
    found = weighted_healths(Ints(range(count)), Ints([0, count]), fits, Floats(weights))
    assert list(found) == [health]


@given(st.lists(st.integers(0, 100), max_size=8).filter(lambda levels: sum(levels) >= 100))
@example([99, 99])
def test_levels_that_are_enough_take_what_they_can_in_turn(levels: list[int]) -> None:
    before = [min(100, sum(levels[:level])) for level in range(len(levels) + 1)]
    assert list(shares(vec[i64](levels))) == [after - reached for reached, after in pairwise(before)]


def test_each_group_has_its_own_health_whatever_the_size_of_its_weights() -> None:
    large = 1.7e308
    weights = [large, large, large, 1.0, 1.0, 1.0, large, large]
    starts, order = Ints([0, 3, 6, 8]), Ints(range(8))
    for fits in ([1, 1, 0, 1, 0, 0, 1, 0], [0, 0, 1, 1, 1, 0, 0, 0]):
        counts = Ints([sum(fits[:3]), sum(fits[3:6]), sum(fits[6:])])
        assert weighted_healths(order, starts, Codes(fits), Floats(weights)) == healths(starts, counts)
