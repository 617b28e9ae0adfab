"""What Envoy says at ``/clusters?format=json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rvhctl.errors import InputError
from rvhctl.formats.tools.envoy import knows, read
from rvhctl.formats.tools.expected import Expected

DATA = Path(__file__).parents[2] / "data/valid/inventories"


def of_file(name: str) -> Expected:
    document = json.loads((DATA / f"envoy-{name}.json").read_text())
    assert knows(document)
    return read(document, "f")


def host(address: str = "10.0.0.1", port: int = 80, **fields: Any) -> dict[str, Any]:
    return {"address": {"socket_address": {"address": address, "port_value": port}}, **fields}


def of_hosts(*hosts: Any) -> Expected:
    return read({"cluster_statuses": [{"name": "api", "host_statuses": list(hosts)}]}, "f")


def states(expected: Expected) -> dict[str, str]:
    return {record["id"]: record["state"] for record in expected.records}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("eds-unhealthy", {"10.0.0.1:80": "down", "10.0.0.2:80": "down", "10.0.0.3:80": "up"}),
        ("empty-cluster", {"10.0.0.1:80": "up"}),
        ("pipe", {"10.0.0.1:80": "up"}),
        ("two-clusters", {"10.0.0.1:80": "down", "10.0.0.1:9100": "up"}),
    ],
)
def test_clusters_as_they_are(name: str, expected: dict[str, str]) -> None:
    assert states(of_file(name)) == expected


@pytest.mark.parametrize(
    ("health", "state"),
    [
        ({}, "up"),
        ({"eds_health_status": "HEALTHY"}, "up"),
        ({"eds_health_status": "UNKNOWN"}, "up"),
        ({"eds_health_status": "DEGRADED"}, "up"),
        ({"eds_health_status": "UNHEALTHY"}, "down"),
        ({"eds_health_status": "TIMEOUT"}, "down"),
        ({"eds_health_status": "DRAINING"}, "drain"),
        ({"eds_health_status": "DRAINING", "failed_outlier_check": True}, "down"),
        ({"failed_active_health_check": True, "active_hc_timeout": True}, "down"),
        ({"failed_active_health_check": False}, "up"),
        ({"failed_outlier_check": True}, "down"),
        ({"failed_active_degraded_check": True}, "up"),
        ({"pending_active_hc": True}, "down"),
        ({"pending_dynamic_removal": True}, "up"),
        ({"excluded_via_immediate_hc_fail": True}, "down"),
    ],
)
def test_a_host_is_up_where_envoy_sends_it_something(health: dict[str, Any], state: str) -> None:
    assert states(of_hosts(host(health_status=health))) == {"10.0.0.1:80": state}


def test_weight_and_locality_come_along() -> None:
    place = {"region": "eu-west-1", "zone": "eu-west-1a", "sub_zone": ""}
    assert of_hosts(host("2001:db8::1", 443, weight=20, locality=place)).records == [
        {"id": "[2001:db8::1]:443", "state": "up", "weight": 20, "region": "eu-west-1", "zone": "eu-west-1a"}
    ]


def test_a_host_of_two_clusters_is_one_node_and_a_contradiction_is_named() -> None:
    document = {
        "cluster_statuses": [
            {"name": "api", "host_statuses": [host(weight=1)]},
            {"name": "web", "host_statuses": [host(weight=2, health_status={"failed_outlier_check": True})]},
        ]
    }
    expected = read(document, "f")
    assert expected.records == [{"id": "10.0.0.1:80", "state": "down", "weight": 1}]
    assert expected.warnings == [
        "f: contradictions: state of '10.0.0.1:80' ('up' in 'api', 'down' in 'web'), "
        "weight of '10.0.0.1:80' (1 in 'api', 2 in 'web'); of states the worse counts, else the first"
    ]


def test_many_contradictions_are_counted() -> None:
    clusters = [
        {"name": str(weight), "host_statuses": [host(port=port, weight=weight) for port in range(9)]}
        for weight in (1, 2)
    ]
    (warning,) = read({"cluster_statuses": clusters}, "f").warnings
    assert "weight of '10.0.0.1:2' (1 in '1', 2 in '2') and 6 more; of states" in warning


def test_a_host_without_a_port_is_known_by_its_address() -> None:
    six = {"address": {"socket_address": {"address": "fd00::1"}}}
    assert list(states(of_hosts(host("10.0.0.1", 0), six, host("fd00::1", 80)))) == [
        "10.0.0.1",
        "fd00::1",
        "[fd00::1]:80",
    ]


def test_a_pipe_is_no_node() -> None:
    assert of_file("pipe").notes == ["f: left out 1 host without an address in a network"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"cluster_statuses": 7}, "f: cluster_statuses must be a list (got 7)"),
        ({"cluster_statuses": [7]}, "f: cluster 1: this must be an object (got 7)"),
        (
            {"cluster_statuses": [{"name": "api", "host_statuses": [7]}]},
            "f: api: host 1: this must be an object (got 7)",
        ),
        (
            {"cluster_statuses": [{"host_statuses": [{"address": {"socket_address": {}}}]}]},
            "f: cluster 1: host 1: a host needs address and port_value (got {})",
        ),
    ],
)
def test_what_is_wrong_is_named(document: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        read(document, "f")
    assert str(error.value) == message
