"""What the functions give, as values: they can be pickled and copied, say what they are, and hold nothing strange."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any, Final

import pytest

from rvhctl import Evaluation, Failed, FleetPlan, Memory, Node, Percent, Placement, Policy, advise, evaluate
from rvhctl.core.vectors import Codes, Column, Floats, Ints

NODES: Final[list[Any]] = [
    {"id": "a", "lat": 52.3, "lon": 4.8, "samples": [1, None, 3], "weight": 2},
    {"id": 7, "lat": 52.3, "lon": 4.8, "latency": 9},
    Node("c", -33.9, 151.2, None),
    {"id": "d", "lat": -33.9, "lon": 151.2, "latency": 2, "state": "drain"},
]
POLICY: Final = Policy(threshold=8, max_loss="50%", min_survivors=2, exit_band="10%")
EVALUATION: Final = evaluate(NODES, POLICY, precision=2, memory=Memory(), failed=Failed(("c",)))
RING: Final = Placement(["a", "b", "c"], down=["b"])

VALUES: Final[dict[str, Any]] = {
    "evaluation": EVALUATION,
    "evaluation of a list": evaluate(NODES[:1], Policy(threshold=5)),
    "group": EVALUATION.group(0),
    "explanation": EVALUATION.explain(7),
    "fleet": EVALUATION.fleet,
    "plan": FleetPlan(EVALUATION),
    "plan of a cell": FleetPlan(EVALUATION).cell(0),
    "advice": advise(NODES),
    "memory": EVALUATION.memory,
    "policy": POLICY,
    "percent": Percent(1, 3),
    "failed": Failed(("a",)),
    "placement": RING,
    "slots": RING.slots,
    "stats": RING.stats(["x", "y"]),
    "counts": RING.stats(["x", "y"]).buckets,
    "moves": RING.moves(["x", "y"], RING.with_down([])),
    "rows of moves": RING.moves(["x", "y"], RING.with_down([])).buckets,
    "path of a key": RING.explain("x", 2),
    "floats": Floats([1.5, 2.0]),
    "ints": Ints(range(10_000)),
    "codes": Codes([0, 255]),
}


def said(value: Any) -> object:
    """All that an evaluation says; of anything else its text."""
    if isinstance(value, Evaluation):
        plan = None if value.precision is None else list(FleetPlan(value))
        return list(value), list(value.explanations()), value.answer, value.memory, plan
    return list(value) if isinstance(value, FleetPlan | Column) else repr(value)


@pytest.mark.parametrize("name", [name for name in VALUES if name not in ("rows of moves", "moves")])
@pytest.mark.parametrize(
    "copied", [lambda value: pickle.loads(pickle.dumps(value)), copy.copy, copy.deepcopy]
)
def test_a_copy_says_the_same(name: str, copied: Callable[[Any], Any]) -> None:
    assert said(copied(VALUES[name])) == said(VALUES[name])


@pytest.mark.parametrize("name", VALUES)
def test_a_repr_says_something_short(name: str) -> None:
    text = repr(VALUES[name])
    assert " object at 0x" not in text
    assert "\n" not in text
    assert len(text) < 1000


@pytest.mark.parametrize("name", VALUES)
def test_no_public_attribute_is_of_librt(name: str) -> None:
    value = VALUES[name]
    if isinstance(value, Column):
        return  # `values` is for the core; tests/test_border.py
    public = [getattr(value, attribute) for attribute in dir(value) if not attribute.startswith("_")]
    assert not [held for held in public if type(held).__module__.startswith("librt")]


def test_what_an_evaluation_says_of_itself() -> None:
    assert repr(EVALUATION) == "<Evaluation: 1 of 4 nodes serve in 2 cells, worst is down>"
    assert (
        repr(evaluate(NODES[:1], Policy(threshold=5))) == "<Evaluation: 1 of 1 nodes serve, worst is healthy>"
    )
    assert repr(FleetPlan(EVALUATION)) == "<FleetPlan of 2 cells>"
    assert repr(Ints(range(9))) == "Ints([0, 1, 2, 3, 4, 5, 6, 7, ...])"


def test_ids_are_those_that_were_given() -> None:
    evaluation = evaluate(NODES, Policy(threshold=10), precision=2)
    assert evaluation.answer == ["a", 7]
    assert evaluation.group(0).nodes == ["a", 7]
    assert [cell.survivors for cell in FleetPlan(evaluation)] == [["a", 7], []]
    assert evaluation.explain(7) == evaluation.explain("7")


def test_a_column_is_a_sequence() -> None:
    column = Ints(range(10_000))
    assert (len(column), column[0], column[-1]) == (10_000, 0, 9999)
    assert (list(column), column.tolist()) == (list(range(10_000)),) * 2
    assert column[3:6] == [3, 4, 5]
    assert column[::-4000] == Ints([9999, 5999, 1999])
    assert column[6:3] == []
    assert column != Ints(range(9999))
    assert column != "text"
    with pytest.raises(IndexError):
        column[10_000]
    assert (Floats([1])[0:1], Codes(b"ab")[1:]) == ([1.0], [98])
    assert (Floats([1, 2])[::-1], Codes(b"ab")[::-1]) == ([2.0, 1.0], [98, 97])
