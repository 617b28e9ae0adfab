"""Ids that were there before are found where they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.nodes.distinct import SHARDS, Distinct


@given(st.lists(st.lists(st.text(max_size=2), max_size=20), max_size=5))
def test_the_first_second_occurrence(blocks: list[list[str]]) -> None:
    seen: set[str] = set()
    distinct = Distinct()
    for block in blocks:
        expected = -1
        for position, node_id in enumerate(block):
            if node_id in seen:
                expected = position
                break
            seen.add(node_id)
        assert distinct.add(list(block)) == expected
        if expected >= 0:
            return


def test_many_different_ids() -> None:
    distinct = Distinct()
    assert distinct.add([f"node-{k}" for k in range(100_000)]) == -1
    assert distinct.add(["new", "node-99999"]) == 1


def test_forgetting_takes_many_small_steps() -> None:
    seen = Distinct()
    assert seen.add([f"n{k}" for k in range(1000)]) == -1
    steps = 1
    while seen.forget():
        steps += 1
    assert steps == SHARDS
    assert not seen.forget()
