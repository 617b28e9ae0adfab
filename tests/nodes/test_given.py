"""Nodes of Python callers that state samples and a state."""

from __future__ import annotations

import asyncio
from collections import ChainMap
from typing import Any

import pytest

from rvhctl import InvalidNodeError, NoSurvivorsError, faultset, faultset_async

HERE = {"lat": 1.0, "lon": 1.0}
NODES: list[Any] = [
    {"id": "a", **HERE, "samples": [12, None, 14]},
    {"id": "b", **HERE, "latency": 1, "state": "drain"},
    {"id": "c", **HERE, "latency": 2, "state": "up", "samples": [99]},
    {"id": "d", **HERE, "samples": [None]},
    {"id": "e", **HERE, "latency": 3, "state": "down"},
]


@pytest.mark.parametrize("wrap", [dict, ChainMap])
def test_states_and_samples_of_mappings_count(wrap: Any) -> None:
    nodes = [wrap(node) for node in NODES]
    assert faultset(nodes, 50) == ["c", "a"]
    assert asyncio.run(faultset_async(nodes, 12.9)) == ["c"]


def test_nobody_is_left_where_all_are_drained() -> None:
    with pytest.raises(NoSurvivorsError):
        faultset(NODES[1:2], 50)


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"samples": [1, "x"]}, r"node 6 \(id 'z'\): sample 2 must be a number of milliseconds"),
        ({"latency": 1, "state": "gone"}, r"node 6 \(id 'z'\): the state must be up, drain or down"),
        ({"latency": 1, "weight": 0}, r"node 6 \(id 'z'\): the weight must be finite and above 0"),
        ({"state": "up"}, r"node 6 \(id 'z'\): the latency is missing"),
    ],
)
def test_what_is_wrong_is_named(stated: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidNodeError, match=message):
        faultset([*NODES, {"id": "z", **HERE, **stated}], 50)
