"""The order of preference against its definition, to the bit."""

from __future__ import annotations

from typing import Any

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from support.choosing import chosen_by
from support.naive_placement import naive_order, naive_paper_jump, probe
from support.wrapping import signed

from rvhctl.core.columns import Ints
from rvhctl.core.placement.choosing import ROWS, Chooser, key_column
from rvhctl.core.placement.jump import EXACT, GUAVA, PAPER, jump, jump_in
from rvhctl.core.placement.table import DENSE, PROBES, BucketTable
from rvhctl.errors import JumpHashError

FOO = xxhash.xxh64_intdigest(b"foo")
words = st.integers(0, 2**64 - 1)


def order(
    h0: int,
    buckets: int,
    down: Any = (),
    weights: Any = None,
    count: int | None = None,
    dialect: int = PAPER,
    max_weight: float = 0.0,
) -> list[int]:
    table = BucketTable(buckets, dialect, dict(weights or {}), list(down), max_weight=max_weight)
    chooser = Chooser(table, table.live if count is None else count)
    return chosen_by(chooser, [h0])[0]


class TestThePublishedVectors:
    def test_foo(self) -> None:
        assert [probe(FOO, t, 10) for t in range(6)] == [8, 0, 8, 2, 5, 9]
        assert order(FOO, 10) == [8, 0, 2, 5, 9, 7, 6, 3, 4, 1]

    def test_beyond_the_probes(self) -> None:
        down = set(range(1000)) - {400, 401}
        assert order(FOO, 1000, down) == [400, 401]
        assert order(FOO, 1000, down, {400: 0.2}) == [401, 400]

    def test_the_naive_order_has_them_too(self) -> None:
        down = set(range(1000)) - {400, 401}
        assert naive_order(FOO, 10) == [8, 0, 2, 5, 9, 7, 6, 3, 4, 1]
        assert naive_order(FOO, 1000, down) == [400, 401]
        assert naive_order(FOO, 1000, down, {400: 0.2}) == [401, 400]


@st.composite
def fleets(draw_: Any) -> tuple[int, set[int], dict[int, float]]:
    buckets = draw_(st.integers(1, 40))
    some = st.integers(0, buckets - 1)
    down = draw_(st.sets(some, max_size=buckets - 1))
    weight = st.one_of(
        st.sampled_from([1.0, 0.5, 2.0, 1e-300, 5e-324, 1.7e308]),
        st.floats(5e-324, 1.7976931348623157e308),
    )
    return buckets, down, draw_(st.dictionaries(some, weight))


class TestAgainstTheDefinition:
    @settings(max_examples=400, deadline=None)
    @given(words, fleets())
    def test_the_whole_order(self, h0: int, fleet: Any) -> None:
        buckets, down, weights = fleet
        assert order(h0, buckets, down, weights) == naive_order(h0, buckets, down, weights)

    @settings(max_examples=200, deadline=None)
    @given(words, fleets(), st.floats(0.01, 100), st.integers(1, 45))
    def test_with_headroom(self, h0: int, fleet: Any, times: float, count: int) -> None:
        buckets, down, weights = fleet
        highest = min(times * max(weights.values(), default=1.0), 1.7976931348623157e308)
        expected = naive_order(h0, buckets, down, weights, max_weight=highest)[:count]
        assert order(h0, buckets, down, weights, count, max_weight=highest) == expected

    @settings(max_examples=200, deadline=None)
    @given(words, fleets(), st.integers(1, 45))
    def test_its_first_few(self, h0: int, fleet: Any, count: int) -> None:
        buckets, down, weights = fleet
        assert order(h0, buckets, down, weights, count) == naive_order(h0, buckets, down, weights)[:count]

    @settings(max_examples=15, deadline=None)
    @given(st.lists(words, max_size=8), st.integers(1, 3), st.randoms(use_true_random=False))
    def test_990_of_1000_down(self, keys: list[int], count: int, random: Any) -> None:
        down = random.sample(range(1000), 990)
        weights = {bucket: random.choice([0.25, 1.0, 3.0]) for bucket in range(0, 1000, 7)}
        for given_ in ({}, weights):
            chooser = Chooser(BucketTable(1000, PAPER, given_, down), count)
            assert chosen_by(chooser, keys) == [naive_order(key, 1000, down, given_)[:count] for key in keys]

    @pytest.mark.parametrize(
        ("dialect", "buckets"), [(PAPER, (4095, 3)), (GUAVA, (4096, 0)), (EXACT, (4096, 3))]
    )
    def test_where_all_are_alike_the_first_is_that_of_the_dialect(
        self, dialect: int, buckets: tuple[int, int]
    ) -> None:
        assert order(10508701880529192810, 5000, count=1, dialect=dialect) == [buckets[0]]
        assert order(17068571456203592619, 50, count=1, dialect=dialect) == [buckets[1]]

    @pytest.mark.parametrize("dialect", [GUAVA, EXACT])
    @pytest.mark.parametrize("key", [10508701880529192810, 17068571456203592619, FOO])
    def test_the_dialect_is_that_of_every_probe(self, dialect: int, key: int) -> None:
        def jump_of(h: int, buckets: int) -> int:
            return int(jump_in(dialect, signed(h), buckets))

        for buckets in (2, 50, 5000):
            assert (
                order(key, buckets, [0], count=2, dialect=dialect)
                == (naive_order(key, buckets, [0], jump=jump_of)[:2])
            )

    @settings(deadline=None)
    @given(words, st.integers(1, 2**31 - 1))
    def test_with_nothing_down_it_is_plain_jump_hash(self, h0: int, buckets: int) -> None:
        for weights in ({}, {0: 1.0}):
            assert order(h0, buckets, (), weights, 1) == [jump(signed(h0), buckets)]

    def test_equal_weights_are_plain_jump_hash(self) -> None:
        weights = dict.fromkeys(range(30), 0.3)
        for key in range(200):
            assert order(key, 30, (), weights, 1) == [naive_paper_jump(key, 30)]

    def test_the_largest_weight_counts_when_its_node_is_down_too(self) -> None:
        for key in range(100):
            assert order(key, 5, [0], {0: 4.0}) == naive_order(key, 5, [0], {0: 4.0})


class TestManyBuckets:
    """Beyond a number of buckets only those unlike the rest are remembered."""

    @settings(max_examples=200, deadline=None)
    @given(st.lists(words, min_size=1, max_size=5), fleets(), st.integers(1, 45))
    def test_the_answer_is_the_same(self, keys: list[int], fleet: Any, count: int) -> None:
        buckets, down, weights = fleet
        few = BucketTable(buckets, PAPER, weights, list(down), 0)
        assert not few.dense
        assert chosen_by(Chooser(few, count), keys) == [
            naive_order(key, buckets, down, weights)[:count] for key in keys
        ]

    def test_two_billion(self) -> None:
        keys = list(range(300))
        buckets = 2**31 - 1
        down = {naive_paper_jump(key, buckets) for key in keys[::2]}
        owners = chosen_by(Chooser(BucketTable(buckets, PAPER, {}, list(down)), 2), keys)
        for key, both in zip(keys, owners, strict=True):
            probes = [probe(key, t, buckets) for t in range(64)]
            assert both == [bucket for bucket in dict.fromkeys(probes) if bucket not in down][:2]

    def test_light_ones(self) -> None:
        keys = list(range(400))
        light = {naive_paper_jump(key, DENSE + 1): 0.25 for key in keys}
        table = BucketTable(DENSE + 1, PAPER, light, [])
        assert not table.dense
        kept = sum(owner in light for (owner,) in chosen_by(Chooser(table, 1), keys))
        assert 60 <= kept <= 140


class TestSlices:
    @settings(max_examples=100, deadline=None)
    @given(st.lists(words, min_size=1, max_size=8), st.integers(1, 12), st.integers(1, 200))
    def test_a_large_work_comes_back_and_goes_on(self, keys: list[int], count: int, budget: int) -> None:
        down = [bucket for bucket in range(100) if bucket % 10]
        for dense_up_to in (0, 100):
            table = BucketTable(100, PAPER, {20: 0.5}, down, dense_up_to)
            assert chosen_by(Chooser(table, count, budget), keys) == [
                naive_order(key, 100, down, {20: 0.5})[:count] for key in keys
            ]

    def test_it_does_come_back(self) -> None:
        """All 64 probes come down on dead buckets, so that every live one is scored."""
        down = {probe(5, t, 1000) for t in range(64)}
        chooser = Chooser(BucketTable(1000, PAPER, {}, list(down)), 1, 600)
        column, chosen = Ints([5]), Ints([0])
        assert [chooser.choose(column, 0, 1, chosen) for _ in range(2)] == [0, 1]
        assert list(chosen) == naive_order(5, 1000, down)[:1]

    @pytest.mark.parametrize("down", [[], [7]])
    def test_a_call_makes_no_more_than_twice_as_many_probes_as_it_may(self, down: list[int]) -> None:
        chooser = Chooser(BucketTable(100, PAPER, {}, down), 2, 10 * PROBES)
        column, chosen = Ints(range(40)), Ints([-1] * 80)
        row = chooser.choose(column, 0, 40, chosen)
        assert 10 <= row <= 20
        assert list(chosen)[2 * row :] == [-1] * (80 - 2 * row)

    def test_a_call_makes_as_many_probes_as_it_may(self) -> None:
        chooser = Chooser(BucketTable(100, PAPER, {}, [7]), 1, 3 * ROWS * PROBES)
        column, chosen = Ints(range(4 * ROWS)), Ints([-1] * (4 * ROWS))
        assert chooser.choose(column, 0, 4 * ROWS, chosen) == 3 * ROWS

    @pytest.mark.parametrize("down", [[], [7], list(range(99))])
    @pytest.mark.parametrize("count", [1, 3])
    def test_only_the_rows_that_were_asked_for_are_filled(self, down: list[int], count: int) -> None:
        chooser = Chooser(BucketTable(100, PAPER, {}, down), count)
        column, chosen = Ints(range(9)), Ints([-1] * (9 * chooser.count))
        assert chooser.choose(column, 3, 6, chosen) == 6
        few = [bucket for key in range(3, 6) for bucket in naive_order(key, 100, down)[: chooser.count]]
        assert list(chosen) == [-1] * len(few) + few + [-1] * len(few)

    @pytest.mark.parametrize("live", [4, 10])
    def test_more_keys_than_make_their_probes_at_once(self, live: int) -> None:
        """Those that the probes do not settle stand between the others; the next keys find nothing of the last ones."""
        down = list(range(live, 100))
        chooser = Chooser(BucketTable(100, PAPER, {0: 0.5}, down), 3)
        for keys in (list(range(ROWS + 9)), list(range(-20, 30))):
            chosen = chosen_by(chooser, keys)
            for at in {*range(0, len(keys), 50), len(keys) - 1, min(ROWS, len(keys)) - 1}:
                assert chosen[at] == naive_order(keys[at] % 2**64, 100, down, {0: 0.5})[:3]

    def test_after_an_error_other_keys_are_chosen_for_as_ever(self) -> None:
        buckets = 10_000_001
        found = {naive_paper_jump(0, buckets), *(probe(0, t, buckets) for t in range(1, PROBES))}
        chooser = Chooser(BucketTable(buckets, PAPER, {}, sorted(found)), 1)
        with pytest.raises(JumpHashError):
            chosen_by(chooser, [0, 1])
        assert chosen_by(chooser, [1, 2]) == [[naive_paper_jump(key, buckets)] for key in (1, 2)]

    def test_more_buckets_than_may_be_scored(self) -> None:
        most = 10_000_000
        for buckets in (most, most + 1):
            found = {naive_paper_jump(0, buckets), *(probe(0, t, buckets) for t in range(1, PROBES))}
            chooser = Chooser(BucketTable(buckets, PAPER, {}, sorted(found)), 1, PROBES + 1)
            if buckets == most:
                assert chooser.choose(Ints([0]), 0, 1, Ints([0])) == 0
            else:
                with pytest.raises(
                    JumpHashError, match=f"{buckets} buckets are too many to score; at most {most}"
                ):
                    chooser.choose(Ints([0]), 0, 1, Ints([0]))


class TestKeyColumn:
    def test_a_part_of_the_keys(self) -> None:
        keys = [b"a", b"foo", -1, 2**64 - 1, b""]
        bits = list(key_column(keys, 1, 4, True, xxhash.xxh64_intdigest))
        assert bits == [signed(FOO), -1, -1]

    def test_an_error_names_its_key_counted_from_one(self) -> None:
        with pytest.raises(JumpHashError, match=r"^key 5: the key is empty$"):
            key_column([b"a", b"b", b"c", b"d", b""], 2, 5, True, xxhash.xxh64_intdigest)
