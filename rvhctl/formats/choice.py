"""Which format an answer goes out in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rvhctl.cli.options import OutputFormat
from rvhctl.errors import UsageError
from rvhctl.streams.sink import Sink

if TYPE_CHECKING:
    from rvhctl.nodes.nodes import Shape


def asked_format(output: OutputFormat, as_json: bool) -> OutputFormat:
    """The format that ``-o`` and ``--json`` ask for.

    Raises:
        UsageError: they ask for different ones.
    """
    if as_json and output not in ("auto", "json"):
        raise UsageError(f"--json and --output {output} exclude each other")
    return "json" if as_json else output


def answer_format(asked: OutputFormat, shape: Shape | Literal["plain"], sink: Sink) -> OutputFormat:
    """The format of an answer: as asked, else a table on a terminal, else the shape of the input.

    Keys that came in as text (shape ``plain``) are answered with bare numbers on a terminal too.
    """
    if asked != "auto":
        return asked
    if sink.is_terminal and shape != "plain":
        return "table"
    return "plain" if shape == "flags" else shape
