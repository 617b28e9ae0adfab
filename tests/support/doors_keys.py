"""What the matrix of doors asks about keys: for each option values that change the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from support.doors_nodes import Asked, asked

KEYS: Final = [*(f"user-{number}" for number in range(40)), 'é, "x"', "42", 42, -1, 10508701880529192810]
INTEGERS: Final = [10508701880529192810, 17068571456203592619, *range(9)]
"""Dialects differ for the first two of 4096 buckets."""
NAMES: Final = ["a", "b", "c", "d", "e"]
NODES: Final = [
    {"id": "a", "zone": "x", "rack": "1", "latency": 5},
    {"id": "b", "zone": "x", "rack": "2", "latency": 50, "weight": 0.5},
    {"id": "c", "zone": "y", "rack": "1", "latency": 7.5},
    {"id": "d", "zone": "y", "rack": "2", "samples": [80, None, 90]},
    {"id": "e", "zone": "x", "rack": "1", "latency": 6, "state": "drain"},
]
SIZES: Final = {f"user-{number}": number % 7 for number in range(0, 40, 2)}

OF_KEYS: Final[Mapping[str, Asked]] = {
    "buckets": asked(10, 2147483647, buckets=3),
    "nodes": asked(["a", "b", "c"], NODES, nodes=["a", "b"]),
    "weights": asked({"a": 0.5}, {"b": 2, "c": 0.25}, nodes=NAMES),
    "max_weight": asked(2, 1.5, same=(1,), nodes=NAMES),
    "down": asked(["a"], ["c", "b"], nodes=NODES),
    "live": asked(["a", "c"], ["d", "b", "x"], nodes=NODES),
    "threshold": asked(40, 84.5, nodes=NODES),
    "hash": asked(
        *(
            "xxh3",
            "crc32",
            "xxh32",
            "fnv1",
            "fnv1a",
            "crc64-xz",
            "md5-be",
            "md5-le",
            "sha256-le",
            "murmur3-128",
        ),
        same=("xxh64",),
        nodes=NAMES,
    ),
    "seed": asked(7, 18446744073709551615, same=(0,), nodes=NAMES),
    "dialect": asked("guava", "exact", same=("paper",), buckets=4096, keys=INTEGERS),
    "replicas": asked(2, 1, nodes=NODES),
    "allow_fewer": asked(True, replicas=7, nodes=NODES),
    "spread": asked("zone", "rack", replicas=2, nodes=NODES),
    "slots": asked(["e", "d", "c", "b", "a"], ["gone", "a", "c", "e", "b", "d"], nodes=NAMES),
    "max_load": asked(1, 1.25, nodes=NAMES),
    "sizes": asked(SIZES, {**SIZES, "user-1": 20.5}, nodes=NAMES, max_load=1.1),
    "as_text": asked(True, nodes=NAMES),
    "to": asked(11, 1, buckets=10, to=12),
    "to_nodes": asked([*NODES, {"id": "f", "weight": 2}], ["b", "a", "f"], nodes=NODES, to_nodes=["a"]),
    "to_down": asked([], ["a", "c"], nodes=NODES, down=["a"], to_down=["b"]),
    "stats": asked(True, nodes=NODES),
    "explain": asked(True, nodes=NODES),
    "matrix": asked(True, nodes=NODES, to_down=["a"]),
    "steps": asked("5%", "12.5%", nodes=NODES, to_down=["a"]),
}
"""Options of ``jump-hash`` that requests state as members; beside, ``keys`` are others than `KEYS`."""

AGAIN: Final[Mapping[str, Asked]] = {"hash": asked(same=("int",), nodes=NAMES, keys=INTEGERS)}
"""Values that are asked beside something else."""

NUMBERED: Final[Mapping[str, Any]] = {"weights": {"1": 0.5}, "down": [1], "to_down": [2]}
"""The same where buckets have no names."""

_DEFAULTS, _PYTHON = "by_defaults_of_a_batch", "in_python"
_REQUESTS: Final = ("by_request", _DEFAULTS, _PYTHON)

EXCLUSIVE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("buckets", "nodes"): (_PYTHON,),
    ("buckets", "live"): (_DEFAULTS, _PYTHON),  # a flag for those requests that have nodes
    ("buckets", "threshold"): (_DEFAULTS, _PYTHON),
    ("buckets", "spread"): (_DEFAULTS,),
    ("buckets", "slots"): (),
    ("buckets", "to_nodes"): (),
    ("nodes", "to"): (),
    ("to", "to_nodes"): (),
    ("max_load", "replicas"): (),
    ("max_load", "explain"): (_PYTHON,),
    ("stats", "explain"): _REQUESTS,
    ("stats", "to"): _REQUESTS,
    ("stats", "to_nodes"): _REQUESTS,
    ("stats", "to_down"): _REQUESTS,
    ("explain", "to"): _REQUESTS,
    ("explain", "to_nodes"): _REQUESTS,
    ("explain", "to_down"): _REQUESTS,
    ("matrix", "steps"): _REQUESTS,
    ("slots", "to_nodes"): ("by_flags", "by_request", _DEFAULTS),  # a new node has no slot yet
}
"""Options that do not go together, and the doors that take both all the same, as they answer each by itself."""


def together(one: str, other: str) -> dict[str, Any]:
    """A question with both options, each with its first value; of nodes that have all that is asked of them."""
    found = OF_KEYS[one], OF_KEYS[other]
    members = {**found[0].beside, **found[1].beside, one: found[0].values[0], other: found[1].values[0]}
    if {one, other} & {"buckets", "to"}:
        members |= {name: value for name, value in NUMBERED.items() if name in members}
        if "nodes" not in (one, other):
            members.pop("nodes", None)
            members.setdefault("buckets", 10)
    elif "nodes" in members:
        members.pop("buckets", None)
    if "nodes" in members:
        members["nodes"] = NODES
    return members
