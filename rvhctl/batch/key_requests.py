"""One request of a batch: a JSON object in, the members of its answer out."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from rvhctl.batch import node_requests
from rvhctl.errors import (
    FaultsetError,
    JumpHashError,
)
from rvhctl.formats import jsontext
from rvhctl.formats.members import contradiction
from rvhctl.keys.key import KeyRule, stated_keys
from rvhctl.placement.jump import jump_hash, jump_hash_many

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
        from rvhctl.batch.placement_requests import answer as placed

        return placed(request, text, defaults)
    if "key" in request and "keys" in request and (problem := contradiction(request)):
        raise JumpHashError(problem)
    buckets = _setting(request, "buckets", defaults)
    rule = KeyRule(integers=defaults["hash"] == "int")
    keys, single = stated_keys(request, partial(jsontext.exact_value, text), rule)
    if single:
        return {"bucket": jump_hash(keys[0], buckets)}
    return {"buckets": jump_hash_many(keys, buckets)}


def _setting(request: dict[str, Any], name: str, defaults: dict[str, Any]) -> Any:
    value = request.get(name)
    if value is None:
        value = defaults.get(name)
    if value is None:
        kind = JumpHashError if name == "buckets" else FaultsetError
        raise kind(f"{name} is missing: state it in the request or with --{name}")
    return value
