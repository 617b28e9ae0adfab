"""The hashes of one and two words: golden values, and those of a library over the same bytes."""

from __future__ import annotations

from collections.abc import Callable

import xxhash
from hypothesis import given
from hypothesis import strategies as st
from support.naive_placement import le8
from support.wrapping import I64, as_compiled

from rvhctl.core.placement import probes as probes_module
from rvhctl.core.placement.probes import draw, pair_hash, word_hash

FOO = xxhash.xxh64_intdigest(b"foo")
words = st.integers(0, 2**64 - 1)


def hashed(function: Callable[..., int], *bits: int) -> int:
    """The hash in 0..2^64-1; of what is compiled, too."""
    signed = [I64(word) for word in bits]
    plain = function(*map(int, signed)) % 2**64
    with as_compiled(probes_module):
        assert function(*signed) % 2**64 == plain
    return plain


@given(words, words)
def test_a_word(word: int, seed: int) -> None:
    assert hashed(word_hash, word, seed) == xxhash.xxh64_intdigest(le8(word), seed)


@given(words, words)
def test_two_words(first: int, second: int) -> None:
    assert hashed(pair_hash, first, second) == xxhash.xxh64_intdigest(le8(first) + le8(second))


@given(words, st.integers(0, 63))
def test_a_draw(word: int, t: int) -> None:
    assert hashed(draw, word, t) == xxhash.xxh64_intdigest(le8(word), 2**63 + t) >> 11


def test_published_values() -> None:
    assert FOO == 3728699739546630719
    assert hashed(word_hash, FOO, 2**63) == 12236877633579452726
    assert [hashed(pair_hash, FOO, bucket) for bucket in (400, 401)] == [
        8964922294157258360,
        861582165041749424,
    ]
