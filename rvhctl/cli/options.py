"""The options that commands share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import typer
from typer._types import TyperChoice

from rvhctl.cli.flag_types import Whole
from rvhctl.cli.option_groups import OptionGroup, option, switch
from rvhctl.errors import UsageError
from rvhctl.formats.choice import FORMATS, InputFormat, OutputFormat
from rvhctl.streams.terminal import ColorChoice

Level = Literal["debug", "info", "warn", "error"]
OnError = Literal["skip", "fail"]

FORMATTING: Final = "Formats"

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE]...",
        help="Input files, plain or compressed (gzip, zstd, xz, bzip2); - is standard input, "
        "also read when nothing else gives data.",
        show_default=False,
    ),
]
Top = Annotated[
    int | None,
    typer.Option(
        "--top",
        "-n",
        metavar="K",
        click_type=Whole(min=1),
        help="At most the first K, of the list or of each cell.",
        show_default=False,
    ),
]

INPUT_FORMAT: Final = TyperChoice(("auto", *FORMATS))
RECORD_FORMATS: Final = [name for name in FORMATS if name != "plain"]


def either(*names: str) -> str:
    """Return ``json, csv or tsv``."""
    return f"{', '.join(names[:-1])} or {names[-1]}"


class Formats(OptionGroup, panel=FORMATTING):
    """What a command over nodes reads and writes."""

    output: OutputFormat = option(
        "--output",
        "-o",
        default="auto",
        metavar="FORMAT",
        click_type=TyperChoice(("auto", "table", *FORMATS)),
        help=f"Format of the answer: {either('table', *FORMATS)}. Unless given: a table on a terminal, "
        "else the shape of the input.",
    )
    json: bool = switch("--json", help="The same as -o json.")
    input_format: InputFormat = option(
        "--input-format",
        "-i",
        default="auto",
        metavar="FORMAT",
        click_type=INPUT_FORMAT,
        help=f"Format of the input: {either(*RECORD_FORMATS)}. Unless given: found by looking.",
    )
    color: ColorChoice = option(
        "--color", default="auto", metavar="WHEN", help="Colour in tables: auto, always or never."
    )


class Run(Formats, panel="Running"):
    """How a command over nodes reads, answers and runs."""

    level: Level = option(
        "--level",
        "-l",
        default="warn",
        metavar="LEVEL",
        help="How much to say on standard error: debug, info, warn (the default) or error.",
    )
    async_: bool = switch(
        "--async", "-a", help="Run on the asynchronous functions; with --batch, concurrently."
    )
    batch: bool = switch("--batch", help="Each line of the input is a request in JSON, answered on a line.")
    jobs: int | None = option(
        "--jobs",
        "-j",
        metavar="N",
        click_type=Whole(min=1),
        help="Processes; default: as many as are worth their start, at most the usable processors.",
    )
    unordered: bool = switch("--unordered", help="With --batch: answers as they are ready.")
    on_error: OnError | None = option(
        "--on-error",
        metavar="WHAT",
        help="What a bad record does: fail (the default) ends the run; skip (the default with --batch) leaves it "
        "out, says so, and the run ends in exit code 1.",
    )


def epilog(*examples: str, nobody: str = "") -> str:
    """What stands under the help of a command: examples, one a line, and the exit codes."""
    codes = {
        "0": "answered",
        "1": "bad data, a value out of range, a file that cannot be read or written",
        "2": "wrong usage",
        "3": nobody,
        "130": "interrupted",
        "141": "the reader of the pipe went away",
    }
    lines = [
        "Examples:",
        *(f"  {example}" for example in examples),
        "",
        "Exit codes:",
        *(f"  {code:>3}  {meaning}" for code, meaning in codes.items() if meaning),
    ]
    # Typer would read [brackets] as markup.
    return "\n".join(lines).replace("[", "\\[")


def refuse(where: str, flags: Mapping[str, object]) -> None:
    """A flag that would do nothing is an error, not ignored.

    Raises:
        UsageError: one of ``flags`` is set.
    """
    for flag, value in flags.items():
        if value:
            raise UsageError(f"{flag} makes no sense {where}")
