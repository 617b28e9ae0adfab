"""What people give by mistake: what an input looks like that is no format of ours, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rvhctl.errors import InputError

if TYPE_CHECKING:
    from rvhctl.streams.source import Source

Foreign = tuple[str, str]
"""A format that is not read, and what to do with it."""

EXPORT: Final = "export it as CSV or NDJSON"
NAMED: Final = "keys and nodes are read of it if its name ends in"
UNPACK: Final = "unpack it first, or compress it by gzip, zstd, xz or bzip2"

BINARY: Final[dict[bytes, Foreign]] = {
    # The length of the first thrift structure follows the name, so no text begins like this.
    b"PAR1\x15": ("Parquet", f"{NAMED} .parquet, or with -i parquet"),
    b"PK\x03\x04": ("an xlsx or zip file", f"{EXPORT}, or unzip it"),
    b"\xd0\xcf\x11\xe0": ("an old Office file", EXPORT),
    b"ARROW1\0\0": ("Arrow", f"{NAMED} .arrow, or with -i arrow"),
    b"Obj\x01": ("Avro", EXPORT),
    b"SQLite format 3\0": ("a SQLite database", "export it: sqlite3 -csv -header FILE 'select ...'"),
    b"\x04\x22\x4d\x18": ("lz4-compressed data", UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", UNPACK),
    b"\x5d\0\0": ("data packed by lzma", UNPACK),
    b"LZIP\x01": ("data packed by lzip", UNPACK),
    b"\x1f\x9d": ("data packed by compress", UNPACK),
}

READ: Final = "read it "
MEASURED: Final = "it says how fast nodes are, not which there are: give it to failover or faultset as FILE"

FPING: Final = "what fping says", f"{READ}with --from fping"

COMMENTS: Final = rb"\A\s*(?:#[^\n]*\n\s*)*"

# How a text of each format begins.
MARKED: Final[dict[bytes, Foreign]] = {
    rb"\A\s*# (?:HELP|TYPE) |\A\s*[a-z]\w*_\w+(?:\{[^}\n]*\})? [-+0-9.eEInfNa]+(?: \d+)?$": (
        "a Prometheus exposition",
        "ask the server that scrapes it: curl -s 'http://HOST:9090/api/v1/query?query=METRIC' "
        "| rvhctl ... --from prometheus",
    ),
    rb"\A(?:\[[\d.:]+\]\s+)?\S+(?: \(\S+\))? +: (?:\[\d+\], |xmt/|[\d-])": FPING,
    rb"\A\s*<(?:!DOCTYPE|\?xml|[A-Za-z])": (
        "HTML or XML",
        "give the data itself, as JSON, NDJSON, CSV or TSV",
    ),
    COMMENTS + rb"(?:---\s*$|- +[^\s,]|[\w.\"'-]+:(?: +[^\s,]+)?\s*$)": (
        "YAML",
        "convert it to JSON: yq -o json FILE | rvhctl ...",
    ),
}
TABLES: Final[dict[bytes, Foreign]] = {
    rb"\A[^\s,;]+::[^\s,;]+::\S*$": (
        "Envoy's clusters as text",
        "ask for JSON: curl -s 'http://HOST:9901/clusters?format=json'",
    ),
    rb"\A(?:NAMESPACE +)?NAME +ADDRESSTYPE +PORTS +ENDPOINTS ": (
        "a table of kubectl",
        "ask for JSON: kubectl get endpointslices -o json",
    ),
}
MEASURE: Final = (
    "it says which nodes there are, not how fast: give it to failover or faultset with --inventory"
)
TOOLS: Final[dict[bytes, Foreign]] = {
    rb"\A\s*\{\s*\"(?:apiVersion|kind)\"\s*:": ("what Kubernetes knows", MEASURE),
    rb"\A\s*\{\s*\"cluster_statuses\"\s*:": ("what Envoy knows", MEASURE),
    rb"\A\s*\{\s*\"status\"\s*:\s*\"(?:success|error)\"|\A\s*\[\s*\{\s*\"metric\"\s*:": (
        "an answer of Prometheus",
        "read it with --from prometheus",
    ),
    rb"\A\s*\{\s*\"report\"\s*:\s*\{\s*\"mtr\"": ("what mtr says", "read it with --from mtr"),
    rb"\A\s*\{\s*\"(?:resp|vSum)\"\s*:\s*\{": FPING,
    rb"\A\"?# pxname\b": ("what HAProxy says", "read it with --from haproxy"),
}
"""What tools say that are read when they are named."""


def marked_format(text: bytes) -> Foreign | None:
    """What a text is that begins as no list of ours would."""
    return _found(MARKED, text)


def text_format(text: bytes) -> Foreign | None:
    """What a text looks like that cannot be read as what was wanted."""
    return _found(MARKED | TABLES, text)


def foreign_error(foreign: Foreign, source: str, *, known: bool = False) -> InputError:
    """What is wrong with a source of that format; ``known``: see `explained`."""
    what, way_out = foreign
    if known and way_out.startswith(READ):
        way_out = f"{MEASURED} {way_out.removeprefix(READ)}"
    return InputError(f"this looks like {what}", source=source, hint=way_out)


@contextmanager
def explained(source: Source, *, tools: bool = False, known: bool = False) -> Iterator[None]:
    """Where records of a source cannot be read, and it looks like something else by how it began: say so.

    Args:
        tools: whether what tools say is something else.
        known: whether it is to say which nodes there are, and not how fast they are.
    """
    try:
        yield
    except InputError as error:
        # Only now: a source is opened when it is first read.
        foreign = text_format(source.head) or (_found(TOOLS, source.head) if tools else None)
        if foreign is None or error.source != source.name:
            raise
        raise foreign_error(foreign, source.name, known=known) from None


def _found(patterns: dict[bytes, Foreign], text: bytes) -> Foreign | None:
    import re

    return next((foreign for pattern, foreign in patterns.items() if re.match(pattern, text, re.M)), None)
