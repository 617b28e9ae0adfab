"""Groups by label against the naive ones, and against cells where a label is the geohash."""

from __future__ import annotations

import asyncio
import math
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import naive_policy as naive

from rvhctl import FleetPlan, NodeColumns, Policy, evaluate, faultset, faultset_async, geohash
from rvhctl.errors import FaultsetError, InvalidNodeError, LengthMismatchError, UnknownNodeError
from rvhctl.policy.evaluation import Evaluation, Failed
from rvhctl.policy.groups import label_name

from .test_evaluation import fleet_of, limits, node_lists, policies, said

values = st.sampled_from(["a", "b", "a/b", '"a"', '"a', "é"])


@st.composite
def labelled(draw: st.DrawFn) -> list[naive.Node]:
    """Nodes with one or two labels, of which some stand nowhere."""
    nodes = draw(node_lists())
    depth = draw(st.integers(1, 2))
    for node in nodes:
        node["labels"] = tuple(draw(values) for _ in range(depth))
        if draw(st.booleans()):
            del node["lat"], node["lon"]
    return nodes


def own_centres(nodes: list[naive.Node], groups: list[dict[str, Any]]) -> list[tuple[float, float] | None]:
    """The centroid of those nodes of each group that have its name."""
    return [
        naive.centroid([node for node in nodes if naive.name_of_labels(node["labels"]) == group["cell"]])
        for group in groups
    ]


@given(labelled(), limits, policies, st.integers(0, 3))
def test_groups_and_plan_are_the_naive_ones(
    nodes: list[naive.Node], limit: Any, options: Any, nearest: int
) -> None:
    parts = naive.evaluate(nodes, by_label=True, **limit, **{**options, "merge_below": 1})
    small = [part for part in parts if len(part["nodes"]) < (options.get("merge_below") or 1)]
    if None in own_centres(nodes, small):
        with pytest.raises(FaultsetError, match="has no coordinates"):
            Evaluation(fleet_of(nodes), Policy(**limit, **options), by_label=True)
        return
    evaluation = Evaluation(fleet_of(nodes), Policy(**limit, **options), by_label=True)
    groups = naive.evaluate(nodes, by_label=True, **limit, **options)
    assert said(evaluation) == groups
    plan = [list(group.serve) for group in FleetPlan(evaluation, nearest)]
    assert plan == naive.plan(groups, nodes, own_centres(nodes, groups), nearest)


@given(node_lists(), limits, policies, st.integers(1, 4))
def test_a_label_that_is_the_geohash_makes_the_same_groups(
    nodes: list[naive.Node], limit: Any, options: Any, precision: int
) -> None:
    """But for what distances decide: they are those of centroids, not of cells."""
    policy = Policy(**limit, **{**options, "merge_below": None})
    for node in nodes:
        node["cell"] = geohash.encode(node["lat"], node["lon"], precision)
        node["latency"] = node.get("latency")
    by_cell = evaluate(nodes, policy, precision=precision)
    by_label = evaluate(nodes, policy, by="cell")
    assert said(by_label) == said(by_cell)
    assert by_label.groups.names(0, 99) == by_cell.groups.names(0, 99)


def test_names_are_those_of_one_group() -> None:
    pairs = [("a/b", "c"), ("a", "b/c"), ("a", "b"), ('"a/b"', "c"), ('"a"', "b"), ('a"', "b")]
    assert list(map(label_name, pairs)) == [
        '"a/b"/c',
        'a/"b/c"',
        "a/b",
        '"\\"a/b\\""/c',
        '"\\"a\\""/b',
        'a"/b',
    ]
    assert label_name(("a/b",)) == "a/b"


@given(
    st.tuples(st.text(min_size=1), st.text(min_size=1)), st.tuples(st.text(min_size=1), st.text(min_size=1))
)
def test_no_two_groups_have_one_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (label_name(one) == label_name(other)) == (one == other)


NODES: list[dict[str, Any]] = [
    {"id": "a", "region": "eu", "zone": "1", "latency": 10},
    {"id": "b", "region": "eu", "zone": 2, "latency": 10},
    {"id": "c", "region": "eu", "zone": True, "latency": 10},
    {"id": "d", "region": "us", "zone": 1, "latency": 10},
]


def test_integers_and_booleans_are_their_text() -> None:
    evaluation = evaluate(NODES, Policy(threshold=50), by="zone")
    assert [(group.name, group.nodes) for group in evaluation] == [
        ("1", ["a", "d"]),
        ("2", ["b"]),
        ("true", ["c"]),
    ]
    assert repr(evaluation) == "<Evaluation: 4 of 4 nodes serve in 3 groups, worst is healthy>"
    assert evaluation.summary == "groups: 3 healthy"
    assert faultset(NODES, 50, by="zone") == ["a", "d", "b", "c"]


@pytest.mark.parametrize(
    ("group", "down"),
    [("eu", ["eu/1", "eu/2", "eu/true"]), ("eu/2", ["eu/2"]), ("us/1", ["us/1"])],
)
def test_a_group_or_all_with_its_first_labels_fail(group: str, down: list[str]) -> None:
    evaluation = evaluate(NODES, Policy(threshold=50), by=("region", "zone"), failed=Failed(groups=(group,)))
    assert [group.name for group in evaluation if group.health == "down"] == down


@pytest.mark.parametrize(
    ("group", "says"),
    [
        ("eu/3", "there is no group 'eu/3'; did you mean 'eu/2'?"),
        ("e", "there is no group 'e'; the groups are eu/1, eu/2, eu/true, us/1"),
    ],
)
def test_no_such_group(group: str, says: str) -> None:
    with pytest.raises(UnknownNodeError, match=says.replace("?", "[?]") + "$") as error:
        evaluate(NODES, Policy(threshold=50), by=["region", "zone"], failed=Failed(groups=[group]))  # type: ignore[arg-type]
    assert error.value.member == "down_group"


@pytest.mark.parametrize(
    "value", [None, "", 1.5, ["z"], {"z": 1}, float("nan"), "\ud800", 10**5000], ids=range(8)
)
def test_nodes_without_the_label_are_counted(value: Any) -> None:
    nodes = [NODES[0], {**NODES[1], "zone": value}, {"id": "c", "latency": 1}]
    with pytest.raises(InvalidNodeError, match="node 2: 2 of 3 nodes have no 'zone', the first of them 'b'"):
        evaluate(nodes, Policy(threshold=50), by="zone")


def test_small_groups_join_the_nearest() -> None:
    places = {"ams": (52.3, 4.9), "rtm": (51.9, 4.5), "syd": (-33.9, 151.2)}
    nodes = [
        {"id": f"{zone}-{row}", "lat": places[zone][0], "lon": places[zone][1], "zone": zone, "latency": row}
        for zone, count in (("syd", 2), ("rtm", 1), ("ams", 2))
        for row in range(count)
    ]
    evaluation = evaluate(nodes, Policy(threshold=50, merge_below=2), by="zone")
    assert evaluation.groups.joined == [("rtm", "ams")]
    assert [group.name for group in evaluation] == ["syd", "ams"]
    for node in nodes[:2]:
        del node["lat"], node["lon"]
    of_two = evaluate(nodes, Policy(threshold=50, merge_below=2), by="zone")
    assert of_two.groups.joined == [("rtm", "ams")]  # syd has no place, and need not join
    del nodes[2]["lat"], nodes[2]["lon"]
    with pytest.raises(
        FaultsetError, match=r"joins the nearest group, and 'rtm' \(1 node\) has no coordinates"
    ):
        evaluate(nodes, Policy(threshold=50, merge_below=2), by="zone")


def test_half_a_place_is_an_error() -> None:
    with pytest.raises(InvalidNodeError, match=r"node 1 \(id 'a'\): lon"):
        evaluate([{**NODES[0], "lat": 1.0}], Policy(threshold=50), by="zone")


def test_a_label_or_a_precision() -> None:
    with pytest.raises(FaultsetError, match="by and precision exclude each other"):
        evaluate(NODES, Policy(threshold=50), by="zone", precision=3)


class Machine:
    def __init__(self, fields: dict[str, Any]) -> None:
        vars(self).update(fields)


def test_nodes_of_every_form_have_labels() -> None:
    columns = NodeColumns(
        [node["id"] for node in NODES],
        latencies=[10] * 4,
        lats=[None, 1, math.nan, 2],
        lons=[math.nan, 1, None, 2],
        labels={name: [node[name] for node in NODES] for name in ("region", "zone")},
    )
    forms: list[Any] = [NODES, columns, list(map(Machine, NODES)), [MappingProxyType(node) for node in NODES]]
    for by in ("zone", ["zone", "region"]):
        answers = [faultset(nodes, 50, by=by) for nodes in forms]
        answers += [asyncio.run(faultset_async(nodes, 50, by=by)) for nodes in forms]
        answers += [evaluate(nodes, Policy(threshold=50), by=by).answer for nodes in forms]
        assert answers == [answers[0]] * 12
    assert columns[1:][0]["zone"] == 2


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ({"lat": ["a"]}, "the label 'lat' has the name of another column"),
        (["zone"], "labels must be of type Mapping"),
    ],
)
def test_no_labels_of_columns(labels: Any, says: str) -> None:
    with pytest.raises(FaultsetError, match=says):
        NodeColumns(["a"], latencies=[1], labels=labels)


def test_a_column_of_labels_is_as_long_as_the_others() -> None:
    with pytest.raises(LengthMismatchError, match="1 ids, but 2 zone"):
        NodeColumns(["a"], latencies=[1], labels={"zone": ["x", "y"]})


@pytest.mark.parametrize("by", [5, [5], [""], {"zone": 1}])
def test_no_names_of_labels(by: Any) -> None:
    with pytest.raises(FaultsetError, match="by must be the name of a label, or a list of names"):
        faultset(NODES, 50, by=by)
