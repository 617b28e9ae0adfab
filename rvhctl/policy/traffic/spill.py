"""Excess traffic brought to where there is room, nearest pairs first, in integers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from rvhctl.streams.progress import watched

Thing = TypeVar("Thing")

Pair = tuple[int, int]
"""A group with too much, and one that may take some of it."""

Arcs = dict[int, dict[int, None]]
"""From each place to others, in the order in which they were opened."""

ROOM: Final = -1
"""A source of what targets do not receive, so that each is full."""

REST: Final = -2
"""A target of what sources cannot place, so that each is empty."""


def spilled(
    excess: Mapping[int, int], room: Mapping[int, int], pairs: Iterable[Pair], what: str = ""
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
    moved = dict.fromkeys((pair for pair in pairs if pair[0] in excess and pair[1] in room), 0)
    rest, left = dict(excess), dict(room)
    for source, target in moved:
        amount = min(rest[source], left[target])
        moved[source, target] = amount
        rest[source] -= amount
        left[target] -= amount
    mended = []
    parts = _parts(moved) if any(rest.values()) and any(left.values()) else []
    for part in _watched(parts, what, "groups", _sources_of):
        if any(rest[source] for source, _ in part) and any(left[target] for _, target in part):
            flow = _Flow({pair: moved[pair] for pair in part}, rest, left)
            if flow.complete():
                mended += [(flow, pair) for pair in part]
    for flow, pair in _watched(mended, what, "pairs", lambda _: 1):
        flow.prefer(pair)
        moved[pair] = flow.moved[pair]
    return {pair: amount for pair, amount in moved.items() if amount}


class _Flow:
    """What is moved so far within a connected part, and where more or less of it can be moved: the residual graph.

    What no cycle of it leads through is the same in every maximum flow. So it is cut into ever smaller parts along
    what cannot change any more: a search that fails costs no more than the smaller part that it cuts off.
    """

    def __init__(self, moved: dict[Pair, int], rest: Mapping[int, int], left: Mapping[int, int]) -> None:
        self.moved = moved
        sources, targets = (dict.fromkeys(side) for side in zip(*moved, strict=True))
        moved.update({(source, REST): rest[source] for source in sources})
        moved.update({(ROOM, target): left[target] for target in targets})
        self.out: Arcs = {place: {} for place in (*sources, ROOM, *targets, REST)}
        """Where something can be moved from each place: from a source to a target, or back where some was moved."""
        self.into: Arcs = {place: {} for place in self.out}
        """The same arcs from their other ends."""
        for (source, target), amount in moved.items():
            self.open(source, target)
            if amount:
                self.open(target, source)

    def open(self, here: int, there: int) -> None:
        self.out[here][there] = self.into[there][here] = None

    def close(self, here: int, there: int) -> None:
        self.out[here].pop(there, None)
        self.into[there].pop(here, None)

    def complete(self) -> bool:
        """Place all that can be placed by moving other amounts aside, as Dinic does; whether anything was."""
        changed = False
        while ROOM in (depths := self.depths()):
            self.block(depths)
            changed = True
        self.cut(depths)
        return changed

    def depths(self) -> dict[int, int]:
        """How many steps each place is from `REST`, up to those of `ROOM`."""
        depths = {REST: 0}
        edge = [REST]
        while edge and ROOM not in depths:
            beyond = dict.fromkeys(there for here in edge for there in self.out[here] if there not in depths)
            depths.update(dict.fromkeys(beyond, depths[edge[0]] + 1))
            edge = list(beyond)
        return depths

    def block(self, depths: Mapping[int, int]) -> None:
        """Move all that fits on the shortest ways from `REST` to `ROOM`."""
        onward = {
            here: [there for there in self.out[here] if depths.get(there) == depth + 1]
            for here, depth in depths.items()
        }
        way = [REST]
        while way:
            here = way[-1]
            if here == ROOM:
                self.push(way)
                way = [REST]
                continue
            arcs = onward[here]
            while arcs and arcs[-1] not in self.out[here]:
                arcs.pop()
            if arcs:
                way.append(arcs[-1])
            else:
                way.pop()
                if way:
                    onward[way[-1]].pop()

    def prefer(self, pair: Pair) -> None:
        """Let a pair take as much as it can of what is moved elsewhere, and settle it."""
        source, target = pair
        if target in self.out[source]:
            self.settle(pair)
            while way := self.way(target, source):
                self.moved[pair] += self.push(way)

    def settle(self, pair: Pair) -> None:
        """Let the amount of a pair change no more."""
        source, target = pair
        self.close(source, target)
        self.close(target, source)

    def push(self, way: Sequence[int]) -> int:
        """Move as much as fits along a way; what a target gets more, the source behind it takes away from there."""
        steps = list(pairwise(way))
        amount = min(self.moved[there, here] for here, there in steps if (there, here) in self.moved)
        for here, there in steps:
            if (here, there) in self.moved:
                self.moved[here, there] += amount
                self.open(there, here)
            else:
                self.moved[there, here] -= amount
                if not self.moved[there, here]:
                    self.close(here, there)
        return amount

    def way(self, start: int, goal: int) -> list[int]:
        """A way on which more can be moved, its two ends included; without one, the smaller part is cut off.

        Both ends search in turn, an arc at a time.
        """
        before, behind = {start: start}, {goal: goal}
        for one, other in zip(_spread(self.out, before), _spread(self.into, behind), strict=True):
            if one is None or other is None:
                self.cut(before if one is None else behind)
                break
            for place in (one, other):
                if place in before and place in behind:
                    return [*_walked(before, place)[::-1], *_walked(behind, place)[1:]]
        return []

    def cut(self, inside: Collection[int]) -> None:
        """Settle all pairs with one end inside, where all arcs that cross lead in, or all lead out."""
        for here in inside:
            for there in [*self.out[here], *self.into[here]]:
                if there not in inside:
                    self.settle((here, there) if (here, there) in self.moved else (there, here))


def _parts(pairs: Iterable[Pair]) -> Collection[list[Pair]]:
    """The pairs of each connected part, in their order."""
    beside: dict[int, list[int]] = {}
    for source, target in pairs:
        beside.setdefault(source, []).append(target)
        beside.setdefault(target, []).append(source)
    part_of: dict[int, int] = {}
    for first in beside:
        waiting = [] if first in part_of else [first]
        while waiting:
            here = waiting.pop()
            if here not in part_of:
                part_of[here] = first
                waiting += beside[here]
    parts: dict[int, list[Pair]] = {}
    for pair in pairs:
        parts.setdefault(part_of[pair[0]], []).append(pair)
    return parts.values()


def _spread(arcs: Arcs, came_from: dict[int, int]) -> Iterator[int | None]:
    """The end of each arc, the nearest first, and None after the last; on the way it is written whence each came."""
    waiting = deque(came_from)
    while waiting:
        here = waiting.popleft()
        for there in arcs[here]:
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
            yield there
    yield None


def _walked(came_from: Mapping[int, int], last: int) -> list[int]:
    """The way back from a place to where the search began."""
    way = [last]
    while came_from[way[-1]] != way[-1]:
        way.append(came_from[way[-1]])
    return way


def _sources_of(pairs: Iterable[Pair]) -> int:
    return len({source for source, _ in pairs})


def _watched(
    things: Collection[Thing], what: str, unit: str, size: Callable[[Thing], int]
) -> Iterable[Thing]:
    return watched(things, what, sum(map(size, things)), unit, size=size) if what else things
