"""Lines of a plain regular file, answered block by block, by worker processes where that pays.

A block owns the lines that start in it. Workers take blocks in turn and send their answers through pipes;
this process works on blocks of its own and passes all answers on in order. A full pipe holds its worker back,
so what is in flight is bounded.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, NoReturn

from rvhctl.errors import RvhctlError
from rvhctl.keyjob import Answers, LineJob
from rvhctl.processors import usable_processors

BLOCK = 1 << 19
"""Bytes of a block: some milliseconds of work, so that ^C is heard, and few enough for the cache."""

PIPE = 1 << 20
"""Bytes that a pipe may hold: the answers of several blocks, so that no worker waits for its turn."""

WORTH_WORKERS = 4 << 20
"""A file must be this long for a fork (a few milliseconds) to be worth it."""


def line_blocks_end(descriptor: int, start: int, delimiter: bytes) -> int:
    """The end of the last complete line after ``start``; ``start`` if there is none."""
    end = os.fstat(descriptor).st_size
    while end > start:
        low = max(start, end - BLOCK)
        cut = os.pread(descriptor, end - low, low).rfind(delimiter)
        if cut >= 0:
            return low + cut + 1
        end = low
    return start


def file_answers(descriptor: int, start: int, end: int, job: LineJob, jobs: int | None) -> Iterator[Answers]:
    """The answers of the lines of ``[start, end)``, in order. Lines start at ``start`` and end at ``end``.

    The file's position is neither used nor moved.
    """
    blocks = _count(start, end)
    workers = min(_processes(end - start, jobs), blocks)
    if workers > 1:
        yield from _shared_answers(descriptor, start, end, job, workers)
    else:
        for block in range(blocks):
            yield from _block_answers(descriptor, start, end, block, job)


def _processes(size: int, jobs: int | None) -> int:
    if size < WORTH_WORKERS or jobs == 1 or sys.platform != "linux":
        return 1
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        return 1  # a fork copies locks that other threads hold
    return jobs or usable_processors()


def _block_answers(descriptor: int, start: int, end: int, block: int, job: LineJob) -> Iterator[Answers]:
    """The answers of the lines that start in one block of ``[start, end)``."""
    low = start + block * BLOCK
    high = min(low + BLOCK, end)
    if block == 0:
        data = os.pread(descriptor, high - low, low)
        first = 0
    else:
        # A line starts here only if the byte before ends another.
        data = os.pread(descriptor, high - low + 1, low - 1)
        first = data.find(job.delimiter) + 1
        if first == 0:
            return
    for answers in job.answers(data, first):
        yield answers
        first = answers.end
    if first < len(data):
        yield from job.answers(_whole_line(descriptor, data[first:], high, job))


def _whole_line(descriptor: int, beginning: bytes, at: int, job: LineJob) -> bytes:
    """A line whose rest lies at ``at``, read in growing steps: most lines are short, and one may be huge."""
    parts = [beginning]
    step = 1 << 12
    while True:
        part = os.pread(descriptor, step, at)
        cut = part.find(job.delimiter) + 1
        if cut or not part:  # no more: somebody has cut the file meanwhile
            parts.append(part[:cut] or job.line_end)
            return b"".join(parts)
        parts.append(part)
        at += len(part)
        step = min(2 * step, BLOCK)


# What a worker sends: this header, then the answers, then the bad line.
HEADER = struct.Struct("<iqiii")
ANSWERS, BLOCK_DONE, FAILED = range(3)


def _shared_answers(descriptor: int, start: int, end: int, job: LineJob, workers: int) -> Iterator[Answers]:
    """``file_answers`` by this process and ``workers - 1`` others."""
    crew: list[tuple[int, BinaryIO]] = []
    try:
        for turn in range(1, workers):
            crew.append(_fork(descriptor, start, end, job, range(turn, _count(start, end), workers), crew))
        for block in range(_count(start, end)):
            turn = block % workers
            if turn == 0:
                yield from _block_answers(descriptor, start, end, block, job)
            else:
                yield from _received(*crew[turn - 1])
    finally:
        for pid, pipe in crew:
            pipe.close()
            os.kill(pid, signal.SIGKILL)  # after the last block it has nothing left to do
            os.waitpid(pid, 0)


def _count(start: int, end: int) -> int:
    return -(-(end - start) // BLOCK)


def _fork(
    descriptor: int, start: int, end: int, job: LineJob, blocks: range, crew: list[tuple[int, BinaryIO]]
) -> tuple[int, BinaryIO]:
    """Start a worker on these blocks; its process id and the pipe that it answers through."""
    reader, writer = os.pipe()
    _widen(writer)
    # ^C must not reach the child before it has its own handler, or it would run up this process's stack.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        pid = os.fork()
        if pid == 0:
            # With a pipe's reader open elsewhere, a worker would outlive a killed parent.
            for other in (reader, *(pipe.fileno() for _, pipe in crew)):
                os.close(other)
            _work(descriptor, start, end, job, blocks, writer)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    os.close(writer)
    return pid, os.fdopen(reader, "rb")


def _widen(pipe: int) -> None:
    import fcntl

    # The user's share of pipe memory may be used up; a narrow pipe works too.
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _work(descriptor: int, start: int, end: int, job: LineJob, blocks: range, pipe: int) -> NoReturn:
    """The life of a worker. It dies quietly by ^C or with its parent, and leaves the cleaning up to it."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        for block in blocks:
            for answers in _block_answers(descriptor, start, end, block, job):
                head = HEADER.pack(
                    ANSWERS, answers.lines, answers.problem, len(answers.text), len(answers.bad_line)
                )
                _send(pipe, head + answers.text + answers.bad_line)
            _send(pipe, HEADER.pack(BLOCK_DONE, 0, 0, 0, 0))
    except OSError as error:
        _send(pipe, HEADER.pack(FAILED, 0, error.errno or 0, 0, 0))
    finally:
        os._exit(0)


def _send(pipe: int, message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[os.write(pipe, view) :]


def _received(pid: int, pipe: BinaryIO) -> Iterator[Answers]:
    """What a worker answers to its next block."""
    while True:
        head = pipe.read(HEADER.size)
        if len(head) < HEADER.size:
            raise RvhctlError(f"worker process {pid} has died; try --jobs 1")
        tag, lines, problem, text_size, bad_size = HEADER.unpack(head)
        if tag == FAILED:
            raise OSError(problem, os.strerror(problem))
        if tag == BLOCK_DONE:
            return
        # Where the lines ended in the worker's block is of no use here.
        yield Answers(pipe.read(text_size), lines, 0, problem, pipe.read(bad_size))
