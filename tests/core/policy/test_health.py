"""Shares of nodes, rounded up in exact arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.policy.health import needed


@given(st.integers(1, 10**6), st.integers(1, 10**20), st.sampled_from([10**20, 10**25]))
def test_needed_is_rounded_up_exactly(nodes: int, numerator: int, denominator: int) -> None:
    assert needed(nodes, numerator, denominator) == math.ceil(Fraction(nodes * numerator, denominator))


def test_floats_would_say_eight() -> None:
    assert needed(25, 28, 100) == 7
    assert math.ceil(25 * 0.28) == 8
