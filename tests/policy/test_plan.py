"""Shares by Envoy's priority levels, to the digit those that the program gave before groups had a capacity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import rvhctl

from rvhctl.policy.evaluate import evaluate
from rvhctl.policy.plan import FleetPlan, Share, levels_of
from rvhctl.policy.policy import Policy

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "tests/data/valid/plans/served.ndjson").read_text().splitlines()


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
@pytest.mark.parametrize("spill", [(), ("--spill", "envoy", "--fill", "33.3%")], ids=["unset", "envoy"])
def test_shares_as_they_ever_were(line: str, spill: tuple[str, ...]) -> None:
    golden = json.loads(line)
    flags = ("--plan", *golden["flags"].split(), *spill, "-o", "json")
    plan = json.loads(rvhctl("faultset", *flags, str(ROOT / golden["nodes"])).out)
    served = {
        row["cell"]: " ".join(f"{part['cell']}={part['share']}" for part in row["serve"]) for row in plan
    }
    assert served == golden["serve"]
    assert list(served) == list(golden["serve"])


def test_a_part_that_rounding_adds_goes_to_no_group_that_is_full() -> None:
    # Of what a is asked, each of the three carries a third, and then has no room left.
    nodes = [
        {"id": f"{zone}{node}", "zone": zone, "latency": latency, "capacity": capacity}
        for zone, *fit in (("a", 1), ("b", 1, 1), ("c", 1, 1))
        for node, (latency, capacity) in enumerate([(1, 1)] * len(fit))
    ]
    evaluation = evaluate(nodes, Policy(threshold=1), by="zone")
    plan = FleetPlan(evaluation, spill="capacity", demand={"a": 3, "b": 1, "c": 1})
    assert plan.loads == [1000, 1000, 1000]
    assert list(plan.cell(0).serve) == [Share("a", 33.34), Share("b", 33.33), Share("c", 33.33)]
    assert [share.cell for share in plan.cell(0).serve] == ["a", "b", "c"]
    assert (repr(plan), plan.worst) == ("<FleetPlan of 3 groups>", "healthy")


@pytest.mark.parametrize("spill", ["envoy", "capacity"])
def test_what_serves_a_group_adds_up_to_what_it_is_asked(spill: Any) -> None:
    nodes = [
        {"id": f"{zone}{node}", "zone": zone, "latency": 1 if node < fit else 9, "lat": node, "lon": 2 * node}
        for zone, count, fit in (("a", 4, 4), ("b", 3, 1), ("c", 2, 0), ("d", 5, 3))
        for node in range(count)
    ]
    plan = FleetPlan(evaluate(nodes, Policy(threshold=1), by="zone"), spill=spill)
    sent = [0] * len(plan)
    for group in range(len(plan)):
        for server, amount in plan.amounts(group):
            sent[server] += amount  # type: ignore[assignment]
        assert sum(amount for _, amount in plan.amounts(group)) == plan.traffic.demand[group]
    assert sent == plan.sent


def test_groups_at_no_known_distance_are_farther_than_all_others() -> None:
    places = {"a": (0.0, 0.0), "b": (0.0, 179.9), "c": None, "d": (1.0, 0.0), "e": None}
    nodes = [
        {"id": zone, "zone": zone, "latency": 1, **({"lat": place[0], "lon": place[1]} if place else {})}
        for zone, place in places.items()
    ]
    levels = levels_of(evaluate(nodes, Policy(threshold=1), by="zone"), range(5), 4)
    assert {group: [other for _, other in found] for group, found in levels.items()} == {
        0: [3, 1, 2, 4],
        1: [3, 0, 2, 4],
        2: [0, 1, 3, 4],
        3: [0, 1, 2, 4],
        4: [0, 1, 2, 3],
    }
    assert all(found == sorted(found) for found in levels.values())
    assert levels[0][0][0] == 111195
