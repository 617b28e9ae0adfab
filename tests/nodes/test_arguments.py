"""Whatever a caller hands in, each function answers or raises a RvhctlError in one line."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest

from rvhctl import (
    Failed,
    FaultsetError,
    FleetPlan,
    Memory,
    Node,
    Percent,
    Placement,
    Policy,
    RvhctlError,
    advise,
    evaluate,
    failover,
    failover_async,
    faultset,
    faultset_async,
    geohash,
    jump_hash,
    jump_hash_async,
    jump_hash_many,
    jump_hash_many_async,
)

HUGE = 10**5000
HERE = {"lat": 1, "lon": 1, "latency": 1}
FLEET = [{"id": "a", **HERE}, {"id": "b", **HERE}]


class Opaque:
    def __repr__(self) -> str:
        raise RuntimeError("this one shows nothing")


WRONG: list[Any] = [
    *(None, True, False, 0, -1, 1, 5, HUGE, -HUGE, 2**63, 0.5, -0.0, float("nan"), float("inf"), 1e308, 1j),
    *("", "a", "\udcff", "é\x00", "u1", "1%", b"", b"\xff", bytearray(b"a"), memoryview(b"a")),
    *([], [1], ["a"], ["a", "a"], ["\udcff"], [None], [True], [""], [b"\xff"], [[1]], [{}], (), ("a",)),
    *({}, {"a": 1}, {"a": None}, {"a": HUGE}, {1: 2}, {None: 1}, {"\udcff": 1}, {"id": "a"}, [{"id": "a"}]),
    *([{"id": "\udcff", **HERE}], [{"id": "a", **HERE, "weight": HUGE}], [{"id": "a", **HERE, "state": []}]),
    *([{"id": "a", **HERE, "samples": 5}], [{"id": "a", **HERE, "samples": ["x"]}], [Opaque()], [object()]),
    *(set(), {1}, range(3), object(), object, Opaque(), len, ..., NotImplemented, lambda: 1),
    *(Decimal("sNaN"), Decimal("nan"), Fraction(1, 3), datetime.timedelta(1)),
    *(np.bool_(True), np.timedelta64(5, "s"), np.array(1.0), np.array([1, 2]), np.array([[1], [2]])),
    *(np.array(["a"]), np.array([5], "m8[ns]"), np.array([], float), np.array([None])),
    *(Percent(1, 2), Policy(threshold=1), Placement(2), Memory(), Failed(("a",), ("u",)), Node("a", 1, 1, 1)),
]


def awaited(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: asyncio.run(call(*args))


def calls() -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
    """Each public function with arguments that are right."""
    for name, call, args in (
        ("failover", failover, (["a"], [1], 5)),
        ("faultset", faultset, (FLEET, 5, 5)),
        ("jump_hash", jump_hash, ("a", 5)),
        ("jump_hash_many", jump_hash_many, (["a"], 5)),
        ("failover_async", awaited(failover_async), (["a"], [1], 5)),
        ("faultset_async", awaited(faultset_async), (FLEET, 5, 5)),
        ("jump_hash_async", awaited(jump_hash_async), ("a", 5)),
        ("jump_hash_many_async", awaited(jump_hash_many_async), (["a"], 5)),
        ("encode", geohash.encode, (1, 1, 5)),
        ("encode_many", geohash.encode_many, ([1], [1], 5)),
        ("decode", geohash.decode, ("u1",)),
        ("neighbors", geohash.neighbors, ("u1",)),
        ("geohash_cluster", geohash.geohash_cluster, (FLEET, 5)),
        ("advise", advise, (FLEET, Policy(threshold=5))),
        ("Percent", lambda *parts: str(Percent(*parts)), (1, 2)),
        ("Failed", lambda *names: evaluate(FLEET, Policy(threshold=5), failed=Failed(*names)), ((), ())),
        ("Memory", lambda *state: Memory(*state).to_json(), (1, {})),
        ("Memory.from_json", Memory.from_json, (Memory().to_json(),)),
    ):
        yield name, call, args, {}
    yield "evaluate", evaluate, (FLEET, Policy(threshold=5)), {"precision": 5, "memory": None, "failed": None}
    limits = {"threshold": 5, "relative": 1.5, "floor": 1, "aggregate": None, "max_loss": None}
    safeguards = {
        "min_survivors": 1,
        "max_ejection": None,
        "on_degraded": "keep",
        "on_down": None,
        "merge_below": None,
    }
    yield "Policy", Policy, (), {**limits, **safeguards, "rise": 2, "fall": 3, "hysteresis": "10%"}
    evaluation = evaluate(FLEET, Policy(threshold=5), precision=5)
    yield "FleetPlan", FleetPlan, (evaluation, 2), {}
    yield "Evaluation.explain", evaluation.explain, ("a",), {}
    for method in (evaluation.group, evaluation.name, FleetPlan(evaluation).cell):
        yield method.__qualname__, method, (0,), {}
    settings: dict[str, Any] = {"weights": None, "down": (), "hash": "xxh64", "seed": 0, "dialect": "paper"}
    for nodes in (["a", "b"], 4):
        yield f"Placement({nodes})", Placement, (nodes,), settings
        here = Placement(nodes)  # type: ignore[arg-type]
        for method, args in (
            (here.bucket, ("a",)),
            (here.owner, ("a",)),
            (here.buckets, (["a"],)),
            (here.owners, (["a"],)),
            (awaited(here.owners_async), (["a"],)),
            (here.replicas, ("a", 1)),
            (here.replicas_many, (["a"], 1)),
            (here.chosen_buckets, (["a"], 1)),
            (here.replica_count, (1, True)),
            (here.of, (here.nodes,)),
            (here.stats, (["a"],)),
            (here.moves, (["a"], here)),
            (here.explain, ("a", 1)),
            (here.with_down, ([],)),
        ):
            yield f"Placement({nodes}).{method.__name__}", method, args, {}


@pytest.mark.parametrize(("call", "args", "settings"), [pytest.param(*c[1:], id=c[0]) for c in calls()])
def test_a_wrong_argument_is_an_error_of_this_package(
    call: Callable[..., Any], args: tuple[Any, ...], settings: dict[str, Any]
) -> None:
    call(*args, **settings)
    for slot in [*range(len(args)), *settings]:
        for wrong in WRONG:
            given = [wrong if slot == at else arg for at, arg in enumerate(args)]
            named = {name: wrong if slot == name else setting for name, setting in settings.items()}
            try:
                call(*given, **named)
            except RvhctlError as error:
                text = str(error)
                text.encode()
                assert "\n" not in text
                assert len(text) < 400


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Placement(["a"], down=None), "down must be a list (got NoneType)"),  # type: ignore[arg-type]
        (lambda: Placement(["a"]).with_down("ab"), "down must be a list (got str)"),
        (lambda: Placement(["a"], weights=[1]), "weights must be of type Mapping (got [1])"),  # type: ignore[arg-type]
        (
            lambda: Placement(["a"], weights={"a": 10**400}),
            f"the weight of 'a' must be finite and above 0 (got 1{'0' * 58}…)",
        ),
        (lambda: Placement(2).moves([1], ["a"]), "other must be of type Placement (got ['a'])"),  # type: ignore[arg-type]
        (lambda: evaluate(FLEET, None), "policy must be of type Policy (got null)"),  # type: ignore[arg-type]
        (lambda: evaluate(None, Policy(threshold=1)), "nodes must be a list (got NoneType)"),  # type: ignore[arg-type]
        (
            lambda: evaluate(FLEET, Policy(threshold=1)).explain(2),
            "no node has the id 2",
        ),
        (
            lambda: evaluate(FLEET, Policy(threshold=1)).name(-1),
            "a group must be an integer from 0 to 0 (got -1)",
        ),
        (lambda: Failed("ab"), "failed ids must be a list (got str)"),  # type: ignore[arg-type]
    ],
)
def test_what_is_wanted_is_said(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(RvhctlError) as caught:
        call()
    assert str(caught.value) == message


# --- what is as good as Python's own ----------------------------------------------------------------


@dataclass
class Machine:
    id: object
    lat: object
    lon: object
    latency: object
    state: str = "up"


class Renamed(NamedTuple):
    """Four fields in an order of their own: they are taken by name."""

    latency: float
    lon: float
    lat: float
    id: str


class Longer(NamedTuple):
    rack: str
    id: str
    lat: float
    lon: float
    latency: float


NUMBERS = [int, float, Decimal, Fraction, np.int64, np.uint8, np.float32, np.float64, lambda n: np.array(n)]


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_of_every_kind(number: Callable[[int], Any]) -> None:
    assert failover(["a", "b", "c"], [number(50), number(200), None], number(100)) == ["a"]
    nodes = [Machine(name, number(52), number(4), number(ms)) for name, ms in (("a", 50), ("b", 200))]
    assert faultset(nodes, number(100)) == ["a"]
    assert geohash.encode(number(52), number(4), 5) == geohash.encode(52.0, 4.0, 5)
    policy = Policy(threshold=number(100), relative=number(2), floor=number(1))
    assert len(evaluate(nodes, policy)) == 1
    weighted = Placement(["a", "b"], weights={"a": number(2)})
    assert weighted.owners(["x", "y", "z"]) == Placement(["a", "b"], weights={"a": 2.0}).owners(
        ["x", "y", "z"]
    )


@pytest.mark.parametrize("whole", [np.int64, np.uint8, np.int16])
def test_integers_of_every_kind(whole: Callable[[int], Any]) -> None:
    assert jump_hash("foo", whole(5)) == 3
    assert jump_hash(whole(42), 5) == jump_hash(42, 5)
    assert jump_hash_many([whole(42), "foo"], 5) == [2, 3]
    assert Placement(whole(10)).replicas(whole(42), whole(3)) == Placement(10).replicas(42, 3)
    assert Placement(4, down=[whole(1)], seed=whole(7)).nodes.down == {1}
    assert geohash.encode(1, 1, whole(5)) == geohash.encode(1, 1, 5)
    (survivor,) = faultset([(whole(7), 1, 1, 1)], 5, whole(5))
    assert (survivor, type(survivor)) == (7, int)
    policy = Policy(threshold=5, rise=whole(2), merge_below=whole(2), min_survivors=whole(1))
    evaluation = evaluate([{"id": whole(7), **HERE}], policy)
    assert (evaluation.answer, evaluation.explain(whole(7)).kept) == ([7], True)


def test_columns_of_every_kind() -> None:
    kept = ["b", "a"]
    ids = ["a", "b", "c"]
    values = [2.0, 1.0, 9.0]
    for column in (
        np.array(values),
        np.array(values, "f4"),
        np.array([2, 1, 9]),
        tuple(values),
        iter(values),
    ):
        assert failover(np.array(ids), column, 5) == kept
    assert failover(ids, dict(zip(ids, values, strict=True)).values(), 5) == kept
    assert jump_hash_many(np.array([1, 2, 3]), 5) == jump_hash_many([1, 2, 3], 5)
    assert geohash.encode_many(np.array([1.0]), np.array([2.0])) == [geohash.encode(1, 2)]


@pytest.mark.parametrize("wrong", [np.bool_(True), np.timedelta64(5, "ms"), "5", np.array([5.0])])
def test_what_only_looks_like_a_number(wrong: Any) -> None:
    for call in (
        lambda: failover(["a"], [wrong], 10),
        lambda: failover(["a"], [1], wrong),
        lambda: failover(["a"], np.array([wrong]), 10),
        lambda: faultset([("a", wrong, 1, 1)], 10),
        lambda: Policy(threshold=wrong),
        lambda: Policy(threshold=1, rise=wrong),
    ):
        with pytest.raises(FaultsetError):
            call()
    with pytest.raises(RvhctlError):
        jump_hash("a", wrong)
    with pytest.raises(RvhctlError):
        Placement(["a"], weights={"a": wrong})


def test_nodes_of_every_kind() -> None:
    nodes: list[Any] = [
        Machine("a", 1, 1, 5),
        Machine("drained", 1, 1, 1, state="drain"),
        Renamed(latency=4, lon=1, lat=1, id="b"),
        Longer("r1", "c", 1, 1, 3),
        ("d", 1, 1, 2),
    ]
    assert faultset(nodes, 10) == ["d", "c", "b", "a"]
    assert evaluate(nodes, Policy(threshold=10)).answer == ["d", "c", "b", "a"]
    assert Placement([Machine("a", 1, 1, 5), Machine("b", 1, 1, 5, state="down")]).nodes.down == {1}  # type: ignore[list-item]
    with pytest.raises(FaultsetError, match=r"^node 2 \(id 'b'\): the latency is missing$"):
        faultset([("a", 1, 1, 1), type("Half", (), {"id": "b", "lat": 1, "lon": 1})()], 10)
