"""Which formats there are, which one a file's name states, and which one an answer goes out in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from rvhctl.errors import UsageError

if TYPE_CHECKING:
    from rvhctl.streams.sink import Sink

InputFormat = Literal["auto", "json", "ndjson", "csv", "tsv", "plain"]
OutputFormat = Literal["auto", "table", "json", "ndjson", "csv", "tsv", "plain"]
FileFormat = Literal["json", "ndjson", "csv", "tsv"]
Shape = Literal["flags", "json", "ndjson", "csv", "tsv"]
"""How nodes came in, which is how they go out."""


OBJECTS: Final[Literal["ndjson"]] = "ndjson"
"""The format of records that have no format of their own, or several."""


class Format(NamedTuple):
    """A format: the module that reads and writes it, and how its records stand in a text."""

    module: str
    """Imported when it is used."""
    objects: Literal["", "lines", "array"] = ""
    """How objects of JSON stand in it, which the compiled scanner reads."""
    delimiter: str = ""
    """What separates the columns of its rows."""

    def load(self) -> Any:
        """Return the module."""
        return import_module(self.module)

    @property
    def options(self) -> dict[str, str]:
        """What its functions want to know besides."""
        return {"delimiter": self.delimiter} if self.delimiter else {}


FORMATS: Final[dict[str, Format]] = {
    "json": Format("rvhctl.formats.json", objects="array"),
    "ndjson": Format("rvhctl.formats.ndjson", objects="lines"),
    "csv": Format("rvhctl.formats.csv", delimiter=","),
    "tsv": Format("rvhctl.formats.csv", delimiter="\t"),
    "plain": Format("rvhctl.formats.plain"),
}
"""Every format of data. To add one, write a module with ``read``, ``write_records`` and ``write_view``."""

TOOLS: Final[dict[str, Format]] = {
    "prometheus": Format("rvhctl.formats.prometheus", objects="array"),
    "fping": Format("rvhctl.formats.fping"),
}
"""What measuring tools say; each module has ``read_probes``."""

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
