"""What Envoy's admin interface says at ``/clusters?format=json``: the hosts of clusters, by address and port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rvhctl.errors import InputError
from rvhctl.formats.tools.expected import Expected, Listing
from rvhctl.formats.wording import counted

CLUSTERS: Final = "cluster_statuses"

OUT: Final = (
    "failed_active_health_check",
    "failed_outlier_check",
    "pending_active_hc",
    "excluded_via_immediate_hc_fail",
)
"""Flags of a host that Envoy sends nothing to. One that is degraded gets what the healthy cannot take, and one whose
removal is pending is as healthy as it was."""

BY_DISCOVERY: Final = {"UNHEALTHY": "down", "TIMEOUT": "down", "DRAINING": "drain"}
"""The state of a host by what discovery says of its health; any other lets it serve."""


def knows(document: Mapping[str, Any]) -> bool:
    """Whether this is an answer of Envoy."""
    return CLUSTERS in document


def read(document: Mapping[str, Any], source: str) -> Expected:
    """The hosts of all clusters; one that is in several is one node.

    Hosts that have no address in a network, such as pipes, are left out.

    Raises:
        InputError: a cluster or a host is not as Envoy has it.
    """
    listing = Listing()
    elsewhere = 0
    for number, cluster in enumerate(_list(document, CLUSTERS, source, ""), 1):
        place = f"cluster {number}"
        name = str(_object(cluster, place, source).get("name", place))
        for row, host in enumerate(_list(cluster, "host_statuses", source, name), 1):
            where = f"{name}: host {row}"
            address = _object(_object(host, where, source).get("address"), where, source)
            if "socket_address" not in address:
                elsewhere += 1
                continue
            node_id = _host_and_port(_object(address["socket_address"], where, source), source, where)
            listing.add(node_id, _fields(host, source, where), name)
    left_out = f"{source}: left out {counted(elsewhere, 'host')} without an address in a network"
    return listing.expected(source, [left_out] if elsewhere else [])


def _host_and_port(address: Mapping[str, Any], source: str, where: str) -> str:
    """Return how a host is known; the host alone, where there is no port."""
    host, port = address.get("address"), address.get("port_value", 0)
    if not isinstance(host, str) or not host or type(port) is not int:
        raise InputError("a host needs address and port_value", source=source, place=where, value=address)
    if not port:
        return host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _fields(host: Mapping[str, Any], source: str, where: str) -> dict[str, Any]:
    health = _object(host.get("health_status"), where, source)
    state = BY_DISCOVERY.get(str(health.get("eds_health_status")), "up")
    if any(health.get(flag) is True for flag in OUT):
        state = "down"
    locality = _object(host.get("locality"), where, source)
    places = {name: locality.get(name) or None for name in ("region", "zone", "sub_zone")}
    return {"state": state, "weight": host.get("weight"), **places}


def _list(fields: Mapping[str, Any], name: str, source: str, where: str) -> list[Any]:
    """Return a list; what is empty, Envoy leaves out."""
    value = fields.get(name)
    if value is not None and not isinstance(value, list):
        raise InputError(f"{name} must be a list", source=source, place=where, value=value)
    return value or []


def _object(value: Any, where: str, source: str) -> Mapping[str, Any]:
    """Return an object; what is empty, Envoy leaves out."""
    if value is not None and not isinstance(value, dict):
        raise InputError("this must be an object", source=source, place=where, value=value)
    return value or {}
