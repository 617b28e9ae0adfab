"""Usage errors on one line: what is wrong, the nearest thing that would be right, where to read on."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Final

from rvhctl.cli.report import message
from rvhctl.errors import bytes_escaped, quoted

_TYPES: Final = {
    "a valid float": "a number",
    "a valid int": "a whole number",
    "a valid integer": "a whole number",
}
"""Words of a programmer in the parser's messages, and those of a user."""


def explain(error: Any, arguments: Sequence[str], commands: Collection[str]) -> int:
    """Say a usage error of the command-line parser, and return its exit code."""
    if str(error.message) == "Missing command.":
        from rvhctl.cli.help import drawn, short_help

        with suppress(OSError, AttributeError):  # nobody is left to tell
            sys.stderr.buffer.write(drawn(short_help(error.ctx.command, error.ctx), sys.stderr))
            sys.stderr.flush()
        return int(error.exit_code)
    text = bytes_escaped(" ".join(_problem(error).split()).rstrip("."))
    text = text[:1].lower() + text[1:]
    near = _nearest(error, commands)
    if near:
        text = f"{text}; did you mean {quoted(near)}?"
    message(f"{text}; try '{_where(error, arguments, commands)} --help'")
    return int(error.exit_code)


def _problem(error: Any) -> str:
    """The parser's words, less its own suggestions."""
    if type(error).__name__ == "NoSuchOption":
        return str(error.message)
    text = str(error.format_message()).partition(" Did you mean ")[0].rstrip(".")
    for typed, plain in _TYPES.items():
        if text.endswith(typed):
            return text.removesuffix(typed) + plain
    return text


def _nearest(error: Any, commands: Collection[str]) -> str:
    """Return the closest valid option, choice or command; empty if none is close."""
    if type(error).__name__ == "NoSuchOption":
        return str(next(iter(error.possibilities or ()), ""))
    choices = getattr(getattr(getattr(error, "param", None), "type", None), "choices", ())
    if not choices and str(error.message).startswith("No such command"):
        from rvhctl.manual.topics import TOPICS

        choices = [*commands, *(f"help {topic}" for topic in TOPICS)]
    wrong = str(error.message).split("'")
    found = get_close_matches(wrong[1] if len(wrong) > 1 else "", [str(choice) for choice in choices], 1)
    return found[0] if found else ""


def _where(error: Any, arguments: Sequence[str], commands: Collection[str]) -> str:
    context = getattr(error, "ctx", None)
    if context is not None:
        return str(context.command_path)
    named = [argument for argument in arguments[:1] if argument in commands]
    return " ".join(["rvhctl", *named])
