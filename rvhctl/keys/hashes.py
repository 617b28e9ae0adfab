"""Named recipes from a key to its 64 bits. The digests are those of well-kept libraries.

A recipe is a promise: the same name gives the same bits on every machine, for ever, and they are the bits
that the systems it names give.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Literal, NamedTuple

from rvhctl.core.keys.lines import DECIMAL, LIBRARY, NOTHING_WRONG, XXH64, decimal_bits, decimal_problem
from rvhctl.core.placement import jump
from rvhctl.core.words import MASK_64
from rvhctl.errors import JumpHashError, shorten
from rvhctl.formats.wording import did_you_mean

EMPTY_KEY = "the key is empty"
NO_INTEGER = "not a 64-bit integer key"
INTEGER_HINT = f"an integer key is the 64-bit key itself, {-(2**63)}..{2**64 - 1}"

Digest = Callable[[bytes], int]
"""A key's bytes -> its 64 bits, as an integer in 0..2^64-1."""


def xxh64(key: bytes) -> int:
    """XXH64 with seed 0. Compiled code has its own; so the library is loaded only where it is needed."""
    from xxhash import xxh64_intdigest

    return xxh64_intdigest(key)


@cache
def of_xxhash(digest: str) -> Callable[[bytes, int], int]:
    """A digest of the library, which is loaded when it is first needed."""
    import xxhash

    function: Callable[[bytes, int], int] = getattr(xxhash, digest)
    return function


@cache
def of_checksums(name: str) -> Digest:
    from rvhctl.core.placement import checksums

    function: Digest = getattr(checksums, name)
    return function


def xxhash_seeded(digest: str, seed: int, key: bytes) -> int:
    """A digest of the library xxhash; that of 32 bits has an upper half of zeros."""
    return of_xxhash(digest)(key, seed)


def murmur3_128(seed: int, key: bytes) -> int:
    """The first 64 bits, h1, of MurmurHash3 x64 128 with any seed of 32 bits."""
    try:
        from mmh3 import hash64
    except ImportError:
        raise JumpHashError("murmur3-128 needs the mmh3 library; install it with: pip install mmh3") from None
    return int(hash64(key, seed, True, signed=False)[0])


def cryptographic(name: str, order: Literal["big", "little"], key: bytes) -> int:
    """The first eight bytes of a digest of the standard library."""
    import hashlib

    digest = getattr(hashlib, name)(key, usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], order)


def crc32(key: bytes) -> int:
    """The CRC-32 of zlib, the upper half of the answer zero."""
    import zlib

    return zlib.crc32(key)


def decimal(key: bytes) -> int:
    """The 64 bits of a key that is a decimal integer: a sign or none, then digits; -2^63 <= integer < 2^64.

    Raises:
        JumpHashError: the key is anything else.
    """
    if not key:
        raise JumpHashError(EMPTY_KEY)
    if decimal_problem(key, 0, len(key)) != NOTHING_WRONG:
        shown = shorten(key.decode("utf-8", "surrogateescape"))
        raise JumpHashError(f"{NO_INTEGER} (got {shown}); {INTEGER_HINT}")
    return decimal_bits(key, 0, len(key)) & MASK_64


def checksum(name: str, key: bytes) -> int:
    """A checksum of 64 bits of our own."""
    return of_checksums(name)(key)


class Recipe(NamedTuple):
    """How a text key becomes 64 bits. An integer key is its own 64 bits in every recipe."""

    name: str
    digest: Digest
    description: str
    agrees_with: str
    in_core: int = LIBRARY
    """What the compiled core does by itself: ``XXH64``, ``DECIMAL``, or ``LIBRARY`` for nothing."""
    seeded: Callable[[int, bytes], int] | None = None
    """The digest with a seed, where the hash has one."""
    seed_bits: int = 0
    """How many bits a seed has; 0: the hash takes none."""
    seed: int = 0

    @property
    def native(self) -> bool:
        """Whether the compiled core has this very digest for the bytes of a key."""
        return self.in_core == XXH64

    def with_seed(self, seed: int) -> Recipe:
        """The same hash, seeded; seed 0 is what it is without one.

        Raises:
            JumpHashError: the hash has no seed, or this one is out of range.
        """
        if seed == self.seed:
            return self
        if self.seeded is None:
            raise JumpHashError(f"the hash {self.name} has no seed (got {shorten(seed)})")
        if not 0 <= seed < 1 << self.seed_bits:
            raise JumpHashError(
                f"a seed of {self.name} is 0..{(1 << self.seed_bits) - 1} (got {shorten(seed)})"
            )
        return self._replace(digest=partial(self.seeded, seed), seed=seed, in_core=LIBRARY)


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "xxh64",
            xxh64,
            "XXH64 over the key's bytes (text: UTF-8), seed 0 or --seed",
            "ClickHouse xxHash64; Redpanda; Spark xxhash64 of a string with --seed 42; xxhash.xxh64",
            in_core=XXH64,
            seeded=partial(xxhash_seeded, "xxh64_intdigest"),
            seed_bits=64,
        ),
        Recipe(
            "xxh3",
            partial(xxhash_seeded, "xxh3_64_intdigest", 0),
            "XXH3, 64 bits, seed 0 or --seed",
            "ClickHouse xxh3; xxhash.xxh3_64",
            seeded=partial(xxhash_seeded, "xxh3_64_intdigest"),
            seed_bits=64,
        ),
        Recipe(
            "xxh32",
            partial(xxhash_seeded, "xxh32_intdigest", 0),
            "XXH32, seed 0 or --seed, upper 32 bits zero",
            "ClickHouse xxHash32; xxhash.xxh32",
            seeded=partial(xxhash_seeded, "xxh32_intdigest"),
            seed_bits=32,
        ),
        Recipe(
            "int",
            decimal,
            "the decimal integer itself, -2^63 <= key < 2^64, negative as two's complement",
            "ClickHouse jumpConsistentHash(Int64 or UInt64); Guava consistentHash(long) with --dialect guava; "
            "PyPI jump.hash",
            in_core=DECIMAL,
        ),
        Recipe(
            "fnv1",
            partial(checksum, "fnv1"),
            "FNV-1, 64 bits",
            "Go hash/fnv New64; lithammer/go-jump-consistent-hash KeyHashers.FNV1",
        ),
        Recipe(
            "fnv1a",
            partial(checksum, "fnv1a"),
            "FNV-1a, 64 bits",
            "Go hash/fnv New64a; lithammer/go-jump-consistent-hash KeyHashers.FNV1a",
        ),
        Recipe(
            "crc32",
            crc32,
            "CRC-32 of zlib (IEEE 802.3), upper 32 bits zero",
            "ClickHouse CRC32; Go crc32.IEEE, lithammer CRC32; Guava crc32 with --dialect guava; PHP c9s/jchash",
        ),
        Recipe(
            "crc64-xz",
            partial(checksum, "crc64_xz"),
            "CRC-64/XZ: polynomial of ECMA-182 reflected, initial value and final XOR all ones",
            "Go crc64.ECMA, lithammer CRC64 (not ClickHouse CRC64, which has neither inversion)",
        ),
        Recipe(
            "md5-be",
            partial(cryptographic, "md5", "big"),
            "the first 8 bytes of MD5, big-endian",
            "ClickHouse halfMD5",
        ),
        Recipe(
            "md5-le",
            partial(cryptographic, "md5", "little"),
            "the first 8 bytes of MD5, little-endian",
            "Guava Hashing.md5 with --dialect guava",
        ),
        Recipe(
            "sha256-le",
            partial(cryptographic, "sha256", "little"),
            "the first 8 bytes of SHA-256, little-endian",
            "Guava Hashing.sha256 with --dialect guava",
        ),
        Recipe(
            "murmur3-128",
            partial(murmur3_128, 0),
            "the first 8 bytes, little-endian (h1), of MurmurHash3 x64 128, seed 0 or --seed; needs mmh3",
            "Guava Hashing.murmur3_128 with --dialect guava; mmh3.hash64()[0] unsigned",
            seeded=murmur3_128,
            seed_bits=32,
        ),
    )
}

DIALECTS = {"paper": jump.PAPER, "guava": jump.GUAVA, "exact": jump.EXACT}
"""How the loop of jump hash rounds, by name."""


def recipe_of(name: str, seed: int = 0) -> Recipe:
    """The recipe of that name, with a seed where it takes one.

    Raises:
        JumpHashError: there is none, the message has the nearest name; or the seed is not for it.
    """
    if name in RECIPES:
        return RECIPES[name].with_seed(seed)
    hint = did_you_mean(name.lower(), RECIPES) or f"; one of {', '.join(RECIPES)}"
    raise JumpHashError(f"unknown hash (got {shorten(name)}){hint}")
