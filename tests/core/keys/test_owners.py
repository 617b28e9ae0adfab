"""Rows by their owners: some, each bucket's, or how many."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Ints
from rvhctl.core.keys.owners import (
    Tally,
    Traffic,
    groups_of,
    packed,
    packed_groups,
    packed_pairs,
    selected,
)
from rvhctl.core.keys.rows import KeyRows

BUCKETS = 5

owned = st.lists(st.tuples(st.integers(0, BUCKETS - 1), st.binary(max_size=20)), max_size=12)
pairs = st.lists(st.tuples(st.integers(0, BUCKETS - 1), st.integers(0, BUCKETS - 1)), max_size=12)


def rows_of(records: list[bytes]) -> tuple[bytes, KeyRows, Ints]:
    """A block of records with something between them, its rows; and owners of more rows than there are."""
    block, rows = b"", KeyRows(20)
    for record in records:
        block += b"<"
        rows.add(0, len(block), len(block) + len(record), len(block))
        block += record + b">"
    return block, rows, Ints([0] * 20)


@given(owned, st.sets(st.integers(0, BUCKETS - 1)), st.sampled_from([b"", b"\n"]))
def test_the_rows_of_some_buckets(owned: list[tuple[int, bytes]], wanted: set[int], end: bytes) -> None:
    block, rows, owners = rows_of([record for _, record in owned])
    for row, (owner, _) in enumerate(owned):
        owners.values[row] = owner
    expected = b"".join(record + end for owner, record in owned if owner in wanted)
    assert selected(Ints(sorted(wanted)), block, rows, owners, end) == expected


@given(owned, st.sampled_from([b"", b"\n"]))
def test_the_rows_of_each_bucket(owned: list[tuple[int, bytes]], end: bytes) -> None:
    block, rows, owners = rows_of([record for _, record in owned])
    for row, (owner, _) in enumerate(owned):
        owners.values[row] = owner
    groups: dict[int, bytes] = {}
    for owner, record in owned:
        groups[owner] = groups.get(owner, b"") + record + end
    assert groups_of(packed_groups(block, rows, owners, end)) == list(groups.items())


@given(st.lists(pairs, max_size=3))
def test_how_many_keys_each_bucket_owns(blocks: list[list[tuple[int, int]]]) -> None:
    tally = Tally(BUCKETS)
    for block in blocks:
        owners = Ints([owner for owner, _ in block] + [4] * 3)
        assert len(packed(owners, len(block))) == 4 * len(block)
        tally.add(packed(owners, len(block)))
    counted = Counter(owner for block in blocks for owner, _ in block)
    assert list(tally.counts) == [counted[bucket] for bucket in range(BUCKETS)]
    assert tally.total == counted.total()


@given(st.lists(pairs, max_size=3), st.booleans())
def test_how_many_keys_leave_and_enter_each_node(blocks: list[list[tuple[int, int]]], named: bool) -> None:
    here, there = (
        ([3, 0, 2, 1, 4], [0, 4, 1, 2, 3]) if named else (list(range(BUCKETS)), list(range(BUCKETS)))
    )
    traffic = Traffic(BUCKETS, Ints(here if named else []), Ints(there if named else []))
    leaving, entering, moved = Counter[int](), Counter[int](), 0
    for block in blocks:
        columns = [Ints([pair[side] for pair in block] + [1 + side]) for side in range(2)]
        traffic.add(packed_pairs(*columns, len(block)))
        for source, target in block:
            if here[source] != there[target]:
                leaving[here[source]] += 1
                entering[there[target]] += 1
                moved += 1
    assert list(traffic.leaving) == [leaving[node] for node in range(BUCKETS)]
    assert list(traffic.entering) == [entering[node] for node in range(BUCKETS)]
    assert (traffic.total, traffic.moved) == (sum(map(len, blocks)), moved)
