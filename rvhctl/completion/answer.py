"""From the words of a line to lines that the scripts read: a kind, then a word, a tab and what it means, each."""

from __future__ import annotations

from collections.abc import Sequence

from typer._click import Command

from rvhctl.completion.fitting import fitting
from rvhctl.completion.line import Line, cut_line
from rvhctl.streams.sink import Sink


def answer(command: Command, shell: str, arguments: Sequence[str]) -> None:
    """Write what fits at the cursor.

    Args:
        command: the whole program.
        shell: ``bash``, whose arguments are the line before and after the cursor; any other counts the words before
            the one at the cursor, and gives all words but the first.
        arguments: of these, all.
    """
    line = cut_line(*arguments) if shell == "bash" else _counted(*arguments)
    kind, words = fitting(command, line)
    quoted = line.quoted if shell == "bash" else str
    sink = Sink()
    sink.write("".join([f"{kind}\n", *(f"{quoted(word)}\t{meaning}\n" for word, meaning in words)]).encode())
    sink.flush()


def _counted(count: str, *words: str) -> Line:
    before = int(count)
    return Line(list(words[:before]), words[before], list(words[before + 1 :]))
