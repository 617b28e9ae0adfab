"""XXH64, exact for any seed and length, over a bytes object or a span of one.

Source: the xxHash specification, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
Seeds and digests are the 64 bits of a signed integer, so that compiled code needs no big integers.
It exists for spans inside a block, where a library would need an object for each key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from librt.strings import read_i32_le, read_i64_le

from rvhctl.core.words import COMPILED, MASK_64, signed

if TYPE_CHECKING:
    from mypy_extensions import i64

# The five primes of the specification, read as signed 64-bit integers.
# The first and the fourth lie below -2^62, where a compiled constant is an object that is unboxed at each
# use: compiled code takes their halves and doubles them at run time.
HALF_PRIME_1: Final = -3523014644317428413
PRIME_2: Final = -4417276706812531889
PRIME_3: Final = 1609587929392839161
HALF_PRIME_4: Final = -4398357415710861519
PRIME_5: Final = 2870177450012600261


def xxh64(data: bytes, seed: i64) -> i64:
    """The digest of all of the data."""
    return xxh64_span(data, 0, len(data), seed)


def xxh64_span(data: bytes, start: i64, end: i64, seed: i64) -> i64:
    """The digest of ``data[start:end]``; 0 <= start <= end <= len(data)."""
    if not COMPILED:
        return plain_xxh64(data[start:end], seed)
    half_1: i64 = HALF_PRIME_1
    half_4: i64 = HALF_PRIME_4
    prime_1: i64 = (half_1 << 1) + 1
    prime_4: i64 = (half_4 << 1) + 1
    at: i64 = start
    state: i64 = seed + PRIME_5
    word: i64 = 0
    if end - start >= 32:
        state = stripes(data, start, end, seed)
        at += (end - start) & -32
    state += end - start
    while at <= end - 8:
        word = read_i64_le(data, at) * PRIME_2
        state ^= ((word << 31) | ((word >> 33) & 0x7FFFFFFF)) * prime_1
        state = ((state << 27) | ((state >> 37) & 0x7FFFFFF)) * prime_1 + prime_4
        at += 8
    if at <= end - 4:
        word = int(read_i32_le(data, at)) & 0xFFFFFFFF
        state ^= word * prime_1
        state = ((state << 23) | ((state >> 41) & 0x7FFFFF)) * PRIME_2 + PRIME_3
        at += 4
    while at < end:
        word = data[at]
        state ^= word * PRIME_5
        state = ((state << 11) | ((state >> 53) & 0x7FF)) * prime_1
        at += 1
    state = (state ^ ((state >> 33) & 0x7FFFFFFF)) * PRIME_2
    state = (state ^ ((state >> 29) & 0x7FFFFFFFF)) * PRIME_3
    return state ^ ((state >> 32) & 0xFFFFFFFF)


def stripes(data: bytes, start: i64, end: i64, seed: i64) -> i64:
    """Return the state after all whole stripes of 32 bytes, of which there is at least one."""
    half_1: i64 = HALF_PRIME_1
    half_4: i64 = HALF_PRIME_4
    prime_1: i64 = (half_1 << 1) + 1
    prime_4: i64 = (half_4 << 1) + 1
    at: i64 = start
    a: i64 = seed + prime_1 + PRIME_2
    b: i64 = seed + PRIME_2
    c: i64 = seed
    d: i64 = seed - prime_1
    while at <= end - 32:
        a += read_i64_le(data, at) * PRIME_2
        a = ((a << 31) | ((a >> 33) & 0x7FFFFFFF)) * prime_1
        b += read_i64_le(data, at + 8) * PRIME_2
        b = ((b << 31) | ((b >> 33) & 0x7FFFFFFF)) * prime_1
        c += read_i64_le(data, at + 16) * PRIME_2
        c = ((c << 31) | ((c >> 33) & 0x7FFFFFFF)) * prime_1
        d += read_i64_le(data, at + 24) * PRIME_2
        d = ((d << 31) | ((d >> 33) & 0x7FFFFFFF)) * prime_1
        at += 32
    state = (
        ((a << 1) | ((a >> 63) & 1))
        + ((b << 7) | ((b >> 57) & 0x7F))
        + ((c << 12) | ((c >> 52) & 0xFFF))
        + ((d << 18) | ((d >> 46) & 0x3FFFF))
    )
    state = merge(state, a, prime_1, prime_4)
    state = merge(state, b, prime_1, prime_4)
    state = merge(state, c, prime_1, prime_4)
    return merge(state, d, prime_1, prime_4)


def merge(state: i64, lane: i64, prime_1: i64, prime_4: i64) -> i64:
    """Fold one lane of the 32-byte loop into the state."""
    lane *= PRIME_2
    state ^= ((lane << 31) | ((lane >> 33) & 0x7FFFFFFF)) * prime_1
    return state * prime_1 + prime_4


def plain_xxh64(key: bytes, seed: int) -> i64:
    """The digest in Python's unbounded integers, cut to 64 bits after each step."""
    size = len(key)
    prime_1 = 2 * HALF_PRIME_1 + 1
    at = 0
    if size >= 32:
        lanes = [seed + prime_1 + PRIME_2, seed + PRIME_2, seed, seed - prime_1]
        while at <= size - 32:
            for lane in range(4):
                word = int.from_bytes(key[at : at + 8], "little")
                lanes[lane] = rotated(lanes[lane] + word * PRIME_2, 31) * prime_1
                at += 8
        state = rotated(lanes[0], 1) + rotated(lanes[1], 7) + rotated(lanes[2], 12) + rotated(lanes[3], 18)
        for value in lanes:
            state = (state ^ plain_round(value)) * prime_1 + 2 * HALF_PRIME_4 + 1
    else:
        state = seed + PRIME_5
    state = (state + size) & MASK_64
    while at <= size - 8:
        word = int.from_bytes(key[at : at + 8], "little")
        state = rotated(state ^ plain_round(word), 27) * prime_1 + 2 * HALF_PRIME_4 + 1
        at += 8
    if at <= size - 4:
        word = int.from_bytes(key[at : at + 4], "little")
        state = rotated(state ^ (word * prime_1), 23) * PRIME_2 + PRIME_3
        at += 4
    while at < size:
        state = rotated(state ^ (key[at] * PRIME_5), 11) * prime_1
        at += 1
    state &= MASK_64
    state = ((state ^ (state >> 33)) * PRIME_2) & MASK_64
    state = ((state ^ (state >> 29)) * PRIME_3) & MASK_64
    state ^= state >> 32
    return signed(state)


def plain_round(word: int) -> int:
    """What the specification calls a round, from an empty accumulator."""
    return rotated(word * PRIME_2, 31) * (2 * HALF_PRIME_1 + 1)


def rotated(word: int, count: int) -> int:
    """The low 64 bits, rotated left."""
    word &= MASK_64
    return ((word << count) | (word >> (64 - count))) & MASK_64
