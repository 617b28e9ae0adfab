"""Requests of a plain regular file, answered block by block, by forked processes where that pays.

Every process walks the file from the same place and cuts it at the same line ends. It answers the blocks of its
turn, and in the others it only counts the requests: what crosses a pipe is answers.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from itertools import starmap
from time import perf_counter
from typing import Final

from rvhctl.batch.blocks import BLOCK, Answers, Cursor, Work, answer_block
from rvhctl.concurrency.fork import in_turns, may_fork
from rvhctl.streams.lines import line_blocks, read_range
from rvhctl.streams.progress import reading, watched

FORK_FROM_SECONDS: Final = 0.03
"""Seconds that the rest must take for a fork (a few milliseconds) to be worth it."""


def file_answers(
    descriptor: int, start: int, end: int, cursor: Cursor, work: Work, jobs: int
) -> Generator[Answers, None, None]:
    """The answers to the requests in ``[start, end)``, in order. Lines start at ``start`` and end at ``end``.

    The file's position is neither used nor moved.
    """
    texts = line_blocks(partial(read_range, descriptor), start, end, BLOCK)
    blocks = map(cursor.block, watched(texts, reading(cursor.source), end - start, size=len))
    seconds = 0.0
    done = 0
    for block in blocks:
        began = perf_counter()
        answers = answer_block(work, block)
        seconds += perf_counter() - began
        done += len(block.text)
        yield answers
        rest = end - start - done
        if jobs > 1 and seconds / done * rest > FORK_FROM_SECONDS and may_fork():
            shared = in_turns(blocks, lambda block: [answer_block(work, block)], min(jobs, -(-rest // BLOCK)))
            yield from starmap(Answers, shared)
