"""The Typer app: the subcommands, ``-h`` and ``-V``."""

from __future__ import annotations

from typing import Annotated

import typer

from rvhctl.commands.completion import completion
from rvhctl.commands.failover import failover
from rvhctl.commands.faultset import faultset
from rvhctl.commands.jump_hash import jump_hash
from rvhctl.version import describe

app = typer.Typer(
    name="rvhctl",
    help="Which nodes are fit to serve, region by region, and which bucket owns this key.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(describe())
        raise typer.Exit


@app.callback()
def _rvhctl(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Say the version and the core."
        ),
    ] = False,
) -> None:
    pass


for command in (faultset, failover, jump_hash, completion):
    app.command()(command)
