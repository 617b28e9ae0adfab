"""Named recipes from a key to its 64 bits. The digests are those of well-kept libraries.

A recipe is a promise: the same name gives the same bits on every machine, for ever, and they are the bits
that the systems it names give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rvhctl.core import keylines
from rvhctl.errors import JumpHashError, shorten

EMPTY_KEY = "the key is empty"
NO_INTEGER = "not a 64-bit integer key"
INTEGER_HINT = f"an integer key is the 64-bit key itself, {-(2**63)}..{2**64 - 1}"

Digest = Callable[[bytes], int]
"""A key's bytes -> its 64 bits, as an integer in 0..2^64-1."""


def xxh64(key: bytes) -> int:
    """XXH64 with seed 0. Compiled code has its own; so the library is loaded only where it is needed."""
    from xxhash import xxh64_intdigest

    return xxh64_intdigest(key)


def decimal(key: bytes) -> int:
    """The 64 bits of a key that is a decimal integer: a sign or none, then digits; -2^63 <= integer < 2^64.

    Raises:
        JumpHashError: the key is anything else.
    """
    if not key:
        raise JumpHashError(EMPTY_KEY)
    if keylines.decimal_problem(key, 0, len(key)) != keylines.NOTHING_WRONG:
        shown = shorten(key.decode("utf-8", "backslashreplace"))
        raise JumpHashError(f"{NO_INTEGER} (got {shown}); {INTEGER_HINT}")
    return keylines.decimal_bits(key, 0, len(key)) & 0xFFFFFFFFFFFFFFFF


class Recipe(NamedTuple):
    """How a text key becomes 64 bits. An integer key is its own 64 bits in every recipe."""

    name: str
    digest: Digest
    description: str
    agrees_with: str
    in_core: int = keylines.LIBRARY
    """What the compiled core does by itself: ``keylines.XXH64``, ``DECIMAL``, or ``LIBRARY`` for nothing."""

    @property
    def native(self) -> bool:
        """Whether the compiled core has this very digest for the bytes of a key."""
        return self.in_core == keylines.XXH64


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "xxh64",
            xxh64,
            "XXH64 with seed 0 over the key's bytes (text: UTF-8)",
            "ClickHouse xxHash64, Redpanda, python-xxhash xxh64",
            in_core=keylines.XXH64,
        ),
        Recipe(
            "int",
            decimal,
            "the decimal integer itself, -2^63 <= key < 2^64, negative as two's complement",
            "ClickHouse jumpConsistentHash(Int64 or UInt64), Guava consistentHash(long), jump.hash",
            in_core=keylines.DECIMAL,
        ),
    )
}

DEFAULT = RECIPES["xxh64"]


def recipe_of(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        JumpHashError: there is none; the message has the nearest name.
    """
    if name in RECIPES:
        return RECIPES[name]
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), RECIPES, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(RECIPES)}"
    raise JumpHashError(f"unknown hash (got {shorten(name)}); {hint}")
