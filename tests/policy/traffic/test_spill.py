"""Excess is placed as fully as can be, nearest pairs first: compared with every possible way."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.policy.traffic.spill import Pair, spilled


def ways(excess: dict[int, int], room: dict[int, int], pairs: list[Pair]) -> list[tuple[int, ...]]:
    """Every way to move whole amounts between the pairs."""
    most = [min(excess.get(source, 0), room.get(target, 0)) for source, target in pairs]
    return [
        way
        for way in product(*(range(amount + 1) for amount in most))
        if all(
            sum(way[at] for at, pair in enumerate(pairs) if pair[side] == group) <= limit
            for side, limits in enumerate((excess, room))
            for group, limit in limits.items()
        )
    ]


def best(excess: dict[int, int], room: dict[int, int], pairs: list[Pair]) -> dict[Pair, int]:
    """What moves most, and then most between the first pair, and so on."""
    way = max(ways(excess, room, pairs), key=lambda way: (sum(way), way))
    return {pair: amount for pair, amount in zip(pairs, way, strict=True) if amount}


@given(
    st.dictionaries(st.integers(0, 3), st.integers(1, 4), max_size=3),
    st.dictionaries(st.integers(10, 13), st.integers(1, 4), max_size=3),
    st.lists(st.tuples(st.integers(0, 3), st.integers(10, 13)), unique=True, max_size=5),
)
def test_as_the_best_of_all_ways(excess: dict[int, int], room: dict[int, int], pairs: list[Pair]) -> None:
    assert spilled(excess, room, pairs) == best(excess, room, pairs)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(10, 14)), unique=True, min_size=5, max_size=9))
def test_as_the_best_of_all_ways_to_move_ones(pairs: list[Pair]) -> None:
    ones = dict.fromkeys(range(5), 1), dict.fromkeys(range(10, 15), 1)
    assert spilled(*ones, pairs) == best(*ones, pairs)


def test_what_is_given_up_may_be_taken_by_another_that_had_none() -> None:
    """0 takes 10 from 2, which is left with its excess, and leaves 11 to 3, which was; or the like with room."""
    pairs = [(0, 10), (1, 11), (2, 10), (3, 11), (0, 11), (1, 12)]
    assert spilled(dict.fromkeys(range(4), 1), {10: 1, 11: 1, 12: 1}, pairs) == {
        (0, 10): 1,
        (3, 11): 1,
        (1, 12): 1,
    }
    pairs = [(2, 11), (1, 13), (0, 11), (3, 13), (2, 10), (3, 12), (1, 10)]
    assert spilled({0: 2, 1: 2, 2: 1, 3: 2}, {10: 2, 11: 1, 12: 1, 13: 1}, pairs) == {
        (2, 11): 1,
        (3, 13): 1,
        (3, 12): 1,
        (1, 10): 2,
    }


def test_the_nearest_first_unless_that_strands_room() -> None:
    # 0 may turn to 10 and 11, 1 only to 10.
    pairs = [(0, 10), (1, 10), (0, 11)]
    assert spilled({0: 5, 1: 5}, {10: 10, 11: 5}, pairs) == {(0, 10): 5, (1, 10): 5}
    assert spilled({0: 5, 1: 5}, {10: 7, 11: 5}, pairs) == {(0, 10): 2, (1, 10): 5, (0, 11): 3}
    assert spilled({0: 5, 1: 5}, {10: 3, 11: 1}, pairs) == {(0, 10): 3, (0, 11): 1}


def test_amounts_of_any_size_are_exact() -> None:
    assert spilled({0: 10**40 + 1}, {1: 10**40}, [(0, 1)]) == {(0, 1): 10**40}


def test_a_long_chain_is_moved_along() -> None:
    """Each source takes the first of its two targets; the last has none left, and all have to move on by one."""
    count = 300
    excess = dict.fromkeys(range(count), 2)
    room = dict.fromkeys(range(count, 2 * count), 2)
    near = [(source, count + source) for source in range(count)]
    pairs = [*near[:-1], *((source, count + source + 1) for source in range(count - 1)), (count - 1, count)]
    moved = spilled(excess, room, pairs)
    assert sum(moved.values()) == 2 * count
    assert moved[count - 1, count] == 2


def test_many_that_turn_to_the_same_take_no_time_by_the_square() -> None:
    """All but one may turn to two targets; the last only to the first of them, which the others fill."""
    count = 15_000
    excess = dict.fromkeys(range(count + 1), 1)
    near, far, last = count + 1, count + 2, (count, count + 1)
    pairs = [*((source, near) for source in range(count)), *((source, far) for source in range(count)), last]
    moved = spilled(excess, {near: count // 2, far: count}, pairs)
    stay = count // 2 - 1
    assert list(moved) == [
        *((source, near) for source in range(stay)),
        *((source, far) for source in range(stay, count)),
        last,
    ]
