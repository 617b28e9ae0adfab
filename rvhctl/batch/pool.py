"""A pool of worker processes that answer blocks of requests."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue
from threading import Semaphore, Thread

from rvhctl.batch.blocks import Answers, Block, Work, answer_block
from rvhctl.errors import RvhctlError

IN_FLIGHT = 4
"""Blocks a worker, read but not yet written: enough to keep it busy, and a bound on memory."""

Event = tuple[int, Block | Future[Answers] | Exception | None]
"""The number of a block; and the block, its answers to come, what ended reading, or None at the end."""


def _begin_work() -> None:
    """In a worker: ^C is its parent's business; and it does not outlive a parent that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Pool:
    """Processes that share the work; blocks go out as they come in, answers come back in order or as they are."""

    def __init__(self, jobs: int, work: Work) -> None:
        self._work = work
        self._in_flight = Semaphore(jobs * IN_FLIGHT)
        # Forked workers need no second start-up; elsewhere they are started anew.
        method = "fork" if sys.platform == "linux" else "spawn"
        self._pool = ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_begin_work)

    def map(self, blocks: Iterator[Block], *, ordered: bool) -> Iterator[Answers]:
        """The answers to each block.

        Raises:
            RvhctlError: reading failed (after all answers that came before it), or a worker died.
        """
        # All workers are forked here, before a thread exists.
        try:
            self._pool.submit(int).result()
        except OSError as error:
            raise RvhctlError(
                f"cannot start the worker processes: {error.strerror}; try fewer --jobs"
            ) from None
        events: SimpleQueue[Event] = SimpleQueue()
        Thread(target=self._read, args=(blocks, events), daemon=True).start()
        try:
            yield from self._answers(events, ordered)
        except BrokenProcessPool:
            raise RvhctlError("a worker process died; try again with fewer --jobs") from None
        finally:  # no worker outlives the run, whatever happened
            self._pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()

    def _read(self, blocks: Iterator[Block], events: SimpleQueue[Event]) -> None:
        """In a thread of its own: reading may wait while answers come back."""
        number = 0
        try:
            for number, block in enumerate(blocks, 1):
                self._in_flight.acquire()
                events.put((number, block))
        except Exception as error:  # raised again where the answers are awaited
            events.put((number, error))
        events.put((number, None))

    def _answers(self, events: SimpleQueue[Event], ordered: bool) -> Iterator[Answers]:
        waiting: dict[int, Answers] = {}
        written = 0
        last: int | None = None
        error: Exception | None = None
        while last is None or written < last:
            number, value = events.get()
            if isinstance(value, Block):
                future = self._pool.submit(answer_block, self._work, value)
                future.add_done_callback(lambda done, number=number: events.put((number, done)))  # type: ignore[misc]
            elif isinstance(value, Future):
                waiting[written + 1 if not ordered else number] = value.result()
                while (answers := waiting.pop(written + 1, None)) is not None:
                    written += 1
                    self._in_flight.release()
                    yield answers
            elif isinstance(value, Exception):
                error = value
            else:
                last = number
        if error is not None:
            raise error
