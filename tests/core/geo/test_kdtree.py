"""The tree against comparing with every point: poles, the antimeridian, ties, everything in one place."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from librt.vecs import vec
from support.places import Place, antipodes, anywhere, edges, half_chord, town

from rvhctl.core.geo.kdtree import LEAF, NearestFew, Tree
from rvhctl.core.geo.sphere import metres

places = st.lists(st.one_of(anywhere, edges, town, antipodes), min_size=1, max_size=60)


def tree_of(points: list[Place]) -> Tree:
    tree = Tree(vec[float]([lat for lat, _ in points]), vec[float]([lon for _, lon in points]))
    while tree.grow(1):
        pass
    return tree


@given(places, st.integers(0, 7))
@example([(10.0, 10.0)] * 40, 3)
def test_the_nearest_few(points: list[Place], wanted: int) -> None:
    search = NearestFew(tree_of(points), wanted)
    for number, point in enumerate(points):
        expected = sorted(
            (metres(half_chord(point, other)), at) for at, other in enumerate(points) if at != number
        )
        found = list(search.search(point[0], point[1], number))
        assert found == [at for _, at in expected[:wanted]]


@given(places, st.one_of(anywhere, edges))
def test_the_nearest_from_a_place_of_no_point(points: list[Place], place: Place) -> None:
    expected = min((metres(half_chord(place, other)), at) for at, other in enumerate(points))
    assert list(NearestFew(tree_of(points), 1).search(place[0], place[1], -1)) == [expected[1]]


def test_points_a_metre_apart() -> None:
    # Boxes whose nearest corner is as far as the worst point taken, give or take a metre.
    random = Random(7)
    points = [(52 + random.randrange(60) * 9e-6, 4 + random.randrange(3) * 1.5e-5) for _ in range(400)]
    search = NearestFew(tree_of(points), 25)
    for number, point in enumerate(points):
        expected = sorted(
            (metres(half_chord(point, other)), at) for at, other in enumerate(points) if at != number
        )
        assert list(search.search(point[0], point[1], number)) == [at for _, at in expected[:25]]


def test_points_around_the_antipode() -> None:
    # From one end of a diameter chords to points some metres apart differ by less than what is rounded off.
    random = Random(7)
    points = [(random.randrange(-20, 21) * 5e-6, 180 - random.randrange(20) * 5e-6) for _ in range(400)]
    search = NearestFew(tree_of(points), 25)
    for place in [(0.0, 0.0), (1e-5, 0.0), (-7e-5, -2e-5), (8e-5, -1e-4)]:
        expected = sorted((metres(half_chord(place, other)), at) for at, other in enumerate(points))
        assert list(search.search(*place, -1)) == [at for _, at in expected[:25]]


def test_thousands_in_one_place_cost_no_more_than_a_few() -> None:
    tree = tree_of([(52.0, 4.0)] * 5000)
    search = NearestFew(tree, 2)
    assert list(search.search(52.0, 4.0, 0)) == [1, 2]
    assert list(search.search(52.0, 4.0, 4000)) == [0, 1]
    assert list(search.search(-52.0, -176.0, -1)) == [0, 1]


@given(places)
@example([(10.0, float(number)) for number in range(60)])
@example([(number / 3, 10.0) for number in range(60)])
def test_a_node_is_the_smallest_box_around_its_points_and_cut_in_half_where_it_is_longest(
    points: list[Place],
) -> None:
    tree = tree_of(points)
    columns = [list(tree.xs), list(tree.ys), list(tree.zs)]
    order = list(tree.points)
    assert sorted(order) == list(range(len(points)))
    nodes = [(1, 0, len(points))]
    for node, start, end in nodes:
        inside = order[start:end]
        sides = [[column[point] for point in inside] for column in columns]
        assert list(tree.boxes[6 * node : 6 * node + 6]) == [*map(min, sides), *map(max, sides)]
        assert tree.first_points[node] == min(inside)
        if end - start > LEAF:
            lengths = [max(side) - min(side) for side in sides]
            longest = columns[lengths.index(max(lengths))]
            middle = (start + end) // 2
            assert max(longest[point] for point in order[start:middle]) <= min(
                longest[point] for point in order[middle:end]
            )
            nodes += [(2 * node, start, middle), (2 * node + 1, middle, end)]


@pytest.mark.parametrize("at_once", [20, 300, 1000])
def test_a_call_cuts_ranges_of_about_as_many_points_as_it_is_asked_for(at_once: int) -> None:
    points = [(number / 4, number / 3) for number in range(300)]
    tree = Tree(vec[float]([lat for lat, _ in points]), vec[float]([lon for _, lon in points]))
    calls = 1
    while tree.grow(at_once):
        calls += 1
    # Seven halvings leave no more than LEAF points in a node; of each the whole 300 are gone through.
    assert 7 * 300 / (at_once + 300) <= calls <= 7 * 300 / at_once + 1
    assert list(tree.points) == list(tree_of(points).points)


def test_no_points() -> None:
    assert list(NearestFew(tree_of([]), 2).search(0.0, 0.0, -1)) == []
    assert LEAF > 1
