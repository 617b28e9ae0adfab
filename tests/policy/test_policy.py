"""What a policy may say, and what it is told where it makes no sense; percentages are exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import FaultsetError, NegativeThresholdError
from rvhctl.policy.policy import Percent, Policy, parse_percent


def test_percentages_become_exact_fractions() -> None:
    policy = Policy(threshold=1, max_loss="20%", max_ejection=Percent(1, 3), min_survivors=" 28% ")
    assert policy.max_loss == Percent(20, 100)
    assert policy.max_ejection == Percent(1, 3)
    assert policy.min_survivors == Percent(28, 100)
    assert policy.hysteresis == Percent(10, 100)
    assert Policy(threshold=1, min_survivors="7").min_survivors == 7


def test_only_a_threshold_threshold_only() -> None:
    assert Policy(threshold=0).threshold_only
    assert not Policy(relative=1).threshold_only
    assert not Policy(threshold=1, min_survivors=2).threshold_only


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "a threshold or a relative limit"),
        ({"threshold": 1, "floor": 1}, "needs relative"),
        ({"relative": 0.99}, "relative must be 1 or more"),
        ({"relative": True}, "relative must be 1 or more"),
        ({"relative": float("inf")}, "relative must be 1 or more"),
        ({"relative": 2, "floor": -1}, "floor must be finite"),
        ({"threshold": 1, "aggregate": "p50"}, "aggregate must be one of median, mean"),
        ({"threshold": 1, "on_down": "keep"}, "on_down must be one of skip, all"),
        ({"threshold": 1, "on_degraded": None}, "on_degraded must be one of skip, keep, all"),
        ({"threshold": 1, "max_loss": 20}, "max_loss must be a percentage"),
        ({"threshold": 1, "max_loss": "20"}, "write 20%"),
        ({"threshold": 1, "max_loss": "0.2"}, "write 20% or 0.2%"),
        ({"threshold": 1, "max_loss": "1"}, "write 100% or 1%"),
        ({"threshold": 1, "max_ejection": "101%"}, "at most 100%"),
        ({"threshold": 1, "hysteresis": None}, "hysteresis must be a percentage"),
        ({"threshold": 1, "min_survivors": 0}, "at least 1 node"),
        ({"threshold": 1, "min_survivors": "0"}, "at least 1 node"),
        ({"threshold": 1, "min_survivors": "0%"}, "more than 0%"),
        ({"threshold": 1, "min_survivors": 1.5}, "a number of nodes, or a percentage"),
        ({"threshold": 1, "min_survivors": True}, "a number of nodes, or a percentage"),
        ({"threshold": 1, "min_survivors": "half"}, "min_survivors must be"),
        ({"threshold": 1, "merge_below": 0}, "merge_below must be a whole number"),
        ({"threshold": 1, "rise": 0}, "rise must be a whole number"),
        ({"threshold": 1, "fall": 2.0}, "fall must be a whole number"),
    ],
)
def test_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(FaultsetError, match=message):
        Policy(**options)


@pytest.mark.parametrize("threshold", [-1, float("nan"), float("inf"), "5", True])
def test_refused_thresholds(threshold: Any) -> None:
    with pytest.raises(NegativeThresholdError):
        Policy(threshold=threshold)


def test_policies_are_values() -> None:
    assert Policy(threshold=1, max_loss="20%") == Policy(threshold=1, max_loss=Percent(20, 100))
    with pytest.raises(AttributeError):
        Policy(threshold=1).threshold = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    "parts", [(3, 2), (0, 0), (-1, 2), (1, 0), (1, 10**200), ("1", 2), (0.5, 1), (True, 1), (None, None)]
)
def test_a_percent_is_a_fraction_up_to_one(parts: Any) -> None:
    with pytest.raises(
        FaultsetError, match="a Percent is numerator / denominator, two integers, from 0 to 1"
    ):
        Percent(*parts)


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
def test_no_percentage(text: str) -> None:
    with pytest.raises(FaultsetError, match="share must be"):
        parse_percent(text, "share")


def test_a_bare_number_is_told_what_it_lacks() -> None:
    with pytest.raises(FaultsetError, match="write 20%"):
        parse_percent("20", "share")


def test_the_band_is_ten_per_cent_unless_another_is_stated() -> None:
    assert Policy(threshold=1).hysteresis == Percent(10, 100)
