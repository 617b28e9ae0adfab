"""Capacities, demands and loads are exact, whatever decimals they were written with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import FaultsetError, UnknownNodeError
from rvhctl.policy.evaluate import evaluate
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.policy import Percent, Policy
from rvhctl.policy.traffic.capacity import BEYOND, digits_of, load_of, traffic_of
from rvhctl.policy.traffic.routing import Routing


def groups(*sizes: int, **fields: Any) -> Any:
    nodes = [
        {"id": f"{group}{node}", "zone": f"z{group}", "latency": node, **fields}
        for group, size in enumerate(sizes)
        for node in range(size)
    ]
    return evaluate(nodes, Policy(threshold=1), by="zone")


@given(st.floats(min_value=5e-324, allow_infinity=False))
def test_digits_are_those_that_people_write(value: float) -> None:
    digits, exponent = digits_of(value)
    assert Fraction(repr(value)) == digits * Fraction(10) ** exponent


def test_a_tenth_ten_times_is_one() -> None:
    traffic = traffic_of(groups(10, capacity=0.1), Routing(fill=Percent(1, 1)))
    assert traffic.demand == [traffic.unit]
    assert traffic.fit == [traffic.unit // 5]


def test_the_demand_is_a_share_of_all_nodes_and_two_of_each_group_are_fit() -> None:
    traffic = traffic_of(groups(3, 4), Routing(fill=Percent(705, 1000)))
    assert [Fraction(demand, traffic.unit) for demand in traffic.demand] == [
        3 * Fraction(705, 1000),
        4 * Fraction(705, 1000),
    ]
    assert [fit // traffic.unit for fit in traffic.fit] == [2, 2]


@pytest.mark.parametrize("state", ["drain", "down"])
def test_a_node_that_does_not_serve_is_part_of_what_the_group_is_asked(state: str) -> None:
    traffic = traffic_of(groups(3, state=state), Routing(fill=Percent(1, 1)))
    assert (traffic.demand[0] // traffic.unit, traffic.fit) == (3, [0])


def test_a_weight_is_a_capacity_unless_one_is_stated() -> None:
    assert (
        traffic_of(groups(2, weight=5), Routing()).fit[0] == 10 * traffic_of(groups(2), Routing()).fit[0] // 2
    )
    assert traffic_of(groups(2, weight=5, capacity=1), Routing()).fit == traffic_of(groups(2), Routing()).fit


def test_amounts_so_far_apart_that_no_format_has_the_load_are_refused() -> None:
    with pytest.raises(FaultsetError, match=r"too far apart \(1e-200 and 1e\+200\)"):
        traffic_of(groups(3, capacity=1e-200), Routing(demand={"z0": 1e200}))
    plan = FleetPlan(groups(1, capacity=1e-20), demand={"z0": 1e10})
    assert plan.cell(0).load == 1e32
    assert FleetPlan(groups(1, capacity=1e-140), demand={"z0": 1e140}).cell(0).load == 1e282
    assert plan.warning == "over capacity after failover: z0 at 1e+32 %"


def test_a_demand_is_stated_for_every_group_and_no_other() -> None:
    stated = {"z0": 1.25, "z1": 0.0}
    traffic = traffic_of(groups(3, 4), Routing(demand=stated))
    assert [demand / traffic.unit for demand in traffic.demand] == [1.25, 0]
    with pytest.raises(UnknownNodeError, match="there is no group 'zone1'"):
        traffic_of(groups(3, 4), Routing(demand={**stated, "zone1": 1}))
    with pytest.raises(FaultsetError, match="the demand of 1 group is missing: z1"):
        traffic_of(groups(3, 4), Routing(demand={"z0": 1}))


def test_a_load_is_rounded_up() -> None:
    assert [load_of(sent, 3) for sent in (0, 1, 2, 3, Fraction(9001, 3000))] == [0, 334, 667, 1000, 1001]
    assert (load_of(0, 0), load_of(1, 0)) == (0, BEYOND)
    assert load_of(10**20, 1) == 10**23 < BEYOND


def test_capacities_of_all_sizes_have_a_plan() -> None:
    nodes = [
        {"id": x, "zone": x, "latency": 1, "capacity": capacity}
        for x, capacity in (("a", 3e-30), ("b", 1.7e30))
    ]
    plan = FleetPlan(
        evaluate(nodes, Policy(threshold=1), by="zone"),
        spill="capacity",
        nearest=0,
        demand={"a": 1.7e30, "b": 0},
    )
    assert plan.warning == (
        "over capacity after failover: a at 5.666666666666667e+61 %; "
        "short of a capacity of 1.7e+30 in reach: a lacks 1.7e+30"
    )
