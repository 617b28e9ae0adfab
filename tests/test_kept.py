"""A record that is kept as JSON takes about its own length of memory, whatever the library returns that writes it."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from support.arrow_files import in_parquet
from support.cli import rvhctl
from support.growth_inputs import address, as_ndjson, fleet, names, nodes

RECORDS = 2000
MOST = 1200
"""Bytes of memory a record, of which those of a library alone would be 1,000, or 4,000 since orjson 3.12."""

LINES: dict[str, Callable[[int], tuple[str, str | bytes]]] = {
    "nodes of tables": lambda n: (
        "failover --threshold 99 -i parquet -o ndjson",
        in_parquet(pa.Table.from_pylist(nodes(n)), 1000),
    ),
    "keys of tables": lambda n: (
        "jump-hash -b 8 -i parquet -o ndjson",
        in_parquet(pa.table({"key": [f"k{at}" for at in range(n)]}), 1000),
    ),
    "requests": lambda n: ("jump-hash -b 8 --batch", as_ndjson([{"key": "a"}] * n)),
    "nodes of flags": lambda n: (
        f"failover --threshold 99 --nodes {names(n)} --latencies {','.join('5' * n)}",
        "",
    ),
    "targets of a tool": lambda n: (
        "failover --threshold 99 --from fping",
        "".join(f"{address(at)} : 0.82 0.76 {at % 97}\n" for at in range(n)),
    ),
    "nodes of an inventory": lambda n: (
        "failover --threshold 99 --inventory slices.json",
        fleet(n, id=address),
    ),
    "nodes of a list": lambda n: (f"jump-hash --nodes {names(n + 1)} -o ndjson", "a\n"),
}


@pytest.mark.parametrize("kept", LINES)
def test_a_short_record_takes_little_memory(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    peaks = []
    for size in (1, RECORDS):
        line, given = LINES[kept](size)
        stdin = given.encode() if isinstance(given, str) else given
        endpoints = [{"addresses": [address(at)]} for at in range(size)]
        Path("slices.json").write_text(json.dumps({"kind": "EndpointSlice", "endpoints": endpoints}))
        tracemalloc.start()
        try:
            outcome = rvhctl(*line.split(), stdin=stdin)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert outcome.code == 0, outcome
    assert peaks[1] - peaks[0] < MOST * RECORDS
