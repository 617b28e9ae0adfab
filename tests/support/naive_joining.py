"""Which measurement is whose, and one record of both, as their rules read: each with each, in no hurry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address
from typing import Any

STATES = ["up", "drain", "down"]
PORTS = {"http": 80, "https": 443}

Node = Mapping[str, Any]


def naive_record(own: Node | None, known: Node) -> dict[str, Any]:
    """What is measured, and what the inventory states."""
    stated = {name: value for name, value in known.items() if name not in ("latency", "samples")}
    if own is None:
        return {**stated, "latency": None}
    record = dict(own)
    for name, value in stated.items():
        before = record.get(name)
        if name == "state" and before in STATES and value in STATES:
            record[name] = max(before, value, key=STATES.index)
        elif name == "id" or before in (None, "") or (name != "state" and value not in (None, "")):
            record[name] = value
    return record


def naive_matches(measured: Sequence[Node], known: Sequence[Node]) -> list[tuple[Node | None, Node]] | None:
    """Pairs of what was measured and what is known; None where a node could have two measurements."""
    pairs = [(own, other) for own in measured for other in known if own["id"] == other["id"]]
    theirs = [own for own in measured if own["id"] not in {other["id"] for other in known}]
    ours = [other for other in known if other["id"] not in {own["id"] for own in measured}]
    for by_address in (False, True):
        for level in (3, 2, 1):
            met = []
            for other in ours:
                found = [
                    own
                    for own in theirs
                    if belong(parts_of(own, by_address), parts_of(other, by_address), level)
                ]
                if len(found) > 1:
                    return None
                met += [(own, other) for own in found]
            pairs += met
            theirs = [own for own in theirs if all(own is not one for one, _ in met)]
            ours = [other for other in ours if all(other is not one for _, one in met)]
    order = [id(own) for own in measured]
    pairs.sort(key=lambda pair: (order.index(id(pair[0])), list(map(id, known)).index(id(pair[1]))))
    absent = [other for other in known if all(other is not one for _, one in pairs)]
    return [*pairs, *((None, other) for other in absent)]


def belong(one: Sequence[object], other: Sequence[object], level: int) -> bool:
    """Whether both agree so far, and one of them says no more."""
    return (
        level in (len(one), len(other))
        and min(len(one), len(other)) >= level
        and one[:level] == other[:level]
    )


def parts_of(node: Node, by_address: bool) -> list[object]:
    """Host, port and path of an id or an address, as far as there are any; before a path, the port may be None."""
    stated = node.get("address")
    text = stated if by_address and isinstance(stated, str) and stated else node["id"]
    if text.count(":") > 1 and not text.startswith(("[", "http")):
        return [str(IPv6Address(text))]
    scheme, _, rest = text.rpartition("://")
    if "/" in rest and not scheme:
        return []
    place, _, path = rest.partition("/")
    place = place.rpartition("@")[2]
    host, port = place, PORTS.get(scheme)
    if place.startswith("["):
        host, _, number = place[1:].partition("]")
        host, number = str(IPv6Address(host)), number.removeprefix(":")
    else:
        host, _, number = place.partition(":")
    port = int(number) if number else port
    parts: list[object] = [host.casefold().removesuffix(".")]
    return [*parts, port, path] if path else [*parts, port] if port else parts
