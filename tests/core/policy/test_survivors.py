"""The order of survivors against Python's own stable sort, on inputs made to be hard to sort."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats
from rvhctl.core.policy import ranking as ranking_module
from rvhctl.core.policy import survivors as survivors_module
from rvhctl.core.policy.ranking import Ranking
from rvhctl.core.policy.survivors import BLOCK, FEW, Sieve, finish, insert, survivors

BRANCHING = (
    survivors_module,
    ranking_module,
)
pytestmark = pytest.mark.usefixtures("branches")

latencies = st.one_of(
    st.just(math.nan),
    st.floats(0, allow_infinity=False),
    st.floats(0, 200),
    st.integers(0, 5).map(float),
    st.sampled_from([0.0, 5e-324, 100.0, math.nextafter(100.0, 0), math.nextafter(100.0, 200), 1.7e308]),
)
limits = st.one_of(st.floats(0, allow_infinity=False), st.just(100.0), st.just(0.0))


def naive(values: list[float], limit: float) -> list[int]:
    return sorted((k for k, value in enumerate(values) if value <= limit), key=lambda k: values[k])


SLICE = 1 << 12


def ranked(values: list[float], limit: float, size: int = SLICE) -> list[int]:
    ranking = Ranking(Floats(values), limit, size)
    while ranking.step():
        pass
    return list(ranking.order)


@given(st.lists(latencies, max_size=300), limits, st.integers(1, 400))
def test_survivors_are_a_stable_sort(values: list[float], limit: float, size: int) -> None:
    assert list(survivors(Floats(values), limit)) == naive(values, limit)
    assert ranked(values, limit, size) == naive(values, limit)


@given(st.lists(latencies, min_size=1, max_size=5), st.integers(49, 400), st.integers(0), limits)
def test_few_values_many_times(values: list[float], count: int, seed: int, limit: float) -> None:
    many = random.Random(seed).choices(values, k=count)
    assert list(survivors(Floats(many), limit)) == naive(many, limit)


def hard_inputs(count: int) -> dict[str, list[float]]:
    chance = random.Random(7)
    even = [chance.uniform(0, 100) for _ in range(count)]
    close = [99 + chance.random() * 1e-9 for _ in range(count - 2)]
    return {
        "random": even,
        "rounded": [round(value, 1) for value in even],
        "sorted": sorted(even),
        "reversed": sorted(even, reverse=True),
        "equal": [5.0] * count,
        "outlier": [value * 1e-5 for value in even[1:]] + [99.9],
        "clusters": [chance.choice([1e-300, 99.0]) * (1 + chance.random() * 1e-12) for _ in range(count)],
        "close": [*close, 0.0, 100.0],
        "close, reversed": [*sorted(close, reverse=True), 0.0, 100.0],
        "less close": [0.0, *(99 + chance.random() * 1e-6 for _ in range(count - 1))],
        "next floats": [99.0 + k * 2**-46 for k in range(count, 1, -1)] + [0.0],
        "with gaps": [value if chance.random() < 0.5 else math.nan for value in even],
    }


@pytest.mark.parametrize("name", hard_inputs(2))
@pytest.mark.parametrize("count", [40, 5000])
def test_hard_inputs(name: str, count: int) -> None:
    values = hard_inputs(count)[name]
    assert list(survivors(Floats(values), 100.0)) == naive(values, 100.0)


@pytest.mark.parametrize("name", ["random", "equal", "outlier", "close, reversed", "with gaps"])
def test_a_column_that_is_read_in_blocks(name: str) -> None:
    values = hard_inputs(FEW + 1000)[name]
    assert list(survivors(Floats(values), 100.0)) == naive(values, 100.0)


def test_insertion_gives_up_where_it_would_be_slow() -> None:
    """Its share of the work is bounded: a few moves a latency, far from their square."""
    for count, finished in [(5, True), (1000, False)]:
        latencies = vec[float]([99.0 - k * 1e-9 for k in range(count)])
        packed = vec[i64](range(count))
        assert finish(bytes(memoryview(latencies)), packed) is finished
        assert not finished or list(packed) == list(range(count))[::-1]
        keys, rows = vec[i64](range(count, 0, -1)), vec[i64](range(count))
        assert insert(keys, rows, 2 * count) is finished
        assert not finished or (list(keys), list(rows)) == ([1, 2, 3, 4, 5], [4, 3, 2, 1, 0])


def sieve(values: list[float], limit: float) -> Sieve:
    return Sieve(memoryview(array("d", values)), limit)


@given(st.lists(st.one_of(latencies, st.sampled_from([-0.0, -math.nan])), min_size=1, max_size=99), limits)
def test_a_buffer_is_sorted_as_it_is(values: list[float], limit: float) -> None:
    found = sieve(values, limit)
    assert found.bad == -1
    assert list(found.order()) == naive(values, limit)


@pytest.mark.parametrize("limit", [0.0, 1.0, 49.5, 100.0])
def test_a_buffer_of_several_blocks(limit: float) -> None:
    chance = random.Random(3)
    values = [float(chance.randrange(100)) for _ in range(2 * BLOCK + 7)]
    assert list(sieve(values, limit).order()) == naive(values, limit)


@pytest.mark.parametrize("bad", [-1.0, -5e-324, math.inf, -math.inf])
@pytest.mark.parametrize("row", [0, BLOCK - 1, BLOCK, BLOCK + 5])
def test_the_first_row_that_is_no_latency(bad: float, row: int) -> None:
    values = [-0.0, 5.0, math.nan, -math.nan] * (BLOCK // 2)
    values[row:] = [bad, -2.0, math.inf]
    assert sieve(values, 5.0).bad == row


@pytest.mark.parametrize("count", [0, 1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE + 5])
def test_a_ranking_in_steps_gives_the_same(count: int) -> None:
    chance = random.Random(count)
    values = [float(chance.randrange(1000)) for _ in range(count)]
    assert ranked(values, 500.0) == list(survivors(Floats(values), 500.0)) == naive(values, 500.0)


def test_a_ranking_with_empty_slices() -> None:
    values = [200.0] * SLICE + [3.0, 1.0] + [200.0] * SLICE + [2.0]
    assert ranked(values, 100.0) == [SLICE + 1, 2 * SLICE + 2, SLICE]
    assert ranked([math.nan] * 10, 100.0) == []
