"""``rvhctl help``: a command or a topic as a page of the manual."""

from __future__ import annotations

from typing import Annotated

import typer
from typer._types import TyperChoice

from rvhctl.cli.option_groups import ANSWER
from rvhctl.cli.options import epilog
from rvhctl.commands import COMMANDS
from rvhctl.manual.topics import TOPICS, page_name
from rvhctl.streams.sink import Sink

EPILOG = epilog(
    "rvhctl help faultset", "rvhctl help exit-codes", "rvhctl help --man faultset > rvhctl-faultset.1"
)


def help(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[COMMAND|TOPIC]",
            click_type=TyperChoice((*COMMANDS, *TOPICS)),
            help="What to explain. Unless given, what there is.",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
    ] = None,
    man: Annotated[
        bool,
        typer.Option("--man", help="Print the source of a man page instead.", rich_help_panel=ANSWER),
    ] = False,
) -> None:
    """Explain a command or a topic, as a page of the manual.

    On a terminal a page that is longer than the screen is shown by PAGER, or less.
    """
    from rvhctl.cli.help import manual_of, show_page

    blocks = manual_of(name, context)
    if man:
        from rvhctl.manual.roff import man_page

        sink = Sink()
        sink.write(man_page(page_name(name), blocks, topic=name in TOPICS).encode())
        sink.flush()
    else:
        show_page(blocks)
