"""Where groups stand: the middle of a cell, or the mean of the nodes on the sphere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import naive_policy as naive

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo.geohash import cell_of_text
from rvhctl.core.geo.places import CellPlaces, Centroids, Places

NAN = math.nan
points = st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.none()


def found(places: Places, group: int) -> tuple[float, float] | None:
    return (places.lat, places.lon) if places.find(group) else None


def centroids(nodes: list[tuple[float, float] | None], group_of: list[int], count: int) -> Centroids:
    lats = Floats([node[0] if node else NAN for node in nodes])
    lons = Floats([node[1] if node else NAN for node in nodes])
    return Centroids(lats, lons, Ints(group_of), count)


def test_a_cell_is_where_its_middle_is() -> None:
    assert found(CellPlaces(Ints([cell_of_text("u"), cell_of_text("s")]), 1), 1) == (22.5, 22.5)


@given(st.lists(st.tuples(points, st.integers(0, 3)), max_size=20))
def test_a_label_is_where_its_nodes_are(nodes: list[tuple[tuple[float, float] | None, int]]) -> None:
    places = centroids([point for point, _ in nodes], [group for _, group in nodes], 4)
    for group in range(4):
        mine = [{"lat": point[0], "lon": point[1]} for point, other in nodes if point and other == group]
        expected, place = naive.centroid(mine), found(places, group)
        if expected is None or place is None:
            assert expected == place
        else:
            assert naive.kilometres(place, expected) < 1e-3


@pytest.mark.parametrize(
    ("nodes", "place"),
    [
        ([(10.0, 20.0)], (10.0, 20.0)),
        ([(0.0, 179.0), (0.0, -179.0)], (0.0, 180.0)),
        ([(0.0, 10.0), None, (0.0, 30.0)], (0.0, 20.0)),
        ([(0.0, 0.0), (0.0, 180.0)], None),
        ([(90.0, 0.0), (-90.0, 77.0)], None),
        ([None, None], None),
        ([], None),
    ],
)
def test_the_mean_goes_the_short_way_round(
    nodes: list[tuple[float, float] | None], place: tuple[float, float] | None
) -> None:
    assert found(centroids(nodes, [0] * len(nodes), 1), 0) == (place and pytest.approx(place, abs=1e-9))


def test_picked_groups_are_renumbered() -> None:
    places = centroids([(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)], [0, 1, 2], 3)
    places.pick(Ints([2, 0]))
    assert [found(places, group) for group in (0, 1)] == [
        pytest.approx((3.0, 3.0)),
        pytest.approx((1.0, 1.0)),
    ]
