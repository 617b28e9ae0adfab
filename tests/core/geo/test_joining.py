"""Cells that join: the figures of a real fleet, borders and poles, and the naive version step by step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import naive_policy as naive
from support.airports import airports

from rvhctl.core.columns import Ints
from rvhctl.core.geo.geohash import cell_of_text
from rvhctl.core.geo.joining import CellJoining, renumbered
from rvhctl.core.policy.cells import Groups
from rvhctl.core.policy.grouping import sizes_of


def owners(cells: list[str], sizes: list[int], minimum: int) -> list[int]:
    joining = CellJoining(
        vec_of([cell_of_text(cell) for cell in cells]), len(cells[0]), vec_of(sizes), minimum
    )
    while joining.step(1):
        pass
    return list(joining.owners)


def vec_of(values: list[int]):  # type: ignore[no-untyped-def]

    return Ints(values)


@pytest.mark.parametrize(("precision", "alone", "left"), [(3, 1989, 176), (5, 27332, 22558)])
def test_airports_alone_in_their_cells(precision: int, alone: int, left: int) -> None:
    _, lats, lons, _ = airports()
    groups = Groups(precision)
    groups.add(lats, lons, 0, len(lats))
    assert sum(size == 1 for size in groups.counts) == alone
    joining = CellJoining(groups.cells, precision, groups.counts, 2)
    while joining.step(1000):
        pass
    group_of, names = renumbered(groups.group_of, joining.owners)
    assert sum(size == 1 for size in sizes_of(group_of, len(names))) == left


@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(0, 3) | st.integers(0, 31), st.integers(0, 3) | st.integers(28, 31)),
            st.integers(1, 4),
        ),
        min_size=1,
        max_size=25,
        unique_by=lambda pair: pair[0],
    ),
    st.integers(1, 9),
)
def test_joining_is_the_naive_one(found: list[tuple[tuple[int, int], int]], minimum: int) -> None:
    cells: dict[tuple[int, int], list[int]] = {}
    row = 0
    for cell, size in found:
        cells[cell] = list(range(row, row + size))
        row += size
    seen = list(cells)
    expected = naive.join(cells, 2, minimum)
    names = {cell: seen.index(name) for name, (members, _) in expected.items() for cell in members}
    assert owners([naive.name_of(*cell, 2) for cell in seen], [size for _, size in found], minimum) == [
        names[cell] for cell in seen
    ]


def test_the_antimeridian_is_a_border_like_any_other() -> None:
    # 8 is the westernmost cell of the equator's north, x the easternmost.
    assert owners(["8", "x"], [1, 5], 2) == [1, 1]


def test_nothing_lies_beyond_a_pole() -> None:
    # b and z touch over the antimeridian; p lies at the other end of the world.
    assert owners(["b", "p"], [1, 5], 2) == [0, 1]
    assert owners(["b", "p", "z"], [1, 5, 3], 2) == [2, 1, 2]


def test_the_cell_seen_first_wins_a_tie() -> None:
    # d has 9 to the west and e to the east, equally far.
    assert owners(["d", "e", "9"], [1, 1, 1], 2)[0] == 1
    assert owners(["d", "9", "e"], [1, 1, 1], 2)[0] == 1


def test_numbers_follow_the_first_appearance_of_the_names() -> None:
    groups, names = renumbered(vec_of([0, 1, 2, 3, 0]), vec_of([2, 1, 2, 1]))
    assert list(names) == [1, 2]
    assert list(groups) == [1, 0, 1, 0, 1]
