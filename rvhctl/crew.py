"""Worker processes forked from this one: each has its work from birth, and answers through a pipe (Linux)."""

from __future__ import annotations

import marshal
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn

from rvhctl.errors import RvhctlError

PIPE: Final = 1 << 20
"""Bytes that a pipe may hold: the answers to several blocks, so that no worker waits for its turn."""

Send = Callable[[Any], None]
"""Takes a message: a tuple of numbers, bytes and text."""


class WorkerError(RvhctlError):
    """A worker process cannot start, or has died."""


def may_fork() -> bool:
    """Whether a fork is safe here: it copies locks that other threads hold, and those threads it does not."""
    if sys.platform != "linux":
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


class Worker(NamedTuple):
    """A process, and the end of the pipe that it answers through."""

    pid: int
    pipe: BinaryIO

    def receive(self) -> Any:
        """Its next message.

        Raises:
            OSError: what ended its work.
            WorkerError: it has died.
        """
        try:
            message = marshal.load(self.pipe)
        except EOFError:
            raise WorkerError(f"worker process {self.pid} has died; try --jobs 1") from None
        if isinstance(message, int):
            raise OSError(message, os.strerror(message))
        return message


class Crew:
    """Some workers, none of which outlives the ``with`` block or a parent that is killed.

    A full pipe holds its worker back, so what is in flight is bounded.
    """

    def __init__(self) -> None:
        self._workers: list[Worker] = []

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
            os.kill(worker.pid, signal.SIGKILL)  # after its last message it has nothing left to do
            os.waitpid(worker.pid, 0)

    def start(self, work: Callable[[Send], object]) -> Worker:
        """A process that does this work.

        Raises:
            WorkerError: there can be no more processes.
        """
        reader, writer = os.pipe()
        _widen(writer)
        # ^C must not reach the child before it has its own handler, or it would run up this process's stack.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            pid = os.fork()
            if pid == 0:
                # With a pipe's reader open elsewhere, a worker would outlive a killed parent.
                for other in (reader, *(worker.pipe.fileno() for worker in self._workers)):
                    os.close(other)
                _live(work, writer)
        except OSError as error:
            os.close(reader)
            raise WorkerError(f"cannot start a worker process: {error.strerror}; try --jobs 1") from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(writer)
        worker = Worker(pid, os.fdopen(reader, "rb"))
        self._workers.append(worker)
        return worker


def _widen(pipe: int) -> None:
    import fcntl

    # The user's share of pipe memory may be used up; a narrow pipe works too.
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _live(work: Callable[[Send], object], pipe: int) -> NoReturn:
    """The life of a worker. It dies quietly by ^C or with its parent, and leaves the cleaning up to it."""

    def send(message: Any) -> None:
        view = memoryview(marshal.dumps(message))
        while view:
            view = view[os.write(pipe, view) :]

    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        try:
            work(send)
        except OSError as error:
            send(error.errno or 0)
    except MemoryError:
        pass  # the parent sees that the worker is gone
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)
