"""Usage errors on one line: what is wrong, the nearest thing that would be right, where to read on."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from rvhctl.report import message


def explain(error: Any) -> int:
    """Say a usage error of the command-line parser; its exit code."""
    from typer._click.exceptions import NoArgsIsHelpError

    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return int(error.exit_code)
    text = " ".join(error.format_message().split()).rstrip(".")
    text = text[:1].lower() + text[1:]
    context = getattr(error, "ctx", None)
    suggestion = _nearest(error)
    if suggestion and "did you mean" not in text.lower():
        text = f"{text}; did you mean {suggestion!r}?"
    where = context.command_path if context is not None else "rvhctl"
    message(f"{text}; try '{where} --help'")
    return int(error.exit_code)


def _nearest(error: Any) -> str:
    """For a choice that is none."""
    choices = getattr(getattr(getattr(error, "param", None), "type", None), "choices", None)
    if not choices:
        return ""
    wrong = str(error.message).split("'")
    found = get_close_matches(wrong[1] if len(wrong) > 1 else "", [str(choice) for choice in choices], 1)
    return found[0] if found else ""
