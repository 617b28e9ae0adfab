"""The members that documents, requests and flags state: which there are, and which of them wins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from rvhctl.errors import quoted

LIMITS: Final = (
    "threshold",
    "relative",
    "floor",
    "aggregate",
    "max_loss",
    "min_survivors",
    "max_ejection",
    "on_degraded",
    "on_down",
    "merge_below",
)
DAMPING: Final = ("rise", "fall", "hysteresis")
POLICY: Final = (*LIMITS, *DAMPING)

ASKED_OF_NODES: Final = frozenset(
    {*POLICY, "precision", "top", "explain", "plan", "nearest", "down", "down_cell"}
)
OF_NODES: Final = ASKED_OF_NODES | {"nodes", "ids", "latencies", "id"}
"""What a request about nodes may state; ``id`` is its own."""
OF_CELLS: Final = ("plan", "nearest", "down_cell", "merge_below")
"""Only ``faultset`` knows these; ``precision`` is left alone, so that one document serves both commands."""


OF_KEYS: Final = frozenset(
    {"id", "key", "keys", "buckets", "nodes", "weights", "down", "hash", "seed", "dialect"}
    | {"live", "threshold", "to", "to_nodes", "to_down", "replicas", "allow_fewer", "stats", "explain"}
)
"""What a request about keys may state; ``id`` is its own."""

OF_DOCUMENTS: Final = OF_NODES | OF_KEYS

AUTO: Final = "auto"
"""The precision that suits the nodes."""

FLAGS_ONLY: Final = {"memory": "--memory", "fail_on": "--fail-on", "advise": "--advise"}

OLD_FLAGS: Final = {"th": "threshold", "lats": "latencies"}
"""The old names of two flags, which are no names of members."""


def stated(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that have a value; null states nothing."""
    return {name: value for name, value in members.items() if value is not None}


def misspelt(names: Iterable[str], known: Collection[str]) -> str:
    """Return what is wrong with the first name that is not known but close to one that is; empty if none is.

    Any other name is data of whoever wrote it.
    """
    for name in names:
        if name in FLAGS_ONLY:
            return f"{name} is no member; give it with {FLAGS_ONLY[name]}"
        if name not in known and (near := OLD_FLAGS.get(name) or _near(name, known)):
            return f"there is no member {quoted(name)}; did you mean {quoted(near)}?"
    return ""


def _near(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    spelt = _words(name)
    same = next((member for member in known if _words(member) == spelt), "")
    if same or len(name) < 4:
        return same
    found = get_close_matches(name, sorted(known), 1, cutoff=0.8)
    return found[0] if found else ""


def _words(name: str) -> str:
    """``maxLoss``, ``max-loss`` and ``max_loss`` alike."""
    return name.replace("-", "").replace("_", "").casefold()


def id_texts(names: Iterable[Any]) -> list[Any]:
    """Return ids as nodes are known by them, an integer by its digits; what is no id stays as it is."""
    return [str(name) if type(name) is int else name for name in names]


def contradiction(members: Mapping[str, Any]) -> str:
    """Return what two members say against each other; empty if nothing."""
    pairs = (
        ("nodes", "ids"),
        ("nodes", "latencies"),
        ("key", "keys"),
        ("buckets", "nodes"),
        ("to", "to_nodes"),
    )
    for one, other in pairs:
        if one in members and members[one] is not None and members.get(other) is not None:
            return f"{one} and {other} exclude each other"
    return ""


def stated_twice(name: str) -> str:
    """What is wrong with a member that is there twice, of which JSON libraries keep the last."""
    return f"the member {quoted(name)} is there twice"
