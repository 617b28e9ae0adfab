"""A request of a batch about nodes: failover or faultset, plain or under a policy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import orjson
from librt.vecs import vec

from rvhctl import jsontext
from rvhctl.api.fields import read_columns
from rvhctl.api.policy import Policy
from rvhctl.cells import first_of_each
from rvhctl.core import faultset as cells_of
from rvhctl.core.failover import survivors
from rvhctl.core.geohash import whole_precision
from rvhctl.errors import (
    EmptyNodesError,
    FaultsetError,
    InvalidNodeError,
    LengthMismatchError,
    NoSurvivorsError,
    listed,
    shorten,
)
from rvhctl.fleet import DETAILS, Details, Fleet
from rvhctl.milliseconds import checked_threshold
from rvhctl.policy_options import POLICY_MEMBERS
from rvhctl.records import Record, read_record

_NOTHING_MORE = frozenset(DETAILS).isdisjoint


class RequestNodes(NamedTuple):
    """The nodes of a request."""

    shown: Sequence[object]
    """The ids as they go out."""
    fleet: Fleet


def failover(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    """``{"survivors": [ids]}`` of ``nodes``, or of ``ids`` and ``latencies``.

    Raises:
        FaultsetError: it cannot be answered.
    """
    policy = _policy(request, defaults)
    if isinstance(request.get("ids"), list) and isinstance(request.get("latencies"), list):
        ids, latencies = request["ids"], request["latencies"]
        if len(ids) != len(latencies):
            raise LengthMismatchError(f"{len(ids)} ids, but {len(latencies)} latencies")
        nodes = [{"id": node_id, "latency": latency} for node_id, latency in zip(ids, latencies, strict=True)]
    else:
        nodes = _nodes(request)
    table = _table(nodes, text, coordinates=False)
    if not _is_plain(policy, table, request, defaults):
        return _evaluated(table, policy, None, request, defaults)
    assert policy.threshold is not None
    picked = survivors(table.fleet.latencies, policy.threshold)
    if not len(picked):
        raise NoSurvivorsError(
            f"no survivors: none of {len(nodes)} nodes answers within {policy.threshold:g} ms"
        )
    return {"survivors": [table.shown[row] for row in picked[: defaults["top"] or len(picked)]]}


def faultset(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    """``{"survivors": [ids]}`` of ``nodes``; a plan and explanations, where they are asked for.

    Raises:
        FaultsetError: it cannot be answered.
    """
    policy = _policy(request, defaults)
    letters = whole_precision(_first(request.get("precision"), defaults["precision"]))
    table = _table(_nodes(request), text, coordinates=True)
    if not _is_plain(policy, table, request, defaults):
        return _evaluated(table, policy, letters, request, defaults)
    assert policy.threshold is not None
    fleet = table.fleet
    cells = cells_of.faultset(fleet.lats, fleet.lons, fleet.latencies, policy.threshold, letters)
    if not len(cells.survivors):
        raise NoSurvivorsError("all clusters yielded no survivors")
    return {"survivors": [table.shown[row] for row in first_of_each(cells, defaults["top"])]}


def _policy(request: dict[str, Any], defaults: dict[str, Any]) -> Policy:
    """What the request states of limits and rails, and else the flags."""
    stated = {name: _first(request.get(name), defaults.get(name)) for name in POLICY_MEMBERS}
    if stated["threshold"] is None and stated["relative"] is None:
        raise FaultsetError("threshold is missing: state it in the request or with --threshold")
    if stated["threshold"] is not None:
        stated["threshold"] = checked_threshold(stated["threshold"])
    if stated["relative"] is None and request.get("floor") is None:
        stated["floor"] = None  # a flag for the requests that have a relative limit
    return Policy(**{name: value for name, value in stated.items() if value is not None})


def _is_plain(policy: Policy, table: RequestNodes, request: dict[str, Any], defaults: dict[str, Any]) -> bool:
    asked = (
        _first(request.get(name), defaults.get(name)) for name in ("explain", "plan", "down", "down_cell")
    )
    return policy.is_plain and not len(table.fleet.states) and not any(asked)


def _evaluated(
    table: RequestNodes,
    policy: Policy,
    precision: int | None,
    request: dict[str, Any],
    defaults: dict[str, Any],
) -> dict[str, Any]:
    from rvhctl.api.evaluation import Evaluation, Failed
    from rvhctl.api.planning import NEAREST, FleetPlan
    from rvhctl.evaluated import first_of_groups
    from rvhctl.views import explain_view, plan_view

    failed = Failed(_texts(request, "down", defaults), _texts(request, "down_cell", defaults))
    evaluation = Evaluation(table.fleet, policy, precision=precision, failed=failed)
    explain = _asked(request, "explain", defaults)
    plan = precision is not None and _asked(request, "plan", defaults)
    if not len(evaluation) and not explain and not plan:
        raise NoSurvivorsError(f"no survivors among {len(table.fleet)} nodes")
    top = defaults["top"]
    answer: dict[str, Any] = {"survivors": [table.shown[row] for row in first_of_groups(evaluation, top)]}
    if plan:
        nearest = _first(request.get("nearest"), _first(defaults.get("nearest"), NEAREST))
        view = plan_view(evaluation, FleetPlan(evaluation, nearest), table.shown, top)
        answer["plan"] = [{**row, "survivors": list(row["survivors"])} for row in view.rows()]
    if explain:
        answer["explain"] = list(explain_view(evaluation, table.shown).rows())
    return answer


def _asked(request: dict[str, Any], name: str, defaults: dict[str, Any]) -> bool:
    """Whether a view is asked for.

    Raises:
        FaultsetError: by something else than true or false.
    """
    value = _first(request.get(name), defaults.get(name))
    if value is not None and type(value) is not bool:
        raise FaultsetError(f"{name} must be true or false (got {shorten(value)})")
    return bool(value)


def _texts(request: dict[str, Any], name: str, defaults: dict[str, Any]) -> tuple[str, ...]:
    """What has failed.

    Raises:
        FaultsetError: no list of texts.
    """
    value = _first(request.get(name), defaults.get(name)) or ()
    if isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value):
        return tuple(dict.fromkeys(value))
    raise FaultsetError(f"{name} must be a list of texts (got {shorten(value)})")


def _first(stated: Any, default: Any) -> Any:
    return default if stated is None else stated


def _nodes(request: dict[str, Any]) -> list[Any]:
    nodes = request.get("nodes")
    if not isinstance(nodes, list):
        has = listed(request) or "no member"
        raise FaultsetError(f"a request needs nodes, or ids and latencies; it has {has}")
    return nodes


def _table(nodes: list[Any], text: bytes, *, coordinates: bool) -> RequestNodes:
    """The nodes of a request as columns.

    Raises:
        EmptyNodesError: there are none.
        InvalidNodeError: a node is wrong, or its id is there twice; the message names it.
    """
    if not nodes:
        raise EmptyNodesError
    try:
        ids = [node["id"] for node in nodes]
        usual = set(map(type, ids)) == {str} and len(set(ids)) == len(ids) and "" not in ids
        if usual and "".join(ids).isprintable() and all(map(_NOTHING_MORE, nodes)):
            if not coordinates:
                (latencies,) = read_columns(nodes, 0, len(nodes), ("latency",))
                return RequestNodes(ids, Fleet(ids, latencies))
            lats, lons, latencies = read_columns(nodes, 0, len(nodes), ("lat", "lon", "latency"))
            return RequestNodes(ids, Fleet(ids, latencies, lats, lons))
    except (InvalidNodeError, KeyError, TypeError):
        pass  # node by node, an unusual one is read and a wrong one named
    records = _records(nodes, text, coordinates=coordinates)
    # Text as it is, or an integer of any size by its digits.
    shown = [
        record.id if type(node["id"]) is str else orjson.Fragment(record.id)
        for node, record in zip(nodes, records, strict=True)
    ]
    details = Details()
    for record in records:
        details.add(record.details)
    latencies, lats, lons = (
        vec[float]([getattr(record, field) for record in records]) for field in ("latency", "lat", "lon")
    )
    ids = [record.id for record in records]
    fleet = Fleet(ids, latencies, lats, lons, details.states(), details.weights(), *details.samples())
    return RequestNodes(shown, fleet)


def _records(nodes: list[Any], text: bytes, *, coordinates: bool) -> list[Record]:
    """The nodes of a request, one by one.

    Raises:
        InvalidNodeError: a node is wrong, or its id is there twice; the message names it.
    """
    records = []
    rows: dict[str, int] = {}
    for row, fields in enumerate(nodes):
        try:
            record = read_record(fields, partial(_exact_node, text, row, fields), coordinates=coordinates)
        except InvalidNodeError as error:
            node_id = fields.get("id") if isinstance(fields, dict) else None
            named = "" if node_id is None else f" (id {shorten(node_id)})"
            raise InvalidNodeError(f"node {row + 1}{named}: {error}") from None
        first = rows.setdefault(record.id, row)
        if first != row:
            raise InvalidNodeError(
                f"node {row + 1}: the id {shorten(record.id)} was there before; first at node {first + 1}"
            )
        records.append(record)
    return records


def _exact_node(text: bytes, row: int, fields: dict[str, Any]) -> Any:
    request = jsontext.exact_value(text)
    return request["nodes"][row] if "nodes" in request else {**fields, "id": request["ids"][row]}
