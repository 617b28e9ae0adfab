"""Work written once as a generator that yields between slices, run at a stretch or in turns with others.

Compiled code hears no signal and lets no event loop run before it returns, so each call of it is kept short.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import islice
from typing import Any, Final, TypeVar

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


OF_NODES: Final = ("nodes", "inventory")
"""Arguments that are more than one column."""

TO_LIST: Final = ("to_pylist", "to_list")
"""What the columns of Arrow, and those of pandas and polars, call it."""


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
    """What a caller gave as a list, made in slices; a list is taken as it is.

    Columns of NumPy, Arrow, pandas and polars give objects of Python by their own means, which are the fastest.

    Raises:
        RvhctlError: of the type ``refusal``: it is a text, a table, or nothing that can be iterated.
    """
    if isinstance(items, list):
        return items
    if hasattr(items, "columns"):
        wanted = (
            "a list, or NodeColumns of its columns" if name in OF_NODES else "a list, or one of its columns"
        )
        raise refusal(f"{name} cannot be a table: give {wanted} (got {type(items).__name__})")
    for way in TO_LIST:
        if hasattr(items, way):
            return (yield from _entries(items, way, size))
    if hasattr(items, "to_numpy"):
        items = items.to_numpy()
    copy: list[Item] = []
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
    while block := list(islice(rest, size)):
        copy += block
        yield
    return copy


def _entries(column: Any, way: str, size: int) -> Steps[list[Any]]:
    """The entries of a column as objects of Python."""
    rows = getattr(column, "iloc", column)
    entries: list[Any] = []
    for start in range(0, len(column), size):
        entries += getattr(rows[start : start + size], way)()
        yield
    return entries
