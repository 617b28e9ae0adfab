"""Nodes of every form that Python callers give, and what is wrong with one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from rvhctl.errors import EmptyNodesError, FaultsetError, InvalidNodeError
from rvhctl.nodes.given import Node
from rvhctl.policy.advice import coarser
from rvhctl.policy.evaluate import advise, drill, evaluate, read_fleet
from rvhctl.policy.evaluation import Failed
from rvhctl.policy.memory import Memory
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Policy

LIMIT = Policy(threshold=100)


def test_every_form_of_a_node() -> None:
    nodes: list[Any] = [
        ("a", 52.0, 4.0, 30.0),
        Node("b", 52.0, 4.0, 20.0),
        {"id": "c", "lat": 52, "lon": 4, "samples": [10, None, 12]},
        {"id": 7, "lat": 52, "lon": 4, "latency": None, "samples": [1]},
        {"id": "e", "lat": 52, "lon": 4, "latency": 1, "state": "drain", "weight": 2},
    ]
    evaluation = evaluate(nodes, LIMIT, precision=5)
    assert evaluation.answer == ["c", "b", "a"]
    assert [evaluation.explain(node_id).reason for node_id in (7, "e")] == ["no_measurement", "drain"]
    (cell,) = FleetPlan(evaluation)
    assert (cell.cell, cell.health, cell.nodes, cell.fit) == ("u14zg", "healthy", 5, 3)
    # 140 x 3 / 6 by weight, and nobody else to turn to
    assert list(cell.serve) == [("u14zg", 100)]


def test_places_are_read_only_where_they_count() -> None:
    nodes = [{"id": "a", "latency": 1}]
    assert evaluate(nodes, LIMIT).answer == ["a"]
    with pytest.raises(InvalidNodeError, match=r"node 1 \(id 'a'\): lat is missing"):
        evaluate(nodes, LIMIT, precision=3)
    with pytest.raises(InvalidNodeError, match="lat is missing"):
        evaluate(nodes, LIMIT, failed=Failed(cells=("u",)))


def test_rounds_are_a_loop_over_values() -> None:
    memory: Memory | None = Memory()
    kept = []
    for latency in (1, 500, 500, 500, 1, 1):
        evaluation = evaluate([{"id": "a", "latency": latency}], LIMIT, memory=memory)
        memory = evaluation.memory
        kept.append(len(evaluation))
    assert kept == [1, 1, 1, 0, 0, 1]
    assert memory is not None
    assert memory.round == 6


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"id": "a"}, r"node 2 \(id 'a'\): the latency is missing"),
        ({"id": "a", "latency": -1}, r"node 2 \(id 'a'\): the latency must be finite"),
        (
            {"id": "a", "latency": 1, "state": "lost"},
            r"node 2 \(id 'a'\): the state must be up, drain or down",
        ),
        ({"id": "a", "latency": 1, "weight": 0}, r"node 2 \(id 'a'\): the weight must be finite and above 0"),
        ({"id": "a", "samples": ["1"]}, r"node 2 \(id 'a'\): sample 1 must be a number"),
        ({"id": "n", "latency": 1}, "the id was there before"),
        ("a", "must be a mapping"),
    ],
)
def test_what_is_wrong_is_named(node: Any, message: str) -> None:
    with pytest.raises(InvalidNodeError, match=message):
        evaluate([{"id": "n", "latency": 1}, node], LIMIT)


def test_no_nodes_and_no_precision() -> None:
    with pytest.raises(EmptyNodesError):
        evaluate([], LIMIT)
    with pytest.raises(FaultsetError, match="precision must be"):
        evaluate([("a", 0.0, 0.0, 1.0)], LIMIT, precision=13)
    with pytest.raises(FaultsetError, match="a geohash cell has no"):
        evaluate([("a", 0.0, 0.0, 1.0)], LIMIT, failed=Failed(cells=("a",)))


def test_only_a_drill_without_a_policy_needs_no_nodes() -> None:
    inventory = [{"id": "a", "zone": "z"}]
    with pytest.raises(
        FaultsetError, match=r"list \(got NoneType\); only a drill of an inventory without a policy"
    ):
        evaluate(None, LIMIT, inventory=inventory)  # type: ignore[arg-type]
    for given in (inventory, iter(inventory), tuple(inventory)):
        assert len(drill(None, by="zone", inventory=given)) == 2
    measured = evaluate([{"id": "a", "latency": 1}], LIMIT, by="zone", inventory=iter(inventory))
    assert list(measured.names) == ["z"]


def test_a_text_names_labels_as_the_flag_does() -> None:
    nodes = [{"id": name, "latency": 1, "r": name[0], "z": name[1]} for name in ("ax", "ay", "bx")]
    several = evaluate(nodes, Policy(threshold=5), by=["r", "z"])
    assert list(several.names) == ["a/x", "a/y", "b/x"]
    assert list(evaluate(nodes, Policy(threshold=5), by="r, z").names) == list(several.names)


def test_a_coarser_precision_leaves_fewer_nodes_alone() -> None:
    rows = [
        (f"n{number}", number % 9 * 9 + 1.3, number % 9 * 13 + 1.3 + number * 0.01, 1.0)
        for number in range(60)
    ]
    fleet = read_fleet(rows, places=True)
    alone = [evaluate(rows, LIMIT, precision=precision).starts.tolist() for precision in range(1, 13)]
    lonely = [sum(end - start == 1 for start, end in pairwise(starts)) for starts in alone]
    for precision in range(1, 13):
        better = [at for at in range(1, precision) if lonely[at - 1] < lonely[precision - 1]]
        found = coarser(fleet, precision, lonely[precision - 1])
        assert (found is None) == (not better)
        if found is not None:
            assert found[0] in better
            assert found[1] == lonely[found[0] - 1]


def test_the_suited_precision_is_the_advised_one() -> None:
    nodes = [(f"n{number}", number % 9 * 9 + 1.3, number % 9 * 13 + 1.3, 1.0) for number in range(60)]
    advised = advise(nodes).recommended
    assert advised is not None
    auto, given = (evaluate(nodes, LIMIT, precision=precision) for precision in ("auto", advised))
    assert (auto.answer, list(auto.names)) == (given.answer, list(given.names))
