"""A cluster of Dask: found or started, its workers checked, kept busy."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from types import ModuleType
from typing import Any, Final

from rvhctl.concurrency.processors import usable_processors
from rvhctl.engine.job import Failure, Job, Maker, Outcome, maker
from rvhctl.engine.plan import Task
from rvhctl.engine.work import bucket_file
from rvhctl.errors import RvhctlError, UsageError, reason_of, shorten

ENGINE: Final = "dask"
PORT: Final = 8786
"""Of Dask's scheduler, where an address says none."""

_NAME: Final = re.compile(r"[\w.-]+")

IN_FLIGHT: Final = 2
"""Tasks a thread: the next one is there when one is done, and few are lost with a worker."""

WORKERS_SECONDS: Final = 30
"""In which a first worker has to come."""


def library() -> Any:
    """Return Dask's distributed.

    Raises:
        RvhctlError: it is not installed.
    """
    try:
        import distributed
        import pyarrow  # noqa: F401
    except ImportError:
        raise RvhctlError(
            "an engine needs Dask and pyarrow; install them with: pip install 'rvhctl[dask]'"
        ) from None
    return distributed


def scheduler_of(engine: str) -> str | None:
    """Return the address of the scheduler that ``dask://HOST:8786`` names; None for ``dask``.

    Raises:
        UsageError: it is no engine.
    """
    name, separator, host = engine.partition("://")
    host = host.rstrip("/")
    if name != ENGINE or (separator and (not host or "/" in host)):
        raise UsageError(f"--engine takes dask or dask://HOST:{PORT} (got {shorten(engine)})")
    if not separator:
        return None
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]") or (":" in name and not name.endswith("]")):
        name, port = host, str(PORT)
    if not (port.isascii() and port.isdecimal() and len(port) < 6 and 0 < int(port) < 1 << 16):
        raise UsageError(f"--engine: {shorten(port)} is no port (got {shorten(engine)})")
    if not _is_host(name):
        hint = "; an IPv6 address stands in brackets, as in [::1]" if ":" in name else ""
        raise UsageError(f"--engine: {shorten(name)} is no host (got {shorten(engine)}){hint}")
    return f"tcp://{name}:{port}"


def _is_host(name: str) -> bool:
    """Whether it is a name that can be looked up, or an address; Dask raises whatever it likes for any other."""
    from ipaddress import IPv6Address

    try:
        if name.startswith("[") and name.endswith("]"):
            return bool(IPv6Address(name[1:-1]))
        return bool(_NAME.fullmatch(name) and name.encode("idna"))
    except ValueError:
        return False


@contextmanager
def connected(address: str | None, workers: int | None = None) -> Iterator[Any]:
    """Connect to a scheduler; without an address, to a cluster of this machine, which ends with the context.

    Args:
        workers: processes of a cluster of this machine; None: as many as there are usable processors.

    Raises:
        RvhctlError: no scheduler answers.
    """
    distributed = library()
    if address is None:
        with _local_cluster(workers or usable_processors()) as cluster, distributed.Client(cluster) as client:
            yield client
        return
    try:
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        client = distributed.Client(address, timeout=10)
    except (OSError, TimeoutError) as error:
        reason = f"no scheduler of Dask answers ({reason_of(error)})"
        raise RvhctlError(f"{address}: {reason}") from None
    with client:
        yield client


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    """Worker processes of this machine, which do not hear a ^C that is meant for this process."""
    # A worker would run the script that started this process again, to have what that defines: nothing.
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with deaf():
            cluster = library().LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        with cluster:
            yield cluster
    finally:
        sys.modules["__main__"] = main


@contextmanager
def deaf() -> Iterator[None]:
    """Threads and processes that start meanwhile, and what they start, do not hear SIGINT."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    # It would undo the mask of the thread that starts it.
    with _without_its_warning():
        resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_its_warning() -> Iterator[None]:
    """A resource tracker that starts meanwhile says nothing of what it removes behind a ^C: that is its job."""
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (before, "ignore:resource_tracker:UserWarning")))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before


def check_workers(client: Any, wanted: Maker) -> None:
    """Refuse workers that would answer otherwise than is wanted.

    Raises:
        RvhctlError: there are none, or one has another version, the other core, or no rvhctl at all.
    """
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError:
        raise RvhctlError(f"{client.scheduler.address}: no worker has come in {WORKERS_SECONDS} s") from None
    for worker, found in sorted(client.run(maker, on_error="return").items()):
        if isinstance(found, BaseException):
            raise RvhctlError(f"{worker}: the worker has no rvhctl ({reason_of(found)})")
        if found != wanted:
            raise RvhctlError(f"{worker}: the worker has {found}, and this is {wanted}")


def outcomes(
    client: Any, job: Job, tasks: list[Task], retries: int
) -> Generator[tuple[Task, Outcome], None, None]:
    """Yield what becomes of tasks as they are done; what still runs at the end of the generator is cancelled.

    Args:
        retries: how often a task is tried again that met an error of a network.
    """
    distributed = library()
    waiting = iter(tasks)
    pending: dict[Any, Task] = {}
    done = distributed.as_completed()

    def submit() -> None:
        threads = sum(client.nthreads().values()) or 1
        while len(pending) < IN_FLIGHT * threads and (task := next(waiting, None)):
            key = f"rvhctl-{job.token}-{task.name}"
            future = client.submit(bucket_file, job, task, key=key, pure=False, retries=retries)
            pending[future] = task
            done.add(future)

    try:
        submit()
        for future in done:
            task = pending.pop(future)
            yield task, _outcome(distributed, future, task)
            submit()
    finally:
        with suppress(Exception):  # the cluster may be gone
            client.cancel(list(pending), force=True)


def _outcome(distributed: Any, future: Any, task: Task) -> Outcome:
    """What has become of a task, by its future."""
    failed = future.status == "error"
    try:
        outcome: Outcome = future.result(timeout=WORKERS_SECONDS)
    except distributed.KilledWorker as error:
        count = error.allowed_failures + 1
        last = error.last_worker.address
        return Failure(
            task.source, f"{task.source}: {count} workers died of it, the last {last}; has it the memory?"
        )
    except Exception as error:
        lost = "" if failed else "the cluster was lost: "
        return Failure(task.source, f"{task.source}: {lost}{reason_of(error)}")
    return outcome
