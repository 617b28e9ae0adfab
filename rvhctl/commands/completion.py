"""``rvhctl completion``: print a completion script; no command edits a shell's files."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from rvhctl.cli.options import epilog
from rvhctl.streams.sink import Sink

Shell = Literal["bash", "zsh", "fish"]

VARIABLE = "_RVHCTL_COMPLETE"
"""The variable by which a completion script asks the program what fits."""

EPILOG = epilog(
    'eval "$(rvhctl completion bash)"',
    "rvhctl completion zsh > ~/.zfunc/_rvhctl   (a folder of your fpath)",
    "rvhctl completion fish | source",
)


def completion(shell: Annotated[Shell, typer.Argument(help="The shell to print the script for.")]) -> None:
    """Print a script that completes rvhctl's commands and options in your shell. No file is changed."""
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="rvhctl", complete_var=VARIABLE, shell=shell)
    sink = Sink()
    sink.write(script.encode() + b"\n")
    sink.flush()
