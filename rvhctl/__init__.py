"""Which nodes are fit to serve, and which bucket owns this key.

Names are imported when they are first asked for: ``import rvhctl`` alone costs next to nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rvhctl import geohash
    from rvhctl.api.evaluate import advise, evaluate
    from rvhctl.api.evaluation import Evaluation, Failed
    from rvhctl.api.keys import (
        async_jump_hash,
        jump_hash,
        jump_hash_async,
        jump_hash_many,
        jump_hash_many_async,
    )
    from rvhctl.api.memory import Memory
    from rvhctl.api.nodes import Node, failover, failover_async, faultset, faultset_async
    from rvhctl.api.placement import Placement
    from rvhctl.api.planning import FleetPlan
    from rvhctl.api.policy import Policy
    from rvhctl.errors import (
        EmptyNodesError,
        FaultsetError,
        InputError,
        InvalidNodeError,
        JumpHashError,
        LengthMismatchError,
        NegativeThresholdError,
        NoLiveNodeError,
        NoSurvivorsError,
        RvhctlError,
        UnknownNodeError,
    )
    from rvhctl.percent import Percent

__all__ = [
    "EmptyNodesError",
    "Evaluation",
    "Failed",
    "FaultsetError",
    "FleetPlan",
    "InputError",
    "InvalidNodeError",
    "JumpHashError",
    "LengthMismatchError",
    "Memory",
    "NegativeThresholdError",
    "NoLiveNodeError",
    "NoSurvivorsError",
    "Node",
    "Percent",
    "Placement",
    "Policy",
    "RvhctlError",
    "UnknownNodeError",
    "advise",
    "async_jump_hash",
    "evaluate",
    "failover",
    "failover_async",
    "faultset",
    "faultset_async",
    "geohash",
    "jump_hash",
    "jump_hash_async",
    "jump_hash_many",
    "jump_hash_many_async",
]

_NODES = ("Node", "failover", "failover_async", "faultset", "faultset_async")
_KEYS = ("async_jump_hash", "jump_hash", "jump_hash_async", "jump_hash_many", "jump_hash_many_async")

_HOMES = (
    dict.fromkeys(_NODES, "rvhctl.api.nodes")
    | dict.fromkeys(_KEYS, "rvhctl.api.keys")
    | {
        "Evaluation": "rvhctl.api.evaluation",
        "Failed": "rvhctl.api.evaluation",
        "FleetPlan": "rvhctl.api.planning",
        "Memory": "rvhctl.api.memory",
        "Percent": "rvhctl.percent",
        "Placement": "rvhctl.api.placement",
        "Policy": "rvhctl.api.policy",
        "advise": "rvhctl.api.evaluate",
        "evaluate": "rvhctl.api.evaluate",
    }
)


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name == "geohash":
        return import_module("rvhctl.geohash")
    value: object = getattr(import_module(_HOMES.get(name, "rvhctl.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
