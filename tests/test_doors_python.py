"""All that Python offers gives the same answer as the command line: lists, columns, tuples, objects, awaitables, Arrow.

The names are those that the package makes public; what each option is in Python, ``test_doors_nodes`` and
``test_doors_keys`` ask.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import pytest
from support.cli import rvhctl
from test_doors import KEYS

import rvhctl as package
from rvhctl import (
    Drill,
    Evaluation,
    Failed,
    Failure,
    FleetPlan,
    Memory,
    Node,
    NodeColumns,
    Percent,
    Placement,
    Policy,
    advise,
    arrow,
    async_jump_hash,
    drill,
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

NODES: list[dict[str, Any]] = [
    {"id": "b", "lat": 52.3, "lon": 4.9, "latency": 12.5},
    {"id": "007", "lat": 52.3, "lon": 4.9, "latency": 9},
    {"id": "é", "lat": 48.8, "lon": 2.3, "latency": 40.25},
    {"id": "x,y", "lat": 48.8, "lon": 2.3, "latency": None},
    {"id": "c", "lat": -33.9, "lon": 151.2, "latency": 300},
]
COLUMNS = {name: [node[name] for node in NODES] for name in NODES[0]}
IDS, LATS, LONS, LATENCIES = COLUMNS.values()
PLACED = NodeColumns(IDS, latencies=LATENCIES, lats=LATS, lons=LONS)
TUPLES = list(zip(*COLUMNS.values(), strict=True))
LIMIT = Policy(threshold=50)
FLEET = "--threshold 50 -p 5"


def said(command: str, value: object) -> Any:
    """What the command line says, in JSON."""
    run = rvhctl(*command.split(), "-o", "json", stdin=json.dumps(value).encode())
    assert run.code == 0, run.err
    return json.loads(run.out)


def ids(command: str) -> list[str]:
    return [node["id"] for node in said(command, NODES)]


def buckets(*flags: str) -> list[Any]:
    found = said(" ".join(("jump-hash -i json", *flags)), KEYS)
    return [row.get("node", row["bucket"]) for row in found]


def picked(rows: Any) -> list[str]:
    return [IDS[row] for row in rows.to_pylist()]


async def each(call: Callable[[str, int], Any]) -> list[int]:
    return [await call(key, 10) for key in KEYS]


def on_list() -> list[str]:
    return ids("failover --threshold 50")


def by_cell() -> list[str]:
    return ids(f"faultset {FLEET}")


def in_ten() -> list[int]:
    return buckets("-b 10")


def on_nodes() -> list[str]:
    return buckets("--nodes a,b,c --down b")


RING = Placement(["a", "b", "c"], down=["b"])
CALLS: Mapping[str, list[tuple[Callable[[], Any], Callable[[], Any]]]] = {
    "failover": [
        (lambda: failover(IDS, LATENCIES, 50), on_list),
        (lambda: failover(iter(IDS), iter(LATENCIES), 50.0), on_list),
    ],
    "failover_async": [(lambda: asyncio.run(failover_async(IDS, LATENCIES, 50)), on_list)],
    "faultset": [
        (lambda: faultset(NODES, 50, 5), by_cell),
        (lambda: faultset(TUPLES, 50, 5), by_cell),
        (lambda: faultset([Node(*row) for row in TUPLES], 50, 5), by_cell),
        (lambda: faultset(PLACED, 50, 5), by_cell),
    ],
    "faultset_async": [(lambda: asyncio.run(faultset_async(NODES, 50, 5)), by_cell)],
    "evaluate": [
        (lambda: evaluate(NODES, LIMIT).answer, on_list),
        (lambda: evaluate(PLACED, LIMIT, precision=5).answer, by_cell),
        (lambda: evaluate(TUPLES, LIMIT, precision=5).answer, by_cell),
        (lambda: evaluate([Node(*row) for row in TUPLES], LIMIT, precision=5).answer, by_cell),
    ],
    "advise": [
        (
            lambda given=given: advise(given).recommended,
            lambda: said("faultset --advise", NODES)["recommended"],
        )
        for given in (NODES, PLACED, TUPLES)
    ],
    "drill": [
        (
            lambda given=given: [row.failure for row in drill(given, LIMIT, precision=5)],
            lambda: [row["failure"] for row in said(f"faultset {FLEET} --drill both", NODES)],
        )
        for given in (NODES, PLACED, TUPLES)
    ],
    "geohash": [
        (
            lambda: geohash.encode_many(LATS, LONS, 5),
            lambda: [row["cell"] for row in said(f"faultset {FLEET} --explain", NODES)],
        )
    ],
    "jump_hash": [(lambda: [jump_hash(key, 10) for key in KEYS], in_ten)],
    "jump_hash_async": [(lambda: asyncio.run(each(jump_hash_async)), in_ten)],
    "async_jump_hash": [(lambda: asyncio.run(each(async_jump_hash)), in_ten)],
    "jump_hash_many": [
        (lambda: jump_hash_many(KEYS, 10), in_ten),
        (lambda: jump_hash_many([key.encode() for key in KEYS], 10), in_ten),
    ],
    "jump_hash_many_async": [(lambda: asyncio.run(jump_hash_many_async(KEYS, 10)), in_ten)],
    "Placement": [
        (lambda: [Placement(10).bucket(key) for key in KEYS], in_ten),
        (lambda: Placement(10).buckets(KEYS), in_ten),
        (lambda: [RING.owner(key) for key in KEYS], on_nodes),
        (lambda: RING.owners(KEYS), on_nodes),
        (lambda: asyncio.run(RING.owners_async(KEYS)), on_nodes),
        (lambda: [RING.replicas(key, 2)[0] for key in KEYS], on_nodes),
        (lambda: [names[0] for names in RING.replicas_many(KEYS, 2)], on_nodes),
        (lambda: RING.assign(KEYS).owners(KEYS), on_nodes),
    ],
}
"""Calls of what is public, each with the answer of the command line."""
OF_ARROW: Mapping[str, tuple[Callable[[Any], Any], Callable[[], Any]]] = {
    "failover": (lambda pa: picked(arrow.failover(pa.array(LATENCIES, "double"), 50)), on_list),
    "faultset": (lambda pa: picked(arrow.faultset(*map(pa.array, (LATS, LONS, LATENCIES)), 50, 5)), by_cell),
    "geohash_encode": (
        lambda pa: arrow.geohash_encode(pa.array(LATS), pa.array(LONS), 5).to_pylist(),
        lambda: [row["cell"] for row in said(f"faultset {FLEET} --explain", NODES)],
    ),
    "jump_hash": (lambda pa: arrow.jump_hash(pa.array(KEYS), 10).to_pylist(), in_ten),
    "owners": (lambda pa: arrow.owners(pa.array(KEYS), RING, names=True).to_pylist(), on_nodes),
}
PARTS = {Drill, Evaluation, Failed, Failure, FleetPlan, Memory, Node, NodeColumns, Percent, Policy}
"""What is given to these, and what they return."""


def test_every_public_name_is_called() -> None:
    parts = {part.__name__ for part in PARTS}
    errors = {name for name in package.__all__ if name.endswith("Error")}
    assert {*CALLS, *parts, *errors} == set(package.__all__)
    assert list(OF_ARROW) == arrow.__all__


@pytest.mark.parametrize("name", CALLS)
def test_python_says_what_the_command_line_says(name: str) -> None:
    for call, wanted in CALLS[name]:
        assert call() == wanted()


@pytest.mark.skipif(not find_spec("pyarrow"), reason="needs pyarrow")
@pytest.mark.parametrize("name", OF_ARROW)
def test_columns_of_arrow_are_answered_alike(name: str) -> None:
    import pyarrow as pa

    call, wanted = OF_ARROW[name]
    assert call(pa) == wanted()
