"""Why a node is in the answer, or is not: one code a node."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import u8

from rvhctl.core.columns import Codes, Floats, codes

# In the order in which they are checked: the first that applies stands.
PLAIN: Final = 0
"""Fit, and nothing to say."""
DOWN: Final = 1
DRAIN: Final = 2
NO_MEASUREMENT: Final = 3
LOSS: Final = 4
OVER_THRESHOLD: Final = 5
OVER_RELATIVE: Final = 6
# These override what stood before.
DAMPED: Final = 7
KEPT_BY_SAFEGUARD: Final = 8
DROPPED_BY_SAFEGUARD: Final = 9

REASONS: Final = (
    "",
    "down",
    "drain",
    "no_measurement",
    "loss",
    "over_threshold",
    "over_relative",
    "damped",
    "kept_by_safeguard",
    "dropped_by_safeguard",
)
"""The name of each code."""

STATE_UP: Final = 0
STATE_DRAIN: Final = 1
STATE_DOWN: Final = 2
STATES: Final = ("up", "drain", "down")
"""What the field ``state`` of a node may be; the code is the place."""


def standings(latencies: Floats, states: Codes, over_loss: Codes) -> Codes:
    """Return what keeps each node out before any limit is checked: DOWN to LOSS, or PLAIN.

    An empty column of states is all up, an empty column of losses is none.
    """
    values, state_of, loses = latencies.values, states.values, over_loss.values
    result = vec[u8]()
    has_states = len(state_of) > 0
    has_losses = len(loses) > 0
    for node in range(len(values)):
        standing: u8 = PLAIN
        if has_states and state_of[node] != STATE_UP:
            standing = DOWN if state_of[node] == STATE_DOWN else DRAIN
        elif values[node] != values[node]:
            standing = NO_MEASUREMENT
        elif has_losses and loses[node] != 0:
            standing = LOSS
        result = append(result, standing)
    return codes(result)


def marks(column: Codes, wanted: u8) -> Codes:
    """Return 1 where the column has the wanted code, else 0."""
    result = vec[u8]()
    for code in column.values:
        result = append(result, 1 if code == wanted else 0)
    return codes(result)


def reasons(standing: Codes, fits: Codes, kept: Codes) -> Codes:
    """Return the reason of each node in the end.

    Args:
        standing: after the limits, PLAIN to OVER_RELATIVE.
        fits: 1 where the node is fit after the memory, if there is one.
        kept: 1 where the node is in the answer, after the safeguards.
    """
    codes_of, is_fit, is_kept = standing.values, fits.values, kept.values
    result = vec[u8]()
    for node in range(len(codes_of)):
        reason = codes_of[node]
        if (reason == PLAIN) != (is_fit[node] != 0):
            reason = DAMPED
        if is_kept[node] != is_fit[node]:
            reason = KEPT_BY_SAFEGUARD if is_kept[node] != 0 else DROPPED_BY_SAFEGUARD
        result = append(result, reason)
    return codes(result)
