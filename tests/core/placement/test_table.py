"""A table of buckets: what is known of each, kept densely or only of those unlike the rest, and whom a key comes to."""

from __future__ import annotations

from typing import Any

import pytest
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st
from support.naive_placement import le8, naive_order, naive_paper_jump, probe
from support.wrapping import signed

from rvhctl.core.placement.jump import PAPER
from rvhctl.core.placement.table import DENSE, DOWN, FULL, UNSETTLED, BucketTable, share

words = st.integers(0, 2**64 - 1)
LARGEST = 1.7976931348623157e308


@st.composite
def fleets(draw: Any) -> tuple[int, set[int], dict[int, float]]:
    buckets = draw(st.integers(1, 12))
    some = st.integers(0, buckets - 1)
    weight = st.sampled_from([1.0, 0.5, 2.0, 5e-324, LARGEST]) | st.floats(5e-324, LARGEST)
    return buckets, draw(st.sets(some, max_size=buckets - 1)), draw(st.dictionaries(some, weight))


@given(fleets(), st.sampled_from([0, DENSE]), st.just(0.0) | st.floats(1e-3, LARGEST))
@example((2, set(), {0: 0.5, 1: 0.25}), DENSE, 0.0)
def test_what_is_known_of_each_bucket(fleet: Any, dense_up_to: int, max_weight: float) -> None:
    buckets, down, weights = fleet
    table = BucketTable(buckets, PAPER, weights, list(down), dense_up_to, max_weight=max_weight)
    of_all = [weights.get(bucket, 1.0) for bucket in range(buckets)]
    of_live = {weight for bucket, weight in enumerate(of_all) if bucket not in down}
    assert [table.weight(bucket) for bucket in range(buckets)] == of_all
    assert [table.is_live(bucket) for bucket in range(buckets)] == [
        bucket not in down for bucket in range(buckets)
    ]
    assert table.live == buckets - len(down)
    assert table.largest == max(max_weight, *of_all)
    assert table.even == (len(of_live) == 1)
    assert table.plain == (table.even and not down and max_weight <= max(of_live))
    if table.dense:
        assert list(table._listed()) == [bucket for bucket in range(buckets) if bucket not in down]


@given(words, fleets(), st.integers(0, 63))
def test_a_bucket_takes_its_share_of_the_keys_that_come_with_a_probe(word: int, fleet: Any, t: int) -> None:
    buckets, down, weights = fleet
    table = BucketTable(buckets, PAPER, weights, list(down))
    for bucket in range(buckets):
        weight = weights.get(bucket, 1.0)
        drawn = xxhash.xxh64_intdigest(le8(word), 2**63 + t) >> 11
        expected = bucket not in down and (
            weight == table.largest or drawn < weight / table.largest * 2.0**53
        )
        assert table.takes(bucket, signed(word), t) == expected


@given(words, fleets(), st.sampled_from([0, DENSE]))
def test_an_owner_is_the_first_that_a_probe_finds(word: int, fleet: Any, dense_up_to: int) -> None:
    buckets, down, weights = fleet
    table = BucketTable(buckets, PAPER, weights, list(down), dense_up_to)
    owner = table.probed_owner(signed(word))
    probed = [probe(word, t, buckets) for t in range(64)]
    if any(table.takes(bucket, signed(word), t) for t, bucket in enumerate(probed)):
        assert owner == naive_order(word, buckets, down, weights)[0]
    else:
        assert owner == UNSETTLED


def test_the_last_of_64_probes_counts_and_no_other_behind_it() -> None:
    buckets = 1000
    for t, settled in ((63, True), (64, False)):
        for word in range(20):
            found = [probe(word, at, buckets) for at in range(65)]
            if found[t] not in found[:t]:
                table = BucketTable(buckets, PAPER, {}, [b for b in range(buckets) if b != found[t]])
                assert table.probed_owner(word) == (found[t] if settled else UNSETTLED)
                assert table.probe_hash(word, t) % 2**64 == xxhash.xxh64_intdigest(le8(word), t)


def test_without_weights_and_failures_nothing_is_asked() -> None:
    table = BucketTable(2**31 - 1, PAPER, {}, [])
    assert (table.plain, table.even, table.dense, table.live) == (True, True, False, 2**31 - 1)
    assert [table.probed_owner(key) for key in range(50)] == [
        naive_paper_jump(key, 2**31 - 1) for key in range(50)
    ]


def test_up_to_so_many_buckets_each_has_a_limit() -> None:
    assert DENSE == 2**20
    assert BucketTable(DENSE, PAPER, {}, [5]).dense
    assert not BucketTable(DENSE + 1, PAPER, {}, [5]).dense


@pytest.mark.parametrize(
    ("weight", "largest", "limit"),
    [(1.0, 1.0, FULL), (0.1, 0.1, FULL), (1.0, 4.0, 2.0**51), (5e-324, LARGEST, 0.0)],
)
def test_limits_are_of_two_to_the_53(weight: float, largest: float, limit: float) -> None:
    assert FULL == 2.0**53
    assert share(weight, largest) == limit
    assert DOWN < 0.0
