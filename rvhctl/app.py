"""The Typer app: the subcommands, ``-h`` and ``-V``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import typer
from typer._click import Command
from typer.core import TyperCommand, TyperGroup, TyperOption

from rvhctl.cli.option_groups import RUNNING
from rvhctl.cli.options import Epilog, epilog
from rvhctl.commands import COMMANDS
from rvhctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer._click import Context, Parameter
    from typer._click.parser import _OptionParser

SETTINGS: Final[dict[str, Any]] = {"help_option_names": []}
"""There are two kinds of help, and the library knows one."""

EPILOG: Final = epilog(
    "rvhctl faultset --relative 1.5 -p auto nodes.csv",
    "rvhctl jump-hash -k user:41 -b 8",
    "rvhctl failover --nodes a,b,c --latencies 50,200,75 --threshold 100",
    nobody="nobody is left to serve",
)


class OurCommand(Command):
    """A command with our help, which refuses an option given twice unless its values add up."""

    notes: Epilog

    def make_parser(self, ctx: Context) -> _OptionParser:
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_args(args: list[str]) -> tuple[dict[str, Any], list[str], list[Any]]:
            # The library would take the last value and forget the others.
            values, rest, order = parse(args=args)
            seen: set[str | None] = set()
            for option in order:
                if option.name in seen and not ctx.resilient_parsing:
                    raise UsageError(f"{option.opts[0]} is given twice")
                if isinstance(option, TyperOption) and not option.multiple:
                    seen.add(option.name)
            return values, rest, order

        parser.parse_args = parse_args  # type: ignore[method-assign]
        return parser


class OneCommand(OurCommand, TyperCommand):
    """A subcommand."""


class AllCommands(OurCommand, TyperGroup):
    """The subcommands; each is imported only when it is called or its help is wanted."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        return one_command(cmd_name) if cmd_name in COMMANDS else None


def one_command(name: str) -> Command:
    """The subcommand of that name."""
    function = name.replace("-", "_")
    module = import_module(f"rvhctl.commands.{function}")
    run = getattr(module, function)
    alone = typer.Typer(add_completion=False)
    # One line a paragraph: Typer would keep the line ends of the source.
    alone.command(
        name,
        cls=OneCommand,
        context_settings=SETTINGS,
        # Not the docstring, which python -OO leaves out.
        help="\n\n".join(" ".join(paragraph.split()) for paragraph in module.HELP.split("\n\n")),
    )(run)
    command = typer.main.get_command(alone)
    needs = getattr(run, "needs", {})
    for parameter in command.params:
        parameter.need = needs.get(parameter.name)  # type: ignore[attr-defined]
    return _completed(command, module.EPILOG)


def command_line() -> Command:
    """The whole program."""
    return _completed(typer.main.get_command(app), EPILOG)


def _completed(command: Command, notes: Epilog) -> Command:
    """The command with what all have: help, and the version."""
    assert isinstance(command, OurCommand)
    command.notes = notes
    in_all = isinstance(command, AllCommands)
    command.params += [
        _flag("-h", call=_show_short_help, help="Show what most people need, and end."),
        _flag("--help", call=_show_full_help, help="Show all there is, and end."),
        _flag(
            "--version",
            "-V",
            call=_print_version,
            help="Show the version and the core, and end.",
            hidden=not in_all,
        ),
    ]
    return command


def _flag(*flags: str, call: Callable[[Context], None], help: str, hidden: bool = False) -> TyperOption:
    """An option that does something else, and ends the run."""

    def called(ctx: Context, param: Parameter, wanted: Any) -> None:
        if wanted and not ctx.resilient_parsing:
            call(ctx)
            raise typer.Exit

    return TyperOption(
        param_decls=[*flags],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=hidden,
        callback=called,
        help=help,
        rich_help_panel=RUNNING,
    )


def _show_short_help(context: Context) -> None:
    from rvhctl.cli.help import short_help, show

    show(short_help(context.command, context))


def _show_full_help(context: Context) -> None:
    from rvhctl.cli.help import full_help, show

    show(full_help(context.command, context))


def _print_version(_: Context) -> None:
    from rvhctl.cli.version import describe
    from rvhctl.streams.sink import Sink

    sink = Sink()
    sink.write(f"{describe()}\n".encode())
    sink.flush()


app = typer.Typer(
    name="rvhctl",
    cls=AllCommands,
    help="Which nodes are fit to serve, region by region, and which bucket owns this key.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


@app.callback()
def _rvhctl() -> None:
    pass
