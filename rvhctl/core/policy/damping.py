"""Damping: a node leaves after several bad rounds in a row and returns after several good ones."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Floats, Ints, codes, floats, ints
from rvhctl.core.policy.reasons import DOWN, DRAIN, LOSS, NO_MEASUREMENT, PLAIN

UNKNOWN: Final = 0
"""Never measured so far."""
IN: Final = 1
OUT: Final = 2


def advance(
    latencies: Floats, ceilings: Floats, standing: Codes, places: Codes, streaks: Ints, rise: i64, fall: i64
) -> tuple[Codes, Ints]:
    """Return the place and the streak of each node after one more round.

    A streak counts the rounds that spoke against the node's place: bad ones while it is IN, good ones while
    it is OUT. (The other counter of the usual two is always 0 or of no consequence.)

    Args:
        ceilings: the limit of each node plus its hysteresis, in milliseconds; above it a round is bad.
        standing: after the limits.
        places: UNKNOWN, IN or OUT, before the round.
        streaks: before the round.
        rise: good rounds in a row that bring a node back.
        fall: bad rounds in a row that take a node out.
    """
    values, highest, codes_of = latencies.values, ceilings.values, standing.values
    old_places, old_streaks = places.values, streaks.values
    new_places = vec[u8]()
    new_streaks = vec[i64]()
    for node in range(len(values)):
        code = codes_of[node]
        place = old_places[node]
        streak = old_streaks[node]
        good = code == PLAIN
        bad = code == NO_MEASUREMENT or code == LOSS or (not good and values[node] > highest[node])
        if place == UNKNOWN:
            if values[node] == values[node]:
                place = IN if good else OUT
        elif code == DOWN or code == DRAIN:
            place = OUT
            streak = 0
        elif (bad and place == IN) or (good and place == OUT):
            streak += 1
            if streak >= (fall if place == IN else rise):
                place = OUT if place == IN else IN
                streak = 0
        elif good or bad:
            streak = 0
        new_places = append(new_places, place)
        new_streaks = append(new_streaks, streak)
    return codes(new_places), ints(new_streaks)


def ceilings(groups: Ints, limits: Floats, numerator: int, denominator: int) -> Floats:
    """Return limit x (1 + hysteresis) for each node's group; the hysteresis is numerator / denominator."""
    widening = float(denominator + numerator) / float(denominator)
    bounds = limits.values
    result = vec[float]()
    for group in groups.values:
        result = append(result, bounds[group] * widening)
    return floats(result)
