"""One request of a batch: a JSON object in, the members of its answer out."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from rvhctl import jsontext, node_requests
from rvhctl.api.keys import jump_hash, jump_hash_many
from rvhctl.errors import (
    FaultsetError,
    JumpHashError,
    listed,
)
from rvhctl.keys import KeyRule
from rvhctl.members import contradiction

PLAIN: Final = frozenset({"id", "key", "keys", "buckets"})
"""Members that a number of buckets and keys need, and no more."""
PLAIN_FLAGS: Final = frozenset({"buckets", "hash"})


def answer(kind: str, request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request; what it does not state, the flags do.

    Raises:
        RvhctlError: it cannot be answered.
    """
    match kind:
        case "failover":
            return node_requests.failover(request, text, defaults)
        case "faultset":
            return node_requests.faultset(request, text, defaults)
        case _:
            return _jump_hash(request, text, defaults)


def _jump_hash(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    if not (request.keys() <= PLAIN and defaults.keys() <= PLAIN_FLAGS):
        from rvhctl.placing.request import answer as placed

        return placed(request, text, defaults)
    if "key" in request and "keys" in request and (problem := contradiction(request)):
        raise JumpHashError(problem)
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


def _has(request: dict[str, Any]) -> str:
    return f"it has {listed(request) or 'no member'}"


def _exact(text: bytes, *path: str | int) -> Any:
    """A value of the request again, with exact integers."""
    value = jsontext.exact_value(text)
    for step in path:
        value = value[step]
    return value
