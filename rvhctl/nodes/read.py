"""Nodes from files or standard input: which format each source has, and one table of them all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Final, cast

import orjson

from rvhctl.core.placement.jump import COMPILED
from rvhctl.errors import OnBad, UsageError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import InputFormat, Shape
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.streams.lookalike import explained
from rvhctl.streams.source import STDIN, Source, open_sources

_FIRST: Final = re.compile(rb"\S")
LONG_LINE: Final = 1 << 16
"""Bytes of a line that are looked at."""

DELIMITERS: Final = {"csv": ",", "tsv": "\t"}


def read_nodes(
    files: Sequence[str],
    input_format: InputFormat,
    *,
    coordinates: bool,
    on_bad: OnBad,
    latency: bool = True,
    within: float | None = None,
) -> Nodes:
    """All nodes of all sources, in order.

    Args:
        files: paths; ``-`` is standard input, which is also read where none are named.
        coordinates: whether each node needs lat and lon.
        on_bad: gets each bad record; it raises it, or the record is left out.
        latency: whether each node needs a latency.
        within: slower nodes (ms) and those without a latency may be counted instead of read.

    Raises:
        InputError: a source cannot be read, or what ``on_bad`` raises.
    """
    if input_format == "plain":
        raise UsageError("nodes cannot be read from plain text; use -i json, ndjson, csv or tsv")
    if len(files) > 1:
        nodes = _from_several(files, input_format, NodesBuilder(latency=latency), coordinates, on_bad)
    else:
        (nodes,) = (
            _from_one(source, input_format, coordinates, on_bad, latency, within)
            for source in open_sources(files)
        )
    nodes.source = read_from(files)
    return nodes


def read_from(files: Sequence[str]) -> str:
    """The names of the sources, as messages have them."""
    return ", ".join("stdin" if name == STDIN else name for name in files or [STDIN])


def _from_one(
    source: Source,
    input_format: InputFormat,
    coordinates: bool,
    on_bad: OnBad,
    latency: bool,
    within: float | None,
) -> Nodes:
    if COMPILED and within is not None and input_format in ("auto", "ndjson"):
        from rvhctl.nodes.prefilter import nodes_within

        sifted = nodes_within(source, within)
        if sifted is not None:
            return sifted
    text = source.read_all()
    shape = _shape(input_format, text)
    if COMPILED and latency and (shape == "ndjson" or (shape == "json" and _is_array(text))):
        from rvhctl.nodes.scan import scan_nodes

        scanned = scan_nodes(text, shape, coordinates=coordinates)
        if scanned is not None:
            return scanned
    builder = NodesBuilder(latency=latency)
    header = _add_records(text, shape, source, builder, coordinates, on_bad)
    return builder.build(shape, header)


def _from_several(
    files: Sequence[str], input_format: InputFormat, builder: NodesBuilder, coordinates: bool, on_bad: OnBad
) -> Nodes:
    shapes: set[Shape] = set()
    for source in open_sources(files):
        text = source.read_all()
        shape = _shape(input_format, text)
        shapes.add(shape)
        before = len(builder)
        header = _add_records(text, shape, source, builder, coordinates, on_bad)
        if header is not None:
            from rvhctl.formats import csv

            # Rows of several tables have only JSON in common.
            record = partial(csv.json_record, header, delimiter=DELIMITERS[shape])
            builder.rewrite(before, record)
    return builder.build(shapes.pop() if len(shapes) == 1 else "ndjson")


def _add_records(
    text: bytes, shape: Shape, source: Source, builder: NodesBuilder, coordinates: bool, on_bad: OnBad
) -> list[str] | None:
    """Read record by record; the header of a table."""
    with explained(source.name, source.head):
        if shape == "json":
            from rvhctl.formats import json

            json.read_nodes(text, source.name, builder, coordinates=coordinates, on_bad=on_bad)
        elif shape == "ndjson":
            from rvhctl.formats import ndjson

            ndjson.read_nodes(text, source.name, builder, coordinates=coordinates, on_bad=on_bad)
        else:
            from rvhctl.formats import csv

            return csv.read_nodes(
                text,
                source.name,
                builder,
                delimiter=DELIMITERS[shape],
                coordinates=coordinates,
                on_bad=on_bad,
            )
    return None


def _shape(input_format: InputFormat, text: bytes) -> Shape:
    return node_shape(text) if input_format == "auto" else cast("Shape", input_format)


def node_shape(text: bytes) -> Shape:
    """The format of a text with nodes: ``[`` JSON, ``{`` JSON or NDJSON, else CSV or TSV by its header."""
    found = _FIRST.search(text)
    if found is None:
        return "ndjson"
    if found.group() == b"[":
        return "json"
    # Without copies: the text may be large, and all of it one line.
    start = found.start()
    end = text.find(b"\n", start)
    if end < 0:
        end = len(text)
    if found.group() != b"{":
        return "tsv" if text.find(b"\t", start, end) >= 0 else "csv"
    document = _parsed(memoryview(text)[start:end])
    following = _FIRST.search(text, end)
    if document is not None:
        is_document = isinstance(document, dict) and bool({"nodes", "ids"} & document.keys())
        return "json" if following is None and is_document else "ndjson"
    # The first line is no whole value: a document over several lines, or NDJSON that begins with a bad line.
    if following is None or _parsed(text) is not None:
        return "json"
    next_line = text[following.start() : following.start() + LONG_LINE].split(b"\n", 1)[0]
    return "ndjson" if isinstance(_parsed(next_line), dict) else "json"


def _is_array(text: bytes) -> bool:
    found = _FIRST.search(text)
    return found is not None and found.group() == b"["


def _parsed(text: bytes | memoryview) -> object:
    try:
        value: object = jsontext.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value
