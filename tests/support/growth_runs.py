"""Files that are more, of runs into a folder, that go on where another ended, or on a cluster."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace

from support.growth_inputs import Cases, Run, keys, names
from support.growth_tables import in_format, key_columns

CASES = Cases()

HASH = "jump-hash -b 8"
FOLDERS = count()


def called(name: str, least: int, make: Callable[[int], Run], line: str = "") -> None:
    """A case that is made otherwise than by a line; ``line`` is one of the same options."""
    CASES[name] = (least, make)
    if line:
        CASES.lines[name] = lambda _: (line, "")


def written(files: int, text: Callable[[int], str | bytes], suffix: str = "txt") -> list[str]:
    """So many files in a folder of their own."""
    folder = Path(f"given{next(FOLDERS)}")
    folder.mkdir()
    paths = []
    for at in range(files):
        content = text(at)
        path = folder / f"k{at}.{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(str(path))
    return paths


def to_dir(*arguments: str) -> Run:
    """A run into a new folder."""
    from support.cli import rvhctl

    folder = f"out{next(FOLDERS)}"
    return lambda: rvhctl("jump-hash", *arguments, "--to-dir", folder)


def tables(files: int, rows: int, columns: int, groups: int) -> Run:
    text = in_format("parquet", key_columns(rows, columns), groups)
    return to_dir("-b", "8", "--field", "key", *written(files, lambda _: text, "parquet"))


def resumed(files: int, *, done: bool) -> Run:
    """A run over files that are done, by a run that was whole, or that ended at one more."""
    paths = written(files, lambda _: keys(5))
    *_, last = [*paths, *([] if done else written(1, lambda _: "\n"))]
    run = to_dir("-b", "8", "--resume", *dict.fromkeys([*paths, last]))
    assert getattr(run(), "code", None) == (0 if done else 1)
    if not done:
        Path(last).write_text(keys(5))
    return run


called("--to-dir, files of Parquet", 5, lambda n: tables(n, 5, 1, 1))
called("--to-dir, rows of Parquet", 1000, lambda n: tables(1, n, 1, 1))
called("--to-dir, columns of Parquet", 20, lambda n: tables(1, 50, n, 1))
called("--to-dir, groups of rows", 10, lambda n: tables(1, 5 * n, 1, n))
called("--to-dir, rows", 5000, lambda n: to_dir("-b", "8", *written(1, lambda _: keys(n))))
called("--to-dir, nodes", 200, lambda n: to_dir("--nodes", names(n), *written(2, lambda _: keys(5))))
called("--resume, files that are done", 10, lambda n: resumed(n, done=False), f"{HASH} --to-dir out --resume")
called("--resume, files of a whole run", 10, lambda n: resumed(n, done=True))


class _Client:
    """A cluster that does at once, in this process, what it is asked for."""

    def wait_for_workers(self, *_: object, **__: object) -> None: ...

    def cancel(self, *_: object, **__: object) -> None: ...

    def nthreads(self) -> dict[str, int]:
        return {"tcp://here:1": 4}

    def run(self, function: Callable[[], object], **_: object) -> dict[str, object]:
        return {"tcp://here:1": function()}

    def submit(self, function: Callable[..., object], *given: object, **_: object) -> object:
        return _Future(function(*given))


class _Future:
    status = "finished"

    def __init__(self, outcome: object) -> None:
        self._outcome = outcome

    def result(self, timeout: float) -> object:
        return self._outcome


class _Completed(deque[_Future]):
    """Futures in the order in which they came."""

    add = deque.append

    def __iter__(self) -> Iterator[_Future]:
        while self:
            yield self.popleft()


@contextmanager
def _dask() -> Iterator[None]:
    """With a library of which no worker has to start."""
    before = sys.modules.get("distributed")
    sys.modules["distributed"] = SimpleNamespace(as_completed=_Completed, KilledWorker=KeyError)  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["distributed"]
        if before is not None:
            sys.modules["distributed"] = before


def on_cluster(files: int, *, resume: bool = False) -> Run:
    from rvhctl.dask import bucket_files

    text = in_format("parquet", key_columns(5))
    paths, folder = written(files, lambda _: text, "parquet"), f"out{next(FOLDERS)}"

    def run() -> object:
        with _dask():
            return bucket_files(_Client(), paths, folder, column="key", buckets=8, resume=resume)

    if resume:
        run()
    return run


called("dask.bucket_files(), files", 5, on_cluster, f"{HASH} --to-dir out --engine dask")
called("dask.bucket_files(), files that are done", 10, lambda n: on_cluster(n, resume=True))
