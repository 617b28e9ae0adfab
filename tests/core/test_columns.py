"""Columns: items picked by them, and zeros made fast."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core import columns
from rvhctl.core.columns import Codes, Floats, Ints


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


KINDS = st.sampled_from(
    [(Floats, st.floats(allow_nan=False)), (Ints, st.integers(0, 2**62)), (Codes, st.integers(0, 255))]
)


@given(KINDS.flatmap(lambda kind: st.tuples(st.just(kind[0]), st.lists(kind[1], max_size=20))), st.data())
def test_a_column_is_read_as_a_list_is(kind: tuple[Any, list[Any]], data: st.DataObject) -> None:
    make, items = kind
    column = make(items)
    assert (len(column), list(column), column.tolist()) == (len(items), items, items)
    part = data.draw(st.slices(len(items)))
    assert type(column[part]) is make
    assert column[part].tolist() == items[part]
    for row in range(-len(items), len(items)):
        assert column[row] == items[row]
    with pytest.raises(IndexError):
        column[len(items)]
    assert pickle.loads(pickle.dumps(column)) == column
    assert (column == items, column == [*items, 1], column == make([*items, 1]), column == tuple(items)) == (
        True,
        False,
        False,
        False,
    )


def test_long_columns_are_read_in_pieces() -> None:
    items = list(range(2 * columns.PIECE + 3))
    assert list(Ints(items)) == items
    assert [len(Ints(items).piece(start)) for start in (0, columns.PIECE, 2 * columns.PIECE)] == [
        columns.PIECE,
        columns.PIECE,
        3,
    ]


def test_a_column_shows_its_first_entries() -> None:
    assert repr(Ints()) == "Ints([])"
    assert repr(Floats(range(8))) == "Floats([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])"
    assert repr(Codes(range(9))) == "Codes([0, 1, 2, 3, 4, 5, 6, 7, ...])"


@given(st.lists(st.integers(0, 9), max_size=20).map(lambda values: sorted(set(values))), st.integers(-1, 10))
def test_a_place_among_ascending_values(values: list[int], value: int) -> None:
    expected = values.index(value) if value in values else len(values)
    assert columns.place_in(vec[i64](values), value) == expected


@given(
    st.lists(st.integers(0, 2**33 - 1), min_size=1, max_size=40),
    st.sampled_from([(0, 11), (11, 10), (22, 11), (3, 10)]),
)
def test_a_pass_of_a_radix_sort_is_a_stable_sort_by_some_bits(
    items: list[int], digit: tuple[int, int]
) -> None:
    low, width = digit
    target = vec[i64]([-1] * len(items))
    keys = [(item >> low) & ((1 << width) - 1) for item in items]
    if columns.digit_pass(vec[i64](items), target, low, width):
        assert list(target) == [items[at] for at in sorted(range(len(items)), key=keys.__getitem__)]
    else:
        assert len(set(keys)) == 1
        assert list(target) == [-1] * len(items)


@given(st.lists(st.floats(0, 9), max_size=9), st.data())
def test_floats_are_picked_and_put_behind_each_other(values: list[float], data: st.DataObject) -> None:
    order = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=9)) if values else []
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(order))] * 2)))
    assert columns.picked_floats(Floats(values), Ints(order), start, stop).tolist() == [
        values[row] for row in order[start:stop]
    ]
    column = Floats(values)
    column.extend(Floats([1.5]))
    assert column.tolist() == [*values, 1.5]
    assert columns.blank(3).tolist() == [0.0] * 3
