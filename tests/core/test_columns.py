"""Columns: items picked by them, and zeros made fast."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core import columns
from rvhctl.core.columns import Ints


@given(st.lists(st.integers(0, 4), max_size=12), st.data())
def test_pick_takes_items_in_order(order: list[int], data: st.DataObject) -> None:
    items: list[object] = list("abcde")
    start = data.draw(st.integers(0, len(order)))
    stop = data.draw(st.integers(start, len(order)))
    assert columns.pick(items, Ints(order), start, stop) == [items[k] for k in order[start:stop]]


@pytest.mark.parametrize("count", [0, columns.BLOCK, 5 * columns.BLOCK])
def test_zeros(count: int) -> None:
    assert list(columns.zeros(count)) == [0] * count


class Word(str):
    """A str of another class."""


@pytest.mark.parametrize("odd", ["", 7, None, b"a", Word("a"), True])
def test_all_texts_are_plain_and_not_empty(odd: object) -> None:
    assert columns.all_texts([])
    assert columns.all_texts(["a", "é"])
    assert not columns.all_texts(["a", odd, "b"])
