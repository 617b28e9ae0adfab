"""What the matrix of doors asks of nodes: for each option values that change the answer, and a fleet where they do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

AMS, NEAR_AMS, PAR, NEAR_PAR = (52.3, 4.9), (52.31, 4.91), (48.8, 2.33), (48.8, 2.3)
ROM, NEAR_ROM = (41.9, 12.5), (41.95, 12.55)


def _node(node_id: str, place: tuple[float, float], zone: str, rack: int, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "lat": place[0], "lon": place[1], "zone": zone, "rack": rack, **more}


NODES: Final = [
    _node("a", AMS, "ams-1", 1, latency=10),
    _node("b", AMS, "ams-2", 1, latency=12.5, capacity=3),
    _node("c", AMS, "ams-1", 2, latency=31, samples=[*range(1, 100), 500]),
    _node("d", NEAR_AMS, "ams-2", 2, latency=95),
    _node("e", PAR, "par-1", 1, latency=40),
    _node("f", PAR, "par-1", 2, samples=[300, None, 310], weight=0.5),
    _node("g", NEAR_PAR, "par-2", 2, latency=44),
    _node("h", ROM, "rom-1", 1, latency=70),
    _node("i", ROM, "rom-1", 2, latency=60, state="drain"),
    _node("j", NEAR_ROM, "rom-1", 2, latency=None),
]
MEASURED: Final = ("latency", "samples")
INVENTORY: Final = [
    {name: value for name, value in node.items() if name not in MEASURED}
    for node in (*NODES[:3], NODES[4], *NODES[6:], _node("k", ROM, "rom-1", 1))
]
"""Two of the nodes are not in it, and one of it is not measured."""
MEMORY: Final = json.dumps(
    {
        "format": "rvhctl-memory",
        "version": 1,
        "round": 3,
        "nodes": {
            "d": {"fit": True, "streak": 1, "seen": 3},
            "e": {"fit": False, "streak": 0, "seen": 3},
            "h": {"fit": True, "streak": 1, "seen": 3},
        },
    }
).encode()


class Asked(NamedTuple):
    """Values of an option, as members have them, and what is asked beside."""

    values: tuple[Any, ...]
    """Each changes the answer."""
    beside: Mapping[str, Any]
    same: tuple[Any, ...] = ()
    """Defaults: what is meant without the option, too."""


def asked(*values: Any, same: tuple[Any, ...] = (), **beside: Any) -> Asked:
    return Asked(values, beside, same)


BOTH: Final[Mapping[str, Asked]] = {
    "threshold": asked(40, 0.5, relative=9),
    "relative": asked(1.2, 1.5, threshold=100),
    "floor": asked(200, 72.5, relative=1.2),
    "aggregate": asked("median", "mean", "min", "max", "p95", "p99", threshold=1000, explain=True),
    "max_loss": asked("20%", same=("100%",), threshold=1000),
    "min_survivors": asked(3, "60%", threshold=11, on_degraded="all"),
    "max_ejection": asked("50%", "12.5%", threshold=11),
    "on_degraded": asked("skip", "all", same=("keep",), threshold=32, min_survivors=4),
    "on_down": asked("skip", "all", threshold=1, max_ejection="50%"),
    "rise": asked(1, same=(2,), threshold=50, fall=3),
    "fall": asked(1, same=(3,), threshold=50, rise=2),
    "hysteresis": asked("95%", same=("10%",), threshold=50, fall=1),
    "top": asked(1, 2, threshold=100),
    "down": asked(["a"], ["a", "e"], threshold=100),
    "inventory": asked(INVENTORY, threshold=100),
    "explain": asked(True, threshold=50),
}
OF_GROUPS: Final[Mapping[str, Asked]] = {
    "precision": asked(1, 12, "auto", same=(5,), threshold=100, top=1),
    "by": asked("zone", ["rack", "zone"], threshold=100, top=1),
    "merge_below": asked(2, 4, threshold=100, top=1),
    "plan": asked(True, threshold=50),
    "nearest": asked(0, 1, same=(2,), threshold=50, plan=True),
    "spill": asked("capacity", same=("envoy",), threshold=50, plan=True),
    "fill": asked("35.5%", same=("70%",), threshold=50, plan=True),
    "demand": asked(
        {"par-1": 2, "ams-1": 0.5, "ams-2": 3, "par-2": 1, "rom-1": 1}, threshold=50, plan=True, by="zone"
    ),
    "drill": asked("nodes", "groups", "both", "pairs", "2", 2, threshold=50),
    "down_cell": asked(["u1"], ["u1", "sr2"], threshold=100),
    "down_group": asked(["ams-1"], ["ams-1", "par-1"], threshold=100, by="zone"),
}
"""Options that ``faultset`` alone has."""
MEMBERS: Final[Mapping[str, Mapping[str, Asked]]] = {"failover": BOTH, "faultset": {**BOTH, **OF_GROUPS}}
"""Options that documents and requests state as members, by command."""

EXCLUSIVE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("explain", "plan"): ("by_request", "in_python"),
    ("explain", "drill"): ("by_request", "in_python"),
    ("plan", "drill"): ("by_request", "in_python"),
    ("top", "explain"): ("by_request", "in_python"),
    ("precision", "by"): (),
    ("fill", "demand"): (),
    ("by", "down_cell"): ("in_python",),
}
"""Options that do not go together, and the doors that take both all the same, as they answer each by itself."""

MORE: Final[tuple[Mapping[str, Any], ...]] = (
    {"threshold": 50, "plan": True, "merge_below": 3, "top": 1},
    {"threshold": 50, "drill": "both", "merge_below": 3, "by": "zone", "top": 4},
    {"drill": "nodes", "by": ["zone"]},
    {"threshold": 50, "explain": True, "by": "rack,zone", "down_group": ["1/ams-1"]},
    {"threshold": 50, "inventory": INVENTORY, "plan": True, "by": "zone"},
    {"threshold": 50, "down": ["a"], "down_cell": ["u09"], "rise": 1, "hysteresis": "0%"},
)
"""Questions with several options, to ``faultset``."""
