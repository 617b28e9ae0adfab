"""Nodes from files or standard input: which format each source has, and one table of them all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import orjson

from rvhctl.core.jump import COMPILED
from rvhctl.errors import OnBad, UsageError
from rvhctl.nodes import Nodes, NodesBuilder, Shape
from rvhctl.options import InputFormat
from rvhctl.source import open_sources

_FIRST: Final = re.compile(rb"\S")
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
    builder = NodesBuilder(latency=latency)
    headers: list[list[str]] = []
    shapes: list[Shape] = []
    for source in open_sources(files):
        if COMPILED and within is not None and len(files) <= 1 and input_format in ("auto", "ndjson"):
            from rvhctl.nodes_within import nodes_within

            sifted = nodes_within(source, within)
            if sifted is not None:
                return sifted
        text = source.read_all()
        shape = node_shape(text) if input_format == "auto" else input_format
        shapes.append(shape)
        if (
            COMPILED
            and latency
            and len(files) <= 1
            and (shape == "ndjson" or (shape == "json" and _is_array(text)))
        ):
            from rvhctl.scanned_nodes import scan_nodes

            scanned = scan_nodes(text, shape, coordinates=coordinates)
            if scanned is not None:
                return scanned
        if shape == "json":
            from rvhctl.formats import json

            json.read_nodes(text, source.name, builder, coordinates=coordinates, on_bad=on_bad)
        elif shape == "ndjson":
            from rvhctl.formats import ndjson

            ndjson.read_nodes(text, source.name, builder, coordinates=coordinates, on_bad=on_bad)
        else:
            from rvhctl.formats import csv

            before = len(builder)
            header = csv.read_nodes(
                text,
                source.name,
                builder,
                delimiter=DELIMITERS[shape],
                coordinates=coordinates,
                on_bad=on_bad,
            )
            headers.append(header)
            if len(files) > 1:
                # Rows of several tables have only JSON in common.
                builder.rewrite(before, lambda row: csv.json_record(header, row, DELIMITERS[shape]))  # noqa: B023
    one_shape = shapes[0] if len(set(shapes)) == 1 else "ndjson"
    return builder.build(one_shape, headers[0] if headers and len(files) <= 1 else None)


def node_shape(text: bytes) -> Shape:
    """The format of a text with nodes: ``[`` JSON, ``{`` JSON or NDJSON, else CSV or TSV by its header."""
    found = _FIRST.search(text)
    if found is None:
        return "ndjson"
    if found.group() == b"[":
        return "json"
    end = text.find(b"\n", found.start())
    first_line = text[found.start() : end if end >= 0 else len(text)]
    if found.group() != b"{":
        return "tsv" if b"\t" in first_line else "csv"
    document = _parsed(first_line)
    if document is not None:
        alone = end < 0 or _FIRST.search(text, end) is None
        is_document = isinstance(document, dict) and bool({"nodes", "ids"} & document.keys())
        return "json" if alone and is_document else "ndjson"
    # The first line is no whole value: a document over several lines, or NDJSON that begins with a bad line.
    if _parsed(text) is not None:
        return "json"
    next_line = text[end + 1 :].lstrip()[: 1 << 16].split(b"\n", 1)[0] if end >= 0 else b""
    return "ndjson" if isinstance(_parsed(next_line), dict) else "json"


def _is_array(text: bytes) -> bool:
    found = _FIRST.search(text)
    return found is not None and found.group() == b"["


def _parsed(text: bytes) -> object:
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value
