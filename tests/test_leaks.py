"""A long-lived process keeps its size: every public function and command, again and again, on either core.

Counted exactly, not by the resident size: Python's small blocks, and the bytes that malloc has given out.
(``tracemalloc`` sees nothing of what compiled code holds.) One object kept a call is found.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import gzip
import json
import pickle
import sys
import typing
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from math import nan
from pathlib import Path
from typing import Any, Final

import pytest
from support.cli import rvhctl as run

import rvhctl
from rvhctl import (
    Evaluation,
    Failed,
    FleetPlan,
    Memory,
    Node,
    NodeColumns,
    Percent,
    Placement,
    Policy,
    RvhctlError,
    geohash,
)

ROUNDS: Final = 8
"""At most: the first warms caches, and some are filled later."""
CALLS: Final = 100
RUNS: Final = 8
"""Of a command, which takes a hundred times as long as a call."""
LARGE: Final = 512
"""Bytes; what is larger goes past Python's blocks to malloc."""


class _MallInfo(ctypes.Structure):
    """``struct mallinfo2`` of the C library of GNU."""

    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]


def malloc_counter() -> Callable[[], int]:
    """The bytes that malloc has given out; always 0 where it does not tell."""
    try:
        info = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return int
    info.restype = _MallInfo
    return lambda: (now := info()).uordblks + now.hblkhd


malloced: Final = malloc_counter()


def held() -> tuple[int, int]:
    """Python's small blocks and the bytes of malloc, once nothing waits to be freed."""
    # Caches of the interpreter: of attributes by name, and of annotations, which hold the options of a command.
    sys._clear_type_cache()
    for cleanup in typing._cleanups:  # type: ignore[attr-defined]
        cleanup()
    gc.collect()
    return sys.getallocatedblocks(), malloced()


def assert_keeps_nothing(call: Callable[[], object], calls: int = CALLS) -> None:
    """A leak grows in every round: one in which not every second call keeps a block is enough, after the first."""
    grown = []
    for _ in range(ROUNDS):
        blocks, size = held()
        for _ in range(calls):
            call()
        blocks_after, size_after = held()
        grown.append((blocks_after - blocks, size_after - size))
        if len(grown) > 1 and grown[-1][0] < calls // 2 and grown[-1][1] < calls * LARGE:
            return
    pytest.fail(f"{calls} calls keep so many blocks and bytes, round by round: {grown}")


@pytest.fixture(autouse=True, scope="module")
def _young_heap() -> Iterator[None]:
    """What is there already stays out of each collection; and the program, which would freeze more, does not."""
    freeze = gc.freeze
    gc.collect()
    freeze()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", lambda: None)
        yield
    gc.unfreeze()


# --- Python ---------------------------------------------------------------------------------------------

IDS: Final = [f"n{number}" for number in range(60)]
LATENCIES: Final = [float(number * 7 % 60) for number in range(60)]
ROWS: Final = [
    (node, number * 2.5 - 80, number * 5.0 - 150, latency)
    for number, (node, latency) in enumerate(zip(IDS, LATENCIES, strict=True))
]
NODES: Final = [dict(zip(Node._fields, row, strict=True)) for row in ROWS]
FULL_NODES: Final = [
    node | {"samples": [1.0, None, 9.0], "weight": 1 + number % 3, "state": ("up", "up", "drain")[number % 3]}
    for number, node in enumerate(NODES)
]
CELL: Final = geohash.encode(*ROWS[30][1:3], 1)
POLICY: Final = Policy(
    threshold=50,
    relative=1.5,
    aggregate="p95",
    max_loss=Percent(40, 100),
    max_ejection=Percent(50, 100),
    min_survivors=2,
    merge_below=3,
    on_down="all",
)
DAMPED: Final = Policy(threshold=50, hysteresis=Percent(10, 100))
KEYS: Final = [f"key {number}" for number in range(60)]
RING: Final = Placement(IDS, weights={"n1": 2.0}, down=["n2"])
NUMBERED: Final = Placement(60)


def evaluated(**more: Any) -> Evaluation:
    return rvhctl.evaluate(FULL_NODES, POLICY, precision=2, **more)


def columns(**more: Any) -> NodeColumns:
    lats, lons, latencies = (array("d", column) for column in list(zip(*ROWS, strict=True))[1:])
    return NodeColumns(
        IDS, lats=lats, lons=lons, latencies=latencies, states=["up", None, "drain"] * 20, **more
    )


def everything(evaluation: Evaluation) -> object:
    return (
        list(evaluation),
        list(evaluation.explanations()),
        evaluation.worst,
        evaluation.answer,
        evaluation.explain("n1"),
        repr(evaluation),
    )


def remembered() -> Memory:
    memory = Memory()
    for _ in range(3):
        memory = rvhctl.evaluate(NODES, DAMPED, memory=memory).memory or memory
    return Memory.from_json(memory.to_json())


def refused(call: Callable[[], object]) -> None:
    with suppress(RvhctlError):
        call()
        raise AssertionError("this is refused")


PYTHON: Final[dict[str, Callable[[], object]]] = {
    "failover": lambda: rvhctl.failover(IDS, LATENCIES, 30),
    "failover, many": lambda: rvhctl.failover(IDS * 20, LATENCIES * 20, 30),
    "failover_async": lambda: asyncio.run(rvhctl.failover_async(IDS, LATENCIES, 30)),
    "faultset": lambda: rvhctl.faultset(ROWS, 30, 2),
    "faultset, full": lambda: rvhctl.faultset(FULL_NODES, 30, 2),
    "failover, a buffer": lambda: rvhctl.failover(IDS, array("d", LATENCIES), 30),
    "faultset, columns": lambda: rvhctl.faultset(columns(), 30, 2),
    "faultset_async, columns": lambda: asyncio.run(rvhctl.faultset_async(columns(), 30, 2)),
    "evaluate, columns": lambda: rvhctl.evaluate(columns(weights=[nan, *LATENCIES[1:]]), POLICY, precision=2),
    "advise, columns": lambda: rvhctl.advise(columns(), POLICY),
    "NodeColumns": lambda: pickle.loads(pickle.dumps(columns()))[3:5],
    "faultset_async": lambda: asyncio.run(rvhctl.faultset_async(NODES, 30, 2)),
    "evaluate": lambda: everything(evaluated()),
    "evaluate, plain": lambda: rvhctl.evaluate(NODES, Policy(threshold=30)),
    "Evaluation": lambda: pickle.loads(pickle.dumps(evaluated())),
    "Failed": lambda: evaluated(failed=Failed(("n1",), (CELL,))),
    "Memory": remembered,
    "FleetPlan": lambda: list(FleetPlan(evaluated())),
    "advise": lambda: rvhctl.advise(NODES, POLICY),
    "Policy": lambda: Policy(threshold=30, min_survivors=Percent(28, 100)),
    "Node": lambda: Node("a", 1.0, 2.0, 3.0),
    "jump_hash": lambda: rvhctl.jump_hash("key", 10),
    "jump_hash_async": lambda: asyncio.run(rvhctl.jump_hash_async("key", 10)),
    "async_jump_hash": lambda: asyncio.run(rvhctl.async_jump_hash("key", 10)),
    "jump_hash_many": lambda: rvhctl.jump_hash_many(KEYS, 10),
    "jump_hash_many_async": lambda: asyncio.run(rvhctl.jump_hash_many_async(KEYS, 10)),
    "Placement": lambda: Placement(IDS, weights={"n3": 0.5}, down=["n1"]),
    "Placement, many": lambda: Placement(1 << 22, weights={7: 0.5}, down=[1]).owners(KEYS),
    "Placement, pickled": lambda: pickle.loads(pickle.dumps(RING)),
    "Placement.matrix": lambda: RING.matrix(KEYS, RING.with_down(["n3"]), sizes=range(len(KEYS))),
    "Placement.steps": lambda: RING.steps(KEYS, RING.with_down(["n3"]), 0.05, sizes=range(len(KEYS))),
    "Placement.assign": lambda: RING.assign(KEYS, sizes=range(len(KEYS)), max_load=1.05).owners(KEYS),
    "Placement.bucket": lambda: RING.bucket("key"),
    "Placement.buckets": lambda: RING.buckets(KEYS),
    "Placement.chosen_buckets": lambda: RING.chosen_buckets(KEYS, 3),
    "Placement.chosen": lambda: RING.chosen(KEYS, 3),
    "Placement.explain": lambda: RING.explain("key", 3),
    "Placement.moves": lambda: list(RING.moves(KEYS, RING.with_down(["n5"])).buckets),
    "Placement.of": lambda: Placement.of(RING.nodes),
    "Placement.owner": lambda: RING.owner("key"),
    "Placement.owners": lambda: RING.owners(KEYS),
    "Placement.owners_async": lambda: asyncio.run(RING.owners_async(KEYS)),
    "Placement.replica_count": lambda: RING.replica_count(3, False),
    "Placement.replicas": lambda: RING.replicas("key", 60, allow_fewer=True),
    "Placement.replicas_many": lambda: RING.replicas_many(KEYS, 3),
    "Placement.stats": lambda: list(RING.stats(KEYS).buckets),
    "Placement.with_down": lambda: RING.with_down(["n5"]),
    "Placement, numbered": lambda: NUMBERED.owners(KEYS),
    "drill": lambda: list(rvhctl.drill(NODES, POLICY, "both", precision=2, spill="capacity")),
    "drill, pairs": lambda: list(rvhctl.drill(NODES, POLICY, "pairs", precision=2)),
    "geohash.encode": lambda: geohash.encode(52.5, 13.4),
    "geohash.encode_many": lambda: geohash.encode_many(LATENCIES, LATENCIES, 5),
    "geohash.decode": lambda: geohash.decode("u33d"),
    "geohash.neighbors": lambda: geohash.neighbors("u33d"),
    "geohash.geohash_cluster": lambda: geohash.geohash_cluster(NODES, 2),
}
"""At least one case of everything public, under its name up to the comma."""

REFUSED: Final[dict[str, Callable[[], object]]] = {
    "threshold": lambda: rvhctl.failover(IDS, LATENCIES, -1),
    "lengths": lambda: rvhctl.failover(IDS, LATENCIES[1:], 1),
    "latency": lambda: rvhctl.failover(IDS, [-1.0, *LATENCIES[1:]], 1),
    "latency of many": lambda: rvhctl.failover(IDS, [*LATENCIES[1:], "x"], 1),  # type: ignore[list-item]
    "column": lambda: rvhctl.faultset(
        NodeColumns(IDS, latencies=LATENCIES, lats=LATENCIES, lons=[181.0] * 60), 1
    ),
    "columns": lambda: NodeColumns(IDS, latencies=LATENCIES[1:]),
    "states": lambda: rvhctl.faultset(NodeColumns(IDS, latencies=LATENCIES, states=["gone"] * 60), 1),
    "nobody": lambda: rvhctl.failover(IDS, [9.0] * len(IDS), 1),
    "nobody in any cell": lambda: rvhctl.faultset([(*row[:3], 9.0) for row in ROWS], 1),
    "twins": lambda: rvhctl.faultset([*ROWS, ROWS[0]], 1),
    "latitude": lambda: rvhctl.faultset([*ROWS, ("x", 91.0, 0.0, 1.0)], 1),
    "samples": lambda: rvhctl.evaluate([*NODES, {"id": "x", "samples": [-1.0]}], POLICY),
    "cell": lambda: evaluated(failed=Failed((), ("a",))),
    "point": lambda: geohash.encode_many([0.0, 91.0], [0.0, 0.0]),
    "key": lambda: RING.owners([*KEYS, ""]),
    "keys": lambda: rvhctl.jump_hash_many([*KEYS, ""], 5),
    "memory": lambda: Memory.from_json(b'{"format":"rvhctl-memory","version":1,"round":1,"nodes":{"a":7}}'),
}


def test_everything_public_is_called() -> None:
    called = {name.partition(",")[0] for name in PYTHON}
    errors = {name for name in rvhctl.__all__ if name.endswith("Error")}
    assert set(rvhctl.__all__) - errors <= called | {"Percent", "Drill", "Failure", "geohash"}
    assert {f"geohash.{name}" for name in geohash.__all__} <= called
    methods = {
        name for name, value in vars(Placement).items() if callable(value) or isinstance(value, classmethod)
    }
    assert {f"Placement.{name}" for name in methods if not name.startswith("_")} <= called


@pytest.mark.parametrize("name", PYTHON)
def test_a_call_keeps_nothing(name: str) -> None:
    assert_keeps_nothing(PYTHON[name])


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_call_keeps_nothing(name: str) -> None:
    assert_keeps_nothing(partial(refused, REFUSED[name]))


# --- commands -------------------------------------------------------------------------------------------


def table(delimiter: str, rows: Iterable[Iterable[object]]) -> bytes:
    return "".join(delimiter.join(map(str, row)) + "\n" for row in rows).encode()


def ndjson(values: Iterable[object]) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


HEADER: Final = [Node._fields, *ROWS]
NODE_INPUTS: Final = {
    "json": json.dumps(NODES).encode(),
    "ndjson": ndjson(NODES),
    "csv": table(",", HEADER),
    "tsv": table("\t", HEADER),
    "gzip": gzip.compress(ndjson(NODES)),
    "full": json.dumps(FULL_NODES).encode(),
    "full lines": ndjson(FULL_NODES),
    "document": json.dumps({"nodes": NODES, "threshold": 30}).encode(),
    "fping": b"n1 : 1.2 - 3.4\nn2 : 5.1 6.2 7.3\n",
    "prometheus": b'{"status":"success","data":{"resultType":"vector","result":%b}}'
    % json.dumps([{"metric": {"instance": node}, "value": [1, "0.5"]} for node in IDS]).encode(),
}
PLACELESS: Final = {"fping", "prometheus"}
LATENCY: Final = ("--threshold", "30")
VIEWS: Final = (
    *(("-o", format_) for format_ in ("json", "ndjson", "csv", "tsv", "plain", "table")),
    ("--async",),
    ("--top", "1"),
    ("--relative", "1.5", "--max-ejection", "50%", "--min-survivors", "2", "--on-down", "all"),
    ("--explain",),
    ("--explain", "-o", "csv"),
    ("--down", "n1"),
)
CELL_VIEWS: Final = (
    ("--plan",),
    ("--plan", "--relative", "1.5", "--merge-below", "3"),
    ("--down-cell", CELL),
    ("--async", "--relative", "1.5"),
)

KEY_INPUTS: Final = {
    "plain": table("", ([key] for key in KEYS)),
    "json": json.dumps(KEYS).encode(),
    "ndjson": ndjson({"key": key, "a": {"b": key}} for key in KEYS),
    "csv": table(",", [["key"], *([key] for key in KEYS)]),
    "tsv": table("\t", [["key", "x"], *([key, "y"] for key in KEYS)]),
}
TEN: Final = ("-b", "10")
RING_FLAGS: Final = ("--nodes", "a,b,c,d,e", "--down", "b", "--weight", "c=2")
KEY_VIEWS: Final = (
    *(("-o", format_) for format_ in ("json", "ndjson", "csv", "tsv", "plain", "table")),
    ("--async",),
    ("--null",),
    ("--hash", "fnv1a"),
    ("--hash", "xxh3", "--seed", "7"),
    ("--dialect", "guava"),
    ("--down", "1"),
    ("--replicas", "3"),
    ("--only", "1"),
    ("--stats",),
    ("--stats", "--down", "1"),
    ("--to", "11"),
    ("--to", "11", "--moves"),
    ("--explain",),
    ("--regex", "(k.*)"),
)
FIELD_VIEWS: Final = (
    (),
    ("-o", "ndjson"),
    ("--replicas", "2"),
    ("--only", "1"),
    ("--stats",),
    ("--to", "11"),
)

REQUESTS: Final = {
    "failover": [
        {"nodes": NODES},
        {"ids": IDS, "latencies": LATENCIES},
        {"nodes": FULL_NODES, "relative": 1.5},
        {},
    ],
    "faultset": [
        {"nodes": NODES},
        {"nodes": FULL_NODES, "relative": 1.5, "explain": True, "plan": True},
        {"nodes": 7},
    ],
    "jump-hash": [{"key": "a"}, {"keys": KEYS}, {"key": "a", "replicas": 2, "down": [1]}, {"key": ""}],
}


def command_lines() -> Iterable[tuple[tuple[str, ...], bytes]]:
    for name, text in NODE_INPUTS.items():
        commands = ("failover",) if name in PLACELESS else ("failover", "faultset")
        yield from (((command, *LATENCY), text) for command in commands)
    for view in VIEWS:
        yield ("failover", *LATENCY, *view), NODE_INPUTS["ndjson"]
    for view in (*VIEWS, *CELL_VIEWS):
        yield ("faultset", *LATENCY, "-p", "2", *view), NODE_INPUTS["full"]
    yield ("faultset", "--advise"), NODE_INPUTS["full"]
    yield ("failover", *LATENCY, "--nodes", "a,b", "--latencies", "5,6"), b""
    yield ("faultset", *LATENCY, "--nodes", "a:1:2:5,b:3:4:6"), b""
    for text in KEY_INPUTS.items():
        yield ("jump-hash", *TEN, "-i", text[0]), text[1]
        yield ("jump-hash", *RING_FLAGS, "-i", text[0], "--replicas", "2"), text[1]
    for view in KEY_VIEWS:
        yield ("jump-hash", *TEN, *view), KEY_INPUTS["plain"]
    for view in FIELD_VIEWS:
        yield ("jump-hash", *TEN, "--field", "a.b", *view), KEY_INPUTS["ndjson"]
    yield ("jump-hash", *RING_FLAGS, "--to-nodes", "a,b,c,d,e,f"), KEY_INPUTS["plain"]
    yield ("jump-hash", *RING_FLAGS, "--only", "a"), KEY_INPUTS["plain"]
    yield ("jump-hash", "--list-hashes"), b""
    yield ("completion", "bash"), b""
    for command, requests in REQUESTS.items():
        flags = TEN if command == "jump-hash" else LATENCY
        for more in ((), ("--async", "-j", "1")):
            yield (command, "--batch", *flags, *more), ndjson(requests)
    for command in ("failover", "faultset"):
        for view in (("--relative", "1.5"), ("--explain",)):
            yield (command, "--batch", *LATENCY, *view), ndjson(REQUESTS[command])


COMMANDS: Final = list(command_lines())


@pytest.mark.parametrize(("line", "stdin"), COMMANDS, ids=[" ".join(line) for line, _ in COMMANDS])
def test_a_command_keeps_nothing(line: tuple[str, ...], stdin: bytes) -> None:
    assert run(*line, stdin=stdin).code in (0, 1, 3)
    assert_keeps_nothing(lambda: run(*line, stdin=stdin), RUNS)


def test_memory_and_split_keep_nothing(tmp_path: Path) -> None:
    memory = ("failover", *LATENCY, "--memory", str(tmp_path / "memory"), "--rise", "2")
    split = ("jump-hash", *TEN, "--split-to", str(tmp_path / "{bucket}.txt"), "--force")
    assert_keeps_nothing(lambda: run(*memory, stdin=NODE_INPUTS["ndjson"]), RUNS)
    assert_keeps_nothing(lambda: run(*split, stdin=KEY_INPUTS["plain"]), RUNS)
