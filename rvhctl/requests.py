"""One request of a batch: a JSON object in, the members of its answer out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
from librt.vecs import vec

from rvhctl import jsontext
from rvhctl.api.fields import read_columns
from rvhctl.api.keys import jump_hash, jump_hash_many
from rvhctl.api.nodes import checked_threshold
from rvhctl.cells import first_of_each
from rvhctl.core.failover import survivors
from rvhctl.core.faultset import faultset
from rvhctl.core.geohash import whole_precision
from rvhctl.errors import (
    EmptyNodesError,
    FaultsetError,
    InvalidNodeError,
    JumpHashError,
    LengthMismatchError,
    NoSurvivorsError,
    shorten,
)
from rvhctl.keys import KeyRule
from rvhctl.records import Record, read_record


def answer(kind: str, request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request; what it does not state, the flags do.

    Raises:
        RvhctlError: it cannot be answered.
    """
    match kind:
        case "failover":
            return _failover(request, text, defaults)
        case "faultset":
            return _faultset(request, text, defaults)
        case _:
            return _jump_hash(request, text, defaults)


def _failover(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    limit = checked_threshold(_setting(request, "threshold", defaults))
    if isinstance(request.get("ids"), list) and isinstance(request.get("latencies"), list):
        ids, latencies = request["ids"], request["latencies"]
        if len(ids) != len(latencies):
            raise LengthMismatchError(f"{len(ids)} ids, but {len(latencies)} latencies")
        nodes = [{"id": node_id, "latency": latency} for node_id, latency in zip(ids, latencies, strict=True)]
    else:
        nodes = _nodes(request)
    ids, (latencies,) = _columns(nodes, text, ("latency",))
    picked = survivors(latencies, limit)
    if not len(picked):
        raise NoSurvivorsError(f"no survivors: none of {len(nodes)} nodes answers within {limit:g} ms")
    return {"survivors": [ids[row] for row in picked[: defaults["top"] or len(picked)]]}


def _faultset(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    limit = checked_threshold(_setting(request, "threshold", defaults))
    letters = whole_precision(_setting(request, "precision", defaults))
    ids, (lats, lons, latencies) = _columns(_nodes(request), text, ("lat", "lon", "latency"))
    cells = faultset(lats, lons, latencies, limit, letters)
    if not len(cells.survivors):
        raise NoSurvivorsError("all clusters yielded no survivors")
    return {"survivors": [ids[row] for row in first_of_each(cells, defaults["top"])]}


def _jump_hash(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    buckets = _setting(request, "buckets", defaults)
    rule = KeyRule(integers=defaults["hash"] == "int")
    if "key" in request:
        key = rule.json(request["key"], partial(_exact, text, "key"), "")
        return {"bucket": jump_hash(key, buckets)}
    keys = request.get("keys")
    if not isinstance(keys, list):
        raise JumpHashError(f"a request needs key or keys; {_has(request)}")
    read = [
        rule.json(value, partial(_exact, text, "keys", row), "", place=f"key {row + 1}")
        for row, value in enumerate(keys)
    ]
    return {"buckets": jump_hash_many(read, buckets)}


def _setting(request: dict[str, Any], name: str, defaults: dict[str, Any]) -> Any:
    value = request.get(name)
    if value is None:
        value = defaults.get(name)
    if value is None:
        kind = JumpHashError if name == "buckets" else FaultsetError
        raise kind(f"{name} is missing: state it in the request or with --{name}")
    return value


def _nodes(request: dict[str, Any]) -> list[Any]:
    nodes = request.get("nodes")
    if not isinstance(nodes, list):
        raise FaultsetError(f"a request needs nodes, or ids and latencies; {_has(request)}")
    return nodes


def _has(request: dict[str, Any]) -> str:
    return f"it has {', '.join(request) or 'no member'}"


def _columns(
    nodes: list[Any], text: bytes, fields: tuple[str, ...]
) -> tuple[Sequence[object], list[vec[float]]]:
    """The ids as they go out, and some fields, of the nodes of a request.

    Raises:
        EmptyNodesError: there are none.
        InvalidNodeError: a node is wrong, or its id is there twice; the message names it.
    """
    if not nodes:
        raise EmptyNodesError
    try:
        ids = [node["id"] for node in nodes]
        usual = set(map(type, ids)) == {str} and len(set(ids)) == len(ids) and "" not in ids
        if usual and "".join(ids).isprintable():
            return ids, read_columns(nodes, 0, len(nodes), fields)
    except (InvalidNodeError, KeyError, TypeError):
        pass  # node by node, an unusual one is read and a wrong one named
    records = _records(nodes, text, coordinates="lat" in fields)
    # Text as it is, or an integer of any size by its digits.
    shown = [
        record.id if type(node["id"]) is str else orjson.Fragment(record.id)
        for node, record in zip(nodes, records, strict=True)
    ]
    return shown, [vec[float]([getattr(record, field) for record in records]) for field in fields]


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


def _exact(text: bytes, *path: str | int) -> Any:
    """A value of the request again, with exact integers."""
    value = jsontext.exact_value(text)
    for step in path:
        value = value[step]
    return value


def _exact_node(text: bytes, row: int, fields: dict[str, Any]) -> Any:
    request = jsontext.exact_value(text)
    return request["nodes"][row] if "nodes" in request else {**fields, "id": request["ids"][row]}
