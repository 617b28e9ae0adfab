"""An id that comes a second time is found by its hash, whatever the ids are."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import BLOCK
from rvhctl.core.nodes.duplicates import SETS, SHARDS, SLOTS_A_HASH, IdHashes, SeenIds, hash_of
from rvhctl.core.nodes.json_scan import JsonScan
from rvhctl.core.nodes.scan import DONE, MORE
from rvhctl.core.placement.xxh64 import HALF_PRIME_1, HALF_PRIME_4, PRIME_2, PRIME_5, xxh64
from rvhctl.nodes.scan import have_duplicates

ids = st.text("ab\u00e9", min_size=1, max_size=3) | st.text(
    "0123456789abcdef-\u00e9\n", min_size=1, max_size=40
)


def hashes_of(node_ids: list[str], seed: int, escaped: bool = False) -> bytes:
    text = "\n".join(json.dumps({"id": node_id, "latency": 1}, ensure_ascii=escaped) for node_id in node_ids)
    scan = JsonScan(text.encode(), False)
    while (status := scan.run(1 << 20)) != DONE:
        if status == MORE:
            continue
        record = json.loads(scan.data[scan.slow_start : scan.slow_end])
        scan.add_row(1.0, 0.0, 0.0, record["id"].encode(), scan.slow_start, scan.slow_end)
    assert len(scan) == len(node_ids)
    return scan.hash_ids(0, len(scan), seed)


@given(st.lists(ids, max_size=60), st.integers(0, 2**56 - 1), st.booleans())
def test_every_repetition_is_found(node_ids: list[str], seed: int, escaped: bool) -> None:
    repeated = len(set(node_ids)) < len(node_ids)
    assert have_duplicates([hashes_of(node_ids, seed, escaped)]) == repeated


@pytest.mark.parametrize("last", ["node-8999", "node-17"])
def test_many_ids_in_parts(last: str) -> None:
    node_ids = [f"node-{i}" for i in range(8999)] + [last]
    parts = [hashes_of(node_ids[first : first + 2000], 5) for first in range(0, 9000, 2000)]
    assert have_duplicates(parts) == (last == "node-17")


def test_none() -> None:
    assert not have_duplicates([])
    assert not have_duplicates([b""])


@pytest.mark.parametrize("length", range(1, 40))
def test_every_byte_of_an_id_counts(length: int) -> None:
    base = "0" * length
    near = [base[:i] + "1" + base[i + 1 :] for i in range(length)]
    longer = [base + "0", base + "1"]
    assert not have_duplicates([hashes_of([base, *near, *longer], 1)])


def test_the_place_of_an_id_does_not_change_its_hash() -> None:
    for length in range(1, 30):
        node_id = bytes(range(48, 48 + length))
        around = [
            hash_of(b"x" * before + node_id + b"y" * 9, before, before + length, 7) for before in range(9)
        ]
        assert set(around) == {hash_of(b"x" + node_id, 1, 1 + length, 7)}


@pytest.mark.parametrize("full", [0, 3, SHARDS - 1])
def test_the_last_slot_is_followed_by_the_first(full: int) -> None:
    # All in one shard and its last slot, unlike in bits that count for neither.
    slots = (40 * SLOTS_A_HASH // BLOCK + 1) * BLOCK
    last = ((slots - 1) << 32) // slots + 1
    values = [(last << 32) | (number * SHARDS + full) for number in range(40)]

    def found(values: list[int]) -> bool:
        packed = struct.pack(f"<{len(values)}Q", *values)
        hashes = IdHashes()
        hashes.count(packed)
        hashes.deal(packed)
        return [hashes.has_duplicates(shard) for shard in range(SHARDS)] == [
            shard == full and len(set(values)) < len(values) for shard in range(SHARDS)
        ]

    assert found(values)
    assert found([*values[:-1], values[7]])


@pytest.mark.parametrize("seed", range(0, 2**56, 2**56 // 20))
def test_ids_that_differ_in_a_few_places_have_no_twins(seed: int) -> None:
    """Racks, units and slots: words of eight bytes that differ at their ends."""
    node_ids = [
        f"dc{d}-rk0{r}-u0{u}-s0{s}"
        for d in range(10)
        for r in range(10)
        for u in range(10)
        for s in range(10)
    ]
    assert not have_duplicates([hashes_of(node_ids, seed)])


def test_a_free_slot_is_no_hash() -> None:
    # XXH64 of eight bytes undone: the seed with which it is 0.
    prime_1, prime_2, prime_4, prime_5 = (
        number % 2**64 for number in (2 * HALF_PRIME_1 + 1, PRIME_2, 2 * HALF_PRIME_4 + 1, PRIME_5)
    )
    word = int.from_bytes(b"node-123", "little") * prime_2 % 2**64
    word = (word << 31 | word >> 33) * prime_1 % 2**64
    state = -prime_4 * pow(prime_1, -1, 2**64) % 2**64
    state = (state >> 27 | state << 37) % 2**64
    seed = ((state ^ word) - prime_5 - 8) % 2**64
    seed = seed - 2**64 if seed >= 2**63 else seed
    assert xxh64(b"node-123", seed) == 0
    assert hash_of(b"node-123", 0, 8, seed) == 1


@given(st.lists(st.lists(st.text(max_size=2), max_size=20), max_size=5))
def test_the_first_second_occurrence(blocks: list[list[str]]) -> None:
    seen: set[str] = set()
    ids = SeenIds()
    for block in blocks:
        expected = -1
        for position, node_id in enumerate(block):
            if node_id in seen:
                expected = position
                break
            seen.add(node_id)
        assert ids.add(list(block)) == expected
        if expected >= 0:
            return


def test_many_different_ids() -> None:
    ids = SeenIds()
    assert ids.add([f"node-{k}" for k in range(100_000)]) == -1
    assert ids.add(["new", "node-99999"]) == 1


def test_forgetting_takes_many_small_steps() -> None:
    seen = SeenIds()
    assert seen.add([f"n{k}" for k in range(1000)]) == -1
    steps = 1
    while seen.forget():
        steps += 1
    assert steps == SETS
    assert not seen.forget()
