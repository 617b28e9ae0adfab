"""Help, drawn by rich through Typer: with our colours, onto our standard output, in its encoding."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO, cast

from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import use_color

if TYPE_CHECKING:
    from typer._click import Command, Context
    from typer.core import TyperCommand


def show_help(command: Command, context: Context) -> None:
    """``-h``: the help of a command on standard output."""
    sink = Sink()
    sink.draw(drawn_help(command, context, sys.stdout))
    sink.flush()


def drawn_help(command: Command, context: Context, stream: TextIO) -> bytes:
    """The help of a command for a stream: as wide as the terminal, in the stream's encoding."""
    from typer import rich_utils

    # Typer would draw colours into a file where GITHUB_ACTIONS is set, and bold type in spite of NO_COLOR.
    colored = use_color("auto", stream)
    rich_utils.FORCE_TERMINAL = colored
    rich_utils.COLOR_SYSTEM = "standard" if colored else None
    # Typer would cut the names of options on a narrow terminal.
    rich_utils.highlighter = _folding(rich_utils.OptionHighlighter())  # type: ignore[assignment]
    # rich asks the encoding whether it may draw more than ASCII lines.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    drawing = TextIOWrapper(BytesIO(), encoding, "backslashreplace", newline="")
    with redirect_stdout(drawing):
        rich_utils.rich_format_help(obj=cast("TyperCommand", command), ctx=context, markup_mode="rich")
    drawing.seek(0)
    lines = drawing.read().strip("\n").split("\n")
    return "".join(f"{line.rstrip()}\n" for line in lines).encode(encoding)


def _folding(highlight: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same words, and what is too long goes on in the next line."""

    def folded(words: Any) -> Any:
        text = highlight(words)
        text.overflow = "fold"
        return text

    return folded
