"""Named recipes from a key to its 64 bits. The digests are those of well-kept libraries.

A recipe is a promise: the same name gives the same bits on every machine, for ever, and they are the bits that
the systems it names give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import xxhash

Digest = Callable[[bytes], int]
"""A key's bytes -> its 64 bits, as an integer in 0..2^64-1."""

xxh64 = xxhash.xxh64_intdigest


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a text key becomes 64 bits. An integer key is its own 64 bits in every recipe."""

    name: str
    digest: Digest | None
    """None: the key's text is read as a decimal integer."""
    description: str
    agrees_with: str
    native: bool = False
    """The compiled core has this very digest."""


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "xxh64",
            xxh64,
            "XXH64 with seed 0 over the key's bytes (text: UTF-8)",
            "ClickHouse xxHash64, Redpanda, python-xxhash xxh64",
            native=True,
        ),
        Recipe(
            "int",
            None,
            "the decimal integer itself, -2^63 <= key < 2^64, negative as two's complement",
            "ClickHouse jumpConsistentHash(Int64 or UInt64), Guava consistentHash(long), jump.hash",
        ),
    )
}

DEFAULT = RECIPES["xxh64"]
