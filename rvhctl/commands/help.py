"""``rvhctl help``: a command or a topic as a page of the manual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from typer._types import TyperChoice

from rvhctl.cli.option_groups import ANSWER
from rvhctl.cli.options import epilog, refuse
from rvhctl.commands import COMMANDS
from rvhctl.errors import UsageError
from rvhctl.manual.topics import TOPICS, page_name
from rvhctl.streams.staging import write_error
from rvhctl.streams.state_file import write_state

if TYPE_CHECKING:
    from rvhctl.manual.blocks import Block

EPILOG = epilog(
    "rvhctl help faultset",
    "rvhctl help exit-codes",
    "rvhctl help --man ~/.local/share/man && man rvhctl-faultset",
    "rvhctl help --schema schema",
)

HELP = """\
Explain a command or a topic, as a page of the manual.

On a terminal a page that is longer than the screen is shown by PAGER, or less.
"""


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
        str | None,
        typer.Option(
            "--man",
            metavar="FOLDER",
            help="Write all pages as man pages, into FOLDER/man1 and FOLDER/man7. As in ~/.local/share/man.",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            metavar="FOLDER",
            help="Write the JSON Schemas of all documents into FOLDER. 'rvhctl help schema' has which is of what.",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
    ] = None,
) -> None:
    from rvhctl.cli.help import manual_of, show_page

    if man is None and schema is None:
        show_page(manual_of(name, context))
        return
    refuse("with --man and --schema, which write files", {"a command or topic": name})
    for flag, folder in (("--man", man), ("--schema", schema)):
        if folder == "":
            raise UsageError(f"{flag} has an empty name; . is the folder where you are")
    if man is not None:
        for page in (None, *COMMANDS, *TOPICS):
            _write_page(man, page, manual_of(page, context))
    if schema is not None:
        from rvhctl.manual.schemas import schema_files

        for file in schema_files():
            _write(schema, file.name, file.read_text(encoding="utf-8"), "schema")


def _write_page(folder: str, name: str | None, blocks: list[Block]) -> None:
    from rvhctl.manual.roff import man_page, section_of

    section = section_of(name)
    _write(folder, f"man{section}/{page_name(name)}.{section}", man_page(name, blocks), "page")


def _write(folder: str, name: str, text: str, what: str) -> None:
    from pathlib import Path

    path = Path(folder, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(str(path), error) from error
    write_state(str(path), [text.encode()], what)
