"""The Typer app: the subcommands, ``-h`` and ``-V``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import typer
from typer._click import Command
from typer.core import TyperCommand, TyperGroup, TyperOption

from rvhctl.cli.options import epilog
from rvhctl.errors import UsageError

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter, Parameter
    from typer._click.parser import _OptionParser

COMMANDS: Final = ("faultset", "failover", "jump-hash", "completion")
"""Each is a function of its own module in ``rvhctl.commands``, with underscores for hyphens."""

SETTINGS: Final = {"help_option_names": ["-h", "--help"]}


class OurCommand(Command):
    """A command with our help, which refuses an option given twice unless its values add up."""

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

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        from rvhctl.cli.help import show_help

        show_help(self, ctx)


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
        help="\n\n".join(" ".join(paragraph.split()) for paragraph in (run.__doc__ or "").split("\n\n")),
        epilog=module.EPILOG,
    )(run)
    command = typer.main.get_command(alone)
    command.params.append(_version_option(hidden=True))
    return command


def command_line() -> Command:
    """The whole program."""
    command = typer.main.get_command(app)
    command.params.append(_version_option(hidden=False))
    return command


def _version_option(*, hidden: bool) -> TyperOption:
    return TyperOption(
        param_decls=["--version", "-V"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=hidden,
        callback=_print_version,
        help="Say the version and the core.",
    )


def _print_version(ctx: Context, param: Parameter, wanted: Any) -> None:
    if wanted and not ctx.resilient_parsing:
        from rvhctl.cli.version import describe
        from rvhctl.streams.sink import Sink

        sink = Sink()
        sink.write(f"{describe()}\n".encode())
        sink.flush()
        raise typer.Exit


app = typer.Typer(
    name="rvhctl",
    cls=AllCommands,
    help="Which nodes are fit to serve, region by region, and which bucket owns this key.",
    epilog=epilog(
        "rvhctl faultset --threshold 25 --precision 3 nodes.json",
        "rvhctl failover --nodes a,b,c --latencies 50,200,75 --threshold 100",
        "rvhctl jump-hash -k foo -b 5",
        nobody="nobody is left to serve",
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


@app.callback()
def _rvhctl() -> None:
    pass
