"""A cluster of two worker processes on this machine, for all tests of this folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.program import PATIENCE, Program

ROWS = 20_000


@pytest.fixture(scope="session")
def client(program: Program) -> Iterator[Any]:
    """Workers start from this process's path: that of the core under test stands first."""
    # Where this folder is named on pytest's command line, this file is read before --core has had its effect.
    from rvhctl.core.words import COMPILED
    from rvhctl.engine.cluster import connected

    folder = program.environment["PYTHONPATH"]
    if not COMPILED:
        sys.path.insert(0, folder)
    with connected(None, workers=2) as client:
        yield client
    if not COMPILED:
        sys.path.remove(folder)


def write_keys(folder: Path, files: int = 6, rows: int = ROWS) -> list[Path]:
    """Parquet files with keys, numbers and nulls in other columns, in several row groups."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(files):
        keys = [f"user-{number}-{row}" for row in range(rows)]
        table = pa.table(
            {"key": keys, "n": range(rows), "seen": [None if row % 3 else row / 7 for row in range(rows)]}
        )
        paths.append(folder / f"k{number}.parquet")
        pq.write_table(table, paths[-1], row_group_size=rows // 3, compression="zstd")
    return paths


def check_swept(names: Callable[[], list[str]]) -> None:
    """A task that nobody waits for any more takes its file away when it sees that, if not the run has done it."""
    patience = monotonic() + PATIENCE
    while any(name.endswith(".part") for name in names()):
        assert monotonic() < patience
        sleep(0.05)


@pytest.fixture
def keys(tmp_path: Path) -> list[Path]:
    """The inputs of a test."""
    return write_keys(tmp_path / "keys")
