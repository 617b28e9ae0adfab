"""Lines of a plain regular file, answered block by block, by worker processes where that pays.

A block owns the lines that start in it. Workers take blocks in turn and send their answers through pipes;
this process works on blocks of its own and passes all answers on in order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Final

from rvhctl.concurrency.fork import LARGE_FILE, Crew, Send, may_fork
from rvhctl.concurrency.processors import usable_processors
from rvhctl.errors import CutShortError
from rvhctl.keys.job import Answers, LineJob
from rvhctl.streams.lines import read_range

BLOCK = 1 << 19
"""Bytes of a block: some milliseconds of work, so that ^C is heard, and few enough for the cache."""

BLOCK_DONE: Final = ()
"""What a worker sends behind the answers of a block."""


def file_answers(descriptor: int, start: int, end: int, job: LineJob, jobs: int | None) -> Iterator[Answers]:
    """The answers of the lines of ``[start, end)``, in order. Lines start at ``start`` and end at ``end``.

    The file's position is neither used nor moved.

    Raises:
        CutShortError: the file ends before ``end``.
    """
    blocks = _count(start, end)
    workers = min(_processes(end - start, jobs), blocks)
    if workers > 1:
        yield from _shared_answers(descriptor, start, end, job, workers)
    else:
        for block in range(blocks):
            yield from _block_answers(descriptor, start, end, block, job)


def _processes(size: int, jobs: int | None) -> int:
    if size < LARGE_FILE or jobs == 1 or not may_fork():
        return 1
    return jobs or usable_processors()


def _block_answers(descriptor: int, start: int, end: int, block: int, job: LineJob) -> Iterator[Answers]:
    """The answers of the lines that start in one block of ``[start, end)``."""
    low = start + block * BLOCK
    high = min(low + BLOCK, end)
    if block == 0:
        data = read_range(descriptor, low, high)
        first = 0
    else:
        # A line starts here only if the byte before ends another.
        data = read_range(descriptor, low - 1, high)
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
        if not part:
            raise CutShortError
        cut = part.find(job.delimiter) + 1
        if cut:
            parts.append(part[:cut])
            return b"".join(parts)
        parts.append(part)
        at += len(part)
        step = min(2 * step, BLOCK)


def _shared_answers(descriptor: int, start: int, end: int, job: LineJob, processes: int) -> Iterator[Answers]:
    """``file_answers`` by this process and ``processes - 1`` others, or alone where there can be no others."""
    blocks = _count(start, end)

    def work(turn: int, send: Send) -> None:
        for block in range(turn, blocks, processes):
            for answers in _block_answers(descriptor, start, end, block, job):
                send(tuple(answers))
            send(BLOCK_DONE)

    with Crew() as crew:
        others = crew.start([partial(work, turn) for turn in range(1, processes)])
        for block in range(blocks):
            turn = block % (len(others) + 1)
            if turn == 0:
                yield from _block_answers(descriptor, start, end, block, job)
                continue
            while (answers := others[turn - 1].receive()) != BLOCK_DONE:
                yield Answers(*answers)


def _count(start: int, end: int) -> int:
    return -(-(end - start) // BLOCK)
