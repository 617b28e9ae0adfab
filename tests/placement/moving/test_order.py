"""Batches of moves: all of them, each of its size, and nobody beyond its bound between them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.placement.moving.order import Move, Step, ordered

Owners = list[tuple[int, int, int]]
"""Of each key the node here, the node there, and its size."""
Problem = tuple[list[Move], Counter[int], dict[int, int]]


def problem(owners: Owners, slack: int = 0) -> Problem:
    """The moves, the loads before, and bounds that are the greater of what is there before and after, and more."""
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    moves = []
    for key, (source, target, size) in enumerate(owners):
        before[source] += size
        after[target] += size
        if source != target:
            moves.append(Move(size, key, source, target))
    return moves, before, {node: max(before[node], after[node]) + slack for node in {*before, *after}}


def naive_steps(
    moves: Sequence[Move], loads: Mapping[int, int], bounds: Mapping[int, int], limit: int
) -> list[Step]:
    """The definition as it reads: all moves are looked at each time."""
    left, loads, steps = sorted(moves), Counter(loads), []

    def room(node: int) -> int:
        return bounds[node] - loads[node]

    def circle(start: Move) -> list[Move]:
        """The shortest way back, breadth first, nodes ascending; of each pair the first move."""
        ways = [[start]]
        seen = {start.target}
        while ways:
            way = ways.pop(0)
            for target in sorted({move.target for move in left if move.source == way[-1].target}):
                first = next(move for move in left if (move.source, move.target) == (way[-1].target, target))
                if target == start.source:
                    return [*way, first]
                if target not in seen:
                    seen.add(target)
                    ways.append([*way, first])
        return []

    def make(chosen: Sequence[Move], made: list[Move]) -> None:
        for move in chosen:
            left.remove(move)
            made.append(move)
            loads[move.source] -= move.size
            loads[move.target] += move.size

    def keeps(chosen: Sequence[Move]) -> bool:
        gains: Counter[int] = Counter()
        for move in chosen:
            gains[move.source] -= move.size
            gains[move.target] += move.size
        return all(gain <= max(0, room(node)) for node, gain in gains.items())

    while left:
        made: list[Move] = []

        while left:
            ready = [move for move in left if move.size <= room(move.target)]
            wanted = {move.target for move in left}
            urgent = [move for move in ready if room(move.source) < 0]
            urgent = urgent or [move for move in ready if move.source in wanted] or ready
            if urgent:
                if made and size(made) + urgent[0].size > limit:
                    break
                make(urgent[:1], made)
                continue
            firsts = [
                move for at, move in enumerate(left) if move[2:] not in {other[2:] for other in left[:at]}
            ]
            circles = [
                moves
                for moves in map(circle, firsts[:200])
                if moves and size(made) + size(moves) <= limit and keeps(moves)
            ]
            if circles:
                make(circles[0], made)
            elif made:
                break
            else:
                make([min(firsts, key=lambda move: move.size - room(move.target))], made)
        steps.append(Step(made, {node: -room(node) for node in sorted(bounds) if room(node) < 0}))
    return steps


def size(moves: Sequence[Move]) -> int:
    return sum(move.size for move in moves)


nodes = st.integers(0, 5)
alike = st.lists(st.tuples(nodes, nodes, st.just(1)), max_size=24)
sized = st.lists(st.tuples(nodes, nodes, st.integers(0, 30)), max_size=16)


@given(alike | sized, st.integers(0, 20), st.integers(0, 5))
@example([(0, 1, 1), (1, 2, 1), (2, 0, 1)], 2, 0)
@example([(0, 1, 9), (1, 0, 4)], 20, 0)
@example([(0, 2, 1), (1, 0, 1), (2, 1, 1)], 3, 0)
def test_batches_are_as_defined(owners: Owners, limit: int, slack: int) -> None:
    moves, loads, bounds = problem(owners, slack)
    steps = list(ordered(moves, loads, bounds, limit))
    assert steps == naive_steps(moves, loads, bounds, limit)
    assert sorted(itertools.chain.from_iterable(step.moves for step in steps)) == sorted(moves)
    for step in steps:
        assert step.moves
        assert len(step.moves) == 1 or sum(move.size for move in step.moves) <= max(limit, 0) or not limit
        for move in step.moves:
            loads[move.source] -= move.size
            loads[move.target] += move.size
        assert step.overfull == {
            node: load - bounds[node] for node, load in sorted(loads.items()) if load > bounds[node]
        }
    assert not steps or not steps[-1].overfull


@given(alike, st.integers(6, 20))
def test_keys_of_one_size_always_find_an_order(owners: Owners, limit: int) -> None:
    """A circle goes through each of the six nodes at most once."""
    moves, loads, bounds = problem(owners)
    steps = list(ordered(moves, loads, bounds, limit))
    assert not any(step.overfull for step in steps)
    # As few steps as can be, but for what a circle did not leave room for.
    assert len(steps) <= -(-len(moves) // (limit - 5))


@given(sized, st.integers(0, 60), st.integers(0, 60))
def test_bounds_with_room_for_the_largest_are_always_kept(owners: Owners, limit: int, more: int) -> None:
    """With a move's size to spare at every node, no circle is stuck."""
    moves, loads, bounds = problem(owners, 30)
    assert not any(step.overfull for step in ordered(moves, loads, bounds, limit + more))


def feasible(moves: Sequence[Move], loads: Counter[int], bounds: dict[int, int], limit: int) -> bool:
    """Whether any order of batches keeps the bounds, by trying all."""
    if not moves:
        return True
    for count in range(1, len(moves) + 1):
        for chosen in itertools.combinations(moves, count):
            if sum(move.size for move in chosen) > limit and count > 1:
                continue
            then = loads.copy()
            for move in chosen:
                then[move.source] -= move.size
                then[move.target] += move.size
            if all(load <= bounds[node] for node, load in then.items()) and feasible(
                [move for move in moves if move not in chosen], then, bounds, limit
            ):
                return True
    return False


small = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.just(1)), max_size=5)


@given(small, st.integers(1, 4))
@example([(0, 1, 1), (1, 2, 1), (2, 3, 1), (3, 2, 1)], 1)
def test_an_order_is_found_where_there_is_one(owners: Owners, limit: int) -> None:
    """For keys of one size; in steps of one key, a key from elsewhere may take the room that a circle needs."""
    moves, loads, bounds = problem(owners)
    steps = list(ordered(moves, loads, bounds, limit))
    if not any(step.overfull for step in steps):
        assert feasible(moves, loads, bounds, limit)
    elif limit > 1:
        assert not feasible(moves, loads, bounds, limit)


def test_a_circle_that_no_step_takes_says_who_is_overfull() -> None:
    steps = list(ordered(*problem([(0, 1, 1), (1, 2, 1), (2, 0, 1)]), 2))
    assert [dict(step.overfull) for step in steps] == [{1: 1}, {}]


@pytest.mark.parametrize("limit", [50, 500])
def test_many_moves_are_ordered_soon(limit: int) -> None:
    moves, loads, bounds = problem([(key % 20, key * 7919 // 20 % 20, 1) for key in range(2_000)])
    steps = list(ordered(moves, loads, bounds, limit))
    assert len(steps) <= Fraction(len(moves), limit) * 2
