"""Jump consistent hash against the bits of other implementations, a naive reference and its own promises."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64
from support.naive_placement import naive_paper_jump
from support.wrapping import I64, as_compiled

from rvhctl.core.placement import jump as jump_module
from rvhctl.core.placement.jump import EXACT, GUAVA, MAX_BUCKETS, PAPER, jump, jump_each, jump_in

ROWS = json.loads((Path(__file__).parents[2] / "data/valid/jump_integer.json").read_text())["rows"]
DIALECTS = {"paper": PAPER, "guava": GUAVA, "exact": EXACT}

keys = st.integers(-(2**63), 2**63 - 1)
buckets = st.one_of(st.integers(1, 100), st.integers(1, MAX_BUCKETS), st.just(MAX_BUCKETS))


def signed(key: int) -> int:
    """The 64 bits of any integer as a signed one."""
    return (key + 2**63) % 2**64 - 2**63


@contextmanager
def wrapping() -> Iterator[None]:
    """The branches of the compiled core, on integers that wrap."""
    with as_compiled(jump_module), pytest.MonkeyPatch.context() as patch:
        patch.setattr(jump_module, "LCG", I64(jump_module.LCG))
        yield


def all_at_once(found: list[int], count: int) -> list[int]:
    chosen = vec[i64]([-1] * len(found))
    with wrapping():
        jump_each(vec[i64](found), 0, len(found), count, chosen)
    return list(chosen)


def naive_exact(key: int, buckets: int) -> int:
    key %= 2**64
    b, j = -1, 0
    while j < buckets:
        b = j
        key = (key * 2862933555777941757 + 1) % 2**64
        j = math.floor(Fraction((b + 1) << 31, (key >> 33) + 1))
    return b


def naive_guava(key: int, buckets: int) -> int:
    """Guava's consistentHash with Java's int: 32 bits that wrap."""
    state, candidate = key % 2**64, 0
    while True:
        state = (state * 2862933555777941757 + 1) % 2**64
        numerator = ((state >> 33) + 1 + 2**31) % 2**32 - 2**31
        following = int((candidate + 1) / (numerator / 2**31))
        if not 0 <= following < buckets:
            return candidate
        candidate = following


def test_the_vectors_are_all_here() -> None:
    assert len(ROWS) == 321
    assert sum(len({row[name] for name in DIALECTS}) > 1 for row in ROWS) >= 100


@pytest.mark.parametrize("dialect", DIALECTS)
def test_other_implementations_give_the_same_buckets(dialect: str) -> None:
    for row in ROWS:
        key, count = signed(int(row["key"])), row["buckets"]
        assert jump_in(DIALECTS[dialect], key, count) == row[dialect], row
        if dialect == "paper":
            assert jump(key, count) == row[dialect], row
            assert all_at_once([key], count) == [row[dialect]], row


@given(keys, buckets)
@example(signed(10508701880529192810), 5000)
@example(signed(17068571456203592619), 50)
@example(0, MAX_BUCKETS)
@example(-(2**63), MAX_BUCKETS)
def test_naive_references_agree(key: int, count: int) -> None:
    expected = [naive_paper_jump(key, count), naive_exact(key, count), naive_guava(key, count)]
    assert [jump_in(dialect, key, count) for dialect in (PAPER, EXACT, GUAVA)] == expected
    with as_compiled(jump_module):
        assert [jump_in(dialect, I64(key), count) for dialect in (PAPER, EXACT, GUAVA)] == expected


INVERSE = pow(2862933555777941757, -1, 2**64)


@settings(max_examples=300)
@given(
    st.integers(1, 2**31) | st.integers(2**12, 2**20),
    st.integers(0, 2**33 - 1),
    st.integers(-2, 2),
    buckets | st.integers(-2, 0),
    st.integers(1, 3),
)
@example(4096, 0, -1, -1, 1)  # what is left of the quotient is the most that is unsure
@example(2048, 3, -1, -1, 2)
def test_quotients_next_to_an_integer(x: int, low: int, off: int, count: int, steps: int) -> None:
    """Keys made so that one of the first steps has this x: 2^31 / x is nearly whole, or ends next to the count."""
    x = min(max(2**31 // x + off, 1), 2**31)
    key = (x - 1) << 33 | low
    for _ in range(steps):
        key = signed((key - 1) * INVERSE)
    if count <= 0:
        bucket, state = 0, key
        for _ in range(steps - 1):
            state = (state * 2862933555777941757 + 1) % 2**64
            bucket = (bucket + 1) * 2**31 // ((state >> 33) + 1)
        count = min(max((bucket + 1) * 2**31 // x + 1 + count, 1), MAX_BUCKETS)
    assert all_at_once([key], count) == [naive_paper_jump(key, count)]
    assert jump(key, count) == naive_paper_jump(key, count)
    with as_compiled(jump_module):
        assert jump(I64(key), count) == naive_paper_jump(key, count)


@pytest.mark.parametrize(
    ("key", "count", "expected", "by_integers"),
    [
        (5437491140544480521, MAX_BUCKETS, 1764857950, 1764857949),
        (5437491140544480521, 1676853474, 1073741824, 1676853473),  # the doubles jump too far: they end it
        (-5814292349169658925, MAX_BUCKETS, 1709243469, 1709243470),
        (-5814292349169658925, 1709243470, 1709243469, 715827882),  # here the integers do
    ],
)
def test_doubles_that_round_a_quotient_across_an_integer(
    key: int, count: int, expected: int, by_integers: int
) -> None:
    """Keys made so that their first jump goes far, and the next quotient is within 2^-25 of an integer."""
    assert naive_exact(key, count) == by_integers
    assert jump(key, count) == naive_paper_jump(key, count) == expected
    assert all_at_once([key], count) == [expected]
    with as_compiled(jump_module):
        assert jump(I64(key), count) == expected


NEXT_TO_WHOLE = [signed((((x - 1) << 33) - 1) * INVERSE) for x in (1, 2, 3, 715827883, 1073741824, 2**31)]


@given(st.lists(st.one_of(keys, st.sampled_from(NEXT_TO_WHOLE)), max_size=40), st.integers(0, 3), buckets)
def test_many_keys_at_a_time(found: list[int], start: int, count: int) -> None:
    column = vec[i64]([*[5] * start, *found])
    expected = [*[-1] * start, *(naive_paper_jump(key, count) for key in found), -1, -1]
    for way in (nullcontext, wrapping):
        chosen = vec[i64]([-1] * len(expected))
        with way():
            jump_each(column, start, start + len(found), count, chosen)
        assert list(chosen) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 5, 16, 1000, MAX_BUCKETS])
def test_thousands_of_keys_at_a_time(count: int) -> None:
    random = Random(count)
    found = [random.getrandbits(64) - 2**63 for _ in range(2000)]
    assert all_at_once(found, count) == [naive_paper_jump(key, count) for key in found]


@given(keys)
def test_one_bucket_owns_everything(key: int) -> None:
    assert jump(key, 1) == jump_in(GUAVA, key, 1) == jump_in(EXACT, key, 1) == 0


@given(keys, st.integers(1, MAX_BUCKETS - 1))
def test_a_new_bucket_only_takes(key: int, count: int) -> None:
    before, after = jump(key, count), jump(key, count + 1)
    assert 0 <= before < count
    assert after in (before, count)


def test_a_new_bucket_takes_its_share() -> None:
    moved = sum(jump(key, 10) != jump(key, 11) for key in range(110_000))
    assert 9_600 <= moved <= 10_400  # 10,000 expected; 4 standard deviations


@pytest.mark.parametrize("count", [2, 7, 100])
def test_keys_spread_evenly(count: int) -> None:
    total = 50_000
    sizes = Counter(jump(key, count) for key in range(total))
    chi_square = sum((sizes[bucket] - total / count) ** 2 for bucket in range(count)) / (total / count)
    freedom = count - 1
    assert chi_square < freedom + 5 * math.sqrt(2 * freedom)
