"""Which nodes have their nearest neighbour in another cell, against all pairs."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import naive_policy as naive
from support.airports import airports

from rvhctl.core.columns import Floats
from rvhctl.core.geo.advise import ALONE, BORDER, Survey, suits
from rvhctl.errors import EmptyNodesError
from rvhctl.nodes.fleet import Fleet
from rvhctl.policy.advice import advise
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.policy import Policy

place = st.one_of(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.tuples(st.integers(50, 54).map(float), st.integers(3, 7).map(float)),
    st.tuples(st.floats(52, 52.01), st.floats(4, 4.01)),
    st.tuples(st.floats(89.9, 90), st.floats(-180, 180)),
)


def fleet_of(places: list[tuple[float, float]]) -> Fleet:
    return Fleet(
        [str(row) for row in range(len(places))],
        Floats([1.0] * len(places)),
        Floats([lat for lat, _ in places]),
        Floats([lon for _, lon in places]),
    )


@given(st.lists(place, min_size=1, max_size=30))
def test_every_count_is_that_of_all_pairs(places: list[tuple[float, float]]) -> None:
    for look in advise(fleet_of(places)).precisions:
        cells = [naive.bits_of(lat, lon, look.precision) for lat, lon in places]
        border = 0
        for row, cell in enumerate(cells):
            inside = outside = math.inf
            for other, other_cell in enumerate(cells):
                if other != row:
                    distance = naive.kilometres(places[row], places[other])
                    if other_cell == cell:
                        inside = min(inside, distance)
                    else:
                        outside = min(outside, distance)
            border += outside < inside
        assert look.border == border
        assert look.cells == len(set(cells))
        assert look.alone == sum(cells.count(cell) == 1 for cell in cells)
        assert look.empty == 0


def test_airports() -> None:
    ids, lats, lons, latencies = airports()
    fleet = Fleet(ids, latencies, lats, lons)
    policy = Policy(threshold=60, merge_below=3)
    advice = advise(fleet, policy)
    assert advice.recommended == 3
    assert [(look.cells, look.alone, look.border) for look in advice.precisions[:5]] == [
        (29, 2, 254),
        (461, 59, 1342),
        (5266, 1989, 6410),
        (20674, 16183, 19280),
        (27802, 27332, 27410),
    ]
    # Every cell counts, also one that merge_below would have joined.
    evaluation = Evaluation(fleet, Policy(threshold=60), precision=3)
    assert advice.precisions[2].empty == sum(group.health == "down" for group in evaluation)
    assert "7.0 % alone, 22.7 % at a border" in advice.why


def test_a_town_of_thousands_is_a_matter_of_course() -> None:
    places = [(52 + row % 97 * 1e-5, 4 + row % 89 * 1e-5) for row in range(5000)]
    advice = advise(fleet_of(places))
    assert advice.precisions[0].border == 0
    assert advise(fleet_of([(52.0, 4.0)] * 5000)).recommended == 8


def test_thousands_at_a_pole_take_no_longer_than_elsewhere() -> None:
    random = Random(3)
    places = [(random.uniform(89.999, 90), random.uniform(-180, 180)) for _ in range(2000)]
    survey = Survey(Floats([lat for lat, _ in places]), Floats([lon for _, lon in places]))
    while survey.step(1000):
        pass
    assert survey._nodes is not None
    nodes = survey._nodes
    leaves = [box for box in range(1, survey.boxes) if not nodes.children[box]]
    # As high as wide, on the whole: a leaf of an eighth of the longitudes would reach to the pole and back.
    reach = sum(nodes._boxes[box * 6 + 3] - nodes._boxes[box * 6] for box in leaves) / len(leaves)
    assert reach < 0.2 * math.radians(0.002)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_processes_share_the_look(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rvhctl.policy.advice.MANY", 1)
    monkeypatch.setattr("rvhctl.policy.advice.STEP", 100)
    ids, lats, lons, latencies = airports()
    advice = advise(Fleet(ids, latencies, lats, lons), processes=processes)
    assert [look.border for look in advice.precisions[:5]] == [254, 1342, 6410, 19280, 27410]


def test_nobody_forks_beside_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rvhctl.policy.advice.MANY", 1)
    monkeypatch.setattr("rvhctl.policy.advice.STEP", 100)
    fleet = fleet_of([(number % 90, number % 70) for number in range(999)])
    expected = advise(fleet)
    monkeypatch.delattr("os.fork")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        assert advise(fleet, processes=2) == expected


def test_nothing_suits_two_nodes_at_the_ends_of_the_world() -> None:
    advice = advise(fleet_of([(80.0, 0.0), (-80.0, 90.0)]))
    assert advice.recommended is None
    assert "at no precision" in advice.why
    with pytest.raises(EmptyNodesError):
        advise(fleet_of([]))


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_suits_is_compared_exactly(nodes: int, alone: int, border: int) -> None:
    expected = Fraction(alone, nodes) <= Fraction(ALONE, 100) and Fraction(border, nodes) <= Fraction(
        BORDER, 100
    )
    assert suits(nodes, alone, border) == expected


@pytest.mark.parametrize(("alone", "border"), [(0, 0), (ALONE, BORDER), (ALONE + 1, 0), (0, BORDER + 1)])
def test_as_many_as_the_shares_are_few_enough(alone: int, border: int) -> None:
    assert suits(100, alone, border) == (alone <= ALONE and border <= BORDER)
    assert suits(700, 7 * alone, 7 * border) == suits(100, alone, border)
    assert not suits(699, 7 * ALONE, 7 * BORDER)
    assert not suits(699, 0, 7 * BORDER)
    assert not suits(699, 7 * ALONE, 0)
