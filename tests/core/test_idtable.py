"""The first id that comes a second time is found, whatever the ids are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core import idtable
from rvhctl.core.columns import BLOCK
from rvhctl.core.idtable import IdTable
from rvhctl.core.nodescan import DONE, MORE, NodeScan

ids = st.text("ab\u00e9", min_size=1, max_size=3) | st.text(
    "0123456789abcdef-\u00e9\n", min_size=1, max_size=40
)


def scan_of(node_ids: list[str], escaped: bool = False) -> NodeScan:
    text = "\n".join(json.dumps({"id": node_id, "latency": 1}, ensure_ascii=escaped) for node_id in node_ids)
    scan = NodeScan(text.encode(), False)
    while (status := scan.run(1 << 20)) != DONE:
        if status == MORE:
            continue
        record = json.loads(scan.data[scan.slow_start : scan.slow_end])
        scan.add_row(1.0, 0.0, 0.0, record["id"].encode(), scan.slow_start, scan.slow_end)
    assert len(scan) == len(node_ids)
    return scan


@given(st.lists(ids, max_size=60), st.integers(-(2**63), 2**63 - 1), st.booleans())
def test_every_repetition_is_found(node_ids: list[str], seed: int, escaped: bool) -> None:
    table = IdTable(scan_of(node_ids, escaped), seed)
    found = []
    row = table.add(0, len(node_ids))
    while row >= 0:
        found.append(row)
        row = table.add(row + 1, len(node_ids))
    assert found == [row for row, node_id in enumerate(node_ids) if node_id in node_ids[:row]]


def test_many_ids_in_parts() -> None:
    node_ids = [f"node-{i}" for i in range(9000)]
    node_ids[8999] = "node-17"
    table = IdTable(scan_of(node_ids))
    assert [table.add(first, first + 3000) for first in (0, 3000, 6000)] == [-1, -1, 8999]


@pytest.mark.parametrize("length", range(1, 40))
def test_every_byte_of_an_id_counts(length: int) -> None:
    base = "0" * length
    near = [base[:i] + "1" + base[i + 1 :] for i in range(length)]
    longer = [base + "0", base + "1"]
    table = IdTable(scan_of([base, *near, *longer]))
    assert table.add(0, length + 3) == -1
    tags = {idtable.tag_of(node_id.encode(), 0, len(node_id), 1) for node_id in [base, *near, *longer]}
    assert len(tags) == length + 3


def test_the_place_of_an_id_does_not_change_its_tag() -> None:
    for length in range(1, 30):
        node_id = bytes(range(48, 48 + length))
        around = [
            idtable.tag_of(b"x" * before + node_id + b"y" * 9, before, before + length, 7)
            for before in range(9)
        ]
        at_the_end = idtable.tag_of(b"x" + node_id, 1, 1 + length, 7)
        assert set(around) == {at_the_end}


def test_the_last_slot_is_followed_by_the_first() -> None:
    wanted = (BLOCK - 1, BLOCK - 1, BLOCK - 1, 0)
    node_ids: list[str] = []
    candidates = (f"n{i}" for i in range(1_000_000))
    for place in wanted:
        node_ids.append(next(c for c in candidates if place_of(c) == place))
    table = IdTable(scan_of([*node_ids, *node_ids]))
    assert [table.add(row, row + 1) for row in range(8)] == [-1, -1, -1, -1, 4, 5, 6, 7]


def place_of(node_id: str) -> int:
    return (idtable.tag_of(node_id.encode(), 0, len(node_id), 0) * BLOCK) >> idtable.TAG_BITS
