"""Shares of traffic that respect what each group carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rvhctl.policy.traffic.spill import spilled

if TYPE_CHECKING:
    from fractions import Fraction

WHOLE: Final = 10_000
"""Parts of all the traffic of a group: a hundredth of a per cent each."""

Level = tuple[int, int]
"""How far a group is, in metres, and the group."""

Shares = list[tuple[int, "int | Fraction"]]
"""Groups, and what each serves: of a group's traffic, itself first."""


def capacity_shares(
    groups: Iterable[int],
    demand: Sequence[int],
    fit: Mapping[int, int] | Sequence[int],
    levels: Mapping[int, Sequence[Level]],
    what: str = "",
) -> tuple[dict[int, Shares], dict[int, int]]:
    """Who serves the traffic of each of these groups, and how much of it; and what of it there is no room for.

    A group keeps what its own fit nodes carry. What is over goes where there is room, by `spilled`; what is over even
    then is shared by all that are in reach, so that each gets the same part of what it carries on top. Nobody serves
    a group without a fit node in reach.

    Args:
        groups: with all that may turn to the same ones.
        demand: of every group.
        fit: what its fit nodes carry.
        levels: where each of the groups may turn to, nearest first.
        what: what a terminal calls it, if it is a step of its own.
    """
    groups = sorted(groups)
    excess = {group: demand[group] - fit[group] for group in groups if demand[group] > fit[group]}
    reached = {other for group in excess for _, other in levels[group]}
    room = {other: free for other in reached if (free := fit[other] - demand[other]) > 0}
    far = sorted((metres, group, other) for group in excess for metres, other in levels[group])
    moved = spilled(excess, room, [(group, other) for _, group, other in far], what)
    shares: dict[int, Shares] = {}
    shortage: dict[int, int] = {}
    for group in groups:
        own = min(demand[group], fit[group])
        others = [other for _, other in levels.get(group, ())]
        served: dict[int, int | Fraction] = {group: own}
        for other in others:
            served[other] = moved.get((group, other), 0)
        rest = excess.get(group, 0) - sum(moved.get((group, other), 0) for other in others)
        if rest:
            shortage[group] = rest
            _share_evenly(rest, served, fit)
        elif not demand[group]:
            # Nothing is sent, and yet it is said where it would go.
            first = next((other for other in served if fit[other]), None)
            served = {} if first is None else {first: 0}
        shares[group] = [(other, amount) for other, amount in served.items() if amount or not demand[group]]
    return shares, shortage


def kept(shares: Shares, group: int, asked: int, *, answers: bool) -> Shares:
    """The shares of a group; a group that nobody carries keeps its traffic, if it has an answer."""
    return shares if shares or not answers else [(group, asked)]


def _share_evenly(
    rest: int, served: dict[int, int | Fraction], fit: Mapping[int, int] | Sequence[int]
) -> None:
    """Share what nobody has room for, by what each carries."""
    from fractions import Fraction

    whole = sum(fit[other] for other in served)
    for other in served:
        if fit[other]:
            served[other] += Fraction(rest * fit[other], whole)


def rounded(shares: Shares, room: dict[int, int | Fraction]) -> list[int]:
    """The shares as whole parts that add up to `WHOLE`.

    All are rounded down, and the parts that are left go one each to the largest remainders: first where there is
    room for a whole part, so that rounding sends no group more than it carries if another way is there.

    Args:
        room: what is left in each group; parts that were added are taken from it.
    """
    demand = sum(amount for _, amount in shares)
    if not demand or len(shares) == 1:
        return [WHOLE] * len(shares)
    parts = [int(amount * WHOLE // demand) for _, amount in shares]
    added = [demand * (part + 1) - amount * WHOLE for part, (_, amount) in zip(parts, shares, strict=True)]
    """What a part more sends, in `WHOLE`\\ ths."""
    order = sorted(
        range(len(parts)), key=lambda at: (added[at] > room.get(shares[at][0], 0) * WHOLE, added[at])
    )
    for at in order[: WHOLE - sum(parts)]:
        parts[at] += 1
        group = shares[at][0]
        if group in room:
            room[group] -= -(-added[at] // WHOLE)
    return parts


def shown_part(part: int) -> int | float:
    """A part in per cent."""
    whole, rest = divmod(part, WHOLE // 100)
    return part / (WHOLE // 100) if rest else whole
