"""One request of a batch about keys: which bucket, node or replicas, and why, how evenly, or what would move."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rvhctl.core.keys.lines import DECIMAL
from rvhctl.errors import JumpHashError, shorten
from rvhctl.formats.jsontext import exact_value
from rvhctl.keys.key import KeyRule, stated_keys
from rvhctl.nodes.documents import FLAGS_OF_KEYS, OF_KEYS, contradiction, id_texts, misspelt, stated
from rvhctl.placement.jump import jump_hash, jump_hash_many

if TYPE_CHECKING:
    from rvhctl.placement.buckets import Buckets, NodeName
    from rvhctl.placement.placement import Placement
    from rvhctl.policy.policy import Percent

NUMBERED: Final = frozenset({"id", "key", "keys", "buckets"})
"""Members that a number of buckets and keys need, and no more."""
NUMBERED_FLAGS: Final = frozenset({"buckets", "hash"})
NATIVE: Final = {"xxh64": KeyRule(), "int": KeyRule(integers=True)}
"""Hashes of the functions for numbered buckets, and what they ask of keys."""
COMPARED: Final = ("to", "to_nodes", "to_down")
OF_PLACEMENTS: Final = OF_KEYS - {
    *(
        "id",
        "key",
        "keys",
        "as_text",
        "replicas",
        "allow_fewer",
        "stats",
        "explain",
        "matrix",
        "steps",
        "max_load",
        "sizes",
    )
}


def answer(request: dict[str, Any], text: bytes, flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of the answer; what the request does not state, the flags do.

    Raises:
        RvhctlError: it cannot be answered.
    """
    rule = NATIVE.get(flags["hash"])
    if rule is None or not (NUMBERED.issuperset(request) and NUMBERED_FLAGS.issuperset(flags)):
        return _placed(request, text, flags)
    # The same for numbered buckets, in a fraction of the time.
    if "key" in request and "keys" in request and (problem := contradiction(request)):
        raise JumpHashError(problem)
    buckets = request.get("buckets")
    if buckets is None:
        buckets = flags.get("buckets")
    if buckets is None:
        raise JumpHashError("buckets is missing: state it in the request or with --buckets")
    keys, single = stated_keys(request, partial(exact_value, text), rule)
    if single:
        return {"bucket": jump_hash(keys[0], buckets)}
    return {"buckets": jump_hash_many(keys, buckets)}


def _placed(request: dict[str, Any], text: bytes, flags: Mapping[str, Any]) -> dict[str, Any]:
    from rvhctl.placement.count import document, explanation, place

    problem = "" if request.keys() <= OF_KEYS else misspelt(request, OF_KEYS, FLAGS_OF_KEYS)
    problem = problem or contradiction(request)
    if problem:
        raise JumpHashError(problem)
    stated_here = stated({name: request[name] for name in request.keys() & OF_KEYS})
    members = {**flags, **stated_here}
    if "spread" in stated_here and "replicas" not in members:
        raise JumpHashError("spread tells where replicas lie: state replicas, too")
    here, there = _placements(stated_here, flags)
    rule = KeyRule(integers=here.recipe.in_core == DECIMAL, as_text=_yes(members, "as_text"))
    if rule.integers and stated_here.get("as_text"):
        raise JumpHashError("as_text makes no sense with the hash int, which takes integers")
    keys, single = stated_keys(request, partial(exact_value, text), rule)
    for name in ("matrix", "steps"):
        if there is None and stated_here.get(name):
            raise JumpHashError(f"{name} is about to, to_nodes or to_down: state one of them, too")
    if "max_load" in members or "sizes" in stated_here:
        _check_bound(members, single)
    if "max_load" in members or ("sizes" in members and _yes(members, "stats")):
        here, there = _assigned(here, keys, members), there and _assigned(there, keys, members)
    count, fewer = 1, _yes(members, "allow_fewer")
    if "replicas" in members:
        count = here.replica_count(members["replicas"], fewer)
    places = [
        place(here.nodes, buckets, "replicas" in members) for buckets in here.chosen_buckets(keys, count)
    ]
    result = places[0] if single else _listed(places)
    if _yes(members, "explain"):
        explained = [explanation(here.nodes, here.explain(key, count)) for key in keys]
        result["explain"] = explained[0] if single else explained
    if _yes(members, "stats"):
        result["stats"] = document(here.stats(keys))
    if there is not None:
        result |= _compared(here, there, keys, members)
    return result


def _compared(
    here: Placement, there: Placement, keys: list[Any], members: Mapping[str, Any]
) -> dict[str, Any]:
    """What would move, and what else is asked about that."""
    from rvhctl.placement.count import document

    sizes = members.get("sizes")
    result: dict[str, Any] = {"moves": document(here.moves(keys, there, sizes=sizes))}
    if _yes(members, "matrix"):
        from rvhctl.placement.moving.matrix import flow_row

        result["matrix"] = list(map(flow_row, here.matrix(keys, there, sizes=sizes)))
    if "steps" in members:
        from rvhctl.placement.moving.steps import step_row

        steps = here.steps(keys, there, _share(members["steps"]), sizes=sizes)
        result["steps"] = [step_row(number, step) for number, step in enumerate(steps, 1)]
    return result


def _share(steps: object) -> Percent:
    """The share that ``steps`` states.

    Raises:
        JumpHashError: it states none.
    """
    from rvhctl.errors import FaultsetError
    from rvhctl.policy.policy import parse_percent

    if not isinstance(steps, str):
        raise JumpHashError(f'steps must be a percentage such as "5%" (got {shorten(steps)})')
    try:
        return parse_percent(steps, "steps", zero=False)
    except FaultsetError as error:
        raise JumpHashError(str(error)) from None


def _check_bound(members: Mapping[str, Any], single: bool) -> None:
    """Refuse what says nothing beside a bound, or beside sizes without one."""
    if "max_load" not in members:
        if not _yes(members, "stats") and members.keys().isdisjoint(COMPARED):
            raise JumpHashError("sizes are for max_load, stats or to...: state one of them, too")
        return
    if single:
        raise JumpHashError("max_load is about all keys together: state keys")
    for name in ("replicas", "explain"):
        if members.get(name):
            raise JumpHashError(f"max_load and {name} exclude each other")


def _assigned(placement: Placement, keys: list[Any], members: Mapping[str, Any]) -> Placement:
    from rvhctl.placement.bounded.assignment import Assignment

    return Assignment.over(placement, members.get("max_load")).fill(keys, members.get("sizes"))


def _listed(places: list[dict[str, Any]]) -> dict[str, Any]:
    """``bucket`` of each as ``buckets``, ``node`` as ``nodes``, ``replicas`` under its own name."""
    plural = {"bucket": "buckets", "node": "nodes", "replicas": "replicas"}
    names = places[0] if places else ["bucket"]
    return {plural[name]: [place[name] for place in places] for name in names}


def _yes(members: Mapping[str, Any], name: str) -> bool:
    value = members.get(name, False)
    if type(value) is not bool:
        raise JumpHashError(f"{name} must be true or false (got {shorten(value)})")
    return value


def _placements(request: dict[str, Any], flags: Mapping[str, Any]) -> tuple[Placement, Placement | None]:
    """The nodes of the flags, with what the request says otherwise; and what they are compared with."""
    from rvhctl.placement.request import placements

    ready: tuple[Placement, Placement | None] | None = flags.get("placements")
    if ready is not None and request.keys().isdisjoint(OF_PLACEMENTS):
        return ready
    members = {**flags, **{name: _read(name, value) for name, value in request.items()}}
    for one, other in (("buckets", "nodes"), ("nodes", "buckets"), ("to", "to_nodes"), ("to_nodes", "to")):
        if one in request:
            members.pop(other, None)
    if "nodes" not in members:
        _without_nodes(members, request)
    elif "nodes" in request and "slots" not in request:
        members.pop("slots", None)
    if "nodes" not in members and "buckets" not in members:
        raise JumpHashError("buckets is missing: state it (or nodes) in the request or with --buckets")
    # What flags say of nodes is not about those that a request has instead.
    lenient = ready is not None and not request.keys().isdisjoint(("buckets", "nodes", "to", "to_nodes"))
    return placements(members, lenient=lenient)


def _without_nodes(members: dict[str, Any], request: dict[str, Any]) -> None:
    """Flags about latencies or labels, which numbers have not, are for other requests; a request's own are wrong."""
    for name in ("live", "threshold", "spread", "slots"):
        if name in request:
            raise JumpHashError(f"{name} makes no sense without nodes")
        members.pop(name, None)


class GivenNodes(NamedTuple):
    """The nodes of a request."""

    nodes: Any

    def buckets(self, spread: str | None) -> Buckets:
        from rvhctl.placement.buckets import buckets_from

        return buckets_from(self._listed(), spread)

    def too_slow(self, threshold: float) -> list[str]:
        """Return the ids over the threshold, and those without a measurement.

        Raises:
            JumpHashError: a node is a name and no more.
        """
        from rvhctl.nodes.fields import read_record

        if not all(isinstance(node, dict) for node in self._listed()):
            raise JumpHashError("threshold needs nodes with latencies, not names only")
        records = [
            read_record(node, partial(dict, node), coordinates=False, latency=False) for node in self.nodes
        ]
        return [record.id for record in records if not record.latency <= threshold]

    def _listed(self) -> list[Any]:
        if not isinstance(self.nodes, list):
            raise JumpHashError(f"nodes must be a list of nodes (got {shorten(self.nodes)})")
        return self.nodes


def _read(name: str, value: Any) -> Any:
    """A member of a request as `placements` takes it."""
    match name:
        case "nodes" | "to_nodes":
            return GivenNodes(value)
        case "down" | "to_down":
            return partial(_names, name, value)
        case "weights":
            return partial(_weights, value)
        case "live":
            return _survivors(value)
        case "slots":
            from rvhctl.placement.slots.slots import held, stated_slots

            return partial(held, stated_slots(value))
    return value


def _names(member: str, names: Any, nodes: Buckets, *, lenient: bool) -> list[NodeName]:
    if not isinstance(names, list):
        raise JumpHashError(f"{member} must be an array (got {shorten(names)})")
    return id_texts(names) if nodes.ids else names


def _weights(stated: Any, here: Buckets, there: Buckets, *, lenient: bool) -> dict[NodeName, Any]:
    if not isinstance(stated, dict):
        raise JumpHashError(f"weights must be an object (got {shorten(stated)})")
    # The names of members are text, the names of buckets are numbers.
    weights = {
        int(name) if not here.ids and name.isascii() and name.isdigit() else name: weight
        for name, weight in stated.items()
    }
    for name in weights:
        if not there.has(name):
            here.bucket_of(name)
    return weights


def _survivors(value: Any) -> frozenset[str]:
    names = id_texts(value) if isinstance(value, list) else [None]
    if not all(isinstance(name, str) for name in names):
        raise JumpHashError(f"live must be an array of ids (got {shorten(value)})")
    return frozenset(names)
