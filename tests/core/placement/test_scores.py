"""The best by score against sorting all of them by the definition."""

from __future__ import annotations

import math
from typing import Any

import xxhash
from hypothesis import given
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64
from support.naive_placement import le8
from support.wrapping import signed

from rvhctl.core.placement.scores import Best, score

words = st.integers(0, 2**64 - 1)
weights = st.sampled_from([1.0, 0.5, 3.0]) | st.floats(5e-324, 1.7976931348623157e308)


def by_definition(key: int, offers: dict[int, float]) -> list[int]:
    def place(bucket: int) -> tuple[float, int, int]:
        r = xxhash.xxh64_intdigest(le8(key) + le8(bucket))
        return -math.log(((r >> 11) + 1) * 2.0**-53) / offers[bucket], -r, bucket

    return sorted(offers, key=place)


def drained(best: Best, room: int) -> list[int]:
    """All that were kept, with something before and behind them that is not theirs."""
    count = int(best.size)
    into = vec[i64]([-1] * (room + 2))
    best.drain(into, count + 1)
    found = list(into)
    assert found[:1] + found[count + 1 :] == [-1] * (room + 2 - count)
    return found[1 : count + 1]


@given(words, st.dictionaries(st.integers(0, 2**31 - 1), weights, max_size=40), st.integers(1, 45), st.data())
def test_the_best_few_of_all_that_are_offered(
    key: int, offers: dict[int, float], room: int, data: Any
) -> None:
    best = Best(room, False)
    for bucket in data.draw(st.permutations(list(offers))):
        best.offer(signed(key), bucket, offers[bucket])
    assert drained(best, room) == by_definition(key, offers)[:room]


@given(st.lists(st.tuples(words, st.sets(st.integers(0, 99), max_size=30), st.integers(1, 9)), max_size=3))
def test_equal_weights_are_left_out_of_it_and_one_key_leaves_nothing_to_the_next(rounds: Any) -> None:
    best = Best(9, True)
    for key, buckets, room in rounds:
        best.begin(room)
        for bucket in buckets:
            best.offer(signed(key), bucket, math.nan)
        assert drained(best, 9) == by_definition(key, dict.fromkeys(buckets, 1.0))[:room]
        assert best.size == 0


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.integers(-1, 1)), max_size=20), st.integers(1, 9))
def test_of_equal_scores_the_larger_r_then_the_smaller_bucket(entries: Any, room: int) -> None:
    """Equal ones do not come by hashing; so the entries are given."""
    best = Best(room, False)
    for bucket, (value, rank) in enumerate(entries):
        if best.size < room:
            best._rise(value, rank, bucket)
        elif best._is_worse(0, value, rank, bucket):
            best._sink(value, rank, bucket, best.size)
    ordered = sorted(
        range(len(entries)), key=lambda bucket: (entries[bucket][0], -entries[bucket][1], bucket)
    )
    assert drained(best, room) == ordered[:room]


@given(words, weights)
def test_a_score_is_that_of_the_upper_53_bits(r: int, weight: float) -> None:
    assert score(signed(r), weight) == -math.log(((r >> 11) + 1) * 2.0**-53) / weight >= 0.0


def test_published_scores() -> None:
    assert score(signed(2**64 - 1), 1.0) == score(signed(2**64 - 2**11), 1.0) == 0.0
    assert score(0, 2.0) == score(2**11 - 1, 2.0) == 53 * math.log(2) / 2
    assert score(signed(2**63 - 2**11), 1.0) == math.log(2)
