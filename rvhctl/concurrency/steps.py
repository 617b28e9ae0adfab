"""Work written once as a generator that yields between slices, run at a stretch or in turns with others.

Compiled code hears no signal and lets no event loop run before it returns, so each call of it is kept short.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import islice
from typing import Final, TypeVar

from rvhctl.core.words import COMPILED
from rvhctl.errors import RvhctlError

Answer = TypeVar("Answer")
Item = TypeVar("Item")
Steps = Generator[None, None, Answer]

WHOLE: Final = 1 << 20
"""Nodes of one slice at a stretch: some 100 ms compiled, so that signals are heard."""

TURN: Final = 1 << 15 if COMPILED else 1 << 12
"""Nodes of one slice between two turns of the event loop: some milliseconds."""

PLAIN_KINDS: Final = frozenset("biufU")
"""NumPy's letters for bools, integers, floats and text, which ``tolist`` gives as those of Python."""


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


def listed(items: Iterable[Item], size: int, name: str, refusal: type[RvhctlError]) -> Steps[list[Item]]:
    """What a caller gave as a list, made in slices; a list is taken as it is, and a NumPy array by its own numbers.

    Raises:
        RvhctlError: of the type ``refusal``: it is a text, or nothing that can be iterated.
    """
    if isinstance(items, list):
        return items
    try:
        if isinstance(items, str | bytes | bytearray):
            raise TypeError
        if isinstance(items, Iterable) and getattr(getattr(items, "dtype", None), "kind", "") in PLAIN_KINDS:
            values = items.tolist()  # type: ignore[attr-defined]
            if isinstance(values, list):  # not the scalar of an array without dimensions
                return values
        rest = iter(items)
    except TypeError:
        raise refusal(f"{name} must be a list (got {type(items).__name__})") from None
    copy: list[Item] = []
    while block := list(islice(rest, size)):
        copy += block
        yield
    return copy
