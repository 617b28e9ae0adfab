"""Excess traffic brought to where there is room, nearest pairs first, in integers."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from rvhctl.streams.progress import watched

Thing = TypeVar("Thing")

Pair = tuple[int, int]
"""A group with too much, and one that may take some of it."""

ROOM: Final = -1
"""The room that is left in all targets, as a place on the way of what is moved."""

REST: Final = -2
"""What all sources could not place, as such a place."""


def spilled(
    excess: Mapping[int, int], room: Mapping[int, int], pairs: Sequence[Pair], what: str = ""
) -> dict[Pair, int]:
    """How much each pair moves, where it is more than nothing.

    Of all ways to move as much as can be moved, this is the one that moves most between the first pair; of those
    that do, the one that moves most between the second; and so on. Where each pair in turn takes all that fits and
    that leaves no room unused that another way would use, that is it.

    Args:
        excess: above 0, of each group with too much.
        room: above 0, of each group with room; no group has both.
        pairs: in the order of preference; those of other groups count for nothing.
        what: what a terminal calls it, if it is a step of its own.
    """
    flow = _Flow(excess, room, [pair for pair in pairs if pair[0] in excess and pair[1] in room])
    flow.fill()
    if flow.complete(what):
        flow.prefer(what)
    return {pair: amount for pair, amount in flow.moved.items() if amount}


class _Flow:
    """What is moved so far: a maximum flow in the making, by augmenting paths."""

    def __init__(self, excess: Mapping[int, int], room: Mapping[int, int], pairs: Sequence[Pair]) -> None:
        self.moved: dict[Pair, int] = dict.fromkeys(pairs, 0)
        self.rest = dict(excess)
        """What each source has not placed."""
        self.room = dict(room)
        """What is left in each target."""
        self.targets: dict[int, list[int]] = {}
        self.sources: dict[int, list[int]] = {}
        for source, target in self.moved:
            self.targets.setdefault(source, []).append(target)
            self.sources.setdefault(target, []).append(source)
        self.settled: set[Pair] = set()
        """Pairs whose amount is not to change."""

    def fill(self) -> None:
        """Let each pair in turn take all that fits."""
        for source, target in self.moved:
            amount = min(self.rest[source], self.room[target])
            self.moved[source, target] = amount
            self.rest[source] -= amount
            self.room[target] -= amount

    def complete(self, what: str) -> bool:
        """Place all that can be placed by moving other amounts aside; whether anything was."""
        changed = False
        dead: set[int] = set()
        for source in _watched(self.targets, what, "groups"):
            while self.rest[source] and (way := self.way(source, ROOM, dead)):
                amount = min(self.rest[source], self.width(way, source))
                self.push(way, amount)
                self.rest[source] -= amount
                changed = True
        return changed

    def prefer(self, what: str) -> None:
        """Let each pair in turn take as much as it can of what is moved elsewhere, and settle it."""
        for source, target in _watched(self.moved, what, "pairs"):
            self.settled.add((source, target))
            while way := self.way(target, source, set()):
                amount = self.width(way, source)
                self.push(way, amount)
                self.moved[source, target] += amount

    def way(self, start: int, goal: int, dead: set[int]) -> list[int]:
        """The shortest way on which more can be moved, its two ends included; without one, what it saw is dead."""
        came_from: dict[int, int] = {start: start}
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            for there, _ in self.open(here, goal):
                if there not in came_from and there not in dead:
                    came_from[there] = here
                    if there == goal:
                        return _walked(came_from, start, goal)
                    waiting.append(there)
        dead.update(came_from)
        return []

    def open(self, here: int, goal: int) -> Iterator[tuple[int, int | None]]:
        """Where something can be moved from here on, and how much at most; None is any amount."""
        if here == REST:
            yield goal, self.rest[goal]
        elif here == ROOM:
            for target in self.targets[goal]:
                if amount := self.loose(goal, target):
                    yield target, amount
        elif here in self.targets:
            if goal != ROOM and self.rest[goal]:
                yield REST, None
            for target in self.targets[here]:
                if (here, target) not in self.settled:
                    yield target, None
        else:
            if self.room[here]:
                yield ROOM, self.room[here]
            for source in self.sources[here]:
                if amount := self.loose(source, here):
                    yield source, amount

    def loose(self, source: int, target: int) -> int:
        """What a pair moves and may still give up."""
        return 0 if (source, target) in self.settled else self.moved[source, target]

    def width(self, way: Sequence[int], goal: int) -> int:
        """The most that can be moved on a way."""
        amounts = []
        for here, there in pairwise(way):
            amount = next(amount for place, amount in self.open(here, goal) if place == there)
            if amount is not None:
                amounts.append(amount)
        return min(amounts)

    def push(self, way: Sequence[int], amount: int) -> None:
        """Move an amount along a way; what a target gets more, the source behind it takes away from there."""
        for here, there in pairwise(way):
            if there == ROOM:
                self.room[here] -= amount
            elif here == ROOM:
                self.room[there] += amount
            elif there == REST:
                self.rest[here] += amount
            elif here == REST:
                self.rest[there] -= amount
            elif here in self.targets:
                self.moved[here, there] += amount
            else:
                self.moved[there, here] -= amount


def _watched(things: Collection[Thing], what: str, unit: str) -> Iterable[Thing]:
    return watched(things, what, len(things), unit) if what else things


def _walked(came_from: Mapping[int, int], start: int, goal: int) -> list[int]:
    way = [goal]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
