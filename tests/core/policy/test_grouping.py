"""Groups of every size in order of latency, against a plain sort."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.policy import grouping as grouping_module
from rvhctl.core.policy.grouping import by_group, insert, rank, sizes_of
from rvhctl.core.policy.survivors import SMALL_SORT

BRANCHING = (grouping_module,)
pytestmark = pytest.mark.usefixtures("branches")

latency = st.just(math.nan) | st.sampled_from([0.0, 1.0, 2.0]) | st.floats(0, 1e9)
nodes = st.lists(st.tuples(st.integers(0, 3), latency), max_size=20) | st.lists(
    st.tuples(st.integers(0, 1), latency), min_size=2 * SMALL_SORT, max_size=4 * SMALL_SORT
)


@given(nodes)
def test_a_plain_sort_says_the_same(found: list[tuple[int, float]]) -> None:
    groups = Ints([group for group, _ in found])
    sizes = sizes_of(groups, 4)
    order, starts = by_group(Floats([value for _, value in found]), groups, sizes)
    assert list(sizes) == [sum(group == number for group, _ in found) for number in range(4)]
    expected = sorted(
        range(len(found)),
        key=lambda row: (found[row][0], math.inf if math.isnan(found[row][1]) else found[row][1], row),
    )
    assert list(order) == expected
    assert list(starts) == [sum(sizes[:number]) for number in range(5)]


@given(st.lists(latency, min_size=1, max_size=30))
def test_both_ways_of_sorting_agree(values: list[float]) -> None:
    inserted, ranked = (vec[i64](range(len(values))) for _ in range(2))
    insert(vec[float](values), inserted, 0, len(values))
    rank(vec[float](values), ranked, 0, len(values))
    assert list(inserted) == list(ranked)
    assert list(inserted) == sorted(
        range(len(values)), key=lambda row: (math.inf if math.isnan(values[row]) else values[row], row)
    )
