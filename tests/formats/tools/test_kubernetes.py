"""What ``kubectl get endpointslices -o json`` says."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from rvhctl.errors import InputError
from rvhctl.formats.tools.expected import Expected
from rvhctl.formats.tools.kubernetes import knows, read

DATA = Path(__file__).parents[2] / "data/valid/inventories"


def of_file(name: str) -> Expected:
    document = json.loads((DATA / f"kubernetes-{name}.json").read_text())
    assert knows(document)
    return read(document, "f")


def of_endpoints(*endpoints: Any, **fields: Any) -> Expected:
    return read({"kind": "EndpointSlice", "endpoints": list(endpoints), **fields}, "f")


def states(expected: Expected) -> dict[str, str]:
    return {record["id"]: record["state"] for record in expected.records}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("condnull", {"10.0.0.1": "up", "10.0.0.2": "up"}),
        ("dup", {"10.0.0.1": "down", "10.0.0.2": "down", "10.0.0.3": "down"}),
        ("empty", {}),
        ("null", {"10.0.0.1": "up"}),
        ("single", {"10.0.0.1": "up"}),
    ],
)
def test_slices_as_they_are(name: str, expected: dict[str, str]) -> None:
    assert states(of_file(name)) == expected


@pytest.mark.parametrize(("ready", "serving", "terminating"), [*product((True, False, None), repeat=3)])
def test_the_state_is_that_of_the_conditions(
    ready: bool | None, serving: bool | None, terminating: bool | None
) -> None:
    """By the definition: unknown ``ready`` is true, unknown ``serving`` is ``ready``."""
    is_ready = ready is None or ready
    serves = is_ready if serving is None else serving
    state = "down" if not serves else "up" if is_ready and not terminating else "drain"
    conditions = {"ready": ready, "serving": serving, "terminating": terminating}
    left_out = {name: value for name, value in conditions.items() if value is not None}
    for said in (conditions, left_out):
        assert states(of_endpoints({"addresses": ["a"], "conditions": said})) == {"a": state}


def test_zone_and_node_are_labels() -> None:
    endpoint = {
        "addresses": ["2001:db8::1"],
        "conditions": {},
        "zone": "eu-west-1a",
        "nodeName": "worker-1",
        "hints": {"forZones": [{"name": "eu-west-1b"}]},
        "targetRef": {"kind": "Pod", "name": "api-1"},
    }
    assert of_endpoints(endpoint, addressType="IPv6", ports=None).records == [
        {"id": "2001:db8::1", "state": "up", "zone": "eu-west-1a", "node": "worker-1"}
    ]


def test_an_address_of_several_slices_is_one_node_and_a_contradiction_is_named() -> None:
    def a_slice(name: str, **said: Any) -> dict[str, Any]:
        return {"metadata": {"name": name}, "endpoints": [{"addresses": ["10.0.0.1"], **said}]}

    document = {
        "kind": "EndpointSliceList",
        "items": [
            a_slice("api-1", zone="a", conditions={"ready": False, "serving": True}),
            a_slice("api-2", zone="b", nodeName="w", conditions={"ready": True}),
        ],
    }
    expected = read(document, "f")
    assert expected.records == [{"id": "10.0.0.1", "state": "drain", "zone": "a", "node": "w"}]
    assert expected.warnings == [
        "f: contradictions: state of '10.0.0.1' ('drain' in 'api-1', 'up' in 'api-2'), "
        "zone of '10.0.0.1' ('a' in 'api-1', 'b' in 'api-2'); of states the worse counts, else the first"
    ]
    assert not of_file("single").warnings


GOING = {"ready": False, "serving": False, "terminating": True}
DRAINING = {"ready": False, "serving": True, "terminating": True}
UNREADY = {"ready": False, "serving": False, "terminating": False}
READY = {"ready": True, "serving": True, "terminating": False}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ([GOING, READY], 1),
        ([READY, DRAINING], 0),
        ([DRAINING, UNREADY, GOING], 1),
        ([GOING, READY, DRAINING, READY], 1),
    ],
)
def test_an_endpoint_that_terminates_leaves_its_address_to_another(
    said: list[dict[str, bool]], counts: int
) -> None:
    """A pod may have the address of one that terminates, and an endpoint may move from slice to slice."""
    pods = [
        {"addresses": ["10.0.0.1"], "conditions": conditions, "zone": "a" if conditions is READY else "b"}
        for conditions in said
    ]
    items = [{"metadata": {"name": f"api-{row}"}, "endpoints": [pod]} for row, pod in enumerate(pods)]
    expected = read({"kind": "List", "items": items}, "f")
    assert expected.records == of_endpoints(pods[counts]).records
    assert not expected.warnings


def test_of_endpoints_that_all_terminate_the_worse_counts() -> None:
    pods = [{"addresses": ["10.0.0.1"], "conditions": conditions} for conditions in (DRAINING, GOING)]
    assert states(of_endpoints(*pods)) == {"10.0.0.1": "down"}
    assert of_endpoints(*pods).warnings


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"kind": "Status", "message": "forbidden"},
            "f: the kind of this is Status, not a list of EndpointSlices; "
            "give what kubectl get endpointslices -o json prints",
        ),
        (
            {"kind": "List", "items": [{"kind": "Pod"}]},
            "f: item 1: this is no EndpointSlice: Pod; give what kubectl get endpointslices -o json prints",
        ),
        (
            {"kind": "List", "items": [7]},
            "f: item 1: this is no EndpointSlice: 7; give what kubectl get endpointslices -o json prints",
        ),
        ({"kind": "List", "items": 7}, "f: items must be a list (got 7)"),
        ({"kind": "EndpointSlice", "endpoints": {}}, "f: endpoints must be a list (got {})"),
        ({"kind": "EndpointSlice", "endpoints": [7]}, "f: endpoint 1: an endpoint is an object (got 7)"),
        (
            {"kind": "List", "items": [{"endpoints": [{"addresses": []}]}]},
            "f: item 1: endpoint 1: an endpoint needs addresses (got [])",
        ),
        (
            {"kind": "EndpointSlice", "endpoints": [{"addresses": [1]}]},
            "f: endpoint 1: an endpoint needs addresses (got [1])",
        ),
        (
            {"kind": "EndpointSlice", "endpoints": [{"addresses": ["a"], "conditions": {"ready": "yes"}}]},
            "f: endpoint 1: the condition ready must be true, false or null (got 'yes')",
        ),
        (
            {"kind": "EndpointSlice", "endpoints": [{"addresses": ["a"], "conditions": [1]}]},
            "f: endpoint 1: conditions must be an object (got [1])",
        ),
        (
            {"kind": "EndpointSlice", "endpoints": [{"addresses": ["a"], "zone": 1}]},
            "f: endpoint 1: zone must be text (got 1)",
        ),
        ({"kind": "EndpointSlice", "metadata": 1}, "f: metadata must be an object (got 1)"),
    ],
)
def test_what_is_wrong_is_named(document: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read(document, "f")
    assert str(error.value) == message


@pytest.mark.parametrize("document", [{"nodes": [], "kind": "x"}, {"id": "a", "kind": "List"}, {"kind": 1}])
def test_a_node_document_is_no_object_of_kubernetes(document: dict[str, Any]) -> None:
    assert not knows(document)
