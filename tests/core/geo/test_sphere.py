"""Distances: known ones, and what every distance on a globe has to satisfy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.vecs import vec

from rvhctl.core.geo.sphere import (
    RADIUS_KM,
    box_distance,
    chord,
    distance_of_boxes,
    haversine,
    kilometres,
    metres,
)

place = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def between(one: tuple[float, float], other: tuple[float, float]) -> float:
    return haversine(*one, math.cos(math.radians(one[0])), *other, math.cos(math.radians(other[0])))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 0), (0, 90), RADIUS_KM * math.pi / 2),
        ((0, 0), (90, 13), RADIUS_KM * math.pi / 2),
        ((90, 0), (-90, 120), RADIUS_KM * math.pi),
        ((0, 180), (0, -180), 0.0),
        ((0, 179.5), (0, -179.5), RADIUS_KM * math.pi / 180),
    ],
)
def test_known_distances(one: tuple[float, float], other: tuple[float, float], expected: float) -> None:
    assert kilometres(between(one, other)) == pytest.approx(expected, abs=0.1)
    assert metres(between(one, other)) == round(kilometres(between(one, other)) * 1000)


@given(place, place)
def test_there_and_back_are_the_same(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert between(one, other) == between(other, one)
    assert between(one, one) == 0.0
    assert 0 <= kilometres(between(one, other)) <= RADIUS_KM * math.pi + 1e-6


@given(place, place)
def test_the_angle_between_unit_vectors(one: tuple[float, float], other: tuple[float, float]) -> None:
    def vector(lat: float, lon: float) -> tuple[float, float, float]:
        lat, lon = math.radians(lat), math.radians(lon)
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)

    expected = 2 * RADIUS_KM * math.asin(min(1.0, math.dist(vector(*one), vector(*other)) / 2))
    assert kilometres(between(one, other)) == pytest.approx(expected, abs=1e-3)


@given(place, place)
def test_the_chord_belongs_to_the_distance(one: tuple[float, float], other: tuple[float, float]) -> None:
    half = between(one, other)
    assert chord(kilometres(half)) == pytest.approx(2 * math.sqrt(min(1.0, half)), abs=1e-8)


corner = st.tuples(*[st.integers(-4, 4).map(float)] * 3)


def box(one: tuple[float, ...], other: tuple[float, ...]) -> list[float]:
    return [*map(min, one, other), *map(max, one, other)]


@given(st.lists(corner, min_size=4, max_size=4))
def test_boxes_are_as_far_as_their_nearest_points(corners: list[tuple[float, float, float]]) -> None:
    """Of small whole coordinates, every point of either box is tried."""
    boxes = [box(*corners[:2]), box(*corners[2:])]
    sides = [[range(int(each[axis]), int(each[axis + 3]) + 1) for axis in range(3)] for each in boxes]
    apart = sum(min((a - b) ** 2 for a in sides[0][axis] for b in sides[1][axis]) for axis in range(3))
    assert distance_of_boxes(vec[float]([*boxes[0], *boxes[1]]), 0, 6) == apart
    assert distance_of_boxes(vec[float]([*boxes[0], *boxes[1]]), 6, 0) == apart
    point = corners[2]
    to_point = sum(min((a - point[axis]) ** 2 for a in sides[0][axis]) for axis in range(3))
    assert box_distance(vec[float]([*boxes[0], *boxes[1]]), 0, *point) == to_point
