"""Keys of Python, by a digest that the caller gives."""

from __future__ import annotations

import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.placement import bits as bits_module
from rvhctl.core.placement.bits import bucket_of, buckets_of, key_bits, signed
from rvhctl.core.placement.jump import jump
from rvhctl.errors import JumpHashError

BRANCHING = (bits_module,)
pytestmark = pytest.mark.usefixtures("branches")


@given(st.binary(min_size=1), st.integers(0, 2**64 - 1))
def test_a_foreign_digest_is_used(key: bytes, bits: int) -> None:
    assert key_bits(key, False, lambda data: bits if data == key else 0) == signed(bits)


@given(st.binary(min_size=1, max_size=100))
def test_native_and_library_digests_agree(key: bytes) -> None:
    library = xxhash.xxh64_intdigest
    assert key_bits(key, True, library) == key_bits(key, False, library) == signed(library(key))


@given(st.lists(st.one_of(st.text(min_size=1), st.binary(min_size=1), st.integers(-(2**63), 2**64 - 1))))
def test_a_part_of_a_list(keys: list[object]) -> None:
    try:
        one_by_one = [bucket_of(key, 12, True, xxhash.xxh64_intdigest) for key in keys]
    except JumpHashError:
        return  # a lone surrogate
    assert buckets_of(keys, 0, len(keys), 12, True, xxhash.xxh64_intdigest) == one_by_one
    assert buckets_of(keys, 1, len(keys), 12, True, xxhash.xxh64_intdigest) == one_by_one[1:]


def test_an_error_names_the_place_in_the_whole_list() -> None:
    with pytest.raises(JumpHashError, match=r"^key 4: the key is empty"):
        buckets_of([b"a", b"b", b"c", b""], 2, 4, 5, True, xxhash.xxh64_intdigest)


def test_two_complement() -> None:
    assert key_bits(-1, True, len) == key_bits(2**64 - 1, True, len) == -1
    assert jump(key_bits(-1, True, len), 100) == 92
