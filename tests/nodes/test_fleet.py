"""The fields samples, state and weight: what they may be, and the columns that they become."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rvhctl.core.columns import Floats
from rvhctl.errors import InputError, InvalidNodeError
from rvhctl.nodes.fields import Record, read_details, read_record, samples_of, state_of, weight_of
from rvhctl.nodes.fleet import Fleet, FleetBuilder


def fleet(*nodes: dict[str, Any]) -> Fleet:
    builder = FleetBuilder()
    for row, fields in enumerate(nodes):
        node = {"id": f"n{row}", "latency": 9, **fields}
        builder.add(read_record(node, lambda node=node: node, coordinates=False))  # type: ignore[misc]
    return builder.build()


def test_nobody_says_anything() -> None:
    assert read_details({"id": "a", "latency": 1}) is None
    assert read_details({"id": "a", "state": None, "weight": None, "samples": None}) is None
    plain = fleet({}, {}, {})
    assert len(plain) == 3
    assert [len(plain.states), len(plain.weights), len(plain.samples), len(plain.sample_starts)] == [0] * 4


def test_columns() -> None:
    stated: list[dict[str, Any]] = [
        {"state": "drain", "weight": 2},
        {"samples": [3, None, 1.5, -0.0], "state": "up"},
        {"samples": [None], "weight": 0.5},
        {"state": "down", "samples": []},
    ]
    by_samples = [details.latency for fields in stated if (details := read_details(fields))]
    assert by_samples[1] == 1.5
    assert all(math.isnan(by_samples[row]) for row in (0, 2, 3))
    columns = fleet(*stated)
    assert list(columns.states) == [1, 0, 0, 2]
    assert list(columns.weights) == [2.0, 1.0, 0.5, 1.0]
    assert [str(value) for value in columns.samples] == ["3.0", "nan", "1.5", "0.0", "nan"]
    assert list(columns.sample_starts) == [0, 0, 4, 5, 5]


def test_a_capacity_is_the_weight_unless_it_is_stated() -> None:
    nodes = fleet({"latency": 1, "weight": 2}, {"latency": 1}, {"latency": 1, "capacity": 5})
    assert list(nodes.weights) == [2.0, 1.0, 1.0]
    assert list(nodes.capacities) == [2.0, 1.0, 5.0]
    assert list(fleet({"latency": 1, "weight": 2}, {"latency": 1}).capacities) == []
    assert list(fleet({"latency": 1, "weight": 2, "capacity": 1}).capacities) == [1.0]


def test_aggregate_is_for_nodes_with_samples() -> None:
    nodes = fleet({"latency": 9}, {"latency": 9, "samples": [1, 3]})
    assert list(nodes.measured(None)) == [9.0, 9.0]
    assert list(nodes.measured("mean")) == [9.0, 2.0]
    assert list(Fleet(["a"], Floats([9.0])).measured("mean")) == [9.0]


def test_an_id_that_was_there_before_is_refused() -> None:
    builder = FleetBuilder()
    builder.add(Record("a", 1.0))
    builder.add(Record("b", 1.0))
    with pytest.raises(InputError, match="the id 'b' was there before; first at node 2"):
        builder.add(Record("b", 2.0))
    assert list(builder.build().ids) == ["a", "b"]


@pytest.mark.parametrize("value", ["UP", "", "maint", 1, True, ["up"]])
def test_states_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="up, drain or down") as caught:
        state_of(value)
    assert caught.value.field == "state"


@pytest.mark.parametrize("value", [0, -1, 0.0, -0.5, math.inf, math.nan, 10**400, "1", True, []])
def test_weights_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="the capacity must be") as caught:
        weight_of(value, "capacity")
    assert caught.value.field == "capacity"
    with pytest.raises(InvalidNodeError, match="the weight must be") as caught:
        weight_of(value)
    assert caught.value.field == "weight"


@pytest.mark.parametrize("value", ["1,2", 5, {}, [1, "2"], [True], [-1], [math.inf], [10**400], [[1]]])
def test_samples_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="sample") as caught:
        samples_of(value)
    assert caught.value.field == "samples"


def test_a_wrong_sample_is_named_by_its_place() -> None:
    with pytest.raises(
        InvalidNodeError, match=r"sample 2 must be a number of milliseconds \(got 'x'\); write null"
    ):
        samples_of([1, "x"])
