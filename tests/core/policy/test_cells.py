"""Cells and their survivors against dicts and lists written here."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Floats
from rvhctl.core.geo.geohash import cell_number
from rvhctl.core.policy import cells as cells_module
from rvhctl.core.policy import cells as core
from rvhctl.core.policy import survivors as survivors_module
from rvhctl.core.policy.survivors import survivors

BRANCHING = (
    cells_module,
    survivors_module,
)
pytestmark = pytest.mark.usefixtures("branches")

precisions = st.integers(1, 12)
nodes = st.lists(
    st.tuples(
        st.one_of(st.floats(-90, 90), st.sampled_from([0.0, 45.0])),
        st.one_of(st.floats(-180, 180), st.sampled_from([0.0, 90.0])),
        st.one_of(st.floats(0, 200), st.integers(0, 3).map(float), st.just(math.nan)),
    ),
    max_size=60,
)


def naive(
    rows: list[tuple[float, float, float]], limit: float, precision: int
) -> list[tuple[int, int, list[int]]]:
    """Cell, number of nodes, survivors."""
    cells: dict[int, list[int]] = {}
    for k, (lat, lon, _) in enumerate(rows):
        cells.setdefault(cell_number(lat, lon, precision), []).append(k)
    return [
        (cell, len(members), sorted((k for k in members if rows[k][2] <= limit), key=lambda k: rows[k][2]))
        for cell, members in cells.items()
    ]


def columns(rows: list[tuple[float, float, float]]) -> list[Floats]:
    return [Floats([row[place] for row in rows]) for place in range(3)]


def group(lats: Floats, lons: Floats, precision: int) -> core.Groups:
    groups = core.Groups(precision)
    groups.add(lats, lons, 0, len(lats))
    return groups


def ordered(groups: core.Groups, latencies: Floats, limit: float) -> core.CellOrder:
    order = core.CellOrder(groups.group_of, len(groups.cells), survivors(latencies, limit))
    while order.step():
        pass
    return order


def shown(groups: core.Groups, order: core.CellOrder) -> list[tuple[int, int, list[int]]]:
    return [
        (cell, groups.counts[g], list(order.survivors[order.starts[g] : order.starts[g + 1]]))
        for g, cell in enumerate(groups.cells)
    ]


@given(nodes, st.floats(0, 200), precisions)
def test_cells_in_order_of_appearance(
    rows: list[tuple[float, float, float]], limit: float, precision: int
) -> None:
    lats, lons, latencies = columns(rows)
    groups = group(lats, lons, precision)
    order = ordered(groups, latencies, limit)
    expected = naive(rows, limit, precision)
    assert shown(groups, order) == expected
    assert groups.precision == precision
    assert list(order.survivors) == [k for _, _, kept in expected for k in kept]
    assert [groups.cells[g] for g in groups.group_of] == [
        cell_number(lat, lon, precision) for lat, lon, _ in rows
    ]


@pytest.mark.parametrize("precision", [1, 3, 12])
def test_many_cells(precision: int) -> None:
    """More cells than the first table holds, more nodes than a slice."""
    chance = random.Random(11)
    count = core.SLICE + 500
    rows = [
        (chance.uniform(-90, 90), chance.uniform(-180, 180), chance.uniform(0, 200)) for _ in range(count)
    ]
    lats, lons, latencies = columns(rows)
    groups = group(lats, lons, precision)
    assert shown(groups, ordered(groups, latencies, 100.0)) == naive(rows, 100.0, precision)


@given(nodes, precisions, st.integers(0, 60))
def test_groups_grow_by_slices(rows: list[tuple[float, float, float]], precision: int, cut: int) -> None:
    lats, lons, _ = columns(rows)
    cut = min(cut, len(rows))
    groups = core.Groups(precision)
    groups.add(lats, lons, 0, cut)
    groups.add(lats, lons, cut, len(rows))
    whole = group(lats, lons, precision)
    assert list(groups.cells) == list(whole.cells)
    assert list(groups.counts) == list(whole.counts)
    assert list(groups.group_of) == list(whole.group_of)


def test_nobody() -> None:
    lats, lons, latencies = columns([])
    groups = group(lats, lons, 5)
    order = ordered(groups, latencies, 100.0)
    assert (list(groups.cells), list(order.starts), list(order.survivors)) == ([], [0], [])
