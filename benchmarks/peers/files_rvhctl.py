"""Row dask: the same job over files, on a cluster of two workers (case ``dask``) or a pool of two processes (``pool``).

As a program it does the job a few times, one after the other: files_rvhctl.py JOBS ROWS
"""

from __future__ import annotations

import atexit
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp

import pyarrow.parquet as pq

from benchmarks.inputs import key_tables
from rvhctl import Placement
from rvhctl.dask import bucket_files
from rvhctl.engine.cluster import connected
from rvhctl.engine.job import Job, Outcome
from rvhctl.engine.plan import Task
from rvhctl.engine.run import Run
from rvhctl.engine.work import bucket_file
from rvhctl.keys.fields import field_paths
from rvhctl.keys.key import KeyRule
from rvhctl.keys.records import KeySpec

WORKERS = 2
BUCKETS = 1000
Outcomes = Generator[tuple[Task, Outcome], None, None]


def prepare(case: str, size: int) -> Callable[[], Iterable[object]]:
    sources = [str(path) for path in key_tables(size)]
    stack = ExitStack()
    atexit.register(stack.close)
    parent = mkdtemp()
    stack.callback(shutil.rmtree, parent)
    folder = Path(parent, "out")
    if case == "dask":
        client = stack.enter_context(connected(None, WORKERS))

        def job() -> object:
            return bucket_files(client, sources, folder, column="key", buckets=BUCKETS)
    else:
        pool = stack.enter_context(ProcessPoolExecutor(WORKERS, get_context("spawn")))

        def outcomes(job: Job, tasks: list[Task]) -> Outcomes:
            yield from zip(tasks, pool.map(bucket_file, repeat(job), tasks), strict=True)

        def job() -> object:
            (path,) = field_paths("key")
            spec = KeySpec(KeyRule(False), path)
            return Run(sources, str(folder), Placement(BUCKETS), spec).over(outcomes)

    def answer() -> Iterable[object]:
        shutil.rmtree(folder, ignore_errors=True)
        job()
        return buckets(folder)

    return answer


def buckets(folder: Path) -> Iterator[object]:
    """Those of all rows, read when they are asked for: that is no part of the work."""
    for path in sorted(folder.glob("*.parquet")):
        yield from pq.read_table(path, columns=["bucket"])["bucket"]


def main(jobs: int, size: int) -> None:
    job = prepare("dask", size)
    for _ in range(jobs):
        job()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
