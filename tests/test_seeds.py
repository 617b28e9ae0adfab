"""The documents of rvh_faultset and rvh_stable, sentence by sentence: their examples, and the tests they name.

Eight tests of ``test_faultset_integration.py``, and nine of rvh_stable (three of the command line, six of the
function), are each here under the name or the description that they have there.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from typing import Any

import pytest
from support.cli import rvhctl
from support.program import Program

from rvhctl import (
    EmptyNodesError,
    FaultsetError,
    JumpHashError,
    LengthMismatchError,
    NegativeThresholdError,
    NoSurvivorsError,
    Placement,
    async_jump_hash,
    failover,
    failover_async,
    faultset,
    faultset_async,
    jump_hash,
    jump_hash_async,
    jump_hash_many,
)
from rvhctl.geohash import encode, geohash_cluster

FLEET: list[Any] = [
    {"id": "nodeA", "lat": 37.7749, "lon": -122.4194, "latency": 10.0},
    {"id": "nodeB", "lat": 37.7750, "lon": -122.4195, "latency": 100.0},
    {"id": "nodeC", "lat": 40.7128, "lon": -74.0060, "latency": 20.0},
]
FLAG = "nodeA:37.7749:-122.4194:10,nodeB:37.7750:-122.4195:100,nodeC:40.7128:-74.0060:20"


# --- rvh_faultset: test_faultset_integration.py -----------------------------------------------------


def test_sync_basic() -> None:
    assert faultset(FLEET, 50.0, precision=5) == ["nodeA", "nodeC"]


def test_async_basic() -> None:
    survivors = asyncio.run(faultset_async(FLEET, 50.0, precision=5))
    assert survivors == ["nodeA", "nodeC"]


def test_sync_empty() -> None:
    with pytest.raises(FaultsetError, match=r"^nodes list is empty$"):
        faultset([], 50.0)


def test_async_empty() -> None:
    with pytest.raises(FaultsetError, match=r"^nodes list is empty$"):
        asyncio.run(faultset_async([], 50.0))


def test_sync_all_filtered() -> None:
    with pytest.raises(FaultsetError, match=r"^all clusters yielded no survivors$"):
        faultset(FLEET, 5.0)


def test_async_all_filtered() -> None:
    with pytest.raises(FaultsetError, match=r"^all clusters yielded no survivors$"):
        asyncio.run(faultset_async(FLEET, 5.0))


@pytest.mark.parametrize("flags", [(), ("--precision", "5"), ("--level", "debug")])
def test_cli_sync(program: Program, flags: tuple[str, ...]) -> None:
    code, out, err = program.run("faultset", "--nodes", FLAG, "--threshold", "50.0", *flags)
    assert (code, out) == (0, b"nodeA\nnodeC\n")
    assert bool(err) == ("debug" in flags)


@pytest.mark.parametrize("flags", [(), ("--precision", "5"), ("--level", "debug")])
def test_cli_async(program: Program, flags: tuple[str, ...]) -> None:
    code, out, err = program.run("faultset", "--nodes", FLAG, "--threshold", "50.0", "--async", *flags)
    assert (code, out) == (0, b"nodeA\nnodeC\n")
    assert bool(err) == ("debug" in flags)


# --- rvh_faultset: rvh_faultset_integration.py, and the examples ------------------------------------


def test_failover_basic() -> None:
    assert failover(["n1", "n2", "n3"], [10.0, 200.0, 50.0], 100.0) == ["n1", "n3"]


def test_error_negative() -> None:
    with pytest.raises(ValueError, match="threshold"):
        failover(["n1"], [10.0], -5.0)


def test_example_of_the_core() -> None:
    assert failover(["a", "b", "c"], [50.0, 150.0, 75.0], 100.0) == ["a", "c"]
    assert asyncio.run(failover_async(["a", "b", "c"], [50.0, 150.0, 75.0], 100.0)) == ["a", "c"]


def test_survivors_ascend_by_latency() -> None:
    assert failover(["a", "b", "c"], [75.0, 150.0, 50.0], 100.0) == ["c", "a"]


def test_the_threshold_itself_survives() -> None:
    assert failover(["a"], [100.0], 100.0) == ["a"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([], [], 100.0), EmptyNodesError),
        ((["a", "b"], [1.0], 100.0), LengthMismatchError),
        ((["a"], [1.0], -1.0), NegativeThresholdError),
        ((["a"], [200.0], 100.0), NoSurvivorsError),
    ],
)
def test_errors_of_the_core(arguments: Any, error: type[FaultsetError]) -> None:
    assert issubclass(error, FaultsetError)
    assert issubclass(error, ValueError)
    with pytest.raises(error):
        failover(*arguments)
    with pytest.raises(error):
        asyncio.run(failover_async(*arguments))


def test_main_faultset() -> None:
    """The two commands of the document, under their flags."""
    long = rvhctl(
        "failover", "--nodes", "nodeA,nodeB,nodeC", "--latencies", "50,200,75", "--threshold", "100.0"
    )
    short = rvhctl("failover", "--nodes", "nodeA,nodeB,nodeC", "--lats", "50,200,75", "--th", "100")
    assert long == short == (0, b"nodeA\nnodeC\n", "")
    other = rvhctl("failover", "--nodes", "a,b,c", "--lats", "50,150,75", "--th", "100")
    assert other == (0, b"a\nc\n", "")


@pytest.mark.parametrize("flags", [(), ("--async",)])
def test_the_command_line_says_what_the_function_raises(flags: tuple[str, ...]) -> None:
    empty = rvhctl("faultset", "--threshold", "50", *flags, stdin=b"[]")
    assert (empty.code, empty.out) == (1, b"")
    assert "nodes list is empty" in empty.err
    filtered = rvhctl("faultset", "--nodes", FLAG, "--threshold", "5", *flags)
    assert (filtered.code, filtered.out) == (3, b"")
    assert "no survivors" in filtered.err


def test_geohash() -> None:
    clusters = geohash_cluster(FLEET, 5)
    assert [[node["id"] for node in members] for members in clusters.values()] == [
        ["nodeA", "nodeB"],
        ["nodeC"],
    ]
    assert list(clusters) == [encode(37.7749, -122.4194, 5), encode(40.7128, -74.0060, 5)]


def test_a_cell_with_nobody_left_is_skipped() -> None:
    assert faultset(FLEET, 15.0, 5) == ["nodeA"]


def test_a_region_keeps_its_failure_for_itself() -> None:
    """Each cell is judged by itself: survivors come cell by cell, not by latency over all."""
    slow_first = [FLEET[1], FLEET[2], FLEET[0]]
    assert faultset(slow_first, 100.0, 5) == ["nodeA", "nodeB", "nodeC"]
    assert failover([node["id"] for node in slow_first], [100.0, 20.0, 10.0], 100.0) == [
        "nodeA",
        "nodeC",
        "nodeB",
    ]


def test_survivors_are_ids() -> None:
    survivors: list[str | int] = faultset([*FLEET, {"id": 7, "lat": 0, "lon": 0, "latency": 1}], 50.0)
    assert survivors == ["nodeA", "nodeC", 7]
    assert [type(survivor) for survivor in survivors] == [str, str, int]


# --- rvh_stable: tests/test_cli.py ------------------------------------------------------------------


@pytest.mark.parametrize("flags", [(), ("--level", "info"), ("-l", "warn")])
def test_cli_stable_sync(program: Program, flags: tuple[str, ...]) -> None:
    """Exit code 0, only digits on standard output, nothing on standard error."""
    code, out, err = program.run("jump-hash", "--key", "TX12345", "--buckets", "7", *flags)
    assert (code, err) == (0, "")
    assert re.fullmatch(rb"[0-6]\n", out)


@pytest.mark.parametrize("flag", ["--async", "-a"])
def test_cli_stable_async(program: Program, flag: str) -> None:
    code, out, err = program.run("jump-hash", "-k", "foo", "-b", "5", flag)
    assert (code, err) == (0, "")
    assert re.fullmatch(rb"[0-4]\n", out)
    assert program.run("jump-hash", "-k", "foo", "-b", "5") == (0, out, "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("-k", "", "-b", "5"), "the key is empty"),
        (("-k", "foo", "-b", "0"), "buckets"),
        (("-k", "foo", "-b", "-1"), "buckets"),
    ],
)
@pytest.mark.parametrize("flags", [(), ("--async",)])
def test_cli_stable_errors(arguments: tuple[str, ...], problem: str, flags: tuple[str, ...]) -> None:
    """A ValueError of the function is exit code 1 of the program."""
    code, out, err = rvhctl("jump-hash", *arguments, *flags)
    assert (code, out) == (1, b"")
    assert problem in err


@pytest.mark.parametrize("flags", [(), ("--async",)])
def test_how_long_it_took_is_said_at_debug_only(flags: tuple[str, ...]) -> None:
    code, out, err = rvhctl("jump-hash", "-k", "foo", "-b", "5", *flags, "--level", "debug")
    assert (code, out) == (0, b"3\n")
    assert re.search(r"in \d+\.\d+ ms", err)


# --- rvh_stable: tests/test_stable.py ---------------------------------------------------------------


def test_range() -> None:
    assert all(
        0 <= jump_hash(f"tx{k}", buckets) < buckets for k in range(200) for buckets in (1, 2, 10, 1000)
    )


def test_same_key_same_bucket() -> None:
    assert jump_hash("tx42", 10) == jump_hash("tx42", 10) == asyncio.run(async_jump_hash("tx42", 10))


@pytest.mark.parametrize("buckets", [2, 10, 97])
def test_distribution(buckets: int) -> None:
    """Several keys and numbers of buckets; chi-squared within five standard deviations of its mean."""
    counts = Counter(jump_hash(f"tx{k}", buckets) for k in range(200 * buckets))
    squares = sum((counts[bucket] - 200) ** 2 / 200 for bucket in range(buckets))
    assert abs(squares - (buckets - 1)) < 5 * (2 * (buckets - 1)) ** 0.5


def test_boundaries() -> None:
    """One bucket, and large keys."""
    assert jump_hash("anything", 1) == 0
    assert 0 <= jump_hash("x" * 1_000_000, 10) < 10
    assert 0 <= jump_hash((1 << 64) - 1, 10) < 10


@pytest.mark.parametrize("arguments", [("", 5), ("foo", 0), ("foo", -1)])
def test_errors(arguments: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match=r"empty|buckets"):
        jump_hash(*arguments)


def test_async_equals_sync() -> None:
    async def both() -> None:
        for key in ("foo", "tx42", "TX12345"):
            assert await jump_hash_async(key, 7) == await async_jump_hash(key, 7) == jump_hash(key, 7)

    asyncio.run(both())


def test_growth_moves_the_fewest_keys() -> None:
    keys = [f"tx{k}" for k in range(2000)]
    moved = [key for key in keys if jump_hash(key, 10) != jump_hash(key, 11)]
    assert all(jump_hash(key, 11) == 10 for key in moved)
    assert abs(len(moved) - 2000 / 11) < 5 * (2000 / 11) ** 0.5


def test_an_empty_key_is_the_same_error_by_every_way() -> None:
    """Also a key of many is counted from 1, whichever function it is for."""
    here = Placement(5)
    for call in (jump_hash, lambda key, _: here.bucket(key), here.replicas):
        with pytest.raises(JumpHashError, match=r"^the key is empty$"):
            call("", 1)
    for many in (jump_hash_many, lambda keys, _: here.owners(keys), here.replicas_many):
        with pytest.raises(JumpHashError, match=r"^key 2: the key is empty$"):
            many(["a", ""], 1)
    for requests, message in (
        (b'{"key":""}', "the key is empty"),
        (b'{"keys":["a",""]}', "key 2: the key is empty"),
        (b'{"keys":["a",""],"replicas":2}', "key 2: the key is empty"),
    ):
        (answer,) = rvhctl("jump-hash", "--batch", "-b", "5", stdin=requests).out.splitlines()
        assert json.loads(answer)["error"] == {"type": "JumpHashError", "message": message}
    for flags in ((), ("--stats",), ("--to", "6")):
        assert rvhctl("jump-hash", "-b", "5", "-i", "json", *flags, stdin=b'["a",""]').err == (
            "rvhctl: stdin: key 2: the key is empty\n"
        )
        assert rvhctl("jump-hash", "-b", "5", "-i", "csv", *flags, stdin=b"n,key\n1,a\n2,\n").err == (
            "rvhctl: stdin:3:3: the key is empty\n"
        )
