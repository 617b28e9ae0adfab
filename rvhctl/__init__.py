"""Which nodes are fit to serve, and which bucket owns this key.

Names are imported when they are first asked for: ``import rvhctl`` alone costs next to nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rvhctl import geohash
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
    from rvhctl.placement.jump import (
        async_jump_hash,
        jump_hash,
        jump_hash_async,
        jump_hash_many,
        jump_hash_many_async,
    )
    from rvhctl.placement.placement import Placement
    from rvhctl.policy.evaluate import advise, evaluate
    from rvhctl.policy.evaluation import Evaluation, Failed
    from rvhctl.policy.failover import Node, failover, failover_async, faultset, faultset_async
    from rvhctl.policy.memory import Memory
    from rvhctl.policy.percent import Percent
    from rvhctl.policy.plan import FleetPlan
    from rvhctl.policy.policy import Policy

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
    dict.fromkeys(_NODES, "rvhctl.policy.failover")
    | dict.fromkeys(_KEYS, "rvhctl.placement.jump")
    | {
        "Evaluation": "rvhctl.policy.evaluation",
        "Failed": "rvhctl.policy.evaluation",
        "FleetPlan": "rvhctl.policy.plan",
        "Memory": "rvhctl.policy.memory",
        "Percent": "rvhctl.policy.percent",
        "Placement": "rvhctl.placement.placement",
        "Policy": "rvhctl.policy.policy",
        "advise": "rvhctl.policy.evaluate",
        "evaluate": "rvhctl.policy.evaluate",
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
