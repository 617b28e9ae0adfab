"""What a target is, how it takes choices and text out of the bytes of the engine, and a file to hold them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple, TypeVar

Answer = Callable[[bytes], object]

T = TypeVar("T")


class Target(NamedTuple):
    """A function that raises where an answer is wrong."""

    answer: Answer
    """What it returns, all cores return."""
    tokens: tuple[bytes, ...]
    """Pieces of text that the engine may put anywhere."""
    longest: int
    """Bytes of an input."""


TARGETS: Final[dict[str, Target]] = {}
"""By name."""


def target(*tokens: bytes | str, longest: int = 400) -> Callable[[Answer], Answer]:
    """Make a target of a function, by its name."""

    def register(answer: Answer) -> Answer:
        pieces = tuple(token.encode() if isinstance(token, str) else token for token in tokens)
        TARGETS[answer.__name__] = Target(answer, pieces, longest)
        return answer

    return register


class Given:
    """Choices, from the first bytes of an input on; what follows is text."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int = 1) -> int:
        """An integer of so many bytes, from 0; behind the end there are zeros."""
        piece = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(piece, "little")

    def below(self, count: int) -> int:
        """A number from 0, below ``count``, which is at most 256."""
        return self.number() % count

    def flag(self) -> bool:
        """Yes or no."""
        return bool(self.below(2))

    def one_of(self, *choices: T) -> T:
        """One of these."""
        return choices[self.below(len(choices))]

    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data)

    def text(self, size: int | None = None) -> bytes:
        """The next bytes, or all that are left: an object of its own, with nothing behind it."""
        end = len(self._data) if size is None else self._at + size
        start, self._at = self._at, end
        return self._data[start:end]


@contextmanager
def holding(data: bytes) -> Iterator[str]:
    """The path of a file that holds this, in memory where there is such a place."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as file:
        file.write(data)
        file.flush()
        yield file.name
