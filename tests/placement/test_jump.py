"""The public functions: which bucket owns a key."""

from __future__ import annotations

import asyncio
import enum
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.turns import turns_during

from rvhctl.errors import JumpHashError, RvhctlError
from rvhctl.placement import jump
from rvhctl.placement.jump import (
    async_jump_hash,
    jump_hash,
    jump_hash_async,
    jump_hash_many,
    jump_hash_many_async,
)

HASHED = json.loads((Path(__file__).parents[1] / "data/valid/jump_hashed.json").read_text())["rows"]
XXH64 = [row for row in HASHED if row["hash"] in ("xxHash64", "xxh64")]

any_key = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1),
    st.binary(min_size=1),
    st.integers(-(2**63), 2**64 - 1),
)


def test_the_promise() -> None:
    assert jump_hash("foo", 5) == 3


def test_clickhouse_gives_the_same_buckets() -> None:
    assert len(XXH64) == 105
    for row in XXH64:
        key = bytes.fromhex(row["key"]) if row["key_type"] == "hex" else row["key"]
        if key:
            assert jump_hash(key, row["buckets"]) == row["bucket"], row
            assert jump_hash(int(row["u64"]), row["buckets"]) == row["bucket"], row


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(1, 2**31 - 1))
def test_text_is_its_utf8_bytes(key: str, buckets: int) -> None:
    assert jump_hash(key, buckets) == jump_hash(key.encode(), buckets)


@given(st.integers(-(2**63), -1), st.integers(1, 2**31 - 1))
def test_a_negative_key_is_twos_complement(key: int, buckets: int) -> None:
    assert jump_hash(key, buckets) == jump_hash(key + 2**64, buckets)


def test_an_integer_is_not_its_text() -> None:
    assert [jump_hash(key, 1000) for key in (42, "42")] == [jump_hash(42, 1000), jump_hash(b"42", 1000)]
    assert jump_hash(42, 1000) != jump_hash("42", 1000)


@given(st.lists(any_key, max_size=30), st.integers(1, 2**31 - 1))
def test_every_way_to_ask_gives_the_same(keys: list[Any], buckets: int) -> None:
    expected = [jump_hash(key, buckets) for key in keys]
    assert jump_hash_many(keys, buckets) == expected
    assert jump_hash_many(iter(keys), buckets) == expected
    assert jump_hash_many(tuple(keys), buckets) == expected
    assert asyncio.run(jump_hash_many_async(keys, buckets)) == expected
    assert [asyncio.run(jump_hash_async(key, buckets)) for key in keys[:2]] == expected[:2]


def test_the_old_name() -> None:
    assert asyncio.run(async_jump_hash("foo", 5)) == jump_hash("foo", 5)
    assert "rvh_stable" in str(async_jump_hash.__doc__)


def test_slices_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"key-{number}" for number in range(100)]
    expected = jump_hash_many(keys, 9)
    monkeypatch.setattr(jump, "SLICE", 7)
    assert jump_hash_many(keys, 9) == expected
    assert asyncio.run(jump_hash_many_async(keys, 9)) == expected
    with pytest.raises(JumpHashError, match=r"^key 94: "):
        jump_hash_many([*keys[:93], "", *keys], 9)


def test_the_event_loop_gets_its_turn_between_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jump, "SLICE", 10)
    assert turns_during(lambda: jump_hash_many_async(["a"] * 200, 3)) >= 20


class Number(enum.IntEnum):
    TEN = 10


def test_an_enumeration_of_integers_is_an_integer() -> None:
    assert jump_hash(Number.TEN, Number.TEN) == jump_hash(10, 10)


@pytest.mark.parametrize("buckets", [0, -1, 2**31, 2**64, 10**30, True, False, 2.0, "5", None, float("nan")])
def test_bad_buckets(buckets: Any) -> None:
    for call in (lambda: jump_hash("a", buckets), lambda: jump_hash_many([], buckets)):
        with pytest.raises(JumpHashError, match=r"^buckets ") as caught:
            call()
        assert "1 to 2147483647" in str(caught.value)
    with pytest.raises(JumpHashError):
        asyncio.run(jump_hash_async("a", buckets))
    with pytest.raises(JumpHashError):
        asyncio.run(jump_hash_many_async([], buckets))


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "is empty"),
        (b"", "is empty"),
        (True, "got true"),
        (1.5, "got 1.5"),
        (None, "got null"),
        (bytearray(b"a"), "bytearray"),
        (2**64, "fit 64 bits"),
        (-(2**63) - 1, "fit 64 bits"),
        pytest.param(10**5000, "fit 64 bits", id="huge"),
        ("x\ud800" * 5000, "UTF-8"),
        ("a\ud800", "UTF-8"),
    ],
)
def test_bad_keys(key: Any, says: str) -> None:
    with pytest.raises(JumpHashError, match=says) as caught:
        jump_hash(key, 5)
    assert isinstance(caught.value, RvhctlError | ValueError)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200
    with pytest.raises(JumpHashError, match=f"^key 2: .*{says}") as of_many:
        jump_hash_many(["a", key], 5)
    with pytest.raises(JumpHashError, match=f"^{re.escape(str(caught.value))}$"):
        asyncio.run(jump_hash_async(key, 5))
    with pytest.raises(JumpHashError, match=f"^{re.escape(str(of_many.value))}$"):
        asyncio.run(jump_hash_many_async(["a", key], 5))


@pytest.mark.parametrize("keys", ["abc", b"abc", 5, None])
def test_what_is_no_list_of_keys(keys: Any) -> None:
    with pytest.raises(JumpHashError, match="keys must be a list"):
        jump_hash_many(keys, 5)
    with pytest.raises(JumpHashError, match="keys must be a list"):
        asyncio.run(jump_hash_many_async(keys, 5))


def test_an_error_of_the_callers_own_iterator_comes_through() -> None:
    def keys() -> Iterator[str]:
        yield "a"
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        jump_hash_many(keys(), 5)


@pytest.mark.parametrize("function", [jump_hash, jump_hash_many, jump_hash_async, jump_hash_many_async])
def test_help_reads_well(function: Any) -> None:
    signature = inspect.signature(function)
    assert list(signature.parameters)[1] == "buckets"
    assert "empty" not in signature.parameters
    assert inspect.getdoc(function)
    assert signature.return_annotation in ("int", "list[int]")


def test_docstring_examples() -> None:
    import doctest

    assert doctest.testmod(jump).failed == 0
    assert doctest.testmod(jump).attempted >= 2
