"""Jump consistent hash: the bucket of a 64-bit key, in the three dialects that are in use.

Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (2014, arXiv:1406.2294).
Implementations agree on ordinary keys and part on a few in 10^10, by how they compute (b + 1) * 2^31 / x:

* *paper*: ``(b + 1) * (2^31 / x)`` in doubles, rounded twice (ClickHouse, Redpanda, Go, PyPI's C extensions).
* *guava*: ``(b + 1) / (x / 2^31)`` in doubles, rounded once, and x = 2^31 overflows to -2^31 (Guava, Java).
* *exact*: the integer quotient.

A key is the 64 bits of a signed integer; 1 <= buckets <= ``MAX_BUCKETS``, which the caller has checked.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.words import COMPILED, MASK_64

MAX_BUCKETS: Final = 2147483647
"""2^31 - 1: the largest number of buckets on which all implementations agree."""

PAPER: Final = 0
GUAVA: Final = 1
EXACT: Final = 2

# The multiplier of the paper's linear congruential generator.
LCG: Final = 2862933555777941757
TWO_31: Final = 2147483648.0
# Two roundings move a quotient by less than a relative 2^-51. Counted in units of 1/x, as the remainder of
# an integer division is, that is less than 2^62 * 2^-51 = 2^11; twice that is on the safe side.
UNSURE: Final = 4096

FEW: Final = 8
"""Fewer keys jump sooner one by one."""


def jump(key: i64, buckets: i64) -> i64:
    """The bucket in the paper dialect."""
    if not COMPILED:
        return plain_jump(key, buckets)
    # The doubles of the paper can differ from the integer quotient only where that is next to an integer.
    # Elsewhere integers decide, which is faster, and the last step of a key needs no division at all.
    bucket: i64 = 0
    while True:
        key = key * LCG + 1  # wraps at 64 bits, by -fwrapv
        x: i64 = ((key >> 33) & 0x7FFFFFFF) + 1
        reach: i64 = (bucket + 1) << 31
        if reach - buckets * x > UNSURE:
            return bucket
        following: i64 = reach // x
        rest: i64 = reach - following * x
        if rest < UNSURE or rest > x - UNSURE:
            following = int(float(bucket + 1) * (TWO_31 / float(x)))
        if following >= buckets:
            return bucket
        bucket = following


def jump_each(keys: vec[i64], start: i64, end: i64, buckets: i64, chosen: vec[i64]) -> None:
    """``jump`` of the keys from start to end - 1, into the same rows of ``chosen``."""
    if not COMPILED:
        for row in range(start, end):
            chosen[row] = plain_jump(keys[row], buckets)
        return
    # All keys take one jump at a time, those that have jumped too far left out by arithmetic: how many jumps
    # a key takes is chance, and a branch on it would be guessed wrong once a key.
    count = end - start
    states = vec[i64]([0] * int(count))
    rows = vec[i64]([0] * int(count))
    reached = vec[i64]([0] * int(count))
    first: i64 = 0x80000000
    left: i64 = 0
    for row in range(start, end):
        chosen[row] = 0
        key = keys[row] * LCG + 1
        x: i64 = ((key >> 33) & 0x7FFFFFFF) + 1
        states[left] = key
        rows[left] = row
        # Of those that stay, a quotient beyond the count has a rest below UNSURE, where doubles decide and it is seen.
        left += first - buckets * x < UNSURE
    while left > 0:
        going: i64 = 0
        for k in range(left):
            key = states[k]
            bucket = reached[k]
            row = rows[k]
            x = ((key >> 33) & 0x7FFFFFFF) + 1
            reach: i64 = (bucket + 1) << 31
            following: i64 = reach // x
            rest: i64 = reach - following * x
            if rest < UNSURE or rest > x - UNSURE:
                following = int(float(bucket + 1) * (TWO_31 / float(x)))
                if following >= buckets:
                    continue
            chosen[row] = following
            key = key * LCG + 1
            x = ((key >> 33) & 0x7FFFFFFF) + 1
            states[going] = key
            rows[going] = row
            reached[going] = following
            going += ((following + 1) << 31) - buckets * x < UNSURE
        left = going


def plain_jump(key: int, buckets: int) -> int:
    """The same in Python's unbounded integers, the fastest way where this module is interpreted."""
    bucket = following = 0
    while following < buckets:
        bucket = following
        key = (key * LCG + 1) & MASK_64
        following = int((bucket + 1) * (TWO_31 / ((key >> 33) + 1)))
    return bucket


def jump_in(dialect: i64, key: i64, buckets: i64) -> i64:
    """The bucket in the dialect ``PAPER``, ``GUAVA`` or ``EXACT``."""
    if dialect == PAPER:
        return jump(key, buckets)
    bucket: i64 = 0
    following: i64 = 0
    while following < buckets:
        bucket = following
        key = next_state(key)
        x: i64 = ((key >> 33) & 0x7FFFFFFF) + 1
        if dialect == EXACT:
            following = ((bucket + 1) << 31) // x
        elif x == 0x80000000:
            break  # Java's int overflows here: the next bucket is negative and ends the loop
        else:
            following = int(float(bucket + 1) / (float(x) / TWO_31))
    return bucket


def jump_each_in(dialect: i64, keys: vec[i64], start: i64, end: i64, buckets: i64, chosen: vec[i64]) -> None:
    """``jump_in`` of the keys from start to end - 1, into the same rows of ``chosen``."""
    if dialect == PAPER and end - start >= FEW:
        jump_each(keys, start, end, buckets, chosen)
    else:
        for row in range(start, end):
            chosen[row] = jump_in(dialect, keys[row], buckets)


def next_state(key: i64) -> i64:
    """The generator's next 64 bits."""
    if COMPILED:
        return key * LCG + 1
    return (key * LCG + 1) & MASK_64
