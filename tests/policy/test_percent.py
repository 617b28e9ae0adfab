"""Percentages are exact, and say what is wrong with them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import FaultsetError
from rvhctl.policy.policy import parse_percent


@given(st.decimals(0, 100, allow_nan=False, places=12))
def test_exact_and_written_back(value: Decimal) -> None:
    percent = parse_percent(f"{value:f}%", "share")
    assert Fraction(*percent) == Fraction(value) / 100
    assert (
        parse_percent(str(percent), "share")[0] * percent[1]
        == parse_percent(str(percent), "share")[1] * percent[0]
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [("20%", "20%"), ("12.50%", "12.5%"), ("0.001%", "0.001%"), ("100.0%", "100%"), ("7.%", "7%")],
)
def test_shown(text: str, shown: str) -> None:
    assert str(parse_percent(text, "share")) == shown


@pytest.mark.parametrize(
    "text", ["20", "", "%", "-1%", "1e1%", "100.01%", "nan%", "٣%", "20%%", "1,5%", "0.5"]
)
def test_refused(text: str) -> None:
    with pytest.raises(FaultsetError, match="share must be"):
        parse_percent(text, "share")


def test_a_bare_number_is_told_what_it_lacks() -> None:
    with pytest.raises(FaultsetError, match="write 20%"):
        parse_percent("20", "share")
