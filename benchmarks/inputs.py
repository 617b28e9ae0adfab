"""The inputs in other formats: CSV, a JSON array, compressed; records with a key; columns of a fleet, and of Arrow."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks import data
from benchmarks.data import THRESHOLD_MS, made


def node_csv(count: int) -> Path:
    def rows() -> Iterator[str]:
        yield "id,lat,lon,latency\n"
        for line in data.node_lines(count):
            yield ",".join(map(str, json.loads(line).values())) + "\n"

    return made(f"nodes-{count}.csv", rows)


def node_array(count: int) -> Path:
    """One JSON document, a node a line."""

    def lines() -> Iterator[str]:
        before = "["
        for line in data.node_lines(count):
            yield f"{before}{line}"
            before = ",\n"
        yield "]\n"

    return made(f"nodes-{count}.json", lines)


def compressed(path: Path, tool: str, suffix: str) -> Path:
    """The file as ``tool -c`` compresses it."""
    target = path.with_name(path.name + suffix)
    if not target.exists():
        unfinished = target.with_suffix(f".{os.getpid()}.tmp")
        with unfinished.open("wb") as file:
            subprocess.run([tool, "-c", str(path)], stdout=file, check=True)
        unfinished.rename(target)
    return target


def record_fields(count: int) -> Iterator[tuple[str, str, int]]:
    return ((f"user-{i}", f"zone-{i % 7}", i % 1000) for i in range(count))


def record_csv(count: int) -> Path:
    """Records with a key and two more fields."""

    def rows() -> Iterator[str]:
        yield "key,zone,size\n"
        yield from (f"{key},{zone},{size}\n" for key, zone, size in record_fields(count))

    return made(f"records-{count}.csv", rows)


def record_ndjson(count: int) -> Path:
    return made(
        f"records-{count}.ndjson",
        lambda: (
            f'{{"key":"{key}","zone":"{zone}","size":{size}}}\n' for key, zone, size in record_fields(count)
        ),
    )


class FleetColumns(NamedTuple):
    ids: list[str]
    lats: list[float]
    lons: list[float]
    latencies: list[float]


def fleet_columns(count: int) -> FleetColumns:
    """A fleet from Python; about half of it within the threshold."""
    random = Random("rvhctl fleet")
    places = list(islice(iter(lambda: data.site(random), None), count))
    return FleetColumns(
        [f"node-{i}" for i in range(count)],
        [place[1] for place in places],
        [place[2] for place in places],
        [random.random() * 2 * THRESHOLD_MS for _ in range(count)],
    )


LETTERS = 3  # of a cell, where nodes are grouped
TABLES = 10


def key_column(count: int, first: int = 0) -> Any:
    """Keys of 14 bytes as a column of Arrow."""
    import pyarrow as pa

    return pa.array([f"user-{i:09}" for i in range(first, first + count)])


def key_tables(count: int) -> list[Path]:
    """``TABLES`` files of Parquet, of so many of these keys each."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    data.FOLDER.mkdir(parents=True, exist_ok=True)
    paths = [data.FOLDER / f"g{data.GENERATION}-keys-{count}-{i}.parquet" for i in range(TABLES)]
    for i, path in enumerate(paths):
        if not path.exists():
            unfinished = path.with_suffix(f".{os.getpid()}.tmp")
            pq.write_table(pa.table({"key": key_column(count, i * count)}), unfinished, use_dictionary=False)
            unfinished.rename(path)
    return paths


def node_table(count: int) -> Any:
    """The nodes as a table of Arrow: id, lat, lon, latency, each one array."""
    from pyarrow.json import read_json

    return read_json(data.node_file(count)).combine_chunks()
