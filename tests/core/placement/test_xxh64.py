"""The core's own XXH64 against the library."""

from __future__ import annotations

import random

import xxhash
from hypothesis import given
from hypothesis import strategies as st
from support.wrapping import I64, as_compiled, signed

from rvhctl.core.placement import xxh64 as xxh64_module
from rvhctl.core.placement.xxh64 import plain_xxh64, xxh64, xxh64_span

SEEDS = [0, 1, 42, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]


def library(data: bytes, seed: int) -> int:
    return signed(xxhash.xxh64_intdigest(data, seed))


def test_every_length_and_seed() -> None:
    source = random.Random(1)
    for length in range(201):
        data = source.randbytes(length)
        for seed in SEEDS:
            assert xxh64(data, signed(seed)) == library(data, seed), (length, seed)


def test_published_values() -> None:
    assert xxh64(b"", 0) % 2**64 == 0xEF46DB3751D8E999
    assert xxh64(b"foo", 0) == 3728699739546630719


def test_long_data() -> None:
    for length in (1_000, 4_096, 65_537):
        data = random.Random(length).randbytes(length)
        assert xxh64(data, -7) == library(data, 2**64 - 7)


@given(st.binary(max_size=600), st.integers(0, 2**64 - 1))
def test_any_data_and_seed(data: bytes, seed: int) -> None:
    assert xxh64(data, signed(seed)) == plain_xxh64(data, signed(seed)) == library(data, seed)


@given(st.binary(max_size=90), st.binary(max_size=90), st.binary(max_size=90))
def test_a_span_is_hashed_like_a_copy_of_it(before: bytes, data: bytes, after: bytes) -> None:
    block = before + data + after
    assert xxh64_span(block, len(before), len(before) + len(data), 0) == library(data, 0)


def test_so_does_what_is_compiled() -> None:
    source = random.Random(2)
    with as_compiled(xxh64_module):
        for length in range(101):
            for seed in SEEDS:
                block = source.randbytes(length + 7)
                expected = library(block[3 : 3 + length], seed)
                assert xxh64_span(block, 3, 3 + length, I64(signed(seed))) == expected, (length, seed)
