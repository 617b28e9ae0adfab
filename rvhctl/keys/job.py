"""One job over lines of keys, as the driver of a stream and its worker processes share it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from rvhctl.core.keys import lines as keylines
from rvhctl.errors import InputError
from rvhctl.keys.hashes import EMPTY_KEY, INTEGER_HINT, NO_INTEGER, Recipe

SHOWN = 256
"""Bytes of a bad line that are kept for its message."""


class Answers(NamedTuple):
    """Bucket numbers, one a line, and after them perhaps one bad line."""

    text: bytes
    lines: int
    """How many lines ``text`` answers; the bad line is not among them."""
    end: int
    """Where in the block the next line starts."""
    problem: int = keylines.NOTHING_WRONG
    bad_line: bytes = b""
    """The beginning of the bad line."""


class LineJob(Protocol):
    """What a stream of lines and its worker processes ask of a job."""

    @property
    def delimiter(self) -> bytes: ...

    @property
    def line_end(self) -> bytes: ...

    def answers(self, block: bytes, start: int = 0) -> Iterator[Answers]: ...

    def last_answers(self, line: bytes) -> Iterator[Answers]: ...

    def error(self, answers: Answers, source: str, line: int) -> InputError: ...


class Job(NamedTuple):
    """Lines that end with ``delimiter`` (a line feed or NUL), hashed by ``recipe``, to one of ``buckets``."""

    buckets: int
    recipe: Recipe
    delimiter: bytes

    @property
    def line_end(self) -> bytes:
        """What makes a line of an unfinished one; a carriage return at its end stays in the key."""
        return b"\r\n" if self.delimiter == b"\n" else self.delimiter

    def answers(self, block: bytes, start: int = 0) -> Iterator[Answers]:
        """The complete lines of ``block[start:]``; the last ``end`` is where the unfinished line starts."""
        while True:
            text, lines, end, problem = keylines.answer_lines(
                block, start, self.delimiter[0], self.buckets, self.recipe.in_core, self.recipe.digest
            )
            if problem == keylines.NOTHING_WRONG:
                yield Answers(text, lines, end)
                return
            start = block.index(self.delimiter, end) + 1
            yield Answers(text, lines, start, problem, block[end : min(start - 1, end + SHOWN)])

    def last_answers(self, line: bytes) -> Iterator[Answers]:
        """A last line that has no line end."""
        return self.answers(line + self.line_end)

    def error(self, answers: Answers, source: str, line: int) -> InputError:
        """What is wrong with the bad line behind these answers, which has this number."""
        return line_error(answers, source, line)


def line_error(answers: Answers, source: str, line: int) -> InputError:
    """What is wrong with a text line that is no key."""
    if answers.problem == keylines.EMPTY:
        return InputError(EMPTY_KEY, source=source, line=line)
    value = answers.bad_line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
    return InputError(NO_INTEGER, source=source, line=line, value=value, hint=INTEGER_HINT)
