"""From fit nodes to the answer: safeguards that keep the last of a group from being thrown out.

A safeguard never looks at one node alone. First the limit on ejections brings back the best of those that were
too slow, then the health of the group may widen the answer to all measured nodes, or empty it.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.columns import Codes, Ints, codes, ints
from rvhctl.core.policy.reasons import DOWN, DRAIN, NO_MEASUREMENT, OVER_RELATIVE, OVER_THRESHOLD, PLAIN

# What a group gives, by its health.
KEEP: Final = 0
"""The fit nodes, and those that came back."""
SKIP: Final = 1
"""Nothing."""
ALL: Final = 2
"""Every measured node that is not drained or down: better a slow node than an overloaded one."""

MODES: Final = ("keep", "skip", "all")
"""The name of each mode."""


def eligible(code: u8) -> bool:
    """Measured, up and within its loss: fit but for its latency."""
    return code == PLAIN or code == OVER_THRESHOLD or code == OVER_RELATIVE


def answers(
    order: Ints,
    starts: Ints,
    standing: Codes,
    fits: Codes,
    health_codes: Codes,
    modes: Codes,
    eject_numerator: int,
    eject_denominator: int,
) -> tuple[Ints, Ints]:
    """Return the nodes that each group gives, in its order: ascending by latency, unmeasured ones last.

    Args:
        standing: after the limits.
        fits: after the memory, if there is one.
        modes: KEEP, SKIP or ALL for each state of health.
        eject_numerator, eject_denominator: the share of the eligible nodes of a group that may be out for
            their latency, rounded down, and never all of them; a denominator of 0 is no limit.

    Returns:
        the nodes of all groups, and where in them each group starts (one entry more than groups).
    """
    nodes, firsts, codes_of, is_fit = order.values, starts.values, standing.values, fits.values
    health_of, mode_of = health_codes.values, modes.values
    picked = vec[i64]()
    picked_starts = append(vec[i64](), 0)
    for group in range(len(health_of)):
        start = firsts[group]
        end = firsts[group + 1]
        health: i64 = int(health_of[group])
        mode = mode_of[health]
        returning: i64 = 0
        if mode == KEEP and eject_denominator > 0:
            returning = too_many_out(nodes, start, end, codes_of, is_fit, eject_numerator, eject_denominator)
        if mode == SKIP:
            start = end
        for at in range(start, end):
            node = nodes[at]
            code = codes_of[node]
            take = is_fit[node] != 0
            if mode == ALL:
                take = code != DOWN and code != DRAIN and code != NO_MEASUREMENT
            elif not take and returning > 0 and eligible(code):
                take = True
                returning -= 1
            if take:
                picked = append(picked, node)
        picked_starts = append(picked_starts, len(picked))
    return ints(picked), ints(picked_starts)


def too_many_out(
    order: vec[i64], start: i64, end: i64, standing: vec[u8], fits: vec[u8], numerator: int, denominator: int
) -> i64:
    """Return the number of a group's ejected nodes that have to come back."""
    candidates: i64 = 0
    out: i64 = 0
    for at in range(start, end):
        node = order[at]
        if eligible(standing[node]):
            candidates += 1
            out += 1 if fits[node] == 0 else 0
    if out == 0:
        return 0
    may_be_out: int = int(candidates) * numerator // denominator
    if may_be_out >= int(candidates):
        may_be_out = int(candidates) - 1
    too_many: int = int(out) - may_be_out
    return too_many if too_many > 0 else 0


def kept_marks(nodes: i64, picked: Ints) -> Codes:
    """Return 1 for each node that is picked, else 0."""
    kept = vec[u8]([0] * int(nodes))
    for node in picked.values:
        kept[node] = 1
    return codes(kept)
