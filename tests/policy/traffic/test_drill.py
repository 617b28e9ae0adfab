"""A drill says of every failure what an evaluation and a plan of their own would say."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rvhctl.core.policy.health import HEALTH
from rvhctl.errors import FaultsetError
from rvhctl.formats.wording import counted
from rvhctl.policy.evaluate import evaluate, read_fleet
from rvhctl.policy.evaluation import Evaluation, Failed
from rvhctl.policy.memory import Memory, Standing
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Policy
from rvhctl.policy.traffic.capacity import shown_load
from rvhctl.policy.traffic.drill import Drill, Failure

PLACES = ((52.0, 5.0), (40.0, -75.0), (35.0, 139.0), (-33.0, 151.0), (1.0, 103.0), (50.0, -20.0))

NODES = st.lists(
    st.fixed_dictionaries(
        {
            "place": st.sampled_from(PLACES),
            "latency": st.sampled_from([1, 1, 2, 3, 5, 20, None]),
        },
        optional={
            "state": st.sampled_from(["up", "drain", "down"]),
            "weight": st.sampled_from([1, 0.5, 3]),
            "capacity": st.sampled_from([1, 0.1, 2.5]),
        },
    ),
    min_size=4,
    max_size=14,
)

POLICIES = st.builds(
    Policy,
    threshold=st.sampled_from([4, 10, 100]),
    relative=st.sampled_from([None, 1.0, 1.5]),
    min_survivors=st.sampled_from([1, 2, "50%", "70%"]),
    max_ejection=st.sampled_from([None, "20%"]),
    on_degraded=st.sampled_from(["keep", "skip", "all"]),
    on_down=st.sampled_from([None, "skip", "all"]),
    merge_below=st.sampled_from([None, 2]),
)

RULES = st.fixed_dictionaries(
    {
        "spill": st.sampled_from(["envoy", "capacity"]),
        "nearest": st.integers(0, 3),
        "fill": st.sampled_from(["70%", "35%", "99.5%"]),
    }
)


def made(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": f"n{row}", "lat": node["place"][0], "lon": node["place"][1], **node}
        for row, node in enumerate(nodes)
    ]


def served(plan: FleetPlan, group: int) -> dict[int, Fraction]:
    return {server: Fraction(amount) for server, amount in plan.amounts(group)} or {
        -1: Fraction(plan.traffic.demand[group])
    }


def said_anew(
    before: FleetPlan,
    failed: Failed,
    name: object,
    kind: str,
    policy: Policy,
    memory: Memory | None,
    rules: Mapping[str, Any],
) -> Failure:
    evaluation = Evaluation(before.evaluation.fleet, policy, precision=1, memory=memory, failed=failed)
    plan = FleetPlan(evaluation, **rules)
    groups = range(len(plan))
    load = max(plan.loads)
    moved = sum(
        max(amount - served(plan, group).get(server, 0), Fraction(0))
        for group in groups
        for server, amount in served(before, group).items()
    )
    return Failure(
        failure=name,  # type: ignore[arg-type]
        kind=kind,
        health=evaluation.worst,
        down=list(evaluation.health_codes).count(HEALTH.index("down")),
        load=shown_load(load),
        where=evaluation.names[plan.loads.index(load)] if load else None,
        moved=round(moved / sum(plan.traffic.demand) * 10_000) / 100,
    )


FAR_APART = [{"place": place, "latency": 1 + 98 * (place[0] > 51)} for place in PLACES]


@settings(max_examples=150)
@example(FAR_APART, Policy(threshold=10), {"spill": "envoy", "nearest": 1, "fill": "70%"}, "both", False)
@example(FAR_APART, Policy(threshold=10), {"spill": "capacity", "nearest": 2, "fill": "70%"}, "pairs", False)
@given(NODES, POLICIES, RULES, st.sampled_from(["both", "pairs"]), st.booleans())
def test_every_failure_is_as_an_evaluation_of_its_own(
    nodes: list[dict[str, Any]], policy: Policy, rules: dict[str, Any], failures: Any, remembers: bool
) -> None:
    fleet = read_fleet(made(nodes), places=True)
    memory = Memory(1, {f"n{row}": Standing(row % 3 > 0, row % 2, 1) for row in range(0, len(nodes), 2)})
    known = memory if remembers else None
    before = FleetPlan(Evaluation(fleet, policy, precision=1, memory=known), **rules)
    groups = [(group.name, tuple(map(str, group.nodes))) for group in before.evaluation]
    expected = []
    if failures == "both":
        for node in fleet.ids:
            expected.append(said_anew(before, Failed((node,)), node, "node", policy, known, rules))
        for name, ids in groups:
            expected.append(said_anew(before, Failed(ids), name, "group", policy, known, rules))
    else:
        for one, other in combinations(groups, 2):
            both = [one[0], other[0]]
            expected.append(said_anew(before, Failed(one[1] + other[1]), both, "pair", policy, known, rules))
    drill = Drill(before, failures)
    assert sorted(map(str, drill)) == sorted(map(str, expected))

    def badness(row: Failure) -> tuple[float, ...]:
        load = float("inf") if row.load is None else row.load
        return -HEALTH.index(row.health), -row.down, -load, -row.moved

    assert list(drill) == sorted(expected, key=badness)


@given(st.sampled_from(["nodes", "groups", "both", "pairs"]), st.integers(1, 4))
def test_as_many_failures_are_announced_as_there_are(failures: Any, groups: int) -> None:
    nodes = [
        {"id": f"{group}{node}", "zone": f"z{group}", "latency": 1}
        for group in range(groups)
        for node in range(2)
    ]
    drill = Drill(FleetPlan(evaluate(nodes, Policy(threshold=1), by="zone")), failures)
    assert drill._count() == len(drill)
    assert repr(drill) == f"<Drill of {counted(len(drill), 'failure')}: {drill.summary}>"


@pytest.mark.parametrize("plan", [None, "plan", evaluate([("a", 1, 2, 3)], Policy(threshold=9), precision=5)])
def test_only_a_plan_is_drilled(plan: Any) -> None:
    with pytest.raises(FaultsetError, match=r"^plan must be of type FleetPlan \(got "):
        Drill(plan)
