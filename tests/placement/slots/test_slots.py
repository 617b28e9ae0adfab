"""Identity by name: whatever order nodes come in, who goes and who joins."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvhctl.errors import JumpHashError
from rvhctl.placement.buckets import Buckets
from rvhctl.placement.placement import Placement
from rvhctl.placement.slots.slots import Slots

KEYS = [f"user-{number}" for number in range(20_000)]
FIVE = list("abcde")

names = st.lists(st.sampled_from("abcdefghij"), min_size=1, unique=True)


def owners(nodes: list[Any], slots: list[str], **settings: Any) -> list[Any]:
    return Placement(nodes, slots=slots, **settings).owners(KEYS)


@settings(max_examples=100, deadline=None)
@given(st.lists(names, min_size=1, max_size=5))
def test_a_name_keeps_its_slot_for_as_long_as_it_is_there(rounds: list[list[str]]) -> None:
    slots = Slots()
    for ids in rounds:
        after = slots.following(Buckets.named(ids))
        assert set(ids) <= set(after.names)
        assert len(set(after.names)) == len(after.names)
        for slot, name in enumerate(slots.names):
            assert after.names[slot] == name or name not in ids
        # No slot is made while one of somebody gone is free.
        grown = len(after.names) > len(slots.names)
        assert not (grown and set(after.names) - set(ids))
        assert after.following(Buckets.named(ids[::-1])) == after
        slots = after


def test_an_order_moves_nothing() -> None:
    assert owners(FIVE[::-1], FIVE) == Placement(FIVE).owners(KEYS)
    nodes: list[Any] = [{"id": "c", "weight": 0.5, "zone": 1}, {"id": "a", "zone": 1}, {"id": "b", "zone": 2}]
    here, there = (
        Placement(order, slots=["a", "b", "c"], spread="zone") for order in (nodes, [*reversed(nodes)])
    )
    assert here.owners(KEYS) == there.owners(KEYS)
    assert here.replicas_many(KEYS[:500], 2) == there.replicas_many(KEYS[:500], 2)


@pytest.mark.parametrize("gone", FIVE)
def test_who_goes_moves_its_own_keys_and_nobody_else_s(gone: str) -> None:
    rest = [name for name in FIVE if name != gone]
    before, after = owners(FIVE, FIVE), owners(rest, FIVE)
    assert {old for old, new in zip(before, after, strict=True) if old != new} == {gone}
    slots = Slots(tuple(FIVE)).following(Buckets.named([*rest, "new"]))
    joined = owners([*rest, "new"], list(slots.names))
    # The new one stands where the old one stood.
    assert joined == ["new" if name == gone else name for name in before]
    assert {new for old, new in zip(after, joined, strict=True) if old != new} == {"new"}


def test_weights_stay_relative_to_the_largest_there_ever_was() -> None:
    heavy = Buckets.named(FIVE).with_weights({"c": 4})
    slots = Slots().following(heavy)
    assert slots.max_weight == 4
    light = Buckets.named(["a", "b"])
    assert slots.following(light) == slots
    placed = slots.arranged(light)
    assert (placed.max_weight, placed.down) == (4, {2, 3, 4})
    assert slots.following(light.with_max_weight(9)).max_weight == 9


def test_a_name_may_change() -> None:
    slots = Slots(("a", "b"), 1.0)
    assert slots.renamed([("a", "x")]).names == ("x", "b")
    assert slots.renamed([("a", "c"), ("b", "a"), ("c", "b")]).names == ("b", "a")
    for old, new in (("c", "x"), ("a", "b"), ("a", "")):
        with pytest.raises(JumpHashError):
            slots.renamed([(old, new)])


@pytest.mark.parametrize(
    ("nodes", "slots", "says"),
    [
        (["a", "c"], ["a", "b"], "no slot has the name 'c'"),
        (["a"], "ab", "slots must be a list of names"),
        (["a"], [1], "slots must be a list of names"),
        (["a"], [], "the list of nodes is empty"),
        (["a"], ["a", "a"], "there twice"),
        (2, ["a"], "slots makes no sense without nodes"),
    ],
)
def test_what_is_no_slots(nodes: Any, slots: Any, says: str) -> None:
    with pytest.raises(JumpHashError, match=says):
        Placement(nodes, slots=slots)
