"""No group is sent more than it carries where any way is left, nothing is lost, and parts add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.policy.traffic.sharing import WHOLE, Level, Shares, capacity_shares, rounded, shown_part

GROUPS = 5


@st.composite
def fleets(draw: st.DrawFn) -> tuple[list[int], list[int], dict[int, list[Level]]]:
    demand = draw(st.lists(st.integers(0, 9), min_size=GROUPS, max_size=GROUPS))
    fit = draw(st.lists(st.integers(0, 9), min_size=GROUPS, max_size=GROUPS))
    levels = {}
    for group in range(GROUPS):
        others = draw(st.lists(st.integers(0, GROUPS - 1).filter(group.__ne__), unique=True, max_size=3))
        levels[group] = sorted((draw(st.integers(0, 3)), other) for other in others)
    return demand, fit, levels


def sent(shares: Mapping[int, Shares]) -> dict[int, Fraction]:
    total = dict.fromkeys(range(GROUPS), Fraction(0))
    for served in shares.values():
        for other, amount in served:
            total[other] += amount
    return total


def least_shortage(demand: Sequence[int], fit: Sequence[int], levels: Mapping[int, Sequence[Level]]) -> int:
    """By Hall's theorem: of all sets of groups with an excess, the one that lacks most room around it."""
    excess = {group: demand[group] - fit[group] for group in range(GROUPS) if demand[group] > fit[group]}
    worst = 0
    for mask in range(1 << GROUPS):
        some = [group for group in excess if mask >> group & 1]
        around = {other for group in some for _, other in levels[group]}
        room = sum(max(fit[other] - demand[other], 0) for other in around)
        worst = max(worst, sum(excess[group] for group in some) - room)
    return worst


@given(fleets())
def test_no_group_is_over_what_it_carries_where_a_way_is_left(
    fleet: tuple[list[int], list[int], dict[int, list[Level]]],
) -> None:
    demand, fit, levels = fleet
    shares, shortage = capacity_shares(range(GROUPS), demand, fit, levels)
    assert sum(shortage.values()) == least_shortage(demand, fit, levels)
    if not shortage:
        assert all(amount <= fit[group] for group, amount in sent(shares).items())
    for group, served in shares.items():
        reached = {group, *(other for _, other in levels[group])}
        carries = any(fit[other] for other in reached)
        assert sum(amount for _, amount in served) == (demand[group] if carries else 0)
        assert {other for other, _ in served} <= reached
        assert bool(served) == carries
        assert dict(served).get(group, 0) >= min(demand[group], fit[group])


@given(fleets())
def test_parts_add_up_and_are_nowhere_near_another_part_off(
    fleet: tuple[list[int], list[int], dict[int, list[Level]]],
) -> None:
    demand, fit, levels = fleet
    shares, _ = capacity_shares(range(GROUPS), demand, fit, levels)
    for group, served in shares.items():
        parts = rounded(served, {})
        assert sum(parts) == (WHOLE if served else 0)
        for part, (_, amount) in zip(parts, served, strict=True):
            assert not demand[group] or abs(part - Fraction(amount) * WHOLE / demand[group]) < 1


def test_a_part_goes_where_there_is_room_for_it() -> None:
    thirds: Shares = [(0, 1), (1, 1), (2, 1)]
    assert rounded(thirds, {}) == [3334, 3333, 3333]
    room: dict[int, int | Fraction] = {2: 1}
    assert rounded(thirds, room) == [3333, 3333, 3334]
    # Of a demand of 3, a part is less than 1, and it takes no more room than that.
    assert room == {2: 0}
    assert rounded(thirds, room) == [3334, 3333, 3333]


def test_what_has_no_room_is_shared_by_what_each_carries() -> None:
    shares, shortage = capacity_shares([0], [9, 1, 2], [0, 2, 4], {0: [(5, 1), (6, 2)]})
    assert shortage == {0: 6}
    assert shares == {0: [(1, 3), (2, 6)]}


def test_a_group_without_traffic_says_where_it_would_go() -> None:
    assert capacity_shares([0], [0, 1], [0, 2], {0: [(5, 1)]}) == ({0: [(1, 0)]}, {})


def test_parts_as_people_see_them() -> None:
    assert [shown_part(part) for part in (WHOLE, 9333, 50, 1)] == [100, 93.33, 0.5, 0.01]
