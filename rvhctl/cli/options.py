"""The options that commands share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple

import typer
from typer._types import TyperChoice

from rvhctl.cli.flag_types import Whole
from rvhctl.cli.option_groups import ANSWER, RUNNING, SOURCES, OptionGroup, needed, option, switch
from rvhctl.errors import UsageError
from rvhctl.formats.choice import FOR_PEOPLE, FORMATS, InputFormat, OutputFormat
from rvhctl.streams.terminal import ColorChoice

Level = Literal["debug", "info", "warn", "error"]
OnError = Literal["skip", "fail"]

Files = Annotated[
    list[str] | None,
    needed(
        typer.Argument(
            metavar="[FILE]...",
            help="Files to read; - is standard input. That is also read where no FILE and no option gives data. Files "
            "may be compressed: gzip, zstd, xz or bzip2.",
            show_default=False,
            rich_help_panel=SOURCES,
        ),
        45,
    ),
]
Top = Annotated[
    int | None,
    needed(
        typer.Option(
            "--top",
            "-n",
            metavar="K",
            click_type=Whole(min=1),
            help="Keep only the K fastest (of each group).",
            show_default=False,
            rich_help_panel=ANSWER,
        ),
        80,
    ),
]

INPUT_FORMAT: Final = TyperChoice(("auto", *FORMATS))
RECORD_FORMATS: Final = [name for name in FORMATS if name != "plain"]


def either(*names: str) -> str:
    """Return ``json, csv or tsv``."""
    return f"{', '.join(names[:-1])} or {names[-1]}"


def output_option(*for_people: str) -> Any:
    """Declare ``-o``, with those formats besides `FORMATS`."""
    return option(
        "--output",
        "-o",
        default="auto",
        metavar="FORMAT",
        click_type=TyperChoice(("auto", *for_people, *FORMATS)),
        help=f"Write {either(*for_people, *FORMATS)}. auto is a table on a terminal, and else the format of the input.",
        panel=ANSWER,
        need=100,
    )


def input_option(help_: str) -> Any:
    """Declare ``-i``."""
    return option(
        "--input-format",
        "-i",
        default="auto",
        metavar="FORMAT",
        click_type=INPUT_FORMAT,
        help=help_,
        panel=SOURCES,
    )


class Formats(OptionGroup, panel=ANSWER):
    """What a command over nodes reads and writes."""

    output: OutputFormat = output_option(*FOR_PEOPLE)
    json: bool = switch("--json", help="The same as -o json.")
    input_format: InputFormat = input_option(
        f"Read {either(*RECORD_FORMATS)}. auto looks at the input, and at the name of a file."
    )
    color: ColorChoice = option(
        "--color",
        default="auto",
        metavar="WHEN",
        help="Colour tables and JSON: auto, always or never. auto is on a terminal, unless NO_COLOR is set.",
    )


class Run(Formats, panel=RUNNING):
    """How a command over nodes reads, answers and runs."""

    level: Level = option(
        "--level",
        "-l",
        default="warn",
        metavar="LEVEL",
        help="How much to say on standard error: debug, info, warn or error. info says what was understood and who "
        "was left out, debug also what ran, and how long; error leaves out warnings, and how far a long run is.",
    )
    async_: bool = switch(
        "--async",
        "-a",
        help="Answer by the asynchronous functions of the Python package. The answer is the same; with --batch, "
        "requests are answered at the same time, on all processors.",
    )
    batch: bool = switch(
        "--batch",
        help="Answer the JSON request on each line of the input. 'rvhctl help batch' has more.",
        need=130,
    )
    jobs: int | None = option(
        "--jobs",
        "-j",
        metavar="N",
        click_type=Whole(min=1),
        help="Use N processes. With --batch, this means --async, too.",
        show_default="as many as make the run faster; with --batch 1",
    )
    unordered: bool = switch(
        "--unordered",
        help="With --batch: write each answer as soon as it is ready, whatever the order of the input.",
    )
    on_error: OnError | None = option(
        "--on-error",
        metavar="WHAT",
        help="What to do about a bad record: fail or skip. fail ends the run; skip leaves the record out, says so, "
        "and in the end gives exit code 1.",
        show_default="fail; with --batch skip",
    )


class Epilog(NamedTuple):
    """What help says below the options of a command."""

    examples: tuple[str, ...]
    """Command lines, the first two for everybody."""
    nobody: str
    """What exit code 3 means; empty where there is none."""


def epilog(*examples: str, nobody: str = "") -> Epilog:
    return Epilog(examples, nobody)


def refuse(where: str, flags: Mapping[str, object]) -> None:
    """A flag that would do nothing is an error, not ignored.

    Raises:
        UsageError: one of ``flags`` is set.
    """
    for flag, value in flags.items():
        if value:
            raise UsageError(f"{flag} makes no sense {where}")
