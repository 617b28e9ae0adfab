"""Files over a cluster, beside a pool of processes; and what stays in memory from one call to the next."""

from __future__ import annotations

from benchmarks.contest import Call, Goal, Program, Role, Row
from benchmarks.data import Sizes
from benchmarks.inputs import TABLES
from benchmarks.rows.common import peer

CALLS = 40
CALL_ROWS = 250_000


def repeated(what: str, module: str, count: int, size: int, *modules: str) -> Program:
    """A process that does the same so many times."""
    return Program(
        name=f"{what}: {count}",
        role=Role.OURS,
        modules=("pyarrow", *modules),
        commands=lambda _: [[*peer(module), str(count), str(size)]],
    )


def files_row(sizes: Sizes) -> Row:
    size = sizes.keys // 20

    def by(name: str, case: str) -> Call:
        modules = ("pyarrow", "distributed")
        return Call(name=name, role=Role.OURS, module="files_rvhctl", case=case, size=size, modules=modules)

    cluster, pool = "Dask, 2 workers", "a pool of 2 processes, the same function"
    return Row(
        key="dask",
        title=f"{TABLES} files of {size:,} keys to files with their buckets",
        contestants=[by(cluster, "dask"), by(pool, "pool")],
        goals=[Goal(cluster, 1.3, pool)],
    )


def files_memory_row(sizes: Sizes) -> Row:
    size = sizes.keys // 20
    first, fourth = (repeated("jobs", "files_rvhctl", count, size, "distributed") for count in (1, 4))
    return Row(
        key="dask-memory",
        title=f"memory of a cluster of 2 workers over jobs of {TABLES} files of {size:,} keys",
        timed=False,
        each_to_first=True,
        contestants=[first, fourth],
        goals=[Goal(fourth.name, 1.05, first.name)],
    )


def column_memory_row(sizes: Sizes) -> Row:
    rows = min(CALL_ROWS, sizes.keys)
    first, last = (repeated("calls", "columns_memory", count, rows) for count in (2, 2 + CALLS))
    return Row(
        key="column-memory",
        title=f"memory of one process over calls of arrow.jump_hash of {rows:,} keys",
        timed=False,
        each_to_first=True,
        contestants=[first, last],
        goals=[Goal(last.name, 2, first.name, unit="MB more")],
    )
