"""What messages repeat of a wrong value."""

from __future__ import annotations

import pytest

from rvhctl.errors import MAX_SHOWN, shorten


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        ("a\nb", r"'a\nb'"),
        ("é\udcff\\udcff", r"'é\xff\\udcff'"),
        (["\udc80", "\ud800"], r"['\x80', '\ud800']"),
        (Broken(), "an object of type Broken"),
        pytest.param(10**5000, "an integer of 16610 bits", id="huge"),
        pytest.param([10**5000], "an object of type list", id="huge inside"),
    ],
)
def test_a_value_in_a_message(value: object, shown: str) -> None:
    assert shorten(value) == shown


def test_a_long_value_is_cut() -> None:
    assert shorten("x" * 1000) == "'" + "x" * (MAX_SHOWN - 2) + "…"
