"""`failover` and `faultset` as Python callers see them, sync and async."""

from __future__ import annotations

import asyncio
import doctest
import math
import random
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rvhctl
from rvhctl import (
    EmptyNodesError,
    FaultsetError,
    InvalidNodeError,
    LengthMismatchError,
    NegativeThresholdError,
    Node,
    NoSurvivorsError,
    failover,
    failover_async,
    faultset,
    faultset_async,
    geohash,
)
from rvhctl.concurrency.steps import run
from rvhctl.formats.wording import counted
from rvhctl.policy import failover as module


def failover_awaited(*args: Any) -> Any:
    return asyncio.run(failover_async(*args))


def faultset_awaited(*args: Any) -> Any:
    return asyncio.run(faultset_async(*args))


def in_slices(steps: Callable[..., Any], size: int) -> Callable[..., Any]:
    return lambda *args: run(steps(*args, size))


each_failover = pytest.mark.parametrize("call", [failover, failover_awaited], ids=["sync", "async"])
each_faultset = pytest.mark.parametrize("call", [faultset, faultset_awaited], ids=["sync", "async"])

latencies = st.one_of(st.none(), st.just(math.nan), st.floats(0, 200), st.integers(0, 200))
thresholds = st.one_of(st.floats(0, 200), st.integers(0, 200))

# The cases of the older packages.
FLEET: list[Any] = [
    ("nodeA", 37.7749, -122.4194, 10.0),
    ("nodeB", 37.7750, -122.4195, 100.0),
    ("nodeC", 40.7128, -74.0060, 20.0),
]


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """The answer, or the error and what it says."""
    try:
        return call(*args)
    except FaultsetError as error:
        return type(error), str(error)


def naive_failover(ids: list[Any], values: list[Any], threshold: float) -> list[Any]:
    kept = [
        (value, node_id)
        for node_id, value in zip(ids, values, strict=True)
        if value is not None and value <= threshold
    ]
    return [node_id for _, node_id in sorted(kept, key=lambda pair: pair[0])]


def naive_faultset(nodes: list[Any], threshold: float, precision: int) -> list[Any]:
    cells: dict[str, list[Any]] = {}
    for node in nodes:
        cells.setdefault(geohash.encode(node[1], node[2], precision), []).append(node)
    return [
        node_id
        for members in cells.values()
        for node_id in naive_failover(
            [member[0] for member in members], [member[3] for member in members], threshold
        )
    ]


def test_documented_examples() -> None:
    result = doctest.testmod(module)
    assert result.attempted >= 5
    assert not result.failed


@pytest.mark.parametrize("name", ["failover", "faultset"])
def test_docstrings_say_units_errors_and_source(name: str) -> None:
    text = getattr(rvhctl, name).__doc__
    for part in ("Args:", "Returns:", "Raises:", "Source:", "milliseconds", "NoSurvivorsError"):
        assert part in text


# --- failover ---------------------------------------------------------------------------------------


@each_failover
def test_failover_basic(call: Any) -> None:
    assert call(["a", "b", "c"], [50.0, 200.0, 75.0], 100.0) == ["a", "c"]
    assert call(["a", "b", "c"], [75, 50, 75], 75) == ["b", "a", "c"]


@each_failover
def test_failover_of_nobody(call: Any) -> None:
    with pytest.raises(EmptyNodesError, match=r"^nodes list is empty$"):
        call([], [], 100.0)


@each_failover
def test_failover_with_nobody_left(call: Any) -> None:
    with pytest.raises(NoSurvivorsError, match="none of 2 nodes answers within 10 ms"):
        call(["a", "b"], [50.0, None], 10.0)


@each_failover
def test_failover_wants_as_many_latencies_as_ids(call: Any) -> None:
    with pytest.raises(LengthMismatchError, match="2 ids, but 1 latencies"):
        call(["a", "b"], [1.0], 10.0)


@each_failover
def test_ids_are_opaque(call: Any) -> None:
    ids = [{"unhashable": 1}, None, "", "", object()]
    assert [id(kept) for kept in call(ids, [5, 4, 3, 2, 1], 10)] == [id(node_id) for node_id in ids[::-1]]


@each_failover
def test_failover_takes_any_iterable(call: Any) -> None:
    assert call(range(3), (5, 1, None), 10) == [1, 0]
    assert call(iter("ab"), iter([2.0, 1.0]), 10) == ["b", "a"]


@each_failover
@pytest.mark.parametrize("wrong", [None, 5, 1.5, object(), "a", b"a"])
def test_failover_of_what_is_no_list(call: Any, wrong: Any) -> None:
    with pytest.raises(FaultsetError, match=r"^ids must be a list \(got "):
        call(wrong, [1.0], 10)
    with pytest.raises(FaultsetError, match=r"^latencies must be a list \(got "):
        call(["a"], wrong, 10)


@each_failover
def test_failover_leaves_its_arguments_alone(call: Any) -> None:
    ids, values = ["a", "b"], [2.0, 1.0]
    call(ids, values, 10)
    assert (ids, values) == (["a", "b"], [2.0, 1.0])


@given(st.lists(latencies, min_size=1, max_size=60), thresholds, st.integers(1, 20))
def test_failover_is_filter_and_stable_sort(values: list[Any], threshold: float, size: int) -> None:
    ids = list(range(len(values)))
    expected = naive_failover(ids, values, threshold) or (
        NoSurvivorsError,
        f"no survivors: none of {counted(len(ids), 'node')} answers within {threshold:g} ms",
    )
    assert outcome(failover, ids, values, threshold) == expected
    assert outcome(failover_awaited, ids, values, threshold) == expected
    assert outcome(in_slices(module._failover, size), ids, values, threshold) == expected


@each_failover
@pytest.mark.parametrize(
    "threshold",
    [-1, -0.5, math.nan, math.inf, -math.inf, True, None, "5", 10**400, pytest.param(10**5000, id="huge")],
)
def test_thresholds_that_are_none(call: Any, threshold: Any) -> None:
    with pytest.raises(
        NegativeThresholdError, match="the threshold must be a number of milliseconds, finite"
    ):
        call(["a"], [1.0], threshold)


@each_failover
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (-1.0, "finite and not negative"),
        (-1, "finite and not negative"),
        (math.inf, "finite and not negative"),
        (10**400, "finite and not negative"),
        pytest.param(10**5000, "finite and not negative", id="huge"),
        (True, "a number of milliseconds"),
        ("7", "a number of milliseconds"),
        ([], "a number of milliseconds"),
    ],
)
def test_latencies_that_are_none(call: Any, value: Any, problem: str) -> None:
    with pytest.raises(InvalidNodeError, match=rf"^node 2 \(id 'b'\): the latency must be {problem} \(got "):
        call(["a", "b", "c"], [1.0, value, -9.0], 100)


def test_minus_zero_is_zero() -> None:
    assert failover(["a", "b", "c"], [0.0, -0.0, 0.0], -0.0) == ["a", "b", "c"]


# --- faultset ---------------------------------------------------------------------------------------


@each_faultset
def test_faultset_basic(call: Any) -> None:
    assert call(FLEET, 50.0, 5) == ["nodeA", "nodeC"]
    assert call(FLEET, 100.0) == ["nodeA", "nodeB", "nodeC"]


@each_faultset
def test_faultset_of_nobody(call: Any) -> None:
    with pytest.raises(EmptyNodesError, match=r"^nodes list is empty$"):
        call([], 100.0)


@each_faultset
def test_faultset_with_nobody_left(call: Any) -> None:
    with pytest.raises(NoSurvivorsError, match=r"^all clusters yielded no survivors$"):
        call(FLEET, 5.0, 5)


@each_faultset
@pytest.mark.parametrize("wrong", [None, 5, object(), "a:1:2:3"])
def test_faultset_of_what_is_no_list(call: Any, wrong: Any) -> None:
    with pytest.raises(FaultsetError, match=r"^nodes must be a list \(got "):
        call(wrong, 10)


@each_faultset
def test_nodes_of_all_forms_give_their_ids(call: Any) -> None:
    nodes: list[Any] = [
        {"id": "a", "lat": 1, "lon": 2, "latency": 9, "rack": "r1"},
        ("b", 1, 2, 8.0),
        Node("c", 1, 2, 7),
        MappingProxyType({"id": 4, "lat": 1.0, "lon": 2.0, "latency": 6}),
        Node("e", 50.0, 2.0, None),
    ]
    assert call(iter(nodes), 10) == [4, "c", "b", "a"]


@each_faultset
def test_cells_appear_with_their_first_node_even_a_lost_one(call: Any) -> None:
    nodes = [("far", 50.0, 50.0, 900.0), ("a", 0.0, 0.0, 1.0), ("near", 50.0, 50.0, 5.0)]
    assert call(nodes, 100.0, 3) == ["near", "a"]


fleets = st.lists(
    st.tuples(
        st.one_of(st.floats(-90, 90), st.sampled_from([0.0, -0.0, 90.0])),
        st.one_of(st.floats(-180, 180), st.sampled_from([0.0, 180.0, -180])),
        latencies,
    ),
    min_size=1,
    max_size=40,
)


@given(fleets, thresholds, st.integers(1, 12), st.integers(1, 20))
def test_faultset_is_failover_by_cell(fleet: list[Any], threshold: float, precision: int, size: int) -> None:
    nodes = [(f"n{k}", *fields) for k, fields in enumerate(fleet)]
    expected = naive_faultset(nodes, threshold, precision) or (
        NoSurvivorsError,
        "all clusters yielded no survivors",
    )
    assert outcome(faultset, nodes, threshold, precision) == expected
    assert outcome(faultset_awaited, nodes, threshold, precision) == expected
    assert outcome(in_slices(module._faultset, size), nodes, threshold, precision, ()) == expected
    records = [dict(zip(Node._fields, node, strict=True)) for node in nodes]
    assert outcome(faultset, records, threshold, precision) == expected


@each_faultset
@pytest.mark.parametrize(
    ("node", "message"),
    [
        (("b", 91.0, 0.0, 1.0), r"node 2 \(id 'b'\): lat must lie within -90..90 degrees \(got 91.0\)"),
        (("b", 0.0, math.nan, 1.0), r"node 2 \(id 'b'\): lon must lie within -180..180 degrees"),
        (("b", True, 0.0, 1.0), r"node 2 \(id 'b'\): lat must be a number of degrees \(got true\)"),
        (("b", 0.0, None, 1.0), r"node 2 \(id 'b'\): lon must be a number of degrees \(got null\)"),
        (("b", 0.0, 0.0, -1.0), r"node 2 \(id 'b'\): the latency must be finite and not negative"),
        (("b", 0.0, 0.0, "1"), r"node 2 \(id 'b'\): the latency must be a number of milliseconds"),
        (("", 0.0, 0.0, 1.0), r"node 2: the id is empty"),
        ((None, 0.0, 0.0, 1.0), r"node 2: the id must be a string or an integer"),
        ((True, 0.0, 0.0, 1.0), r"node 2: the id must be a string or an integer"),
        (([], 0.0, 0.0, 1.0), r"node 2: the id must be a string or an integer"),
        pytest.param((10**5000, 0.0, 0.0, 1.0), r"node 2: the id is too long \(got an integer of", id="huge"),
        (("b" * 1000, 0.0, 0.0, -1.0), r"node 2 \(id 'b{58}…\): the latency must be finite"),
        (("b", 0.0, 0.0), r"node 2 must be a mapping, a Node, a tuple"),
        ("b", r"node 2 must be a mapping, a Node, a tuple"),
        (None, r"node 2 must be a mapping, a Node, a tuple"),
        ({"id": "b", "lat": 0.0, "latency": 1.0}, r"node 2 \(id 'b'\): lon is missing"),
        ({"id": "b", "lat": 0.0, "lon": 1.0}, r"node 2 \(id 'b'\): the latency is missing"),
        ({"lat": 0.0, "lon": 1.0, "latency": 1.0}, r"node 2: the id is missing"),
        (("a", 5.0, 5.0, 5.0), r"node 2 \(id 'a'\): the id was there before; first at node 1"),
    ],
)
def test_a_wrong_node_is_named(call: Any, node: Any, message: str) -> None:
    first: Any = ("a", 0.0, 0.0, 1.0)
    if isinstance(node, dict):
        first = dict(zip(Node._fields, first, strict=True))
    with pytest.raises(InvalidNodeError, match=f"^{message}"):
        call([first, node], 100.0)


@each_faultset
def test_ids_that_print_alike_are_the_same(call: Any) -> None:
    with pytest.raises(
        InvalidNodeError, match=r"^node 2 \(id '7'\): the id was there before; first at node 1"
    ):
        call([(7, 0.0, 0.0, 1.0), ("7", 1.0, 1.0, 1.0)], 100.0)


class Label(str):
    def __str__(self) -> str:
        return "what it shows"


@each_faultset
def test_a_text_of_a_type_of_its_own_is_that_text(call: Any) -> None:
    (kept,) = call([(Label("a"), 0.0, 0.0, 1.0)], 100.0)
    assert (kept, type(kept)) == ("a", str)
    with pytest.raises(InvalidNodeError, match=r"^node 3 .*the id was there before; first at node 2"):
        call([("b", 0.0, 0.0, 1.0), ("a", 0.0, 0.0, 1.0), (Label("a"), 0.0, 0.0, 1.0)], 100.0)


def test_an_id_is_there_twice_in_different_slices() -> None:
    nodes = [(f"n{k}", 0.0, 0.0, 1.0) for k in range(10)] + [("n3", 0.0, 0.0, 1.0)]
    with pytest.raises(InvalidNodeError, match=r"^node 11 \(id 'n3'\): .* first at node 4"):
        in_slices(module._faultset, 3)(nodes, 100.0, 5, ())


@each_faultset
@pytest.mark.parametrize("precision", [0, 13, 5.0, True, None])
def test_precisions_that_are_none(call: Any, precision: Any) -> None:
    with pytest.raises(FaultsetError, match="precision must be a whole number from 1 to 12"):
        call(FLEET, 100.0, precision)


@each_faultset
def test_faultset_checks_its_threshold(call: Any) -> None:
    with pytest.raises(NegativeThresholdError):
        call(FLEET, -1.0)


# --- the event loop ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_event_loop_runs_between_slices(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in turns, not in milliseconds: as many as there are slices of each stage."""
    monkeypatch.setattr(module, "TURN", size)
    chance = random.Random(size)
    nodes = [(f"n{k}", chance.uniform(-90, 90), 0.0, chance.uniform(0, 200)) for k in range(700)]
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def watched(answer: Awaitable[list[Any]]) -> list[Any]:
        task = asyncio.create_task(tick())
        kept = await answer
        task.cancel()
        return kept

    assert asyncio.run(watched(faultset_async(nodes, 100.0, 3))) == faultset(nodes, 100.0, 3)
    assert turns >= 3 * (700 // size)
    turns = 0
    columns = [node[0] for node in nodes], [node[3] for node in nodes]
    assert asyncio.run(watched(failover_async(*columns, 100.0))) == failover(*columns, 100.0)
    assert turns >= 2 * (700 // size)


def test_concurrent_calls_do_not_disturb_each_other() -> None:
    async def both() -> list[Any]:
        calls = [faultset_async(FLEET, threshold, 5) for threshold in (15.0, 50.0, 100.0)]
        return await asyncio.gather(*calls)

    assert asyncio.run(both()) == [faultset(FLEET, threshold, 5) for threshold in (15.0, 50.0, 100.0)]
