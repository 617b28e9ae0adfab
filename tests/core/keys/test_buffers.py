"""Keys out of the buffers of Arrow, and columns as such."""

from __future__ import annotations

import struct

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from support.wrapping import signed

from rvhctl.core.columns import Ints
from rvhctl.core.keys.buffers import fill, hash_values, offset_at, take_integers

UNTOUCHED = [-5, -6]


@given(
    st.lists(st.binary(max_size=40), max_size=9), st.integers(0, 99), st.booleans(), st.integers(0, 2**64 - 1)
)
def test_values_are_hashed(values: list[bytes], first: int, large: bool, seed: int) -> None:
    """Those of a slice, whose offsets do not begin at 0."""
    offsets = [first]
    for value in values:
        offsets.append(offsets[-1] + len(value))
    kind = "q" if large else "i"
    buffer = struct.pack(f"<{len(offsets)}{kind}", *offsets)
    keys = Ints([0] * len(values) + UNTOUCHED)
    hash_values(keys, buffer, large, b"".join(values), len(values), signed(seed))
    assert keys.tolist() == [signed(xxhash.xxh64_intdigest(value, seed)) for value in values] + UNTOUCHED
    assert [offset_at(buffer, large, row) for row in range(len(offsets))] == offsets


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=9))
def test_integers_are_taken_and_given_as_such(numbers: list[int]) -> None:
    buffer = struct.pack(f"<{len(numbers)}q", *numbers)
    assert bytes(Ints(numbers).buffer()) == buffer
    for take in (lambda keys: take_integers(keys, buffer, len(numbers)), lambda keys: fill(keys, numbers)):
        keys = Ints([0] * len(numbers) + UNTOUCHED)
        take(keys)
        assert keys.tolist() == numbers + UNTOUCHED


@pytest.mark.parametrize("large", [True, False])
def test_no_values(large: bool) -> None:
    keys = Ints(UNTOUCHED)
    hash_values(keys, bytes(8), large, b"", 0, 0)
    assert keys.tolist() == UNTOUCHED
