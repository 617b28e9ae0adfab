"""Nodes and an inventory that callers give as objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from rvhctl import Node, NodeColumns, Policy, evaluate
from rvhctl.errors import EmptyNodesError, FaultsetError, InvalidNodeError
from rvhctl.nodes.inventory.given import join_given

POLICY = Policy(threshold=10)


@dataclass
class Machine:
    id: str
    lat: float
    lon: float
    latency: float | None
    state: str = "up"


INVENTORIES: list[Any] = [
    [
        {"id": 1, "lat": 1, "lon": 1},
        {"id": "b", "lat": 1, "lon": 1, "state": "drain"},
        {"id": "c", "lat": 9, "lon": 9},
    ],
    [Machine("1", 1, 1, None), Machine("b", 1, 1, 3, "drain"), Machine("c", 9, 9, None)],
    NodeColumns(
        [1, "b", "c"], latencies=[1, 2, 3], lats=[1, 1, 9], lons=[1, 1, 9], states=[None, "drain", None]
    ),
    iter([{"id": 1, "lat": 1, "lon": 1}, {"id": "b", "lat": 1, "lon": 1, "state": "drain"}, Node("c", 9, 9)]),
]


@pytest.mark.parametrize("inventory", INVENTORIES)
def test_nodes_of_any_form_are_joined(inventory: Any) -> None:
    measured = [{"id": "b", "latency": 1}, {"id": "1", "latency": 2}, {"id": "x", "latency": 3}]
    evaluation = evaluate(measured, POLICY, precision=1, inventory=inventory)
    assert list(map(str, evaluation.answer)) == ["1"]
    assert [row.reason for row in evaluation.explanations()] == ["drain", None, "no_measurement"]
    assert evaluation.warnings == [
        "in the inventory, but not measured: 1 node ('c')",
        "left out, as not in the inventory: 1 node ('x')",
    ]


@pytest.mark.parametrize(
    "measured",
    [
        [Node("a:80", 1, 1, 5)],
        [("a:80", 1, 1, 5)],
        [Machine("a:80", 1, 1, 5)],
        NodeColumns(["a:80"], latencies=[5], lats=[1], lons=[1]),
        [{"id": "a:80", "samples": [5, None], "lat": 1, "lon": 1}],
    ],
)
def test_measurements_of_any_form_are_joined(measured: Any) -> None:
    evaluation = evaluate(measured, POLICY, precision=1, inventory=[{"id": "a", "weight": 2}])
    assert evaluation.answer == ["a"]
    assert evaluation.explain("a").latency == 5
    assert evaluation.fleet.weights == [2]
    assert not evaluation.warnings


def test_nobody_may_have_been_measured() -> None:
    evaluation = evaluate([], POLICY, inventory=[{"id": "a"}])
    assert (evaluation.answer, evaluation.worst) == ([], "down")
    with pytest.raises(EmptyNodesError):
        evaluate([], POLICY)


@pytest.mark.parametrize(
    ("measured", "inventory", "error", "message"),
    [
        ([{"id": "a", "latency": 1}], [], EmptyNodesError, "the inventory is empty"),
        ([{"id": "a", "latency": 1}], "abc", FaultsetError, "inventory must be"),
        ([{"id": "a", "latency": 1}], 7, FaultsetError, "inventory must be"),
        (
            [{"id": "a"}],
            [{"id": "a", "latency": 1}],
            InvalidNodeError,
            "node 1 (id 'a'): the latency is missing",
        ),
        ([{"latency": 1}], [{"id": "a"}], InvalidNodeError, "node 1: the id is missing"),
        ([], [{"id": "a"}, {"id": ""}], InvalidNodeError, "inventory: node 2: the id is empty"),
        (
            [],
            [{"id": "a"}, {"id": "a"}],
            InvalidNodeError,
            "inventory: node 2 (id 'a'): the id was there before",
        ),
        ([], [{"id": "a", "state": "off"}], InvalidNodeError, "node 1 (id 'a'): the state must be up"),
        (
            [{"id": "a:1", "latency": 1}, {"id": "a:2", "latency": 1}],
            [{"id": "a"}],
            InvalidNodeError,
            "two measurements could be that of 'a': 'a:1' and 'a:2'; the inventory must name one of them",
        ),
    ],
)
def test_what_is_wrong_is_named(measured: Any, inventory: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as raised:
        evaluate(measured, POLICY, inventory=inventory)
    assert str(raised.value).startswith(message)


def test_what_was_given_stays_as_it_was() -> None:
    measured, inventory = [{"id": "a", "latency": 1}], [{"id": "a", "zone": "z"}]
    assert join_given(measured, inventory).nodes == [{"id": "a", "latency": 1, "zone": "z"}]
    assert (measured, inventory) == ([{"id": "a", "latency": 1}], [{"id": "a", "zone": "z"}])
