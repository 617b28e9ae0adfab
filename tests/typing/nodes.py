"""What of the fleet serves: the functions, the policy, and all that an evaluation says."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_type

from rvhctl import (
    Drill,
    EmptyNodesError,
    Evaluation,
    Failed,
    Failure,
    FaultsetError,
    FleetPlan,
    InvalidNodeError,
    Memory,
    Node,
    NoSurvivorsError,
    Percent,
    Policy,
    RvhctlError,
    advise,
    drill,
    evaluate,
    failover,
    failover_async,
    faultset,
    faultset_async,
)


@dataclass(frozen=True)
class Machine:
    """A class of the user's own, as a node."""

    id: str
    lat: float
    lon: float
    latency: float | None


machines = [Machine("ams-1", 52.4, 4.9, 12.5), Machine("ams-2", 52.4, 4.9, None)]
mappings: list[dict[str, str | float | None]] = [
    {"id": "a", "latency": 12.5, "zone": "x"},
    {"id": 7, "latency": None, "zone": "x"},
]
tuples = [("ams-1", 52.4, 4.9, 12.5), ("ams-2", 52.4, 4.9, None)]

# --- answers ----------------------------------------------------------------------------------------

assert_type(failover(["a", "b"], [50, 200], 100), list[str])
assert_type(failover([1, 2], [50, None], 100.5), list[int])
assert_type(failover(machines, (machine.latency for machine in machines), 100), list[Machine])
assert_type(faultset(machines, 100), list[str | int])
assert_type(faultset(tuples, 100, 2), list[str | int])
assert_type(faultset(mappings, 100, by="zone"), list[str | int])
assert_type(faultset([Node("a", 52.4, 4.9, 1.0)], 100, by=["id"]), list[str | int])


async def main() -> None:
    assert_type(await failover_async(["a"], [1], 5), list[str])
    assert_type(await faultset_async(machines, 50), list[str | int])


asyncio.run(main())

# --- policies and evaluations -----------------------------------------------------------------------

policy = Policy(relative=1.5, floor=2, min_survivors="50%", max_loss=Percent(1, 5), on_down="all")
assert_type(policy.min_survivors, int | Percent | str)
memory = Memory()
evaluation = evaluate(machines, policy, precision=1, memory=memory, failed=Failed(ids=("ams-2",)))
assert_type(evaluation, Evaluation)
assert_type(evaluation.answer, list[str | int])
assert_type(len(evaluation), int)
assert_type(evaluation.worst, str)
assert_type(evaluation.memory, Memory | None)
assert_type(evaluation.explain("ams-1").reason, str | None)
assert_type(evaluation.explain("ams-1").margin, float | None)
for group in evaluation:
    assert_type(group.name, str | None)
    assert_type(group.health, str)
    assert_type(group.answer, list[str | int])

plan = FleetPlan(evaluation, nearest=2, spill="capacity", demand={"u": 4})
assert_type(iter(plan).__next__().load, float | None)
for row in plan:
    assert_type(row.survivors, list[str | int])
    assert_type([share.share for share in row.serve], list[int | float])

what_if = drill(machines, failures="nodes", precision="auto")
assert_type(what_if, Drill)
assert_type(what_if[0], Failure)
assert_type(what_if[:3], list[Failure])
assert_type(what_if[0].load, float | None)

advice = advise(machines)
assert_type(advice.recommended, int | None)
assert_type([report.alone for report in advice.precisions], list[int])

assert_type(memory.to_json(), bytes)
assert_type(Memory.from_json(memory.to_json()), Memory)
assert_type([standing.fit for standing in memory.nodes.values()], list[bool])


# --- errors -----------------------------------------------------------------------------------------


def survivors(nodes: Iterator[Machine]) -> list[str | int]:
    try:
        return faultset(nodes, 100)
    except NoSurvivorsError:
        return []
    except EmptyNodesError:
        raise
    except InvalidNodeError as error:
        assert_type(error.hint, str)
        raise
    except FaultsetError as error:
        problem: RvhctlError = error
        value_error: ValueError = problem
        raise value_error from None


def wrong() -> None:
    failover(["a"], ["fast"], 100)  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    failover(["a"], [1], "100")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    faultset(["a"], 100)  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    faultset(machines)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Policy(100)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Policy(threshold=100, on_down="keep")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    evaluate(machines, threshold=100)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    evaluate(machines, policy, precision="fine")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    drill(machines, failures="all")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    policy.threshold = 5  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
