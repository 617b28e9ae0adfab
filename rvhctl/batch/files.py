"""Requests of a plain regular file, answered block by block, by forked processes where that pays.

Every process walks the file from the same place and cuts it at the same line ends. It answers the blocks of its
turn, and in the others it only counts the requests: what crosses a pipe is answers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from time import perf_counter
from typing import Final

from rvhctl.batch.blocks import BLOCK, Answers, Block, Cursor, Work, answer_block
from rvhctl.concurrency.fork import Crew, Send, may_fork
from rvhctl.errors import InputError
from rvhctl.streams.lines import line_blocks

WORTH_FORK: Final = 0.03
"""Seconds that the rest must take for a fork (a few milliseconds) to be worth it."""


def file_answers(
    descriptor: int, start: int, end: int, cursor: Cursor, work: Work, jobs: int
) -> Generator[Answers, None, None]:
    """The answers to the requests in ``[start, end)``, in order. Lines start at ``start`` and end at ``end``.

    The file's position is neither used nor moved.
    """
    blocks = map(cursor.block, line_blocks(descriptor, start, end, BLOCK))
    seconds = 0.0
    done = 0
    for block in blocks:
        began = perf_counter()
        answers = answer_block(work, block)
        seconds += perf_counter() - began
        done += len(block.text)
        yield answers
        rest = end - start - done
        if jobs > 1 and seconds / done * rest > WORTH_FORK and may_fork():
            yield from _shared_answers(blocks, work, min(jobs, -(-rest // BLOCK)))


def _shared_answers(blocks: Iterator[Block], work: Work, processes: int) -> Iterator[Answers]:
    """The answers to the rest of the blocks, by this process and ``processes - 1`` others.

    Or alone, where there can be no others.
    """

    def answer(turn: int, send: Send) -> None:
        for number, block in enumerate(blocks):
            if number % processes == turn:
                send(tuple(answer_block(work, block)))

    with Crew() as crew:
        # Each gets a copy of the iterator, which stands where this one does.
        others = crew.start([partial(answer, turn) for turn in range(1, processes)])
        for number, block in enumerate(blocks):
            turn = number % (len(others) + 1)
            if turn == 0:
                yield answer_block(work, block)
                continue
            message = others[turn - 1].receive()
            if message is None:
                raise InputError("was cut short while it was read", source=block.source)
            yield Answers(*message)
