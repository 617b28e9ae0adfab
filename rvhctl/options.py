"""The options that commands share, as annotated types."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from rvhctl.errors import UsageError

InputFormat = Literal["auto", "json", "ndjson", "csv", "tsv", "plain"]
OutputFormat = Literal["auto", "table", "json", "ndjson", "csv", "tsv", "plain"]
ColorChoice = Literal["auto", "always", "never"]
Level = Literal["debug", "info", "warn", "error"]
OnError = Literal["skip", "fail"]

FORMATS = "Formats"
RUNNING = "Running"

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE]...",
        help="Input files, plain, gzip or zstd; - is standard input, also read when nothing else gives data.",
        show_default=False,
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        "--th",
        metavar="MS",
        help="Keep nodes with a latency of at most MS milliseconds.",
        show_default=False,
    ),
]
Top = Annotated[
    int | None,
    typer.Option("--top", "-n", metavar="K", min=1, help="At most the first K.", show_default=False),
]
Output = Annotated[
    OutputFormat,
    typer.Option(
        "--output",
        "-o",
        help="Format of the answer; auto: a table on a terminal, else the shape of the input.",
        rich_help_panel=FORMATS,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The same as -o json.", rich_help_panel=FORMATS)]
Input = Annotated[
    InputFormat,
    typer.Option(
        "--input-format", "-i", help="Format of the input; auto: found by looking.", rich_help_panel=FORMATS
    ),
]
KeyInput = Annotated[
    InputFormat,
    typer.Option(
        "--input-format",
        "-i",
        help="Format of the input; auto: by the file's suffix, else plain text, one key a line.",
        rich_help_panel=FORMATS,
    ),
]
Color = Annotated[ColorChoice, typer.Option("--color", help="Colour in tables.", rich_help_panel=FORMATS)]
LogLevel = Annotated[
    Level, typer.Option("--level", "-l", help="How much to say on standard error.", rich_help_panel=RUNNING)
]
Async = Annotated[
    bool,
    typer.Option(
        "--async",
        "-a",
        help="Run on the asynchronous functions; with --batch, concurrently.",
        rich_help_panel=RUNNING,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        help="Processes; default: as many as are worth their start, at most the usable processors.",
        rich_help_panel=RUNNING,
        show_default=False,
    ),
]
Batch = Annotated[
    bool,
    typer.Option(
        "--batch",
        help="Each line of the input is a request in JSON, answered on a line.",
        rich_help_panel=RUNNING,
    ),
]
Unordered = Annotated[
    bool,
    typer.Option("--unordered", help="With --batch: answers as they are ready.", rich_help_panel=RUNNING),
]
OnErrorChoice = Annotated[
    OnError | None,
    typer.Option(
        "--on-error",
        help="A bad record ends the run (fail, the default), or is left out, reported and counted (skip, the "
        "default with --batch).",
        rich_help_panel=RUNNING,
        show_default=False,
    ),
]


def refuse(where: str, flags: dict[str, object]) -> None:
    """A flag that would do nothing is an error, not ignored.

    Raises:
        UsageError: one of ``flags`` is set.
    """
    for flag, value in flags.items():
        if value:
            raise UsageError(f"{flag} makes no sense {where}")
