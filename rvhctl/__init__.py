"""Which nodes are fit to serve, and which bucket owns this key.

Names are imported when they are first asked for: ``import rvhctl`` alone costs next to nothing.
"""

__version__ = "0.1.0"

_HOMES = {
    "errors": "EmptyNodesError FaultsetError InputError InvalidNodeError JumpHashError LengthMismatchError "
    "NegativeThresholdError NoLiveNodeError NoSurvivorsError RvhctlError UnknownNodeError",
    "nodes.columns": "NodeColumns",
    "placement.jump": "async_jump_hash jump_hash jump_hash_async jump_hash_many jump_hash_many_async",
    "placement.placement": "Placement",
    "policy.evaluate": "advise drill evaluate",
    "policy.evaluation": "Evaluation Failed",
    "policy.failover": "Node failover failover_async faultset faultset_async",
    "policy.memory": "Memory",
    "policy.plan": "FleetPlan",
    "policy.policy": "Percent Policy",
    "policy.traffic.drill": "Drill Failure",
}
_HOME_OF = {name: f"rvhctl.{home}" for home, names in _HOMES.items() for name in names.split()}

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Type checkers take "as" for the sign of what is public.
    from rvhctl import geohash as geohash
    from rvhctl.errors import EmptyNodesError as EmptyNodesError
    from rvhctl.errors import FaultsetError as FaultsetError
    from rvhctl.errors import InputError as InputError
    from rvhctl.errors import InvalidNodeError as InvalidNodeError
    from rvhctl.errors import JumpHashError as JumpHashError
    from rvhctl.errors import LengthMismatchError as LengthMismatchError
    from rvhctl.errors import NegativeThresholdError as NegativeThresholdError
    from rvhctl.errors import NoLiveNodeError as NoLiveNodeError
    from rvhctl.errors import NoSurvivorsError as NoSurvivorsError
    from rvhctl.errors import RvhctlError as RvhctlError
    from rvhctl.errors import UnknownNodeError as UnknownNodeError
    from rvhctl.nodes.columns import NodeColumns as NodeColumns
    from rvhctl.placement.jump import async_jump_hash as async_jump_hash
    from rvhctl.placement.jump import jump_hash as jump_hash
    from rvhctl.placement.jump import jump_hash_async as jump_hash_async
    from rvhctl.placement.jump import jump_hash_many as jump_hash_many
    from rvhctl.placement.jump import jump_hash_many_async as jump_hash_many_async
    from rvhctl.placement.placement import Placement as Placement
    from rvhctl.policy.evaluate import advise as advise
    from rvhctl.policy.evaluate import drill as drill
    from rvhctl.policy.evaluate import evaluate as evaluate
    from rvhctl.policy.evaluation import Evaluation as Evaluation
    from rvhctl.policy.evaluation import Failed as Failed
    from rvhctl.policy.failover import Node as Node
    from rvhctl.policy.failover import failover as failover
    from rvhctl.policy.failover import failover_async as failover_async
    from rvhctl.policy.failover import faultset as faultset
    from rvhctl.policy.failover import faultset_async as faultset_async
    from rvhctl.policy.memory import Memory as Memory
    from rvhctl.policy.plan import FleetPlan as FleetPlan
    from rvhctl.policy.policy import Percent as Percent
    from rvhctl.policy.policy import Policy as Policy
    from rvhctl.policy.traffic.drill import Drill as Drill
    from rvhctl.policy.traffic.drill import Failure as Failure
else:
    # Not where type checkers look, which would take every misspelt name for one that is found here.
    __all__ = sorted(["geohash", *_HOME_OF])

    def __getattr__(name):
        from importlib import import_module

        if name == "geohash":
            return import_module("rvhctl.geohash")
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(_HOME_OF[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), "geohash", *_HOME_OF})
