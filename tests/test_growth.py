"""Twice the input costs about twice the instructions, of Python and of the libraries, whatever it is that grows.

What grows is named in ``support/growth.py``. What its answer must grow with is no fault: pairs of failures are the
square of the groups. Counted on the compiled core by valgrind; the interpreted one is the same source.
``--all-growth`` counts all; without it, one case of four, and what has grown faster once.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.growth import CASES, counted

from rvhctl.core.words import COMPILED

MOST = 2.3
"""How much more the second doubling may cost than the first: n log n is below, n squared is 4."""

BLUR = 300_000
"""Instructions by which a run may differ for other reasons, such as what is made at its first call."""

FOUND = (
    "failover: columns of CSV",
    "failover: --from mtr",
    "faultset: --down-cell",
    "faultset: --down-group",
)


def excess(counts: list[int]) -> float:
    """The instructions of the second doubling that are too many; what does not grow at all is in neither."""
    one, two, four = counts
    return (four - two) - MOST * (two - one) - BLUR


@pytest.mark.skipif(not COMPILED, reason="counted on the compiled core")
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")
def test_twice_the_input_is_at_most_a_little_more_than_twice_the_work(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    names = list(CASES) if pytestconfig.getoption("--all-growth") else [*FOUND, *list(CASES)[::4]]

    counts = counted(tmp_path, *dict.fromkeys(names))

    assert counts.keys() == set(names)
    assert {name: each for name, each in counts.items() if excess(each) > 0} == {}


def test_a_square_is_seen_and_a_line_is_not() -> None:
    assert excess([10**7 + size**2 for size in (1000, 2000, 4000)]) > 0
    assert excess([10**7 + 1000 * size for size in (1000, 2000, 4000)]) < 0


def test_all_found_are_cases() -> None:
    assert CASES.keys() >= set(FOUND)
