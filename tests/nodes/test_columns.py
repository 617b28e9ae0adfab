"""Nodes as columns of every kind: the answers and the errors of the same nodes as a list."""

from __future__ import annotations

import asyncio
import math
import pickle
from array import array
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pytest

from rvhctl import (
    EmptyNodesError,
    FaultsetError,
    InvalidNodeError,
    LengthMismatchError,
    NodeColumns,
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
    jump_hash_many,
    jump_hash_many_async,
)
from rvhctl.concurrency.steps import listed, run
from rvhctl.nodes.columns import numbers_steps

NAN = math.nan
IDS = ["ams-1", "ams-2", "fra-1", "syd-1", "syd-2"]
LATS = [52.0, 52.0, 50.0, -33.0, -34.0]
LONS = [4.0, 4.0, 8.0, 151.0, 151.0]
LATENCIES = [12.0, 9.0, NAN, 280.0, -0.0]
ROWS = list(zip(IDS, LATS, LONS, LATENCIES, strict=True))


class Other:
    """A column of a library that has only a way to NumPy."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def to_numpy(self) -> Any:
        return np.array(self.values)


class Sliced(Other):
    """A column of which some rows are a column, too."""

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice) -> Self:
        return type(self)(self.values[rows])


class Series(Sliced):
    """A column of polars."""

    def to_list(self) -> list[Any]:
        return list(self.values)


class NullableType:
    kind, na_value = "f", None


class Nullable(Series):
    """A column of a type with nulls, as pandas has it; its rows are counted by ``iloc``."""

    dtype = NullableType()

    @property
    def iloc(self) -> Series:
        return Series(self.values)

    def __getitem__(self, label: object) -> Any:
        raise KeyError(label)

    def to_numpy(self, dtype: str = "object", na_value: object = None) -> Any:
        values = [na_value if value is None else value for value in self.values]
        return np.array(values, dtype)


class Arrow(Sliced):
    """A column of Arrow."""

    def __iter__(self) -> Iterator[object]:
        return (object() for _ in self.values)

    def to_pylist(self) -> list[Any]:
        return list(self.values)

    def to_numpy(self, zero_copy_only: bool = True) -> Any:
        assert not zero_copy_only
        return super().to_numpy()


KINDS: dict[str, Callable[[list[float]], Any]] = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "None": lambda values: [None if value != value else value for value in values],
    "objects": lambda values: [None if value != value else Decimal(value) for value in values],
    "array": lambda values: array("d", values),
    "array of float32": lambda values: array("f", values),
    "memoryview": lambda values: memoryview(array("d", values)),
    "strided memoryview": lambda values: memoryview(array("d", [x for value in values for x in (value, 7)]))[
        ::2
    ],
    "NumPy": np.array,
    "strided NumPy": lambda values: np.array([values, values]).T[:, 1],
    "float32": lambda values: np.array(values, np.float32),
    "float16": lambda values: np.array(values, np.float16),
    "long double": lambda values: np.array(values, np.longdouble),
    "other byte order": lambda values: np.array(values, ">f8"),
    "masked": lambda values: np.ma.masked_where(
        np.isnan(values), np.nan_to_num(values, posinf=math.inf, neginf=-math.inf)
    ),
    "NumPy of objects": lambda values: np.array(values, object),
    "to_numpy": Other,
    "polars": Series,
    "pandas": lambda values: Nullable([None if value != value else value for value in values]),
    "Arrow": Arrow,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Callable[[list[float]], Any]:
    return KINDS[request.param]


def columns(kind: Callable[[list[float]], Any] = list, ids: Any = IDS, **more: Any) -> NodeColumns:
    given = {"lats": kind(LATS), "lons": kind(LONS), "latencies": kind(LATENCIES)}
    return NodeColumns(ids, **(given | more))


def test_faultset_and_failover(kind: Callable[[list[float]], Any]) -> None:
    expected = faultset(ROWS, 100, 2)
    assert faultset(columns(kind), 100, 2) == expected == ["ams-2", "ams-1", "syd-2"]
    assert asyncio.run(faultset_async(columns(kind), 100, 2)) == expected
    assert failover(IDS, kind(LATENCIES), 100) == ["syd-2", "ams-2", "ams-1"]
    assert asyncio.run(failover_async(IDS, kind(LATENCIES), 100)) == ["syd-2", "ams-2", "ams-1"]


def test_evaluate_and_advise(kind: Callable[[list[float]], Any]) -> None:
    policy = Policy(relative=2)
    expected = evaluate(ROWS, policy, precision=2)
    found = evaluate(columns(kind), policy, precision=2)
    assert list(map(str, found.explanations())) == list(map(str, expected.explanations()))
    assert found.answer == expected.answer
    assert advise(columns(kind), policy) == advise(ROWS, policy)
    assert evaluate(NodeColumns(IDS, latencies=kind(LATENCIES)), Policy(threshold=10)).answer == [
        "syd-2",
        "ams-2",
    ]


@pytest.mark.parametrize(
    "make", [tuple, iter, np.array, Other, Series, Nullable, Arrow, lambda ids: np.array(ids, object)]
)
def test_ids_of_every_kind(make: Callable[[Any], Any]) -> None:
    answer = faultset(columns(ids=make(IDS)), 100, 2)
    assert answer == ["ams-2", "ams-1", "syd-2"]
    assert {type(node_id) for node_id in answer} == {str}
    numbers = faultset(columns(ids=make([5, 4, 3, 2, 1])), 100, 2)
    assert numbers == [4, 5, 1]
    assert {type(node_id) for node_id in numbers} == {int}
    assert evaluate(columns(ids=make([5, 4, 3, 2, 1])), Policy(threshold=10)).answer == [1, 4]


LISTS: list[Callable[[Any], Any]] = [tuple, np.array, Other, Series, Nullable, Arrow]


@pytest.mark.parametrize("make", LISTS)
def test_whatever_takes_a_list_takes_a_column(make: Callable[[Any], Any]) -> None:
    """Ids come back as Python's own, too."""
    answer = failover(make(IDS), LATENCIES, 100)
    assert answer == ["syd-2", "ams-2", "ams-1"]
    assert Placement(make(IDS), down=make(IDS[:4])).owner("k") == "syd-2"
    for keys in (IDS, [3, 1, 2**63 - 1]):
        assert jump_hash_many(make(keys), 99) == jump_hash_many(keys, 99)
        assert asyncio.run(jump_hash_many_async(make(keys), 99)) == jump_hash_many(keys, 99)
        here, there = Placement(IDS), Placement(IDS[:3])
        assert here.owners(make(keys)) == here.owners(keys)
        assert here.moves(make(keys), there).moved == here.moves(keys, there).moved
    if make is not np.array:
        assert {type(node_id) for node_id in answer} == {str}


def test_geohashes_of_columns(kind: Callable[[list[float]], Any]) -> None:
    assert geohash.encode_many(kind(LATS), kind(LONS), 4) == geohash.encode_many(LATS, LONS, 4)
    with pytest.raises(InvalidNodeError, match=r"^point 3: lat must lie within -90\.\.90 degrees"):
        geohash.encode_many(kind([1.0, 2.0, 90.5, 4.0]), kind(LATS[:4]))


def test_a_column_is_made_a_list_in_slices() -> None:
    """Each turn of the event loop has a part of it."""
    steps = listed(Series(IDS * 2), 4, "ids", FaultsetError)
    turns = [next(steps) for _ in range(3)]
    assert turns == [None] * 3
    with pytest.raises(StopIteration) as done:
        next(steps)
    assert done.value.value == IDS * 2


class Frame:
    """A table, as pandas, polars and Arrow have it, which iterates over the names of its columns."""

    columns = ("id", "latency")

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        (lambda: faultset(Frame(), 100), "NodeColumns of its columns"),  # type: ignore[arg-type]
        (lambda: evaluate(Frame(), Policy(threshold=100)), "NodeColumns of its columns"),  # type: ignore[arg-type]
        (lambda: failover(Frame(), [1, 2], 100), "one of its columns"),
        (lambda: jump_hash_many(Frame(), 9), "one of its columns"),  # type: ignore[arg-type]
    ],
)
def test_a_table_is_no_list_of_the_names_of_its_columns(call: Callable[[], object], wanted: str) -> None:
    with pytest.raises(RvhctlError, match=rf" cannot be a table: give a list, or {wanted} \(got Frame\)$"):
        call()


def test_integers_and_unsigned_ones() -> None:
    for type_code in "bhilq":
        assert failover(["a", "b"], array(type_code, [7, 3]), 5) == ["b"]
        assert failover(["a", "b"], np.array([7, 3], type_code.upper()), 5) == ["b"]


def test_states_and_weights() -> None:
    states = [None, "drain", "up", "up", "down"]
    weights = [1, None, 3.0, NAN, Decimal("0.5")]
    full: list[Any] = [
        {**node, "state": state, "weight": weight if weight == weight else None}
        for node, state, weight in zip(columns(), states, weights, strict=True)
    ]
    nodes = columns(states=np.array(states, object), weights=weights)
    assert faultset(nodes, 300, 2) == faultset(full, 300, 2) == ["ams-1", "syd-1"]
    assert asyncio.run(faultset_async(nodes, 300, 2)) == ["ams-1", "syd-1"]
    policy = Policy(threshold=300, min_survivors=1)
    assert repr(evaluate(nodes, policy, precision=2)) == repr(evaluate(full, policy, precision=2))
    assert evaluate(nodes, policy).explain("ams-2").reason == "drain"
    assert columns(weights=array("d", [2.0, NAN, 1.0, 1.0, 1.0]))[1]["weight"] != 2.0


def test_capacities_are_the_weights_unless_they_are_stated() -> None:
    def carried(**given: Any) -> list[float]:
        return list(evaluate(columns(**given), Policy(threshold=300)).fleet.capacities)

    assert carried(weights=[2, 2, 1, 1, 1]) == carried(capacities=[None, NAN, None, None, None]) == []
    assert carried(weights=[2, 3, 1, 1, 1], capacities=[NAN, None, 4, 0.5, 1]) == [2.0, 3.0, 4.0, 0.5, 1.0]
    with pytest.raises(InvalidNodeError, match=r"node 2 .*: the capacity must be finite and above 0"):
        carried(capacities=[1, 0, 1, 1, 1])


BAD_LATENCIES = [-1.0, math.inf, -math.inf]


@pytest.mark.parametrize("field", ["latencies", "lats", "lons"])
def test_a_bad_number_is_named_as_in_a_list(kind: Callable[[list[float]], Any], field: str) -> None:
    place = {"lats": 1, "lons": 2, "latencies": 3}[field]
    for bad in BAD_LATENCIES if field == "latencies" else (181.0, -math.inf):
        values = [row[place] for row in ROWS]
        values[3] = bad
        rows = [(*row[:place], value, *row[place + 1 :]) for row, value in zip(ROWS, values, strict=True)]
        with pytest.raises(InvalidNodeError) as of_a_list:
            faultset(rows, 100)
        for call in (faultset, lambda nodes, limit: evaluate(nodes, Policy(threshold=limit), precision=2)):
            with pytest.raises(InvalidNodeError) as of_columns:
                call(columns(kind, **{field: kind(values)}), 100)
            assert of_columns.value.field == of_a_list.value.field
            assert str(of_columns.value).partition(" (got")[0] == str(of_a_list.value).partition(" (got")[0]
    with pytest.raises(
        InvalidNodeError, match=r"node 2 \(id 'b'\): the latency must be finite and not negative"
    ):
        failover(["a", "b"], kind([1.0, -2.0]), 5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lats": [NAN, *LATS[1:]]}, r"node 1 \(id 'ams-1'\): lat must lie within"),
        ({"latencies": np.array([True] * 5)}, r"node 1 \(id 'ams-1'\): the latency must be a number"),
        ({"latencies": np.array([1] * 5, "m8[ns]")}, r"node 1 \(id 'ams-1'\): the latency must be a number"),
        ({"latencies": np.ones((5, 2))}, r"node 1 \(id 'ams-1'\): the latency must be a number"),
        ({"latencies": ["1", *LATENCIES[1:]]}, r"node 1 \(id 'ams-1'\): the latency must be a number"),
        ({"states": ["up", "up", "gone", "up", "up"]}, r"node 3 \(id 'fra-1'\): the state must be up"),
        ({"states": ["up", ["up"], None, None, None]}, r"node 2 \(id 'ams-2'\): the state must be up"),
        ({"lats": None}, r"node 1 \(id 'ams-1'\): lat is missing"),
        ({"ids": ["a", "b", "c", "d", "a"]}, r"node 5 \(id 'a'\): the id was there before; first at node 1"),
        ({"ids": np.array([1, 2, 3, 1, 5])}, r"node 4 \(id 1\): the id was there before; first at node 1"),
        ({"ids": ["a", "", "c", "d", "e"]}, "node 2: the id is empty"),
        ({"ids": ["a", 2.5, "c", "d", "e"]}, "node 2: the id must be a string or an integer"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], message: str) -> None:
    nodes = columns(**given)
    for call in (lambda: faultset(nodes, 100), lambda: asyncio.run(faultset_async(nodes, 100))):
        with pytest.raises(InvalidNodeError, match=message):
            call()
    with pytest.raises(InvalidNodeError, match=message):
        advise(nodes)


@pytest.mark.parametrize("weight", [0, -1.0, math.inf, "1", True])
def test_what_is_no_weight(weight: Any) -> None:
    with pytest.raises(InvalidNodeError, match=r"node 5 \(id 'syd-2'\): the weight must be"):
        evaluate(columns(weights=[1, 1, 1, 1, weight]), Policy(threshold=1))


def test_columns_are_as_long_as_the_ids() -> None:
    with pytest.raises(LengthMismatchError, match="5 ids, but 4 lons"):
        columns(lons=LONS[1:])
    with pytest.raises(LengthMismatchError, match="2 ids, but 1 latencies"):
        failover(["a", "b"], array("d", [1.0]), 5)
    with pytest.raises(EmptyNodesError):
        faultset(NodeColumns([], latencies=[], lats=[], lons=[]), 5)
    for wrong in ("abcde", b"abcde", 5, np.float64(1.0)):
        with pytest.raises(FaultsetError, match="latencies must be a list"):
            columns(latencies=wrong)
    with pytest.raises(FaultsetError, match="ids must be a list"):
        columns(ids="abcde")


def test_floats_of_64_bits_are_read_where_they_lie() -> None:
    for make in (lambda values: values, np.frombuffer, lambda values: pa.array(np.frombuffer(values))):
        values = array("d", LATENCIES)
        read = run(numbers_steps(make(values), 1, "latencies"))
        values[0] = 77.0
        assert read[0] == 77.0


def test_they_are_a_sequence_of_nodes_that_nobody_changes() -> None:
    latencies, ids = array("d", LATENCIES), list(IDS)
    nodes = columns(ids=ids, latencies=latencies)
    latencies[0] = ids[0] = 1  # type: ignore[call-overload]
    latencies.append(4)
    assert nodes[0] == {"id": "ams-1", "lat": 52.0, "lon": 4.0, "latency": 12.0}
    assert nodes[-1]["id"] == "syd-2"
    assert faultset(list(nodes), 100, 2) == faultset(nodes, 100, 2)
    assert faultset(nodes[1:4], 100, 2) == ["ams-2"]
    assert repr(nodes[1:4]) == "NodeColumns(3 nodes: id, lat, lon, latency)"
    assert list(pickle.loads(pickle.dumps(nodes[:2]))) == list(nodes)[:2]


def test_all_of_the_columns_are_the_columns_themselves() -> None:
    nodes = NodeColumns(ids=["a", "b", "c"], latencies=[1.0, 2.0, 3.0])
    assert nodes[:] is nodes[0:3] is nodes
    for part in (slice(1, 3), slice(0, 2), slice(0, 3, 2), slice(None, None, -1)):
        assert [row["id"] for row in nodes[part]] == ["a", "b", "c"][part]
