"""Help out of the declared options: a screenful (``-h``), all (``--help``), a page of the manual (``help``)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from typer.core import TyperArgument, TyperGroup, TyperOption

from rvhctl.cli.option_groups import PANELS
from rvhctl.manual.blocks import Block, Code, Heading, Paragraph, Terms
from rvhctl.manual.text import Style, bright, first_sentence, laid_out, plain, struck_twice
from rvhctl.manual.topics import TOPICS, page_name, topic_page
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import use_color

if TYPE_CHECKING:
    from typer._click import Command, Context, Parameter

    from rvhctl.cli.options import Epilog

WIDEST: Final = 100
"""Columns of text on a wider screen; longer lines are hard to read."""

MORE: Final = "--help shows all, 'rvhctl help' the topics."
"""Below a short help."""

EXIT_CODES: Final = {
    "0": "answered",
    "1": "bad data, a value out of range, a file that cannot be read or written",
    "2": "wrong usage",
    "3": "",
    "130": "interrupted",
    "141": "the reader of the pipe went away",
}
"""What they mean; 3 is another thing for each command."""


def show(blocks: Iterable[Block]) -> None:
    """Write help to standard output."""
    sink = Sink()
    sink.draw(drawn(blocks, sys.stdout))
    sink.flush()


def drawn(blocks: Iterable[Block], stream: TextIO) -> bytes:
    """Return help for a stream: as wide as the terminal, in the stream's encoding."""
    style: Style = bright if use_color("auto", stream) else plain
    return encoded(laid_out(blocks, screen_width(), style), stream)


def show_page(blocks: Iterable[Block]) -> None:
    """Write a page of the manual to standard output; on a terminal by a pager, as man does."""
    if not (sys.stdout and sys.stdout.isatty() and sys.stdin and sys.stdin.isatty()):
        sink = Sink()
        sink.draw(encoded(laid_out(blocks, screen_width(), plain, manual=True), sys.stdout))
        sink.flush()
        return
    from pydoc import pager

    # As git does: what fits is shown, and less ends.
    os.environ.setdefault("LESS", "FRX")
    style: Style = struck_twice if use_color("auto", sys.stdout) else plain
    pager(laid_out(blocks, screen_width(), style, manual=True))


def encoded(text: str, stream: TextIO) -> bytes:
    return text.encode(getattr(stream, "encoding", None) or "utf-8", "backslashreplace")


def screen_width() -> int:
    """Return the columns there are, up to ``WIDEST``: of whichever stream is a terminal."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return min(int(columns), WIDEST)
    for descriptor in (1, 2, 0):
        try:
            return min(os.get_terminal_size(descriptor).columns or 80, WIDEST)
        except OSError:
            continue
    return 80


def short_help(command: Command, context: Context) -> list[Block]:
    """What most people need, in the order of need; an option says its first sentence."""
    summary, *_ = _paragraphs(command)
    needed = sorted((p for p in command.params if _need(p)), key=_need)
    blocks = [Paragraph(summary), _usage(command, context), *_commands(command, context)]
    if needed:
        blocks += [
            Heading(2, "Most used"),
            Terms(
                tuple((_label(p, every=False), first_sentence(str(getattr(p, "help", "")))) for p in needed)
            ),
        ]
    return [*blocks, *_examples(command, most=2), Heading(1, MORE)]


def full_help(command: Command, context: Context) -> list[Block]:
    """All there is, in groups."""
    summary, *more = _paragraphs(command)
    return [
        Paragraph(summary),
        _usage(command, context),
        *map(Paragraph, more),
        *_commands(command, context),
        *_panels(command, level=2),
        *_examples(command),
        Heading(2, "Exit codes"),
        Terms(_exit_codes(command)),
    ]


def manual_page(command: Command, context: Context) -> list[Block]:
    """The same as a page of the manual."""
    summary, *more = _paragraphs(command)
    name = page_name(None if context.parent is None else context.info_name)
    return [
        Heading(2, "Name"),
        Paragraph(f"{name} - {summary[:1].lower()}{summary[1:].rstrip('.')}"),
        Heading(2, "Synopsis"),
        Code((_usage_line(command, context),)),
        Heading(2, "Description"),
        *map(Paragraph, [summary, *more]),
        *_commands(command, context),
        Heading(2, "Options"),
        *_panels(command, level=3),
        *_examples(command),
        Heading(2, "Exit status"),
        Terms(_exit_codes(command)),
    ]


def manual_of(name: str | None, context: Context) -> list[Block]:
    """Return the page of a command or topic; None is the program.

    Args:
        context: of any command of the program.
    """
    root = context.find_root()
    if name in TOPICS:
        return topic_page(name)
    if name is None:
        return manual_page(root.command, root)
    assert isinstance(root.command, TyperGroup)
    command = root.command.get_command(root, name)
    assert command is not None
    return manual_page(command, command.context_class(command, info_name=name, parent=root))


def _paragraphs(command: Command) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n")]


def _need(parameter: Parameter) -> int:
    return getattr(parameter, "need", None) or 0


def _usage_line(command: Command, context: Context) -> str:
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def _usage(command: Command, context: Context) -> Block:
    return Paragraph(f"Usage: {_usage_line(command, context)}")


def _commands(command: Command, context: Context) -> Iterator[Block]:
    if isinstance(command, TyperGroup):
        named = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        yield Heading(2, "Commands")
        yield Terms(tuple((name, _paragraphs(found)[0]) for name, found in named if found is not None))
        yield Heading(2, "Topics")
        yield Terms(tuple(TOPICS.items()))


def _panels(command: Command, level: int) -> Iterator[Block]:
    """The options, in their groups."""
    for panel in PANELS:
        inside = [
            parameter
            for parameter in sorted(command.params, key=lambda each: not isinstance(each, TyperArgument))
            if getattr(parameter, "rich_help_panel", None) == panel
            and not getattr(parameter, "hidden", False)
        ]
        if inside:
            yield Heading(level, panel)
            yield Terms(tuple((_label(parameter, every=True), _meaning(parameter)) for parameter in inside))


def _label(parameter: Parameter, *, every: bool) -> str:
    """An option's flags, the short one first, and its value.

    Args:
        every: also those that are only other names.
    """
    if isinstance(parameter, TyperArgument):
        return str(parameter.metavar)
    short = [flag for flag in parameter.opts if not flag.startswith("--")]
    long = [flag for flag in parameter.opts if flag.startswith("--")]
    flags = ", ".join([*short, *(long if every else long[:1])])
    takes_value = isinstance(parameter, TyperOption) and not parameter.is_flag
    return f"{flags} {parameter.metavar}" if takes_value else flags


def _meaning(parameter: Parameter) -> str:
    """What it does, and its default."""
    default = getattr(parameter, "show_default", None)
    shown = f" [default: {default}]" if isinstance(default, str) else ""
    return f"{getattr(parameter, 'help', '')}{shown}"


def _examples(command: Command, most: int | None = None) -> Iterator[Block]:
    yield Heading(2, "Examples")
    yield Code(_notes(command).examples[:most])


def _notes(command: Command) -> Epilog:
    notes: Epilog = cast("Any", command).notes
    return notes


def _exit_codes(command: Command) -> tuple[tuple[str, str], ...]:
    codes = EXIT_CODES | {"3": _notes(command).nobody}
    return tuple((code, meaning) for code, meaning in codes.items() if meaning)
