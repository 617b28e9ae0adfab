"""The tree against comparing with every point: poles, the antimeridian, ties, everything in one place."""

from __future__ import annotations

from random import Random

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


def test_thousands_in_one_place_cost_no_more_than_a_few() -> None:
    tree = tree_of([(52.0, 4.0)] * 5000)
    search = NearestFew(tree, 2)
    assert list(search.search(52.0, 4.0, 0)) == [1, 2]
    assert list(search.search(52.0, 4.0, 4000)) == [0, 1]
    assert list(search.search(-52.0, -176.0, -1)) == [0, 1]


def test_no_points() -> None:
    assert list(NearestFew(tree_of([]), 2).search(0.0, 0.0, -1)) == []
    assert LEAF > 1
