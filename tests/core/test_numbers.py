"""Lists of Python objects as columns: every object is taken, missing, or refused at its position."""

from __future__ import annotations

import math
from array import array
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core import numbers
from rvhctl.core.columns import blank

BAD_LATENCIES: list[Any] = [
    Fraction(-1, 2),
    -1.0, -5e-324, -1, math.inf, -math.inf, True, False, "1", b"1", [1.0], Decimal(-1), 10**400, -(2**70)
]  # fmt: skip
BAD_DEGREES: list[Any] = [
    90.00000000000001, -91, math.nan, math.inf, True, None, "1", 2**70, -(10**400), Decimal(91)
]  # fmt: skip

latencies = st.one_of(st.none(), st.just(math.nan), st.floats(0, allow_infinity=False), st.integers(0, 2**80))


def naive(latency: Any) -> float:
    return math.nan if latency is None else float(latency)


def same(left: float, right: float) -> bool:
    return left == right or (left != left and right != right)


@given(st.lists(latencies), st.integers(0, 3))
def test_latencies_are_copied(items: list[Any], start: int) -> None:
    column = blank(start + len(items))
    assert numbers.read_latencies(items, column, start) == -1
    assert all(same(column[start + k], naive(item)) for k, item in enumerate(items))
    assert list(column[:start]) == [0.0] * start


def test_minus_zero_becomes_zero() -> None:
    column = blank(1)
    assert numbers.read_latencies([-0.0], column, 0) == -1
    assert math.copysign(1.0, column[0]) == 1.0


@pytest.mark.parametrize("bad", BAD_LATENCIES)
@pytest.mark.parametrize("position", [0, 2])
def test_the_first_bad_latency_is_found(bad: Any, position: int) -> None:
    items: list[Any] = [1.0, 2.0]
    items.insert(position, bad)
    assert numbers.read_latencies([*items, bad], blank(4), 0) == position
    assert numbers.latency_of(bad) < 0


@given(st.lists(st.one_of(st.floats(-90, 90), st.integers(-90, 90))), st.integers(0, 3))
def test_degrees_are_copied(items: list[Any], start: int) -> None:
    column = blank(start + len(items))
    assert numbers.read_degrees(items, 90.0, column, start) == -1
    assert list(column[start:]) == [float(item) for item in items]


@pytest.mark.parametrize("bad", BAD_DEGREES)
def test_the_first_bad_coordinate_is_found(bad: Any) -> None:
    assert numbers.read_degrees([1.0, 2, bad, bad], 90.0, blank(4), 0) == 2


FLOATS = st.lists(st.one_of(st.floats(), st.floats(0, 90), st.just(-0.0)))


@given(FLOATS, st.integers(0, 3))
def test_floats_in_a_buffer_are_read_as_objects_are(items: list[Any], start: int) -> None:
    data = array("d", items).tobytes()
    for read, read_floats in (
        (numbers.read_latencies, numbers.read_float_latencies),
        (
            lambda *given: numbers.read_degrees(given[0], 90.0, *given[1:]),
            lambda *given: numbers.read_float_degrees(given[0], 90.0, *given[1:]),
        ),
    ):
        expected, found = blank(start + len(items)), blank(start + len(items))
        assert read_floats(data, found, start) == read(items, expected, start)  # type: ignore[operator]
        assert list(map(str, found)) == list(map(str, expected))


@pytest.mark.parametrize("bound", [90.0, 180.0])
def test_the_bounds_of_degrees_are_degrees(bound: float) -> None:
    column = blank(4)
    assert numbers.read_degrees([bound, -bound, int(bound), -int(bound)], bound, column, 0) == -1
    assert list(column) == [bound, -bound] * 2
    ends = array("d", [bound, -bound]).tobytes()
    assert numbers.read_float_degrees(ends, bound, column, 2) == -1
    assert list(column)[2:] == [bound, -bound]
    for beyond in (math.nextafter(bound, 360), -math.nextafter(bound, 360), int(bound) + 1, -int(bound) - 1):
        assert numbers.read_degrees([beyond], bound, column, 0) == 0
        assert numbers.read_float_degrees(array("d", [beyond]).tobytes(), bound, column, 0) == 0
