"""Recipes from a key to its 64 bits."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import mmh3
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from support.wrapping import as_compiled

from rvhctl.core.placement import checksums
from rvhctl.core.placement.jump import jump_in
from rvhctl.errors import JumpHashError
from rvhctl.keys.hashes import DIALECTS, RECIPES, decimal, recipe_of

ROWS = json.loads((Path(__file__).parents[1] / "data/valid/jump_hashed.json").read_text())["rows"]

# By what names the systems call our recipes; the rows were made by running these systems.
SYSTEMS = {
    "xxh64": ["clickhouse xxHash64", "xxhash/mmh3 xxh64"],
    "xxh3": ["clickhouse xxh3", "xxhash/mmh3 xxh3_64"],
    "xxh32": ["clickhouse xxHash32", "xxhash/mmh3 xxh32"],
    "fnv1": ["go FNV-1 64"],
    "fnv1a": ["go FNV-1a 64"],
    "crc32": ["clickhouse CRC32", "go CRC-32 IEEE", "guava crc32"],
    "crc64-xz": ["go CRC-64 ECMA"],
    "md5-be": ["clickhouse halfMD5"],
    "md5-le": ["guava md5"],
    "sha256-le": ["guava sha256"],
    "murmur3-128": ["guava murmur3_128", "xxhash/mmh3 mmh3.hash64[0] unsigned x64"],
}


def rows_of(system: str) -> list[dict[str, Any]]:
    rows = [row for row in ROWS if f"{row['family']} {row['hash']}" == system]
    assert len(rows) >= 27
    return rows


def key_of(row: dict[str, Any]) -> bytes:
    return bytes.fromhex(row["key"]) if row["key_type"] == "hex" else row["key"].encode()


def test_every_recipe_over_text_is_proven() -> None:
    assert set(SYSTEMS) == set(RECIPES) - {"int"}
    proven = {system for systems in SYSTEMS.values() for system in systems}
    seeded = {f"xxhash/mmh3 xxh64 seed={seed}" for seed in (1, 2**32 - 1, 2**64 - 1)}
    assert {f"{row['family']} {row['hash']}" for row in ROWS} == proven | seeded


@pytest.mark.parametrize(
    ("name", "system"), [(name, system) for name, systems in SYSTEMS.items() for system in systems]
)
def test_a_recipe_gives_the_bits_and_buckets_of_a_system(name: str, system: str) -> None:
    dialect = DIALECTS["guava" if system.startswith("guava") else "paper"]
    for row in rows_of(system):
        bits = RECIPES[name].digest(key_of(row))
        assert bits == int(row["u64"]), row
        signed = bits - 2**64 if bits >= 2**63 else bits
        assert jump_in(dialect, signed, row["buckets"]) == row["bucket"], row


@pytest.mark.parametrize("seed", [1, 2**32 - 1, 2**64 - 1])
def test_a_seed_is_that_of_the_library(seed: int) -> None:
    for row in rows_of(f"xxhash/mmh3 xxh64 seed={seed}"):
        assert recipe_of("xxh64", seed).digest(key_of(row)) == int(row["u64"]), row


@given(st.binary(), st.integers(0, 2**32 - 1))
def test_seeds_of_the_other_hashes(key: bytes, seed: int) -> None:
    assert recipe_of("xxh3", seed).digest(key) == xxhash.xxh3_64_intdigest(key, seed)
    assert recipe_of("xxh32", seed).digest(key) == xxhash.xxh32_intdigest(key, seed)
    assert recipe_of("murmur3-128", seed).digest(key) == mmh3.hash64(key, seed, True, signed=False)[0]


def test_seed_0_is_no_seed() -> None:
    assert all(recipe_of(name, 0) is recipe for name, recipe in RECIPES.items())


@pytest.mark.parametrize(
    "name", ["int", "fnv1", "fnv1a", "crc32", "crc64-xz", "md5-be", "md5-le", "sha256-le"]
)
def test_a_hash_without_a_seed(name: str) -> None:
    with pytest.raises(JumpHashError, match=f"the hash {name} has no seed"):
        recipe_of(name, 1)


@pytest.mark.parametrize(
    ("name", "seed"),
    [("xxh64", 2**64), ("xxh64", -1), ("xxh3", 2**64), ("xxh32", 2**32), ("murmur3-128", 2**32)],
)
def test_a_seed_out_of_range(name: str, seed: int) -> None:
    with pytest.raises(JumpHashError, match=r"a seed of .* is 0\.\.\d+ \(got "):
        recipe_of(name, seed)


def test_without_mmh3_murmur_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mmh3", None)
    with pytest.raises(JumpHashError, match=r"pip install mmh3$"):
        RECIPES["murmur3-128"].digest(b"a")


def naive_crc64(data: bytes) -> int:
    """Bit by bit, as the specification of .xz has it."""
    crc = 2**64 - 1
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xC96C5795D7870F42 if crc & 1 else 0)
    return crc ^ (2**64 - 1)


def naive_fnv(data: bytes, xor_first: bool) -> int:
    state = 14695981039346656037
    for byte in data:
        state = (state ^ byte) * 1099511628211 if xor_first else state * 1099511628211 ^ byte
        state %= 2**64
    return state


@given(st.binary())
def test_our_own_checksums_are_the_textbooks(data: bytes) -> None:
    assert RECIPES["crc64-xz"].digest(data) == naive_crc64(data)
    assert RECIPES["fnv1"].digest(data) == naive_fnv(data, xor_first=False)
    assert RECIPES["fnv1a"].digest(data) == naive_fnv(data, xor_first=True)


def test_the_check_value_of_the_catalogue() -> None:
    """CRC-64/XZ of "123456789", from the catalogue of parametrised CRC algorithms."""
    assert RECIPES["crc64-xz"].digest(b"123456789") == 0x995DC9BBDF1939FA


def test_a_recipe_goes_by_its_name() -> None:
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert recipe_of("int") is RECIPES["int"]


@pytest.mark.parametrize(
    ("name", "hint"), [("xxhash64", "did you mean 'xxh64'?"), ("?", "one of xxh64, xxh3, xxh32, int")]
)
def test_an_unknown_recipe(name: str, hint: str) -> None:
    with pytest.raises(JumpHashError) as caught:
        recipe_of(name)
    assert name in str(caught.value)
    assert hint in str(caught.value)


@given(st.binary())
def test_xxh64_is_the_library_s(key: bytes) -> None:
    assert RECIPES["xxh64"].digest(key) == xxhash.xxh64_intdigest(key)


@given(st.integers(-(2**63), 2**64 - 1), st.sampled_from(["", "+", "0", "000"]))
def test_decimal_reads_integers(number: int, before: str) -> None:
    text = f"{before}{number}" if number >= 0 else f"-{before.strip('+')}{-number}"
    assert decimal(text.encode()) == number % 2**64


def test_leading_zeros_do_not_count() -> None:
    assert decimal(b"-" + b"0" * 5000 + b"9223372036854775808") == 2**63


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "the key is empty"),
        *[
            (text, "not a 64-bit integer")
            for text in (
                b"-",
                b"+",
                b"a",
                b"1a",
                b"1.0",
                b" 1",
                b"1 ",
                b"1_0",
                b"--1",
                b"0x1",
                "٣".encode(),
                b"\xff",
            )
        ],
        *[
            (text, "not a 64-bit integer")
            for text in (b"18446744073709551616", b"-9223372036854775809", b"9" * 19 + b"99", b"9" * 5000)
        ],
    ],
)
def test_decimal_refuses_all_else(text: bytes, says: str) -> None:
    with pytest.raises(JumpHashError, match=says) as caught:
        decimal(text)
    assert len(str(caught.value)) < 200


@given(st.binary(max_size=40))
def test_sums_of_bytes_are_their_definitions(data: bytes) -> None:
    first, then = 0xCBF29CE484222325, 0xCBF29CE484222325
    for byte in data:
        first = ((first ^ byte) * 0x100000001B3) % 2**64
        then = (then * 0x100000001B3) % 2**64 ^ byte
    assert (checksums.fnv1a(data), checksums.fnv1(data)) == (first, then)
    with as_compiled(checksums):
        assert (checksums.fnv1a(data), checksums.fnv1(data)) == (first, then)


def test_the_compiled_core_hashes_by_xxh64_alone() -> None:
    assert [name for name in RECIPES if recipe_of(name).native] == ["xxh64"]
    assert [recipe_of("xxh64").with_seed(seed).native for seed in (0, 7)] == [
        recipe_of("xxh64").with_seed(seed).digest(b"foo") == xxhash.xxh64_intdigest(b"foo") for seed in (0, 7)
    ]
