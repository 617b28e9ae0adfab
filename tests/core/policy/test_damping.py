"""Damping of one node over many rounds, spelled out."""

from __future__ import annotations

import math

import pytest

from rvhctl.core.columns import Codes, Floats, Ints
from rvhctl.core.policy.damping import IN, OUT, UNKNOWN, advance, ceilings
from rvhctl.core.policy.limits import over_limit
from rvhctl.core.policy.reasons import STATE_DOWN, STATE_DRAIN, marks, standings

STATES = {"v": STATE_DOWN, "~": STATE_DRAIN}
LATENCIES = {"g": 100.0, "b": 111.0, "-": 105.0, "x": math.nan, "v": 1.0, "~": 1.0}


def run(rounds: str, rise: int = 2, fall: int = 3) -> str:
    """One letter a round: good, bad, - in the band, x unmeasured, v down, ~ drained; the limit is 100 + 10 %."""
    place, streak = UNKNOWN, 0
    trail = ""
    for letter in rounds:
        latencies = Floats([LATENCIES[letter]])
        standing = standings(latencies, Codes([STATES.get(letter, 0)]), Codes())
        groups, limits = Ints([0]), Floats([100.0])
        standing = over_limit(latencies, groups, limits, standing, math.inf)
        places, streaks = advance(
            latencies,
            ceilings(groups, limits, 10, 100),
            standing,
            Codes([place]),
            Ints([streak]),
            rise,
            fall,
        )
        place, streak = places[0], streaks[0]
        assert list(marks(places, IN)) == [int(place == IN)]
        trail += {UNKNOWN: "?", IN: "I", OUT: "o"}[place]
    return trail


@pytest.mark.parametrize(
    ("rounds", "trail"),
    [
        ("g", "I"),
        ("b", "o"),
        ("-", "o"),  # unknown and in the band: out
        ("xx", "??"),  # never measured so far
        ("xg", "?I"),
        ("gbb", "III"),
        ("gbbb", "IIIo"),
        ("gbbgbb", "IIIIII"),  # a good round starts the count anew
        ("gbb-b", "IIIIo"),  # the band leaves the count as it is
        ("g--------", "IIIIIIIII"),
        ("gxxx", "IIIo"),
        ("gbbbgg", "IIIooI"),
        ("gbbbg-g", "IIIoooI"),
        ("gbbbgbg", "IIIoooo"),
        ("gvg", "Ioo"),  # down acts at once, and coming back takes the usual rounds
        ("gvgg", "IooI"),
        ("g~gg", "IooI"),
        ("gbbbgvgg", "IIIooooI"),
        ("vgg", "ooI"),
        ("~g", "oo"),
    ],
)
def test_rounds(rounds: str, trail: str) -> None:
    assert run(rounds) == trail


def test_rise_and_fall_of_one_follow_each_round() -> None:
    assert run("gbg-xgv", rise=1, fall=1) == "IoIIoIo"


def test_the_band_ends_above_its_last_value() -> None:
    assert ceilings(Ints([0]), Floats([100.0]), 10, 100)[0] >= 110.0
    assert ceilings(Ints([0, 1]), Floats([1.0, 3.0]), 0, 100)[0] == 1.0
