"""Cells and their survivors against dicts and lists written here."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Floats
from rvhctl.core.geo.geohash import cell_number
from rvhctl.core.policy import cells as core

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


def shown(found: core.Faultset) -> list[tuple[int, int, list[int]]]:
    return [
        (cell, found.counts[g], list(found.survivors[found.starts[g] : found.starts[g + 1]]))
        for g, cell in enumerate(found.cells)
    ]


@given(nodes, st.floats(0, 200), precisions)
def test_cells_in_order_of_appearance(
    rows: list[tuple[float, float, float]], limit: float, precision: int
) -> None:
    lats, lons, latencies = columns(rows)
    found = core.faultset(lats, lons, latencies, limit, precision)
    expected = naive(rows, limit, precision)
    assert shown(found) == expected
    assert found.precision == precision
    assert list(found.survivors) == [k for _, _, kept in expected for k in kept]
    assert [found.cells[g] for g in found.group_of] == [
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
    assert shown(core.faultset(*columns(rows), 100.0, precision)) == naive(rows, 100.0, precision)


@given(nodes, precisions, st.integers(0, 60))
def test_groups_grow_by_slices(rows: list[tuple[float, float, float]], precision: int, cut: int) -> None:
    lats, lons, _ = columns(rows)
    cut = min(cut, len(rows))
    groups = core.Groups(precision)
    groups.add(lats, lons, 0, cut)
    groups.add(lats, lons, cut, len(rows))
    whole = core.group(lats, lons, precision)
    assert list(groups.cells) == list(whole.cells)
    assert list(groups.counts) == list(whole.counts)
    assert list(groups.group_of) == list(whole.group_of)


def test_nobody() -> None:
    found = core.faultset(*columns([]), 100.0, 5)
    assert (list(found.cells), list(found.starts), list(found.survivors)) == ([], [0], [])
