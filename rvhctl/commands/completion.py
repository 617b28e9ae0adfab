"""``rvhctl completion``: print a completion script; no command edits a shell's files."""

from __future__ import annotations

from typing import Annotated

import typer

from rvhctl.cli.option_groups import ANSWER
from rvhctl.cli.options import epilog
from rvhctl.completion.scripts import Shell, script
from rvhctl.streams.sink import Sink

EPILOG = epilog(
    'eval "$(rvhctl completion bash)"     in ~/.bashrc',
    'eval "$(rvhctl completion zsh)"      in ~/.zshrc, after compinit',
    "rvhctl completion fish | source      in ~/.config/fish/config.fish",
)

HELP = """\
Print a script that completes command lines in your shell.

It completes commands, options, their choices, files and the nodes in them. No file is changed.
"""


def completion(
    shell: Annotated[
        Shell, typer.Argument(metavar="SHELL", help="The shell: bash, zsh or fish.", rich_help_panel=ANSWER)
    ],
) -> None:
    sink = Sink()
    sink.write(script(shell))
    sink.flush()
