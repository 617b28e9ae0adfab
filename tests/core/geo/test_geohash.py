"""Cells against rational arithmetic: golden vectors of other implementations, and bisection written here."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.naive_geohash import LETTERS, naive_cell

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo import geohash
from rvhctl.core.geo import geohash as geohash_module
from rvhctl.errors import FaultsetError

BRANCHING = (geohash_module,)
pytestmark = pytest.mark.usefixtures("branches")

DATA = Path(__file__).parents[2] / "data"
ROWS = json.loads((DATA / "valid/geohash.json").read_text())["rows"]
NEIGHBOURS = json.loads((DATA / "valid/geohash_neighbours.json").read_text())["rows"]
INVALID = json.loads((DATA / "invalid/geohash_invalid.json").read_text())["rows"]

precisions = st.integers(1, 12)


@st.composite
def coordinates(draw: st.DrawFn, bound: float) -> float:
    """Anywhere, or on the border of a cell of any precision, or one float beside it."""
    if draw(st.booleans()):
        return draw(st.floats(-bound, bound))
    bits = draw(st.integers(0, 30))
    border = float(Fraction(draw(st.integers(0, 2**bits))) / 2**bits * 2 * Fraction(bound) - Fraction(bound))
    toward = draw(st.sampled_from([-math.inf, border, math.inf]))
    return min(max(math.nextafter(border, toward), -bound), bound)


latitudes = coordinates(90.0)
longitudes = coordinates(180.0)


def test_there_are_vectors() -> None:
    assert len(ROWS) > 800
    assert len(NEIGHBOURS) > 200
    assert len(INVALID) > 10


def test_golden_cells() -> None:
    for row in ROWS:
        cell = geohash.encode(row["lat"], row["lon"], row["precision"])
        assert (row, cell) == (row, row["geohash"])


def test_golden_neighbours() -> None:
    for row in NEIGHBOURS:
        cell = row["geohash"]
        precision = len(cell)
        number = geohash.cell_of_text(cell)
        for direction, expected in row["neighbours"].items():
            north = ("n" in direction) - ("s" in direction)
            east = ("e" in direction) - ("w" in direction)
            beside = geohash.neighbour(number, precision, north, east)
            text = None if beside < 0 else geohash.cell_text(beside, precision)
            assert (cell, direction, text) == (cell, direction, expected)


@given(latitudes, longitudes, precisions)
@example(-1e-20, -5e-324, 12)
@example(-0.0, -0.0, 12)
@example(90.0, 180.0, 12)
@example(-90.0, -180.0, 1)
@example(math.nextafter(90.0, 0.0), math.nextafter(180.0, 0.0), 12)
def test_cell_is_exact_bisection(lat: float, lon: float, precision: int) -> None:
    text = naive_cell(lat, lon, precision)
    number = geohash.cell_number(lat, lon, precision)
    assert geohash.cell_text(number, precision) == text
    assert geohash.cell_of_text(text) == number
    assert geohash.encode(lat, lon, precision) == text


@pytest.mark.parametrize("bits", range(31))
def test_borders_of_every_precision(bits: int) -> None:
    for step in {0, 1, 2**bits // 3, 2**bits // 2, 2**bits - 1, 2**bits}:
        lat = step * (180.0 / 2**bits) - 90.0
        lon = step * (360.0 / 2**bits) - 180.0
        for toward in (-math.inf, lat, math.inf):
            near_lat = min(max(math.nextafter(lat, toward), -90.0), 90.0)
            near_lon = min(max(math.nextafter(lon, toward if toward != lat else lon), -180.0), 180.0)
            assert geohash.encode(near_lat, near_lon, 12) == naive_cell(near_lat, near_lon, 12)


@given(st.lists(st.tuples(latitudes, longitudes), max_size=20), precisions)
def test_columns_give_what_single_points_give(points: list[tuple[float, float]], precision: int) -> None:
    numbers = geohash.cell_numbers(
        Floats([lat for lat, _ in points]), Floats([lon for _, lon in points]), precision
    )
    assert list(numbers) == [geohash.cell_number(lat, lon, precision) for lat, lon in points]
    texts = [geohash.cell_text(n, precision) for n in numbers]
    assert geohash.cell_texts(numbers, precision) == texts
    assert geohash.cell_letters(numbers, precision) == "".join(texts).encode()


def test_texts_of_more_cells_than_a_block() -> None:
    count = 2 * geohash.BLOCK + 1
    assert geohash.cell_texts(Ints(range(count)), 4) == [geohash.cell_text(k, 4) for k in range(count)]


@pytest.mark.parametrize("precision", [2, 3, 8, 9, 12])
def test_every_letter_at_every_place(precision: int) -> None:
    cells = [letter * precision for letter in LETTERS]
    numbers = [geohash.cell_of_text(cell) for cell in cells]
    assert [geohash.cell_text(number, precision) for number in numbers] == cells
    assert geohash.cell_texts(Ints(numbers), precision) == cells


@given(latitudes, longitudes, precisions)
def test_the_middle_is_in_the_cell_and_exact(lat: float, lon: float, precision: int) -> None:
    number = geohash.cell_number(lat, lon, precision)
    middle_lat, middle_lon = geohash.cell_centre(number, precision)
    assert geohash.cell_number(middle_lat, middle_lon, precision) == number
    rows = 2 ** (5 * precision // 2)
    halves = (Fraction(middle_lat) + 90) * 2 * rows / 180
    assert halves.denominator == 1
    assert halves % 2 == 1


@given(latitudes, longitudes, precisions, st.integers(-1, 1), st.integers(-1, 1))
def test_the_way_back_from_a_neighbour(lat: float, lon: float, precision: int, north: int, east: int) -> None:
    number = geohash.cell_number(lat, lon, precision)
    beside = geohash.neighbour(number, precision, north, east)
    if beside >= 0:
        assert geohash.neighbour(beside, precision, -north, -east) == number
        row, column = geohash.axes(number, precision)
        assert geohash.axes(beside, precision)[0] == row + north
        assert geohash.cell_at(row, column, precision) == number
    else:
        assert north


@given(st.integers(0, 2**30 - 1), st.integers(0, 2**30 - 1))
def test_interleaved_bits_come_apart_again(even: int, odd: int) -> None:
    bits = geohash.interleave(even, odd)
    assert bits == sum(((even >> k) & 1) << 2 * k | ((odd >> k) & 1) << (2 * k + 1) for k in range(30))
    assert (geohash.gather(bits), geohash.gather(bits >> 1)) == (even, odd)


def test_a_cell_has_eight_around_it_clockwise_from_north() -> None:
    around = [round(math.degrees(math.atan2(east, north))) % 360 for north, east in geohash.AROUND]
    assert around == list(range(0, 360, 45))
    assert {max(abs(north), abs(east)) for north, east in geohash.AROUND} == {1}


@pytest.mark.parametrize("text", ["", "a", "9" * 13, "9q8yI", "é", None, 5])
def test_what_is_no_cell(text: object) -> None:
    with pytest.raises(FaultsetError, match="geohash"):
        geohash.cell_of_text(text)
