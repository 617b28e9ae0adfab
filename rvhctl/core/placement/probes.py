"""The 64 bits that a key takes to its next probes: XXH64 of one or two words, each of eight bytes.

Source: the xxHash specification, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, for inputs
of eight and sixteen bytes. Words, seeds and digests are the 64 bits of a signed integer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rvhctl.core.placement.xxh64 import (
    HALF_PRIME_1,
    HALF_PRIME_4,
    PRIME_2,
    PRIME_3,
    PRIME_5,
    plain_round,
    rotated,
)
from rvhctl.core.words import COMPILED, MASK_64, signed

if TYPE_CHECKING:
    from mypy_extensions import i64

# 2^63 as a signed integer is -2^63, whose half is the smallest constant that compiled code does not box.
HALF_DRAW_SEED: Final = -0x4000000000000000


def word_hash(word: i64, seed: i64) -> i64:
    """XXH64 of the eight little-endian bytes of a word: h_t of the key ``word`` with ``seed`` t."""
    if not COMPILED:
        return plain_hash((word,), seed)
    half_1: i64 = HALF_PRIME_1
    half_4: i64 = HALF_PRIME_4
    prime_1: i64 = (half_1 << 1) + 1
    prime_4: i64 = (half_4 << 1) + 1
    state: i64 = seed + PRIME_5
    state += 8
    word *= PRIME_2
    state ^= ((word << 31) | ((word >> 33) & 0x7FFFFFFF)) * prime_1
    state = ((state << 27) | ((state >> 37) & 0x7FFFFFF)) * prime_1 + prime_4
    state = (state ^ ((state >> 33) & 0x7FFFFFFF)) * PRIME_2
    state = (state ^ ((state >> 29) & 0x7FFFFFFFF)) * PRIME_3
    return state ^ ((state >> 32) & 0xFFFFFFFF)


def pair_hash(first: i64, second: i64) -> i64:
    """XXH64, seed 0, of the sixteen little-endian bytes of two words: r_i of a key and the bucket i."""
    if not COMPILED:
        return plain_hash((first, second), 0)
    half_1: i64 = HALF_PRIME_1
    half_4: i64 = HALF_PRIME_4
    prime_1: i64 = (half_1 << 1) + 1
    prime_4: i64 = (half_4 << 1) + 1
    state: i64 = PRIME_5
    state += 16
    first *= PRIME_2
    state ^= ((first << 31) | ((first >> 33) & 0x7FFFFFFF)) * prime_1
    state = ((state << 27) | ((state >> 37) & 0x7FFFFFF)) * prime_1 + prime_4
    second *= PRIME_2
    state ^= ((second << 31) | ((second >> 33) & 0x7FFFFFFF)) * prime_1
    state = ((state << 27) | ((state >> 37) & 0x7FFFFFF)) * prime_1 + prime_4
    state = (state ^ ((state >> 33) & 0x7FFFFFFF)) * PRIME_2
    state = (state ^ ((state >> 29) & 0x7FFFFFFFF)) * PRIME_3
    return state ^ ((state >> 32) & 0xFFFFFFFF)


def draw(word: i64, probe: i64) -> i64:
    """53 bits that decide whether a key takes its probe of a bucket of less than the largest weight."""
    half: i64 = HALF_DRAW_SEED
    return (word_hash(word, (half << 1) + probe) >> 11) & 0x1FFFFFFFFFFFFF


def plain_hash(words: tuple[int, ...], seed: int) -> i64:
    """The same in Python's unbounded integers, cut to 64 bits after each step."""
    state = seed + PRIME_5 + 8 * len(words)
    for word in words:
        state = (
            rotated(state ^ plain_round(word & MASK_64), 27) * (2 * HALF_PRIME_1 + 1) + 2 * HALF_PRIME_4 + 1
        )
    state &= MASK_64
    state = ((state ^ (state >> 33)) * PRIME_2) & MASK_64
    state = ((state ^ (state >> 29)) * PRIME_3) & MASK_64
    state ^= state >> 32
    return signed(state)
