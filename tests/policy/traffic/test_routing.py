"""The rules of plans and drills are checked where they are stated."""

from __future__ import annotations

from typing import Any

import pytest

from rvhctl.errors import FaultsetError
from rvhctl.policy.policy import Percent
from rvhctl.policy.traffic.routing import Routing, failures_of, routing_of


def test_what_is_unset_has_its_default() -> None:
    assert routing_of() == Routing() == Routing(2, "envoy", Percent(70, 100), None)
    assert routing_of(fill="12.5%").fill == Percent(125, 1000)
    assert routing_of(demand={"a": 1, "b": 0.5}) == Routing(fill=None, demand={"a": 1.0, "b": 0.5})


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"nearest": -1}, "nearest must be a whole number of 0 or more"),
        ({"nearest": 1.5}, "nearest must be a whole number"),
        ({"nearest": True}, "nearest must be a whole number"),
        ({"spill": "even"}, "spill must be one of envoy, capacity (got 'even')"),
        ({"spill": None}, "spill must be one of envoy, capacity (got null)"),
        ({"fill": "0%"}, "fill must be more than 0%"),
        ({"fill": 70}, "fill must be a percentage such as '70%'"),
        ({"fill": "170%"}, "fill must be at most 100%"),
        ({"fill": "70%", "demand": {"a": 1}}, "fill and demand exclude each other"),
        ({"demand": {}}, "demand must be an object of numbers by group"),
        ({"demand": [1]}, "demand must be an object of numbers by group"),
        ({"demand": {"a": -1}}, "the demand of 'a' must be a number, finite and not negative"),
        ({"demand": {"a": "1"}}, "the demand of 'a' must be a number"),
        ({"demand": {"a": True}}, "the demand of 'a' must be a number"),
        ({"demand": {1: 1}}, "the demand of "),
    ],
)
def test_what_makes_no_sense_is_named(stated: dict[str, Any], says: str) -> None:
    with pytest.raises(FaultsetError) as caught:
        routing_of(**stated)
    assert says in str(caught.value)


@pytest.mark.parametrize("value", [2, "2", "pairs"])
def test_two_are_pairs(value: object) -> None:
    assert failures_of(value) == "pairs"


@pytest.mark.parametrize("value", ["all", 1, True, None, 2.5, "3", []])
def test_what_is_no_drill(value: object) -> None:
    with pytest.raises(FaultsetError, match="drill must be one of nodes, groups, both, pairs or 2"):
        failures_of(value)
