"""The fields samples, state and weight: what they may be, and the columns that they become."""

from __future__ import annotations

import math
from typing import Any

import pytest

from rvhctl.core.columns import Floats
from rvhctl.errors import InvalidNodeError
from rvhctl.nodes.fields import samples_of, state_of, weight_of
from rvhctl.nodes.fleet import Details, Fleet


def test_nobody_says_anything() -> None:
    details = Details()
    for _ in range(3):
        assert math.isnan(details.add({"id": "a", "latency": 1}))
    assert len(details) == 3
    assert not len(details.states())
    assert not len(details.weights())
    assert [len(column) for column in details.samples()] == [0, 0]


def test_columns() -> None:
    details = Details()
    by_samples = [
        details.add(fields)
        for fields in (
            {"state": "drain", "weight": 2},
            {"samples": [3, None, 1.5, -0.0], "state": "up"},
            {"samples": [None], "weight": 0.5},
            {"state": "down", "samples": []},
        )
    ]
    assert by_samples[1] == 1.5
    assert all(math.isnan(by_samples[row]) for row in (0, 2, 3))
    assert list(details.states()) == [1, 0, 0, 2]
    assert list(details.weights()) == [2.0, 1.0, 0.5, 1.0]
    values, starts = details.samples()
    assert [str(value) for value in values] == ["3.0", "nan", "1.5", "0.0", "nan"]
    assert list(starts) == [0, 0, 4, 5, 5]


def test_aggregate_is_for_nodes_with_samples() -> None:
    details = Details()
    details.add({"latency": 9})
    details.add({"latency": 9, "samples": [1, 3]})
    samples, starts = details.samples()
    fleet = Fleet(["a", "b"], Floats([9.0, 9.0]), samples=samples, sample_starts=starts)
    assert list(fleet.measured(None)) == [9.0, 9.0]
    assert list(fleet.measured("mean")) == [9.0, 2.0]
    assert list(Fleet(["a"], Floats([9.0])).measured("mean")) == [9.0]


@pytest.mark.parametrize("value", ["UP", "", "maint", 1, True, ["up"]])
def test_states_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="up, drain or down") as caught:
        state_of(value)
    assert caught.value.field == "state"


@pytest.mark.parametrize("value", [0, -1, 0.0, -0.5, math.inf, math.nan, 10**400, "1", True, []])
def test_weights_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="the weight must be") as caught:
        weight_of(value)
    assert caught.value.field == "weight"


@pytest.mark.parametrize("value", ["1,2", 5, {}, [1, "2"], [True], [-1], [math.inf], [10**400], [[1]]])
def test_samples_that_are_none(value: Any) -> None:
    with pytest.raises(InvalidNodeError, match="sample") as caught:
        samples_of(value)
    assert caught.value.field == "samples"


def test_a_wrong_sample_is_named_by_its_place() -> None:
    with pytest.raises(
        InvalidNodeError, match=r"sample 2 must be a number of milliseconds \(got 'x'\); write null"
    ):
        samples_of([1, "x"])


def test_a_wrong_node_adds_no_row() -> None:
    details = Details()
    with pytest.raises(InvalidNodeError):
        details.add({"state": "drain", "weight": 0})
    details.add({})
    assert len(details) == 1
    assert not len(details.states())
