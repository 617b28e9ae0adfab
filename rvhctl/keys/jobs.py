"""Jobs over lines of keys: numbered buckets in one pass, and what any other job is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from rvhctl.core.keys.lines import EMPTY, NOTHING_WRONG, answer_lines
from rvhctl.errors import InputError
from rvhctl.keys.hashes import EMPTY_KEY, INTEGER_HINT, NO_INTEGER, Recipe

SHOWN: Final = 256
"""Bytes of a bad line that are kept for its message."""


class Answers(NamedTuple):
    """Bucket numbers, one a line, and after them perhaps one bad line."""

    text: bytes
    lines: int
    """How many lines ``text`` answers; the bad line is not among them."""
    end: int
    """Where in the block the next line starts."""
    problem: int = NOTHING_WRONG
    bad_line: bytes = b""
    """The beginning of the bad line, of text without the carriage return of its end."""
    blank: int = 0
    """How many of the lines are no records, and have no answer."""


class LineJob:
    """What a stream of lines and its worker processes ask of a job."""

    def __init__(self, delimiter: bytes) -> None:
        self.delimiter: Final = delimiter
        self.line_end: Final = b"\r\n" if delimiter == b"\n" else delimiter
        """What makes a line of an unfinished one; a carriage return at its end stays in the key."""

    def answers(self, block: bytes, start: int = 0) -> Iterator[Answers]:
        """Yield those of the complete lines of ``block[start:]``.

        The last ``end`` is where the unfinished line starts.
        """
        raise NotImplementedError

    def last_answers(self, line: bytes) -> Iterator[Answers]:
        """Yield the same for a last line that has no line end."""
        return self.answers(line + self.line_end)

    def error(self, answers: Answers, source: str, line: int) -> InputError:
        """Return what is wrong with the bad line behind these answers, which has this number."""
        return line_error(answers, source, line)


class Job(LineJob):
    """Lines that end with ``delimiter`` (a line feed or NUL), hashed by ``recipe``, to one of ``buckets``."""

    def __init__(self, buckets: int, recipe: Recipe, delimiter: bytes) -> None:
        super().__init__(delimiter)
        self._buckets: Final = buckets
        self._recipe: Final = recipe

    def answers(self, block: bytes, start: int = 0) -> Iterator[Answers]:
        while True:
            text, lines, end, problem = answer_lines(
                block, start, self.delimiter[0], self._buckets, self._recipe.in_core, self._recipe.digest
            )
            if problem == NOTHING_WRONG:
                yield Answers(text, lines, end)
                return
            stop = block.index(self.delimiter, end)
            start = stop + 1
            if self.delimiter == b"\n" and block[max(end, stop - 1) : stop] == b"\r":
                stop -= 1
            yield Answers(text, lines, start, problem, block[end : min(stop, end + SHOWN)])


def line_error(answers: Answers, source: str, line: int) -> InputError:
    """What is wrong with a text line that is no key."""
    if answers.problem == EMPTY:
        return InputError(EMPTY_KEY, source=source, line=line)
    value = answers.bad_line.decode("utf-8", "surrogateescape")
    return InputError(NO_INTEGER, source=source, line=line, value=value, hint=INTEGER_HINT)
