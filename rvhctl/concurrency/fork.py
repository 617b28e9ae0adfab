"""Worker processes forked from this one: each gets its work at the fork, and answers through a pipe (Linux)."""

from __future__ import annotations

import errno
import marshal
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from time import sleep
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn, TypeVar

from rvhctl.errors import CutShortError, RvhctlError

CUT_SHORT: Final = 0
"""Instead of the number of an error."""

PIPE: Final = 1 << 20
"""Bytes that a pipe may hold: the answers to several blocks, so that no worker waits for its turn."""

LARGE_FILE: Final = 4 << 20
"""Bytes from which a file is worth a fork, which takes a few milliseconds."""

BLOCK_DONE: Final = b""
"""What comes behind the messages of a block, and is none itself."""

Message = tuple[Any, ...]
"""Numbers, bytes and text; received as a bare tuple, also where a named one was sent."""

Send = Callable[[Message | bytes], None]

Block = TypeVar("Block")

GRACE: Final = 0.1
"""Seconds for a signal to arrive."""


class WorkerError(RvhctlError):
    """A worker process has died."""


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
        """Its next message; None when its work is done.

        Raises:
            OSError: what ended its work.
            CutShortError: so did the file that it read.
            WorkerError: it has died.
        """
        try:
            # The pipe ends in a fork of this very process.
            message = marshal.load(self.pipe)  # noqa: S302
        except EOFError:
            # What ended it may be a signal to all processes, of which this one has yet to hear.
            sleep(GRACE)
            raise WorkerError(f"worker process {self.pid} has died; try --jobs 1") from None
        if isinstance(message, int):  # the number of an error
            if message == CUT_SHORT:
                raise CutShortError
            raise OSError(message, os.strerror(message))
        return message


class Workers:
    """Workers that end with the ``with`` block; if the parent is killed, at their next message.

    A full pipe holds its worker back, so what is in flight is bounded.
    """

    def __init__(self) -> None:
        self._workers: list[Worker] = []
        self._ignored = False

    def __enter__(self) -> Workers:
        # Where the end of a child is ignored, its id may soon be that of another process.
        self._ignored = signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
        if self._ignored:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        if self._ignored:
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def start(self, works: Sequence[Callable[[Send], object]]) -> list[Worker]:
        """Fork a process for each work; return no worker if a fork fails, and the caller does the work."""
        try:
            for work in works:
                self._fork(work)
        except OSError:
            self._end()
        return list(self._workers)

    def _fork(self, work: Callable[[Send], object]) -> None:
        reader, writer = os.pipe()
        widen(writer)
        from rvhctl.concurrency.signals import ENDING

        # Before it has handlers of its own, a signal would run up this process's stack in the child; and in
        # this process it must not come between the fork and the note of it.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            pid = os.fork()
            if pid == 0:
                others = [reader, *(worker.pipe.fileno() for worker in self._workers)]
                _live(work, writer, others, mask)
            self._workers.append(Worker(pid, os.fdopen(reader, "rb")))
        except OSError:
            os.close(reader)
            raise
        finally:
            os.close(writer)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _end(self) -> None:
        while self._workers:
            worker = self._workers.pop()
            worker.pipe.close()
            # After its last message it has nothing left to do.
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(worker.pid, signal.SIGKILL)
                os.waitpid(worker.pid, 0)


def in_turns(
    blocks: Iterable[Block], answer: Callable[[Block], Iterable[Message]], processes: int
) -> Generator[Message, None, None]:
    """Return what ``answer`` gives for each block, in order; process k of n answers every n-th block from the k-th.

    This process is one of them, and the only one where a fork fails. Each walks ``blocks`` by itself, from where
    they stand now.

    Raises:
        CutShortError: a file was cut under the workers, or one of them saw fewer blocks.
        OSError, WorkerError: what ended a worker.
    """

    def work(turn: int, send: Send) -> None:
        for block in islice(blocks, turn, None, processes):
            for message in answer(block):
                send(tuple(message))  # a named one cannot be marshalled
            send(BLOCK_DONE)

    with Workers() as workers:
        others = workers.start([partial(work, turn) for turn in range(1, processes)])
        for number, block in enumerate(blocks):
            turn = number % (len(others) + 1)
            if turn == 0:
                yield from answer(block)
                continue
            while (message := others[turn - 1].receive()) != BLOCK_DONE:
                if message is None:
                    raise CutShortError
                yield message


def widen(pipe: int) -> None:
    """Let a pipe hold more, where the system can."""
    if sys.platform == "linux":
        import fcntl

        # The user's share of pipe memory may be used up; a narrow pipe works too.
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _live(work: Callable[[Send], object], pipe: int, others: list[int], mask: Iterable[int]) -> NoReturn:
    """Run one worker. On a signal, or when the parent dies, it exits without output; the parent cleans up.

    Args:
        pipe: where it answers.
        others: descriptors that are not for it.
        mask: the signals that its parent does not hear.
    """

    from rvhctl.concurrency.signals import STOPPING, be_ended

    def write(message: Any) -> None:
        view = memoryview(marshal.dumps(message))
        while view:
            view = view[os.write(pipe, view) :]

    try:
        # With a pipe's reader open elsewhere, a worker would outlive a killed parent.
        for other in others:
            os.close(other)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        be_ended()
        signal.pthread_sigmask(signal.SIG_SETMASK, {*mask}.difference(STOPPING))
        try:
            work(write)
            write(None)
        except CutShortError:
            write(CUT_SHORT)
        except OSError as error:
            write(error.errno or errno.EIO)
    except MemoryError:
        pass  # the parent sees that the worker is gone
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)
