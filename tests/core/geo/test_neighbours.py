"""The nearest other node by the tree of boxes against comparing with every one, and the order of the cells."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64
from support.places import Place, antipodes, anywhere, edges, half_chord, town

from rvhctl.core.geo import neighbours as neighbours_module
from rvhctl.core.geo.geohash import MAX_PRECISION, cell_number, gather
from rvhctl.core.geo.neighbours import LEAF, POLAR, Neighbours, common_letters, curve, spot
from rvhctl.core.geo.sphere import kilometres

BRANCHING = (neighbours_module,)
pytestmark = pytest.mark.usefixtures("branches")

# At the border of cells, as close as floats come: what is nearest is a matter of their last bits.
room = st.tuples(
    st.integers(-4, 4).map(lambda step: 45.0 + step * math.ulp(45.0)),
    st.integers(-4, 4).map(lambda step: 5e-15 * step),
)
polar = st.tuples(
    st.sampled_from([89.9999, 89.99, 80.0, POLAR, -POLAR]).flatmap(
        lambda lat: st.floats(min(lat, math.copysign(90, lat)), max(lat, math.copysign(90, lat)))
    ),
    st.floats(-180, 180),
)
places = st.lists(st.one_of(anywhere, edges, town, room, antipodes, polar), min_size=1, max_size=60)


def kilometres_between(one: Place, other: Place) -> float:
    return kilometres(half_chord(one, other))


def along_the_curve(points: list[Place]) -> vec[i64]:
    return curve(vec[i64]([spot(lat, lon, cell_number(lat, lon, MAX_PRECISION)) for lat, lon in points]))


def shared_letters(points: list[Place]) -> list[int]:
    """What each point shares with the nearest other, by the tree; in the order of the points."""
    lats, lons = vec[float]([lat for lat, _ in points]), vec[float]([lon for _, lon in points])
    rows = along_the_curve(points)
    nodes = Neighbours(lats, lons, rows)
    for stop in range(len(points)):
        nodes.place(stop + 1)
    while nodes.part(1):
        pass
    nodes.enclose()
    found = [-1] * len(points)
    for box in range(1, len(nodes.starts)):
        if not nodes.children[box]:
            shared = nodes.shared(box, 8)
            for at in range(nodes.starts[box], nodes.ends[box]):
                found[rows[at]] = shared[at - nodes.starts[box]]
    return found


@given(places)
@example([(10.0, 10.0)] * 40)
@example([(float(lat), float(lon)) for lat in range(8) for lon in range(8)])
def test_the_letters_shared_with_the_nearest(points: list[Place]) -> None:
    cells = [cell_number(lat, lon, MAX_PRECISION) for lat, lon in points]
    expected = []
    for number, point in enumerate(points):
        others = [
            (kilometres_between(point, other), common_letters(cells[number], cells[at], 8))
            for at, other in enumerate(points)
            if at != number
        ]
        nearest = min((distance for distance, _ in others), default=0.0)
        expected.append(max((shared for distance, shared in others if distance == nearest), default=8))
    assert shared_letters(points) == expected


@given(st.lists(antipodes | edges, min_size=2, max_size=5))
def test_the_nearest_at_the_other_end_of_the_world(points: list[Place]) -> None:
    test_the_letters_shared_with_the_nearest.hypothesis.inner_test(points)  # type: ignore[attr-defined]


def test_common_letters_of_the_finest_cells() -> None:
    one = cell_number(52.37, 4.9, MAX_PRECISION)
    assert [common_letters(one, one, letters) for letters in (1, 8, 12)] == [1, 8, 12]
    assert common_letters(one, one ^ 1, 12) == 11
    assert common_letters(one, one ^ 1, 8) == 8
    assert common_letters(one, one ^ (31 << 55), 8) == 0


@given(st.lists(st.one_of(st.integers(0, 2**60 - 1), st.integers(0, 3), st.sampled_from([2**30, 2**59]))))
def test_the_curve_is_the_stable_order_of_the_cells(cells: list[int]) -> None:
    assert list(curve(vec[i64](cells))) == sorted(range(len(cells)), key=cells.__getitem__)


def test_thousands_in_one_place_and_two_steps_away() -> None:
    points = [(52.0, 4.0)] * 3000 + [(52.0, 4.0 + 1e-9), (52.0, 4.0 + 2e-9)]
    assert shared_letters(points) == [8] * len(points)
    assert LEAF > 1


@given(anywhere)
def test_only_near_a_pole_a_spot_is_no_cell(point: Place) -> None:
    lat, lon = point
    cell = cell_number(lat, lon, MAX_PRECISION)
    place = spot(lat, lon, cell)
    assert 0 <= place < 2**60
    if -POLAR <= lat < POLAR:
        assert place == cell
    else:
        # The four highest bits of the latitude, which no node further from the pole has.
        assert place >> 52 == (0xFF if lat > 0 else 0)


@given(polar, st.booleans())
def test_near_a_pole_a_spot_interleaves_the_steps_in_a_plane(point: Place, south: bool) -> None:
    lat, lon = -abs(point[0]) if south else abs(point[0]), point[1]
    cell = cell_number(lat, lon, MAX_PRECISION)
    if not -POLAR <= lat < POLAR:
        place = spot(lat, lon, cell) & (2**52 - 1)
        radius = math.cos(math.radians(lat))
        across = (gather(place) - 2**25) / 2**25, (gather(place >> 1) - 2**25) / 2**25
        # The plane reaches a little further than the parallel at which it begins.
        edge = math.cos(math.radians(POLAR)) * 1.0059
        expected = radius * math.cos(math.radians(lon)) / edge, radius * math.sin(math.radians(lon)) / edge
        assert across == pytest.approx(expected, abs=0.007)


def test_boxes_part_where_cells_do() -> None:
    random = Random(11)
    points = [(random.uniform(-90, 90), random.uniform(-180, 180)) for _ in range(500)]
    rows = along_the_curve(points)
    nodes = Neighbours(vec[float]([lat for lat, _ in points]), vec[float]([lon for _, lon in points]), rows)
    nodes.place(len(points))
    while nodes.part(7):
        pass
    leaves = sorted(
        (nodes.starts[box], nodes.ends[box]) for box in range(1, len(nodes.starts)) if not nodes.children[box]
    )
    assert leaves[0][0] == 0
    assert leaves[-1][1] == len(points)
    assert all(one[1] == other[0] for one, other in pairwise(leaves))
    assert all(0 < end - start <= LEAF for start, end in leaves)
    assert all(nodes.parents[box >> 1] < box for box in range(2, len(nodes.starts)))
