"""Bounded load against its definition, to the bit."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.naive_bounds import naive_bounded, rank
from support.naive_placement import naive_order
from support.wrapping import I64, as_compiled

from rvhctl import Placement
from rvhctl.core.columns import Ints
from rvhctl.core.placement import bounding as bounding_module
from rvhctl.core.placement.bounding import LARGE, OVERSIZED, SMALL, by_rank, tier_of
from rvhctl.core.placement.probes import word_hash

plain_sizes = st.floats(0, 1e300) | st.integers(0, 9).map(float)


@st.composite
def cases(draw: Any) -> tuple[list[int], list[float], int, set[int], dict[int, float], float]:
    buckets = draw(st.integers(1, 6))
    keys = draw(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9), max_size=30))
    kind = draw(
        st.sampled_from(
            [plain_sizes, st.just(1.0), st.floats(1, 1.3), st.sampled_from([1.0, 2.0, 5.0, 16.0])]
        )
    )
    sizes = draw(st.lists(kind, min_size=len(keys), max_size=len(keys)))
    down = draw(st.sets(st.integers(0, buckets - 1), max_size=buckets - 1))
    weights = draw(
        st.dictionaries(st.integers(0, buckets - 1), st.sampled_from([0.5, 0.1, 3.0, 1e-9]), max_size=2)
    )
    return keys, sizes, buckets, down, weights, draw(st.sampled_from([1.0, 1.05, 1.15, 1.3, 2.0, 10.0]))


@given(cases(), st.randoms())
def test_the_definition(case: Any, shuffled: Any) -> None:
    keys, sizes, buckets, down, weights, max_load = case
    order = cache(lambda key: naive_order(key, buckets, down, weights))
    live = {
        bucket: Fraction(repr(weights.get(bucket, 1.0))) for bucket in range(buckets) if bucket not in down
    }
    expected = naive_bounded(keys, sizes, order, live, repr(max_load))
    ring = Placement(buckets, down=down, weights=weights)
    pairs = list(zip(keys, sizes, strict=True))
    shuffled.shuffle(pairs)
    assigned = ring.assign([key for key, _ in pairs], sizes=[size for _, size in pairs], max_load=max_load)
    assert assigned.buckets(keys) == [expected[key] for key in keys]
    assert assigned.displaced == sum(bucket != order(key)[0] for key, bucket in expected.items())


def test_ranks_of_thousands_of_keys() -> None:
    """So many that some ranks differ in a single bit of their upper digits."""
    check_ranks([key * 0x9E3779B97F4A7C15 % 2**64 - 2**63 for key in range(20_000)])


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_ranks(keys: list[int]) -> None:
    check_ranks(keys)


def check_ranks(keys: list[int]) -> None:
    expected = sorted(range(len(keys)), key=lambda row: (rank(keys[row] % 2**64), row))
    assert list(by_rank(Ints(keys).values)) == expected
    with as_compiled(bounding_module), pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounding_module, "word_hash", lambda bits, seed: I64(word_hash(bits, seed)))
        patch.setattr(bounding_module, "LOW_32", I64(bounding_module.LOW_32))
        assert list(by_rank(Ints(keys).values)) == expected


amounts = st.integers(1, 2**20) | st.integers(0, 61).map(lambda exponent: 2**exponent)


@given(amounts, amounts, amounts, amounts, st.integers(-1, 1), st.integers(0, 40))
def test_tiers(largest: int, share: int, slack: int, size: int, off: int, shift: int) -> None:
    """Large keys by halves of a share, small ones by quarters of what always finds room."""
    slack = min(slack, largest)
    for size_ in (size, max(0, (share >> shift) + off), max(0, (slack >> shift) + off)):
        if size_ > largest:
            expected = OVERSIZED
        elif size_ > slack:
            expected = LARGE + next(k for k in range(64) if size_ > share >> k)
        else:
            expected = SMALL - max(k for k in range(63) if size_ <= slack >> 2 * k)
        assert tier_of(size_, largest, share, slack) == expected
