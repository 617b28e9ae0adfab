"""What goes out for the buckets of rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Ints
from rvhctl.core.keys.answers import joined, numbers

texts = st.lists(st.binary(max_size=30), min_size=1, max_size=6)


@given(texts, st.lists(st.integers(0, 5), max_size=40))
def test_texts_are_joined(parts: list[bytes], chosen: list[int]) -> None:
    chosen = [number % len(parts) for number in chosen]
    expected = b"".join(parts[number] for number in chosen)
    assert joined(parts, Ints(chosen), len(chosen)) == expected


@given(st.lists(st.integers(0, 2**31 - 2)))
def test_numbers(chosen: list[int]) -> None:
    assert numbers(Ints(chosen), len(chosen)) == b"".join(b"%d\n" % number for number in chosen)
