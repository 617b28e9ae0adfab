"""Which formats there are, which one a text is in, and which one an answer goes out in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from rvhctl.errors import UsageError

if TYPE_CHECKING:
    from rvhctl.streams.sink import Sink
    from rvhctl.streams.source import Source

DataFormat: TypeAlias = str
"""One of ``FORMATS``."""

InputFormat: TypeAlias = str
"""One of ``FORMATS``, or ``auto``: found by looking."""

OutputFormat: TypeAlias = str
"""One of ``FORMATS`` or of ``FOR_PEOPLE``, or ``auto``: by the shape of the input."""

Shape: TypeAlias = str
"""How nodes came in, which is how they go out: one of ``FORMATS``, or ``flags``."""

OBJECTS: Final = "ndjson"
"""The format of records that have no format of their own, or several."""
TEXT: Final = "plain"
"""The format of keys that have none."""
CELLS: Final = "tsv"
"""The format whose headers say how the columns of tables of Arrow are understood."""
GROUPED: Final = "parquet"
"""The format of tables that stand in groups of rows, each of which is read by itself."""


class Format(NamedTuple):
    """A format: the module that reads and writes it, and how its records stand in a text."""

    module: str
    """Imported when it is used."""
    objects: Literal["", "lines", "array"] = ""
    """How objects of JSON stand in it, which the compiled scanner reads."""
    delimiter: str = ""
    """What separates the columns of its rows."""
    text: bool = False
    """Whether it is lines of any text, in which nothing has a name."""
    columns: bool = False
    """Whether it is no text, but tables of Arrow."""
    beginning: bytes = b""
    between: bytes = b""
    closing: bytes = b""
    """What stands around and between its records, where these are a document, which goes out only complete."""

    def load(self) -> Any:
        """Return the module."""
        return import_module(self.module)

    @property
    def options(self) -> dict[str, str]:
        """What its functions want to know besides."""
        return {"delimiter": self.delimiter} if self.delimiter else {}

    def opening(self, header: Sequence[str]) -> bytes:
        """Return what stands before the first record; of rows, their header."""
        if self.delimiter and header:
            row: bytes = self.load().joined_row(header, self.delimiter)
            return row
        return self.beginning


FORMATS: Final[dict[str, Format]] = {
    "json": Format("rvhctl.formats.json", objects="array", beginning=b"[", between=b",", closing=b"]\n"),
    "ndjson": Format("rvhctl.formats.ndjson", objects="lines"),
    "csv": Format("rvhctl.formats.csv", delimiter=","),
    "tsv": Format("rvhctl.formats.csv", delimiter="\t"),
    "plain": Format("rvhctl.formats.plain", text=True),
    "parquet": Format("rvhctl.formats.arrow.parquet", columns=True),
    "arrow": Format("rvhctl.formats.arrow.ipc", columns=True),
}
"""Every format of data.

To add one, write a module with ``read``, ``write_records``, ``write_view``, ``join_rows`` and ``join_records``; of
tables of Arrow, with ``read``, ``rows``, ``write_records``, ``write_view`` and ``Writer``.
"""

TABLE: Final = Format("rvhctl.formats.table")
PAGE: Final = Format("rvhctl.formats.html.page")
FOR_PEOPLE: Final = {"table": TABLE, "html": PAGE}
"""Nothing reads them."""


class Tool(NamedTuple):
    """A measuring tool: the module that reads what it says."""

    module: str
    """Imported when it is used; what it has: ``rvhctl.formats.tools.measured``."""
    options: frozenset[str] = frozenset()
    """Which options it takes, of ``unit``, ``id_label`` and ``column``."""
    lines: bool = False
    """Whether it begins as text that may look like anything."""

    def load(self) -> Any:
        """Return the module."""
        return import_module(self.module)


TOOLS: Final[dict[str, Tool]] = {
    "prometheus": Tool("rvhctl.formats.tools.prometheus", frozenset({"unit", "id_label"})),
    "fping": Tool("rvhctl.formats.tools.fping", lines=True),
    "mtr": Tool("rvhctl.formats.tools.mtr", lines=True),
    "haproxy": Tool("rvhctl.formats.tools.haproxy", frozenset({"column"})),
}
"""Every tool of ``--from``. To add one, write a module with ``read`` in ``formats/tools/``."""

INVENTORIES: Final[dict[str, Tool]] = {
    "kubernetes": Tool("rvhctl.formats.tools.kubernetes"),
    "envoy": Tool("rvhctl.formats.tools.envoy"),
}
"""What knows which nodes there are. To add one, write a module with ``knows`` and ``read`` in ``formats/tools/``."""

_KNOWN_BY: Final = (b'"kind"', b'"cluster_statuses"')
"""What stands in the text of each."""

SUFFIXES: Final[dict[str, str]] = {
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
COMPRESSED_SUFFIXES: Final = frozenset({".gz", ".zst", ".xz", ".bz2"})

_FIRST: Final = re.compile(rb"\S")

LONG_LINE: Final = 1 << 16
"""Bytes of a line that are looked at."""


def format_by_suffix(name: str) -> str | None:
    """Return the format that a file's name states, looking through the suffix of a compression."""
    from pathlib import PurePath

    path = PurePath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    return SUFFIXES.get(path.suffix.lower())


def table_format(name: str, stated: InputFormat = "auto") -> Format | None:
    """Return the format of a source that is a table of Arrow, as the flag says it, or its name; None if it is text."""
    format_ = FORMATS.get(format_by_suffix(name) or "" if stated == "auto" else stated)
    return format_ if format_ is not None and format_.columns else None


def text_sources(files: Sequence[str], stated: InputFormat = "auto") -> Iterator[Source]:
    """Yield the sources in order, each open while it is used; the text of a table of Arrow is its rows as NDJSON."""
    from rvhctl.streams.source import Source, source_names

    for name in source_names(files):
        with Source(name) as source:
            format_ = table_format(source.name, stated)
            if format_ is None:
                _ = source.stream
            else:
                module = format_.load()
                source.rows, source.read_table = module.rows, module.read
            yield source


def begun_format(text: bytes, name: str = "") -> DataFormat:
    """Return the format of records by how they begin: ``[`` JSON, ``{`` NDJSON, else CSV or TSV by its header.

    A header of one column has no tab; then the name of the file tells.
    """
    found = _FIRST.search(text)
    if found is None or found.group() == b"{":
        return "ndjson"
    if found.group() == b"[":
        return "json"
    has_tab = text.find(b"\t", found.start(), _line_end(text, found.start())) >= 0
    return "tsv" if has_tab or (name and format_by_suffix(name) == "tsv") else "csv"


def looked_format(text: bytes, holders: Collection[str]) -> DataFormat:
    """Return the format of a whole text, in which an object may be a document.

    An object on the only line is a document if it has one of the members ``holders``, else a record.
    """
    found = _FIRST.search(text)
    if found is None or found.group() != b"{":
        return begun_format(text)
    # Without copies: the text may be large, and all of it one line.
    start = found.start()
    end = _line_end(text, start)
    document = _parsed(memoryview(text)[start:end])
    following = _FIRST.search(text, end)
    if document is not None:
        is_document = isinstance(document, dict) and not document.keys().isdisjoint(holders)
        return "json" if following is None and is_document else "ndjson"
    # The first line is no whole value: a document over several lines, or NDJSON that begins with a bad line.
    if following is None or _parsed(text) is not None:
        return "json"
    next_line = text[following.start() : following.start() + LONG_LINE].split(b"\n", 1)[0]
    return "ndjson" if isinstance(_parsed(next_line), dict) else "json"


def inventory_of(text: bytes) -> tuple[Tool, dict[str, Any]] | None:
    """Return which of ``INVENTORIES`` wrote a text, and its document; None if none did."""
    found = _FIRST.search(text)
    if found is None or found.group() != b"{" or not any(mark in text for mark in _KNOWN_BY):
        return None
    document = _parsed(text)
    if not isinstance(document, dict):
        return None
    return next(((kind, document) for kind in INVENTORIES.values() if kind.load().knows(document)), None)


def _line_end(text: bytes, start: int) -> int:
    end = text.find(b"\n", start)
    return end if end >= 0 else len(text)


def tells_format(head: bytes) -> bool:
    """Whether so much of a stream is enough for `begun_format`."""
    text = head.lstrip()
    return text[:1] in (b"[", b"{") or b"\n" in text or len(head) >= LONG_LINE


def is_array(text: bytes) -> bool:
    """Whether a text in JSON is an array."""
    found = _FIRST.search(text)
    return found is not None and found.group() == b"["


def _parsed(text: bytes | memoryview) -> object:
    from rvhctl.formats import jsontext

    try:
        value: object = jsontext.loads(text)
    except ValueError:  # of the JSON library
        return None
    return value


def asked_format(output: OutputFormat, as_json: bool) -> OutputFormat:
    """Return the format that ``-o`` and ``--json`` ask for.

    Raises:
        UsageError: they ask for different ones.
    """
    if as_json and output not in ("auto", "json"):
        raise UsageError(f"--json and --output {output} exclude each other")
    return "json" if as_json else output


def output_of(format_: OutputFormat) -> Format:
    """Return the format of an answer."""
    return FORMATS.get(format_) or FOR_PEOPLE.get(format_, TABLE)


def is_page(format_: OutputFormat) -> bool:
    """Whether an answer in that format is a page, which says what became of every node."""
    return output_of(format_) is PAGE


def writes_records(format_: OutputFormat) -> bool:
    """Whether an answer in that format may have records as they came in, or nobody knows yet."""
    chosen = output_of(format_)
    return format_ == "auto" or bool(chosen.objects or chosen.delimiter or chosen.columns)


def refuse_terminal(format_: OutputFormat, sink: Sink) -> None:
    """Refuse to fill a terminal with what is not to be read there.

    Raises:
        UsageError: a page or a table of Arrow is asked for there.
    """
    if sink.is_terminal and (is_page(format_) or output_of(format_).columns):
        reader, file = ("a browser", "report") if is_page(format_) else ("programs", "answer")
        raise UsageError(f"-o {format_} is for {reader}, not for a terminal: add > {file}.{format_}")


def answer_format(asked: OutputFormat, shape: Shape, sink: Sink) -> OutputFormat:
    """Return the format of an answer: as asked, else a table on a terminal, else the shape of the input.

    Tables of Arrow are answered with objects of JSON, which any program reads.

    Keys that came in as text (shape ``plain``) are answered with bare numbers on a terminal too.
    """
    if asked != "auto":
        return asked
    if sink.is_terminal and shape != "plain":
        return "table"
    if shape == "flags":
        return "plain"
    return OBJECTS if FORMATS[shape].columns else shape
