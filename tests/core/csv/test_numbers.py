"""Numbers as people write them, against decimal arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.csv.numbers import LONGEST_UNIT, UNITS, number_in

MICRO = "\N{MICRO SIGN}s", "\N{GREEK SMALL LETTER MU}s"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "--",
        "\N{EN DASH}",
        "\N{EM DASH}",
        "N/A",
        "#N/A",
        "n.a.",
        "N.A.",
        "na",
        "NaN",
        "null",
        "None",
        " nan ",
    ],
)
def test_what_says_that_there_is_none(text: str) -> None:
    assert math.isnan(number_in(text.encode(), 0, False, True))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("12ms", 12.0),
        ("12 msec", 12.0),
        ("3sec", 3000.0),
        ("3 Sec", 3000.0),
        ("0.5 s", 500.0),
        ("800us", 0.8),
        *((f"800 {micro}", 0.8) for micro in MICRO),
        ("1500 NS", 0.0015),
        (".5s", 500.0),
        ("0.0014s", 1.4),
        ("1e-3 s", 1.0),
        ("+5", 5.0),
        ("5.", 5.0),
        ("007", 7.0),
        ("0.0" + "1" * 90 + " s", float("0.0" + "1" * 90) * 1000),
        ("1" * 65, float("1" * 65)),
    ],
)
def test_units(text: str, milliseconds: float) -> None:
    assert number_in(text.encode(), 0, False, True) == milliseconds
    assert number_in(f" {text} ".encode(), 0, True, True) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "1_0",
        "0x1",
        "12m",
        "12 min",
        "1 2",
        "1,5",
        "1e",
        "e5",
        "--1",
        "ms",
        "1e999",
        "inf",
        "5 ms s",
    ],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|convert|literal"):
        number_in(text.encode(), 0, False, True)


def test_a_unit_stands_within_some_bytes_behind_its_number() -> None:
    assert number_in(b"5" + b" " * (LONGEST_UNIT - 2) + b"ms", 0, False, True) == 5.0
    with pytest.raises(ValueError, match="no number"):
        number_in(b"5" + b" " * (LONGEST_UNIT - 1) + b"ms", 0, False, True)


def test_a_comma_is_a_point_where_it_may_be_one() -> None:
    assert number_in(b"12,5", 0, True, False) == 12.5
    assert number_in(b"12,5 s", 0, True, True) == 12500.0
    for text in (b"1.234,5", b"1,234,5"):
        with pytest.raises(ValueError, match=r"number|convert|literal"):
            number_in(text, 0, True, True)


def test_degrees_have_no_unit() -> None:
    with pytest.raises(ValueError, match=r"number|convert|literal"):
        number_in(b"5 s", 0, False, False)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**6, places=6),
    st.sampled_from([0, 3, -3, -6]),
)
def test_a_number_is_rounded_once(number: Decimal, exponent: int) -> None:
    exact = float(number.scaleb(exponent))
    assert number_in(f"{number:f}".encode(), exponent, False, False) == exact
    assert number_in(f"{number:f}".replace(".", ",").encode(), exponent, True, True) == exact
    for unit, power in UNITS.items():
        if power == exponent:
            assert number_in(f"{number:f}".encode() + unit, 0, False, True) == exact
