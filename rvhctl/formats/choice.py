"""Which formats there are, which one a file's name states, and which one an answer goes out in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from rvhctl.errors import UsageError

if TYPE_CHECKING:
    from rvhctl.streams.sink import Sink

InputFormat = Literal["auto", "json", "ndjson", "csv", "tsv", "plain"]
OutputFormat = Literal["auto", "table", "json", "ndjson", "csv", "tsv", "plain"]
FileFormat = Literal["json", "ndjson", "csv", "tsv"]
Shape = Literal["flags", "json", "ndjson", "csv", "tsv"]
"""How nodes came in, which is how they go out."""

SUFFIXES: Final[dict[str, FileFormat]] = {
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".tsv": "tsv",
}
COMPRESSED_SUFFIXES: Final = frozenset({".gz", ".zst", ".xz", ".bz2"})


def format_by_suffix(name: str) -> FileFormat | None:
    """Return the format that a file's name states, looking through the suffix of a compression."""
    from pathlib import PurePath

    path = PurePath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    return SUFFIXES.get(path.suffix.lower())


def asked_format(output: OutputFormat, as_json: bool) -> OutputFormat:
    """Return the format that ``-o`` and ``--json`` ask for.

    Raises:
        UsageError: they ask for different ones.
    """
    if as_json and output not in ("auto", "json"):
        raise UsageError(f"--json and --output {output} exclude each other")
    return "json" if as_json else output


def answer_format(asked: OutputFormat, shape: Shape | Literal["plain"], sink: Sink) -> OutputFormat:
    """Return the format of an answer: as asked, else a table on a terminal, else the shape of the input.

    Keys that came in as text (shape ``plain``) are answered with bare numbers on a terminal too.
    """
    if asked != "auto":
        return asked
    if sink.is_terminal and shape != "plain":
        return "table"
    return "plain" if shape == "flags" else shape
