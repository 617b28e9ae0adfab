"""Work written once as a generator that yields between slices, run at a stretch or in turns with others."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, TypeVar

from rvhctl.core.ranking import SLICE

Answer = TypeVar("Answer")
Steps = Generator[None, None, Answer]

WHOLE: Final = 1 << 20
"""Nodes of one slice at a stretch: some 100 ms compiled, so that signals are heard."""

TURN: Final = SLICE // 2
"""Nodes of one slice between two turns of the event loop: some milliseconds."""


def run(steps: Steps[Answer]) -> Answer:
    """The answer, at a stretch."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            answer: Answer = done.value
            return answer


async def run_in_turns(steps: Steps[Answer]) -> Answer:
    """The answer; other tasks get their turn after every slice."""
    from asyncio import sleep

    while True:
        try:
            next(steps)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        await sleep(0)
