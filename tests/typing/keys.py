"""Which node owns a key."""

import asyncio
from typing import assert_type

import rvhctl
from rvhctl import (
    JumpHashError,
    NoLiveNodeError,
    Placement,
    UnknownNodeError,
    async_jump_hash,
    geohash,
    jump_hash,
    jump_hash_async,
    jump_hash_many,
    jump_hash_many_async,
)

assert_type(jump_hash("foo", 5), int)
assert_type(jump_hash(b"foo", 5) + jump_hash(42, 5), int)
assert_type(jump_hash_many(["foo", b"foo", 42], 5), list[int])
assert_type(jump_hash_many((f"user:{number}" for number in range(9)), 5), list[int])


async def main() -> None:
    assert_type(await jump_hash_async("foo", 5), int)
    assert_type(await async_jump_hash("foo", 5), int)
    assert_type(await jump_hash_many_async(["foo"], 5), list[int])
    assert_type(await ring.owners_async(["foo"]), list[str | int])


ring = Placement(["a", "b", {"id": "c", "weight": 0.5}], down=["b"], weights={"a": 2}, hash="crc32")
asyncio.run(main())
assert_type(ring.owner("foo"), str | int)
assert_type(ring.bucket("foo"), int)
assert_type(ring.owners(["foo", "bar"]), list[str | int])
assert_type(ring.replicas("foo", 2), list[str | int])
assert_type(ring.replicas_many(["foo"], 5, allow_fewer=True), list[list[str | int]])
assert_type(ring.with_down([]), Placement)
assert_type(ring.stats(["foo"]).p_value, float | None)
assert_type([row.keys for row in ring.stats(["foo"]).buckets], list[int])
assert_type(Placement(4).moves(range(9), Placement(5)).share, float)
assert_type(ring.explain("foo").probes[0].bucket, int)

assert_type(geohash.encode(52.4, 4.9), str)
assert_type(geohash.decode("u17"), tuple[float, float])
assert_type(geohash.neighbors("u17")["n"], str | None)
assert_type(
    geohash.geohash_cluster([("a", 52.4, 4.9, 1.0)], 2), dict[str, list[tuple[str, float, float, float]]]
)
assert_type(rvhctl.__version__, str)

errors: tuple[type[ValueError], ...] = (JumpHashError, NoLiveNodeError, UnknownNodeError)


def wrong() -> None:
    jump_hash(1.5, 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    jump_hash("foo")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    jump_hash_many([1.5], 5)  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    Placement(1.5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ring.replicas("foo")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    geohash.encode("52.4", 4.9)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    rvhctl.jumphash("foo", 5)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
