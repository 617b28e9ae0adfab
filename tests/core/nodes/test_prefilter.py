"""Nodes within a limit, block by block, against reading them all."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.nodes.json_scan import JsonScan
from rvhctl.core.nodes.prefilter import AHEAD, KeptRows, Prefilter
from rvhctl.core.nodes.scan import SAMPLE

nodes = st.lists(
    st.tuples(st.text("ab:é", min_size=1, max_size=6) | st.integers(0, 99), st.none() | st.floats(0.001, 99)),
    max_size=9,
)


def line(node_id: str | int, latency: float | None) -> bytes:
    return json.dumps({"id": node_id, "latency": latency, "x": [1]}, ensure_ascii=False).encode()


def sifted(block: bytes, limit: float) -> Prefilter:
    return Prefilter(JsonScan(block + AHEAD, False), limit, 7)


@given(st.lists(nodes, min_size=1, max_size=3), st.floats(0, 99))
def test_the_nodes_within_the_limit_of_all_blocks(
    blocks: list[list[tuple[str | int, float | None]]], limit: float
) -> None:
    found = [sifted(b"".join(line(*node) + b"\n" for node in block), limit) for block in blocks]
    everyone = [node for block in blocks for node in block]
    kept = [(node_id, latency) for node_id, latency in everyone if latency is not None and latency <= limit]
    slower = [latency for _, latency in everyone if latency is not None and latency > limit]
    assert all(each.usual for each in found)
    assert sum(each.unmeasured for each in found) == sum(latency is None for _, latency in everyone)
    assert min(each.best for each in found) == min(slower, default=math.inf)
    rows = KeptRows(b"".join(each.records for each in found), len(kept))
    for each in found:
        rows.add(each.rows)
    assert [rows.record(row) for row in range(len(rows))] == [line(*node) for node in kept]
    assert [rows.id_text(row) for row in range(len(rows))] == [str(node_id) for node_id, _ in kept]
    assert list(rows.latencies) == [latency for _, latency in kept]
    hashes = b"".join(each.hashes for each in found)
    places = [hashes[at : at + 8] for at in range(0, len(hashes), 8)]
    assert len(places) == len(everyone)
    assert len(set(places)) == len({str(node_id) for node_id, _ in everyone})


@pytest.mark.parametrize(
    "bad", [b"{}", b'{"id":"a","latency":1,"state":"down"}', b'{"id":"a","latency":1,"weight":2}', b"x"]
)
def test_a_block_with_more_to_it_is_left(bad: bytes) -> None:
    assert not sifted(line("a", 1.0) + b"\n" + bad + b"\n", 5.0).usual


def test_a_block_longer_than_one_call_of_a_scan() -> None:
    text = line("a" * 1000, 1.0) + b"\n"
    found = sifted(text * (SAMPLE // len(text) + 2), 5.0)
    assert found.usual
    assert found.records == text * (SAMPLE // len(text) + 2)
