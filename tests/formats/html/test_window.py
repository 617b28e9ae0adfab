"""The part of the world that a map shows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.formats.html.window import FLATTEST, LEAST, WIDTH, Window

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@given(st.lists(st.tuples(LATITUDES, LONGITUDES), min_size=1, max_size=12))
def test_every_place_is_in_the_window_and_the_window_is_on_the_globe(
    places: list[tuple[float, float]],
) -> None:
    lats, lons = zip(*places, strict=True)
    window = Window(lats, lons)
    assert -180 <= window.west < 180
    assert LEAST <= window.span <= 360
    assert -90 - 1e-9 <= window.south < window.north <= 90 + 1e-9
    assert 0 < window.height < 2000
    for lat, lon in places:
        assert -1e-6 <= window.x(lon) <= WIDTH + 1e-6
        assert -1e-6 <= window.y(lat) <= window.height + 1e-6


@pytest.mark.parametrize(("west", "east"), [(174.0, -172.0), (-10.0, 30.0), (180.0, -180.0), (-180.0, 180.0)])
def test_what_is_close_together_is_close_on_the_map_wherever_the_antimeridian_is(
    west: float, east: float
) -> None:
    window = Window([-20.0, 10.0], [west, east])
    between = (east - west) % 360
    assert window.span < 90
    assert window.x(east) - window.x(west) == pytest.approx(between * window.x_scale)


def test_the_world_is_cut_where_nobody_is() -> None:
    known = Window([37.0, 52.0, 35.0], [-122.0, 5.0, 140.0])
    assert (known.west, known.span) == (-180, 360)
    bordering = Window([37.0, 52.0, 35.0, 0.0], [-122.0, 5.0, 100.0, 180.0])
    assert (bordering.west, bordering.span) == (-180, 360)
    pacific = Window([0.0] * 5, [-150.0, 179.0, 100.0, 40.0, -80.0])
    assert pacific.span == 360
    assert pacific.west == pytest.approx(-20.0)  # half-way from -80 degrees to 40


def test_a_cell_on_the_map_is_as_high_as_it_is_on_the_ground() -> None:
    window = Window([50.0, 54.0], [0.0, 20.0])
    middle = math.radians((window.north + window.south) / 2)
    assert window.y_scale * math.cos(middle) == pytest.approx(window.x_scale)


@pytest.mark.parametrize("lat", [90.0, -90.0])
def test_a_pole_has_a_place(lat: float) -> None:
    window = Window([lat], [0.0])
    assert window.height >= FLATTEST - 1
    assert 0 <= window.y(lat) <= window.height


def test_what_crosses_the_border_is_seen_on_both_sides() -> None:
    window = Window([37.0, 52.0, 35.0], [-122.0, 5.0, 140.0])
    assert window.repeats(100, 200) == [0.0]
    assert window.repeats(-50, 40) == [0.0, WIDTH]
    assert window.repeats(900, 1000) == [0.0, -WIDTH]
