"""Moves in ordered batches, after each of which no node has more than it may."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple

SEARCHES: Final = 200
"""Circles looked for at a time: each search takes as long as there are pairs of nodes."""


class Move(NamedTuple):
    """A key that changes its node. Small ones come first: large ones find most room when others have left."""

    size: int
    key: int
    """Another for each, by which those of a size ascend."""
    source: int
    target: int


class Step(NamedTuple):
    """Moves that are made together."""

    moves: list[Move]
    overfull: Mapping[int, int]
    """By how much nodes are beyond their bounds when they are made."""


Pair = tuple[int, int]


def ordered(
    moves: Sequence[Move], loads: Mapping[int, int], bounds: Mapping[int, int], limit: int
) -> Iterator[Step]:
    """Yield all moves in steps of at most ``limit``, but for a single one that is larger.

    Args:
        loads: of each node before.
        bounds: the most that each node may have after a step, at least what it has before and at the end.
    """
    plan = _Plan(moves, loads, bounds, limit)
    while plan.left:
        yield plan.step()


class _Plan:
    """What is left to move, and how much room each node has by now."""

    def __init__(
        self, moves: Sequence[Move], loads: Mapping[int, int], bounds: Mapping[int, int], limit: int
    ) -> None:
        self.left = len(moves)
        self._limit: Final = limit
        self._room: Final = {node: bounds[node] - loads.get(node, 0) for node in bounds}
        self._queues: Final[dict[Pair, list[Move]]] = {}
        for move in sorted(moves, reverse=True):
            self._queues.setdefault((move.source, move.target), []).append(move)
        self._out_of: Final[dict[int, list[int]]] = {}
        for source, target in sorted(self._queues):
            self._out_of.setdefault(source, []).append(target)
        self._ready: Final[tuple[list[Move], list[Move]]] = ([], [])
        """The first moves of pairs whose targets may have room, and some that are made; behind them those for which
        nothing waits to enter their source."""
        self._entering: Final[Counter[int]] = Counter(move.target for move in moves)
        self._waiting: Final[dict[int, list[Move]]] = {}
        """Those that had none, by their targets."""
        for queue in self._queues.values():
            heappush(self._ready[0], queue[-1])
        self._overfull: Final[set[int]] = set()
        self._made: list[Move] = []
        self._size = 0

    def step(self) -> Step:
        """Make the next step."""
        self._made, self._size = [], 0
        while self.left:
            move = self._relieving() or self._next_ready()
            if move is None:
                if self._make_circle():
                    continue
                if self._made:
                    break
                move = self._least_harm()
            elif not self._fits(move.size):
                break
            self._make(move)
        return Step(self._made, {node: -self._room[node] for node in sorted(self._overfull)})

    def _fits(self, size: int) -> bool:
        """Whether the step takes so much more; its first move may be of any size."""
        return not self._made or self._size + size <= self._limit

    def _make(self, move: Move) -> None:
        pair = source, target = move.source, move.target
        queue = self._queues[pair]
        queue.pop()
        if queue:
            heappush(self._ready[0], queue[-1])
        else:
            del self._queues[pair]
        self._entering[target] -= 1
        self._room[source] += move.size
        self._room[target] -= move.size
        waiting = self._waiting.get(source, [])
        while waiting and waiting[0].size <= self._room[source]:
            heappush(self._ready[0], heappop(waiting))
        if self._room[target] < 0:
            self._overfull.add(target)
        if self._room[source] >= 0:
            self._overfull.discard(source)
        self._made.append(move)
        self._size += move.size
        self.left -= 1

    def _first(self, pair: Pair) -> Move | None:
        queue = self._queues.get(pair)
        return queue[-1] if queue else None

    def _next_ready(self) -> Move | None:
        """The first move of all for which there is room, of those first that make room for others."""
        needed, others = self._ready
        for ready in self._ready:
            while ready:
                move = ready[0]
                if self._first((move.source, move.target)) is not move:
                    heappop(ready)
                elif move.size > self._room[move.target]:
                    heappush(self._waiting.setdefault(move.target, []), heappop(ready))
                elif ready is needed and not self._entering[move.source]:
                    heappush(others, heappop(ready))
                else:
                    return move
        return None

    def _relieving(self) -> Move | None:
        """The same of those that leave nodes beyond their bounds."""
        firsts = [
            first
            for node in self._overfull
            for target in self._out_of.get(node, ())
            if (first := self._first((node, target))) and first.size <= self._room[target]
        ]
        return min(firsts, default=None)

    def _firsts(self) -> list[Move]:
        return [queue[-1] for queue in self._queues.values()]

    def _make_circle(self) -> bool:
        """Make moves around a circle of nodes, none of which has room for one of them alone."""
        firsts = self._firsts()
        heapify(firsts)
        for _ in range(min(SEARCHES, len(firsts))):
            start = heappop(firsts)
            pairs = self._circle(start.source, start.target)
            moves = [self._queues[pair][-1] for pair in pairs]
            if moves and self._fits_circle(moves):
                for move in moves:
                    self._make(move)
                return True
        return False

    def _circle(self, source: int, target: int) -> list[Pair]:
        """The shortest way of moves from a target back to its source, with that move; empty if there is none."""
        came: dict[int, int] = {target: source}
        waiting = deque([target])
        while waiting:
            node = waiting.popleft()
            for other in self._out_of.get(node, ()):
                if other in came or (node, other) not in self._queues:
                    continue
                came[other] = node
                if other == source:
                    way = [other]
                    while other != target:
                        other = came[other]
                        way.append(other)
                    return list(pairwise([source, *reversed(way)]))
                waiting.append(other)
        return []

    def _fits_circle(self, moves: list[Move]) -> bool:
        """Whether nobody has too much behind such moves, and the step takes them."""
        if self._size + sum(move.size for move in moves) > self._limit:
            return False
        gains: dict[int, int] = {}
        for move in moves:
            gains[move.source] = gains.get(move.source, 0) - move.size
            gains[move.target] = gains.get(move.target, 0) + move.size
        return all(gain <= max(0, self._room[node]) for node, gain in gains.items())

    def _least_harm(self) -> Move:
        """The move that brings its target least beyond its bound."""
        return min(self._firsts(), key=lambda move: (move.size - self._room[move.target], move))
