"""Objects merged by the rules of mappings."""

from __future__ import annotations

from typing import Any

STATES = ["up", "drain", "down"]


def of_mappings(own: dict[str, Any] | None, known: dict[str, Any]) -> dict[str, Any]:
    """What the merger does, by the rules of mappings."""
    if own is None:
        return {name: value for name, value in known.items() if name != "latency"} | {"latency": None}
    merged = {**own, "id": known["id"]}
    for name, value in known.items():
        stated = own.get(name)
        worse = stated in STATES and value in STATES and STATES.index(value) > STATES.index(stated)
        counts = worse if name == "state" else value not in (None, "")
        if name not in ("id", "latency") and (counts or own.get(name) in (None, "")):
            merged[name] = value
    return merged
