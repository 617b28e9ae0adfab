"""Replicas in failure domains against their definition, to the bit."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.choosing import chosen_by
from support.naive_placement import naive_order, naive_spread

from rvhctl.core.columns import Ints
from rvhctl.core.placement.choosing import Chooser
from rvhctl.core.placement.jump import PAPER
from rvhctl.core.placement.spreading import SpreadChooser, chooser_of
from rvhctl.core.placement.table import PROBES, BucketTable

words = st.integers(0, 2**64 - 1)


def spread(
    keys: list[int], zones: list[int], down: Any, weights: Any, count: int, **budget: int
) -> list[list[int]]:
    table = BucketTable(len(zones), PAPER, dict(weights), list(down), zones=Ints(zones))
    return chosen_by(SpreadChooser(table, count, **budget), keys)


@st.composite
def zoned(draw_: Any) -> tuple[list[int], set[int], dict[int, float]]:
    """Zones of very unequal sizes, some of them down as a whole."""
    buckets = draw_(st.integers(1, 30))
    zones = [draw_(st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3])) for _ in range(buckets)]
    some = st.integers(0, buckets - 1)
    down = draw_(st.sets(some, max_size=buckets - 1))
    return zones, down, draw_(st.dictionaries(some, st.sampled_from([1.0, 0.5, 0.001, 4.0])))


@settings(max_examples=400, deadline=None)
@given(st.lists(words, max_size=4), zoned(), st.integers(1, 33))
def test_the_first_few(keys: list[int], fleet: Any, count: int) -> None:
    zones, down, weights = fleet
    expected = [naive_spread(naive_order(key, len(zones), down, weights), zones, count) for key in keys]
    assert spread(keys, zones, down, weights, count) == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(words, min_size=1, max_size=8), zoned(), st.integers(1, 9), st.integers(1, 200))
def test_any_budget_gives_the_same(keys: list[int], fleet: Any, count: int, budget: int) -> None:
    zones, down, weights = fleet
    whole = spread(keys, zones, down, weights, count)
    assert spread(keys, zones, down, weights, count, budget=budget) == whole


def test_a_call_makes_no_more_probes_than_it_may() -> None:
    table = BucketTable(100, PAPER, {}, [7], zones=Ints([bucket % 5 for bucket in range(100)]))
    column, chosen = Ints(range(40)), Ints([-1] * 120)
    assert SpreadChooser(table, 3, 10 * PROBES).choose(column, 0, 40, chosen) == 10
    assert list(chosen)[30:] == [-1] * 90


def test_a_zone_that_no_probe_finds() -> None:
    # Bucket 999 is one of a thousand: 64 probes seldom come to it, and scores decide.
    zones = [0] * 999 + [1]
    keys = list(range(50))
    assert [chosen[1] for chosen in spread(keys, zones, (), {}, 2) if chosen[0] != 999] == [999] * 50


def test_owners_are_not_spread() -> None:
    table = BucketTable(3, PAPER, {}, [], zones=Ints([0, 1, 1]))
    assert type(chooser_of(table, 1)) is Chooser
    assert type(chooser_of(table, 2)) is SpreadChooser
    assert type(chooser_of(BucketTable(3, PAPER, {}, []), 2)) is Chooser
