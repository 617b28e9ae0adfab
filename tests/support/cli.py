"""The program, called inside this process by Typer's CliRunner, up to the edge: errors are messages and exit codes."""

from __future__ import annotations

from typing import NamedTuple

from typer.testing import CliRunner

from rvhctl.__main__ import main

PLAIN = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": None, "FORCE_COLOR": None, "GITHUB_ACTIONS": None}


class Outcome(NamedTuple):
    """What a run left behind."""

    code: int
    out: bytes
    err: str


def rvhctl(*arguments: str, stdin: bytes = b"", **environment: str) -> Outcome:
    """Run the program with these arguments and this standard input."""
    with CliRunner().isolation(stdin, PLAIN | environment) as (out, err, _):
        code = main(arguments)
        return Outcome(code, out.getvalue(), err.getvalue().decode())
