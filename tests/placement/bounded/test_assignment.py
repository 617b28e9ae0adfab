"""Finite sets of keys under a bound, for Python callers."""

from __future__ import annotations

import math
import pickle
import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl import JumpHashError, Placement
from rvhctl.placement.bounded.bounds import exponent_of

TESTS = [f"tests/test_{number:03}.py" for number in range(200)]


def durations(seed: int) -> list[float]:
    source = random.Random(seed)
    return [source.lognormvariate(0, 1) for _ in TESTS]


def test_golden_values() -> None:
    keys = list("abcdefghijkl")
    assignment = Placement(3).assign(keys, sizes=range(12), max_load=1.05)
    assert "".join(map(str, assignment.buckets(keys))) == "121111010022"
    assert assignment.loads == [23, 21, 22]
    assignment = Placement(["x", "y"], weights={"y": 2}).assign(keys, max_load=1)
    assert "".join(map(str, assignment.owners(keys))) == "yyyyxxxyyyxy"


@given(st.lists(st.floats(0.0, exclude_min=True, allow_infinity=False), min_size=1, max_size=70))
def test_units_are_as_small_as_sums_below_two_to_61_let_them(sizes: list[float]) -> None:
    most = Fraction(max(sizes)) * Fraction(2) ** exponent_of(sizes) * 2 ** len(sizes).bit_length()
    assert 2**60 <= most < 2**61


def test_it_is_plain_where_no_bound_binds() -> None:
    for ring in (Placement(4), Placement(5, down=[1], weights={0: 3})):
        for max_load in (None, 3.0, 1e300):
            assignment = ring.assign(TESTS, max_load=max_load)
            assert assignment.buckets(TESTS) == ring.buckets(TESTS)
            assert (assignment.displaced, assignment.overfull) == (0, 0)


@pytest.mark.parametrize("max_load", [1.02, 1.05, 1.3])
def test_the_bound_is_kept(max_load: float) -> None:
    for seed in range(10):
        sizes = durations(seed)
        ring = Placement(4, weights={2: 2}, down=[3])
        assignment = ring.assign(TESTS, sizes=sizes, max_load=max_load)
        loads = [0.0] * 4
        for bucket, size in zip(assignment.buckets(TESTS), sizes, strict=True):
            loads[bucket] += size
        assert assignment.loads == pytest.approx(loads)
        fullest = max(loads[0] * 4, loads[1] * 4, loads[2] * 2) / sum(sizes)
        assert assignment.fullest == pytest.approx(fullest)
        assert fullest <= max_load * (1 + 1e-9)
        assert assignment.overfull == 0


def moved(before: Placement, after: Placement) -> float:
    return sum(a != b for a, b in zip(before.buckets(TESTS), after.buckets(TESTS), strict=True))


def test_little_moves() -> None:
    """When sizes change by up to a tenth, a node joins, and a node fails; mean of 20 sets."""
    noise = grown = others = owned = 0.0
    for seed in range(20):
        sizes, change = durations(seed), random.Random(seed)
        keys = {"sizes": sizes, "max_load": 1.05}
        before = Placement(4).assign(TESTS, **keys)
        noisy = [size * change.uniform(0.9, 1.1) for size in sizes]
        noise += moved(before, Placement(4).assign(TESTS, sizes=noisy, max_load=1.05))
        grown += moved(before, Placement(5).assign(TESTS, **keys))
        owned += before.buckets(TESTS).count(1)
        others += moved(before, Placement(4, down=[1]).assign(TESTS, **keys)) - before.buckets(TESTS).count(1)
    assert noise <= 0.1 * 20 * 200
    assert grown <= 1.5 * 20 * 200 / 5
    assert others <= 0.5 * owned


def test_equal_keys_stay_together() -> None:
    """In the number of records, not of keys."""
    keys = ["a"] * 5 + ["b", "c", "d", "e", "f"]
    assignment = Placement(2).assign(keys, max_load=1)
    assert len(set(assignment.buckets(keys)[:5])) == 1
    assert sorted(assignment.loads) == [5, 5]


def test_one_key_is_larger_than_any_bound() -> None:
    """It stays where it is, alone."""
    sizes = [1000.0] + [1.0] * 199
    assignment = Placement(4).assign(TESTS, sizes=sizes, max_load=1.05)
    owner = Placement(4).bucket(TESTS[0])
    assert assignment.buckets(TESTS).count(owner) == 1
    assert (assignment.bucket(TESTS[0]), assignment.overfull) == (owner, 1)
    assert assignment.fullest == 1000 / (1199 / 4)


def test_keys_that_cannot_be_packed() -> None:
    """Ten of equal size on four nodes: three is the least that the fullest can have."""
    assignment = Placement(4).assign(TESTS[:10], max_load=1.05)
    assert sorted(assignment.loads) == [2, 2, 3, 3]
    assert (assignment.overfull, assignment.fullest) == (2, 1.2)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=40), st.integers(1, 6))
def test_a_key_of_at_most_the_headroom_finds_room(sizes: list[int], nodes: int) -> None:
    """Its size is at most (C - 1) x all / nodes."""
    needed = 1 + Fraction(max(sizes) * nodes, sum(sizes))
    max_load = math.ceil(needed * 1000) / 1000
    keys = [f"key-{number}" for number in range(len(sizes))]
    assert Placement(nodes).assign(keys, sizes=sizes, max_load=max_load).overfull == 0


def test_large_keys_that_fit_in_one_way_only() -> None:
    sizes = [9, 5.5] + [7.25] * 10
    for seed in range(50):
        keys = [f"{seed}-{number}" for number in range(12)]
        assert Placement(4).assign(keys, sizes=sizes, max_load=1.05).overfull == 0


def test_a_bound_is_the_number_that_is_written() -> None:
    """1.15 is a little less as a double: 23 of 20 x 1.15 would not fit."""
    keys = list(range(80))
    for seed in range(20):
        shuffled = [key * 1000 + seed for key in keys]
        assert max(Placement(4).assign(shuffled, max_load=1.15).loads) <= 23
    assert any(
        max(Placement(4).assign([key * 1000 + seed for key in keys], max_load=1.15).loads) == 23
        for seed in range(20)
    )


def test_sizes_by_key_have_the_median_for_others() -> None:
    keys: list[str | bytes | int] = ["a", b"b", 3, "d"]
    sizes = {"a": 1.0, b"b": 10.0, 3: 2.0, "x": 99.0}
    assert sum(Placement(2).assign(keys, sizes=sizes).loads) == 15
    assert sum(Placement(2).assign(keys, sizes={}).loads) == 4
    assert sum(Placement(2).assign([], sizes={}, max_load=1).loads) == 0


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e290])
def test_the_unit_makes_no_difference(scale: float) -> None:
    sizes = [2.0**number for number in range(20)]
    expected = Placement(4).assign(TESTS[:20], sizes=sizes, max_load=1.05).buckets(TESTS[:20])
    power = 2.0 ** round(math.log2(scale))
    scaled = Placement(4).assign(TESTS[:20], sizes=[size * power for size in sizes], max_load=1.05)
    assert scaled.buckets(TESTS[:20]) == expected


def test_it_is_a_placement_of_these_keys() -> None:
    assignment = Placement(["a", "b"]).assign(["x", "y"], max_load=1)
    again = pickle.loads(pickle.dumps(assignment))
    for each in (assignment, again):
        assert sorted(each.owners(["x", "y"])) == ["a", "b"]
        assert each.stats(["x", "y"]).fullest == 1
        assert [row.load for row in each.stats(["x", "y"]).buckets] == [1, 1]
        with pytest.raises(JumpHashError, match="none of those that were assigned"):
            each.owner("z")
        with pytest.raises(JumpHashError, match="no replicas"):
            each.replicas("x", 2)
    moves = assignment.moves(["x", "y"], Placement(["a", "b", "c"]).assign(["x", "y"], max_load=1))
    assert moves.total == 2


@pytest.mark.parametrize("max_load", [0, 0.99, -1, math.inf, math.nan, "2", True])
def test_a_bound_out_of_range(max_load: Any) -> None:
    with pytest.raises(JumpHashError, match="max_load must be a finite number of 1 or more"):
        Placement(2).assign(["a"], max_load=max_load)


def test_too_many_buckets() -> None:
    Placement(65536).assign(["a"], max_load=1)
    with pytest.raises(JumpHashError, match="at most 65536 buckets"):
        Placement(65537).assign(["a"], max_load=1)
