"""Recipes from a key to its 64 bits."""

from __future__ import annotations

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import JumpHashError
from rvhctl.keyhash import RECIPES, decimal, recipe_of


def test_a_recipe_goes_by_its_name() -> None:
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert recipe_of("int") is RECIPES["int"]


@pytest.mark.parametrize(
    ("name", "hint"), [("xxhash64", "did you mean 'xxh64'?"), ("?", "one of xxh64, int")]
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
