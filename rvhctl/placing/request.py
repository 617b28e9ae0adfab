"""One request of a batch about names, failures, weights, replicas, evenness or moves."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from rvhctl.api.placement import Placement, slots_of
from rvhctl.core.keylines import DECIMAL
from rvhctl.errors import JumpHashError, listed, shorten
from rvhctl.jsontext import exact_value
from rvhctl.keys import Key, KeyRule
from rvhctl.placing.documents import explanation, moves_document, place, stats_document
from rvhctl.slots import NodeName, Slots

FLEET: Final = ("buckets", "nodes", "weights", "down")
HASHES: Final = {"hash": "xxh64", "seed": 0, "dialect": "paper"}
TARGET: Final = ("to", "to_nodes", "to_down")
VIEWS: Final = ("replicas", "allow_fewer", "stats", "explain")

BEYOND: Final = frozenset({*FLEET, *HASHES, *TARGET, *VIEWS}) - {"buckets"}
"""Members that the plain request, a number of buckets and keys, has not."""


def answer(request: dict[str, Any], text: bytes, defaults: dict[str, Any]) -> dict[str, Any]:
    """The members of the answer.

    Raises:
        RvhctlError: it cannot be answered.
    """
    here = _here(request, defaults)
    there = _there(request, here, defaults)
    keys, single = _keys(request, text, here)
    replicas = _setting(request, "replicas", defaults)
    count = 1
    if replicas is not None:
        count = here.replica_count(replicas, bool(_setting(request, "allow_fewer", defaults)))
    places = [
        place(here.slots, buckets, replicas is not None) for buckets in here.chosen_buckets(keys, count)
    ]
    result = places[0] if single else _listed(places)
    if _setting(request, "explain", defaults):
        explained = [explanation(here.slots, here.explain(key, count)) for key in keys]
        result["explain"] = explained[0] if single else explained
    if _setting(request, "stats", defaults):
        result["stats"] = stats_document(here.stats(keys))
    if there is not None:
        result["moves"] = moves_document(here.moves(keys, there))
    return result


def _listed(places: list[dict[str, Any]]) -> dict[str, Any]:
    """``bucket`` of each as ``buckets``, ``node`` as ``nodes``, ``replicas`` under its own name."""
    plural = {"bucket": "buckets", "node": "nodes", "replicas": "replicas"}
    names = places[0] if places else ["bucket"]
    return {plural[name]: [place[name] for place in places] for name in names}


def _setting(request: dict[str, Any], name: str, defaults: dict[str, Any]) -> Any:
    value = request.get(name)
    return defaults.get(name) if value is None else value


def _here(request: dict[str, Any], defaults: dict[str, Any]) -> Placement:
    """The nodes of the request, or those of the flags with what the request says otherwise."""
    given: Placement | None = defaults.get("placement")
    if given is not None and not request.keys() & {*FLEET, *HASHES}:
        return given
    if request.get("buckets") is not None and request.get("nodes") is not None:
        raise JumpHashError("buckets and nodes exclude each other")
    if request.get("nodes") is not None:
        slots = slots_of(request["nodes"])
    elif request.get("buckets") is not None:
        slots = Slots.numbered(request["buckets"])
    elif given is not None:
        slots = given.slots
    else:
        raise JumpHashError("buckets is missing: state it (or nodes) in the request or with --buckets")
    slots = slots.with_weights(_weights(request.get("weights"), slots))
    if request.get("down") is not None:
        states = set(slots.down) if request.get("nodes") is not None else set()
        slots = slots.with_down([*map(slots.name_of, states), *_names(request["down"], "down")])
    settings: dict[str, Any] = {
        name: _setting(request, name, defaults) or plain for name, plain in HASHES.items()
    }
    return Placement.of(slots, **settings)


def _there(request: dict[str, Any], here: Placement, defaults: dict[str, Any]) -> Placement | None:
    """What the request, or the flags, compare with."""
    if not any(request.get(name) is not None for name in TARGET):
        other: Placement | None = defaults.get("other")
        return other
    there = here.slots
    down: list[NodeName] = [here.slots.name_of(bucket) for bucket in here.slots.down]
    if request.get("to") is not None:
        there = Slots.numbered(request["to"])
    elif request.get("to_nodes") is not None:
        there = slots_of(request["to_nodes"])
    if request.get("to_down") is not None:
        down = _names(request["to_down"], "to_down")
    else:
        down = [name for name in down if there.has(name)]
    states = [there.name_of(bucket) for bucket in there.down] if there is not here.slots else []
    recipe = here.recipe
    return Placement.of(there.with_down([*states, *down]), recipe.name, recipe.seed, here.dialect)


def _keys(request: dict[str, Any], text: bytes, here: Placement) -> tuple[list[Key], bool]:
    """The keys, and whether it is a single one under ``key``."""
    rule = KeyRule(integers=here.recipe.in_core == DECIMAL)
    if "key" in request:
        return [rule.json(request["key"], lambda: exact_value(text)["key"], "")], True
    keys = request.get("keys")
    if not isinstance(keys, list):
        raise JumpHashError(f"a request needs key or keys; it has {listed(request) or 'no member'}")

    def exact(row: int) -> Any:
        return exact_value(text)["keys"][row]

    return [
        rule.json(key, partial(exact, row), "", place=f"key {row + 1}") for row, key in enumerate(keys)
    ], False


def _weights(value: Any, slots: Slots) -> dict[NodeName, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise JumpHashError(f"weights must be an object (got {shorten(value)})")
    if slots.ids:
        return dict(value)
    # The names of members are text, the names of buckets are numbers.
    return {
        int(name) if name.isascii() and name.isdigit() else name: weight for name, weight in value.items()
    }


def _names(value: Any, member: str) -> list[NodeName]:
    if not isinstance(value, list):
        raise JumpHashError(f"{member} must be an array (got {shorten(value)})")
    return value
