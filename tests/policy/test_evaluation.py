"""Evaluations against the naive one, and what an operator was promised, by name."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import naive_policy as naive

from rvhctl.concurrency.steps import run
from rvhctl.core.columns import Floats
from rvhctl.core.policy.survivors import survivors
from rvhctl.errors import EmptyNodesError, FaultsetError, UnknownNodeError
from rvhctl.nodes.fields import Record, read_details
from rvhctl.nodes.fleet import Fleet, FleetBuilder
from rvhctl.policy.decision import WithinThreshold, decide
from rvhctl.policy.evaluation import Evaluation, Failed
from rvhctl.policy.memory import Memory, Standing
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Policy
from rvhctl.policy.request import Request

milliseconds = st.sampled_from([0.0, 1.0, 2.0, 10.0, 10.5, 11.0, 12.0, 15.0, 30.0]) | st.floats(0, 1e6)
percent = st.sampled_from(["0%", "10%", "28%", "33.3%", "50%", "99.999%", "100%"])
place = st.one_of(
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.tuples(st.sampled_from([-90.0, -45.0, 0.0, 45.0, 90.0]), st.sampled_from([-180.0, -90.0, 0.0, 180.0])),
    st.tuples(st.floats(51, 53), st.floats(3, 6)),
)


@st.composite
def node_lists(draw: st.DrawFn, places: bool = True) -> list[naive.Node]:
    count = draw(st.integers(1, 14))
    nodes = []
    for row in range(count):
        node: dict[str, Any] = {"id": f"n{row}"}
        samples = draw(st.none() | st.lists(st.none() | milliseconds, max_size=5))
        if samples is not None:
            node["samples"] = samples
        if samples is None or draw(st.booleans()):
            node["latency"] = draw(st.none() | milliseconds)
        if draw(st.integers(0, 3)) == 0:
            node["state"] = draw(st.sampled_from(["up", "drain", "down"]))
        if draw(st.integers(0, 3)) == 0:
            node["weight"] = draw(st.sampled_from([0.1, 0.3, 1, 2.5, 100]))
        if places:
            node["lat"], node["lon"] = draw(place)
        nodes.append(node)
    return nodes


policies = st.fixed_dictionaries(
    {},
    optional={
        "aggregate": st.sampled_from(["median", "mean", "min", "max", "p95", "p99"]),
        "max_loss": percent,
        "min_survivors": st.integers(1, 6) | percent.filter(lambda text: text != "0%"),
        "max_ejection": percent,
        "on_degraded": st.sampled_from(["skip", "keep", "all"]),
        "on_down": st.sampled_from(["skip", "all"]),
        "merge_below": st.integers(1, 5),
        "rise": st.integers(1, 3),
        "fall": st.integers(1, 3),
        "hysteresis": percent,
    },
)
limits = st.one_of(
    st.fixed_dictionaries({"threshold": milliseconds}),
    st.fixed_dictionaries(
        {"relative": st.sampled_from([1, 1.002, 1.5, 3.0])}, optional={"floor": milliseconds}
    ),
    st.fixed_dictionaries({"threshold": milliseconds, "relative": st.sampled_from([1, 1.5])}),
)


def fleet_of(nodes: list[naive.Node]) -> Fleet:
    builder = FleetBuilder()
    for node in nodes:
        details = read_details(node)
        measured = math.nan if details is None else details.latency
        if "latency" in node:
            measured = math.nan if node["latency"] is None else node["latency"]
        lat, lon = node.get("lat", math.nan), node.get("lon", math.nan)
        builder.add(Record(node["id"], measured, lat, lon, details, labels=node.get("labels", ())))
    return builder.build()


def said(evaluation: Evaluation) -> list[dict[str, Any]]:
    """As the naive policy says it, which counts the nodes."""
    rows = {node_id: row for row, node_id in enumerate(evaluation.fleet.ids)}
    return [
        {
            "cell": group.cell,
            "health": group.health,
            "limit": group.limit,
            "nodes": [rows[node] for node in group.nodes],
            "fit": [rows[node] for node in group.fit],
            "answer": [rows[node] for node in group.answer],
            "reason": {
                rows[node]: evaluation.explain(node).reason for node in sorted(group.nodes, key=rows.get)
            },
        }
        for group in evaluation
    ]


@given(node_lists(places=False), limits, policies)
def test_failover_is_the_naive_one(nodes: list[naive.Node], limit: Any, options: Any) -> None:
    assert said(Evaluation(fleet_of(nodes), Policy(**limit, **options))) == naive.evaluate(
        nodes, **limit, **options
    )


@given(node_lists(), limits, policies, st.integers(1, 4))
def test_faultset_is_the_naive_one(nodes: list[naive.Node], limit: Any, options: Any, precision: int) -> None:
    assert said(
        Evaluation(fleet_of(nodes), Policy(**limit, **options), precision=precision)
    ) == naive.evaluate(nodes, precision=precision, **limit, **options)


@given(st.lists(node_lists(places=False), min_size=1, max_size=6), limits, policies)
def test_memory_is_the_naive_one_round_after_round(
    rounds: list[list[naive.Node]], limit: Any, options: Any
) -> None:
    remembered: dict[str, Any] = {}
    memory = Memory()
    for nodes in rounds:
        evaluation = Evaluation(fleet_of(nodes), Policy(**limit, **options), memory=memory)
        assert said(evaluation) == naive.evaluate(nodes, memory=remembered, **limit, **options)
        assert evaluation.memory is not None
        # Every other round goes through the document.
        memory = evaluation.memory if memory.round % 2 else Memory.from_json(evaluation.memory.to_json())


@given(node_lists(), limits, policies, st.integers(1, 4), st.integers(0, 3))
def test_plan_is_the_naive_one(
    nodes: list[naive.Node], limit: Any, options: Any, precision: int, nearest: int
) -> None:
    evaluation = Evaluation(fleet_of(nodes), Policy(**limit, **options), precision=precision)
    groups = naive.evaluate(nodes, precision=precision, **limit, **options)
    plan = list(FleetPlan(evaluation, nearest))
    assert [list(cell.serve) for cell in plan] == naive.plan(
        groups, nodes, naive.centres_of(groups, precision), nearest
    )
    for cell, group in zip(plan, groups, strict=True):
        assert (cell.cell, cell.health, cell.nodes, cell.fit) == (
            group["cell"],
            group["health"],
            len(group["nodes"]),
            len(group["fit"]),
        )
        assert cell.survivors == [nodes[row]["id"] for row in group["answer"]]
        assert sum(share.share for share in cell.serve) in (0, 100)
        assert all(share.share > 0 for share in cell.serve)


@given(node_lists(), st.floats(0, 50), st.integers(1, 12))
def test_a_threshold_alone_is_plain_failover_and_faultset(
    nodes: list[naive.Node], threshold: float, precision: int
) -> None:
    plain = [
        {key: value for key, value in node.items() if key in ("id", "lat", "lon", "latency")}
        for node in nodes
    ]
    fleet = fleet_of([{"latency": None, **node} for node in plain])
    assert list(Evaluation(fleet, Policy(threshold=threshold)).answer_rows) == list(
        survivors(fleet.latencies, threshold)
    )
    decision = run(decide(fleet, Request(Policy(threshold=threshold), precision)))
    assert isinstance(decision, WithinThreshold)
    assert decision.groups is not None
    evaluation = Evaluation(fleet, Policy(threshold=threshold), precision=precision)
    assert evaluation.answer_rows == decision.answer_rows
    assert evaluation.answer_starts == decision.answer_starts
    assert evaluation.groups.cells == decision.groups.cells


@given(node_lists(), limits, policies, st.integers(1, 4), st.data())
def test_what_if_is_a_state_of_down(
    nodes: list[naive.Node], limit: Any, options: Any, precision: int, data: st.DataObject
) -> None:
    ids = data.draw(st.lists(st.sampled_from([node["id"] for node in nodes]), max_size=3))
    node = data.draw(st.sampled_from(nodes))
    letters = data.draw(st.integers(1, 6))
    prefix = naive.name_of(*naive.bits_of(node["lat"], node["lon"], letters), letters)
    failed = [
        {**node, "state": "down"}
        if node["id"] in ids
        or naive.name_of(*naive.bits_of(node["lat"], node["lon"], letters), letters) == prefix
        else node
        for node in nodes
    ]
    evaluation = Evaluation(
        fleet_of(nodes),
        Policy(**limit, **options),
        precision=precision,
        failed=Failed(tuple(ids), (prefix.upper(),)),
    )
    assert said(evaluation) == naive.evaluate(failed, precision=precision, **limit, **options)


def simple(*latencies: float | None, **more: Any) -> list[naive.Node]:
    return [{"id": f"n{row}", "latency": latency, **more} for row, latency in enumerate(latencies)]


def test_reasons_and_margins() -> None:
    nodes = [
        *simple(10.0, 20.0, 40.0, 200.0, None),
        {"id": "drained", "latency": 1.0, "state": "drain"},
        {"id": "dead", "latency": 1.0, "state": "down"},
        {"id": "lossy", "samples": [10.0, None], "latency": 10.0},
    ]
    evaluation = Evaluation(fleet_of(nodes), Policy(threshold=100, relative=1.2, max_loss="20%"))
    found = [(one.kept, one.reason, one.margin) for one in evaluation.explanations()]
    assert found == [
        (True, None, 26.0),
        (True, None, 16.0),
        (False, "over_relative", -4.0),
        (False, "over_threshold", -164.0),
        (False, "no_measurement", None),
        (False, "drain", 35.0),
        (False, "down", 35.0),
        (False, "loss", 26.0),
    ]
    assert {one.limit for one in evaluation.explanations()} == {36.0}
    assert {one.cell for one in evaluation.explanations()} == {None}


def test_twenty_eight_percent_of_25_is_seven() -> None:
    for fit, health in ((7, "healthy"), (6, "degraded"), (0, "down")):
        nodes = simple(*[1.0] * fit, *[100.0] * (25 - fit))
        evaluation = Evaluation(fleet_of(nodes), Policy(threshold=50, min_survivors="28%"))
        assert evaluation.worst == health


def test_never_all_are_ejected() -> None:
    evaluation = Evaluation(fleet_of(simple(30.0, 20.0, 20.0)), Policy(threshold=1, max_ejection="100%"))
    assert evaluation.answer == ["n1"]
    assert evaluation.worst == "down"
    assert [one.reason for one in evaluation.explanations()] == [
        "over_threshold",
        "kept_by_safeguard",
        "over_threshold",
    ]


def test_on_down_skip_wins_over_max_ejection() -> None:
    policy = Policy(threshold=1, max_ejection="10%", on_down="skip")
    assert not len(Evaluation(fleet_of(simple(30.0, 20.0)), policy))


def test_all_gives_measured_nodes_that_are_over_their_loss_too() -> None:
    nodes = [*simple(5.0, None), {"id": "lossy", "samples": [1.0, None]}]
    policy = Policy(threshold=1, max_loss="10%", on_down="all")
    assert Evaluation(fleet_of(nodes), policy).answer == ["lossy", "n0"]


def test_a_group_without_a_median_has_only_the_threshold() -> None:
    nodes = simple(5.0, 6.0, state="drain")
    assert Evaluation(fleet_of(nodes), Policy(relative=2)).group(0).limit is None
    assert Evaluation(fleet_of(nodes), Policy(relative=2, threshold=9)).group(0).limit == 9


def test_held_in_although_unmeasured_comes_last() -> None:
    policy = Policy(threshold=10)
    first = Evaluation(fleet_of(simple(1.0, 2.0, 3.0)), policy, memory=Memory())
    second = Evaluation(fleet_of(simple(None, 2.0, None)), policy, memory=first.memory)
    assert second.answer == ["n1", "n0", "n2"]
    assert [one.reason for one in second.explanations()] == ["damped", None, "damped"]


def test_joined_cells_keep_the_name_of_the_group() -> None:
    # u173 and u179 touch; the lone node of u179 joins.
    nodes = [
        {"id": "a", "lat": 52.36, "lon": 4.90, "latency": 1.0},
        {"id": "b", "lat": 52.37, "lon": 4.91, "latency": 2.0},
        {"id": "c", "lat": 52.37, "lon": 5.10, "latency": 0.5},
    ]
    evaluation = Evaluation(fleet_of(nodes), Policy(threshold=10, merge_below=2), precision=4)
    assert evaluation.groups.joined == [("u179", "u173")]
    assert [(group.cell, group.answer) for group in evaluation] == [("u173", ["c", "a", "b"])]


@pytest.mark.parametrize(
    ("failed", "says"),
    [
        (Failed(("n0", "n1x")), "no node has the id 'n1x'; did you mean 'n1'?"),
        (Failed(("gone",)), "no node has the id 'gone'"),
        (Failed((), ("s0", "s1")), "no node stands in the cell 's1'; did you mean 's0'?"),
        (Failed((), ("u",)), "no node stands in the cell 'u'"),
    ],
)
def test_a_what_if_names_nodes_and_cells_that_are_there(failed: Failed, says: str) -> None:
    nodes = simple(1.0, 2.0, lat=1.0, lon=1.0)
    with pytest.raises(UnknownNodeError) as caught:
        Evaluation(fleet_of(nodes), Policy(threshold=10), failed=failed)
    assert str(caught.value) == says
    assert isinstance(caught.value, FaultsetError)


def test_nodes_alone_in_their_cells_are_counted() -> None:
    nodes = [*simple(1.0, 2.0, lat=1.0, lon=1.0), {"id": "far", "latency": 9.0, "lat": 50.0, "lon": 8.0}]
    assert Evaluation(fleet_of(nodes), Policy(relative=1.5), precision=5).alone == 1
    assert Evaluation(fleet_of(nodes), Policy(relative=1.5, merge_below=2), precision=1).alone == 0
    assert Evaluation(fleet_of(nodes[2:]), Policy(relative=1.5)).alone == 0


def test_nodes_that_the_memory_misses() -> None:
    memory = Memory(3, {"n0": Standing(True), "gone": Standing(True), "ill": Standing(False)})
    evaluation = Evaluation(fleet_of(simple(1.0)), Policy(threshold=10), memory=memory)
    assert evaluation.absent == ["gone"]
    assert Evaluation(fleet_of(simple(1.0)), Policy(threshold=10)).absent == []


def test_what_cannot_be_evaluated() -> None:
    with pytest.raises(EmptyNodesError):
        Evaluation(fleet_of([]), Policy(threshold=1))
    bare = Fleet(["a"], Floats([1.0]))
    with pytest.raises(FaultsetError, match="no cell"):
        Evaluation(bare, Policy(threshold=1), failed=Failed(cells=("u",)))
    with pytest.raises(FaultsetError, match="precision"):
        FleetPlan(Evaluation(bare, Policy(threshold=1)))
    located = fleet_of(simple(1.0, lat=1.0, lon=1.0))
    with pytest.raises(FaultsetError, match="nearest"):
        FleetPlan(Evaluation(located, Policy(threshold=1), precision=3), -1)


def test_a_limit_can_always_be_written() -> None:
    evaluation = Evaluation(fleet_of(simple(1.7e308, 1.7e308)), Policy(relative=3))
    limit = evaluation.group(0).limit
    assert limit is not None
    assert math.isfinite(limit)
    assert len(evaluation) == 2
