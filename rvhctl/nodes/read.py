"""Nodes from files or standard input, in any format: prefiltered, scanned, or record by record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError, InvalidNodeError, OnBad, UsageError
from rvhctl.formats.choice import FORMATS, OBJECTS, Format, InputFormat, Shape, looked_format
from rvhctl.formats.shapes import NULL_HINT, RECORDS_ONLY, Reader, Record
from rvhctl.nodes.documents import labels_in
from rvhctl.nodes.fields import DETAILS, KNOWN, Coordinates, Unlabelled, UnlabelledError, place, read_record
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.streams.lookalike import explained
from rvhctl.streams.source import STDIN, Source, open_sources

By: TypeAlias = "tuple[str, ...] | None"

UNPLACED = frozenset({"id", "latency", *DETAILS})
PLACED = UNPLACED | {"lat", "lon"}
"""The fields of a node that decide."""

HOLDERS = frozenset({"nodes", "ids"})
"""Members of a document that hold nodes; an object with neither is a node by itself."""


def read_nodes(
    files: Sequence[str],
    input_format: InputFormat,
    *,
    coordinates: Coordinates,
    on_bad: OnBad,
    latency: bool = True,
    within: float | None = None,
    by: By = None,
) -> Nodes:
    """All nodes of all sources, in order.

    Args:
        files: paths; ``-`` is standard input, which is also read where none are named.
        coordinates: whether each node needs lat and lon, or they are read where they are known.
        on_bad: gets each bad record; it raises it, or the record is left out.
        latency: whether each node needs a latency.
        within: slower nodes (ms) and those without a latency may be counted instead of read.
        by: the labels that group nodes, which each of them needs; lat and lon are then optional. If there are none
            in it, a document may state some; with None it may not.

    Raises:
        InputError: a source cannot be read, or what ``on_bad`` raises.
    """
    if input_format == "plain":
        raise UsageError("nodes cannot be read from plain text; use -i json, ndjson, csv or tsv")
    if len(files) > 1:
        nodes = _from_several(files, input_format, latency, coordinates, on_bad, by)
    else:
        (nodes,) = (
            _from_one(source, input_format, coordinates, on_bad, latency, within, by)
            for source in open_sources(files)
        )
    nodes.source = read_from(files)
    return nodes


def read_from(files: Sequence[str]) -> str:
    """The names of the sources, as messages have them."""
    return ", ".join("stdin" if name == STDIN else name for name in files or [STDIN])


def read_text(
    text: bytes,
    source: str,
    shape: Shape,
    *,
    coordinates: Coordinates,
    on_bad: OnBad,
    latency: bool | None = True,
    by: By = None,
) -> Nodes:
    """Return the nodes of one text, read record by record; see :func:`rvhctl.nodes.fields.read_record`."""
    builder = NodesBuilder(latency=latency)
    reader = _add_text(text, source, FORMATS[shape], builder, coordinates, on_bad, by)
    return builder.build(shape, reader.header)


def looked_shape(input_format: InputFormat, text: bytes) -> Shape:
    """Return the format of a text with nodes: as it is stated, or by how the text begins."""
    return looked_format(text, HOLDERS) if input_format == "auto" else input_format


def _from_one(
    source: Source,
    input_format: InputFormat,
    coordinates: Coordinates,
    on_bad: OnBad,
    latency: bool,
    within: float | None,
    by: By,
) -> Nodes:
    text = b""
    if COMPILED and within is not None:
        from rvhctl.nodes.prefilter import nodes_within

        filtered = nodes_within(source, input_format, within)
        if isinstance(filtered, Nodes):
            return filtered
        text = filtered
    text = text or source.read_all()
    shape = looked_shape(input_format, text)
    if COMPILED and latency:
        from rvhctl.nodes.scan import scan_nodes

        scanned = scan_nodes([text], shape, coordinates=coordinates, by=by or ())
        if scanned is not None:
            return scanned
    with explained(source):
        return read_text(
            text, source.name, shape, coordinates=coordinates, on_bad=on_bad, latency=latency, by=by
        )


def _from_several(
    files: Sequence[str],
    input_format: InputFormat,
    latency: bool,
    coordinates: Coordinates,
    on_bad: OnBad,
    by: By,
) -> Nodes:
    texts = [(source, source.read_all()) for source in open_sources(files)]
    shapes = [looked_shape(input_format, text) for _, text in texts]
    one_shape = shapes[0] if len(set(shapes)) == 1 else None
    if COMPILED and latency and one_shape is not None:
        from rvhctl.nodes.scan import scan_nodes

        scanned = scan_nodes([text for _, text in texts], one_shape, coordinates=coordinates, by=by or ())
        if scanned is not None:
            return scanned.in_json()
    builder = NodesBuilder(latency=latency)
    for (source, text), shape in zip(texts, shapes, strict=True):
        before = len(builder)
        with explained(source):
            reader = _add_text(text, source.name, FORMATS[shape], builder, coordinates, on_bad, by)
        if reader.header is not None:
            # Rows of several tables have only JSON in common.
            builder.rewrite(before, reader.in_json)
    return builder.build(one_shape or OBJECTS)


def _add_text(
    text: bytes,
    source: str,
    format_: Format,
    builder: NodesBuilder,
    coordinates: Coordinates,
    on_bad: OnBad,
    by: By,
) -> Reader:
    """Add the nodes of a text; return its reader."""
    reader: Reader = format_.load().read(text, source, on_bad, **format_.options)
    builder.start(source)
    records: Iterable[Record] = reader
    labels, latency = by or (), builder.latency
    if reader.document is not RECORDS_ONLY:
        from rvhctl.nodes.documents import document_nodes, without_limits

        records, members = document_nodes(reader, source)
        builder.state(source, members)
        if members.get("inventory") is not None:
            # It may know what nodes do not say.
            coordinates, labels = coordinates and KNOWN, ()
            by = None
        latency = latency and not without_limits(members)
    if coordinates and by == ():
        labels = labels_in(builder.members)
    reader.wanted = (PLACED if coordinates else UNPLACED).union(labels)
    if reader.header is not None:
        _check_header(reader, coordinates, latency, labels)
        latency = False if latency else latency
    unlabelled = Unlabelled(labels)
    total = 0
    for record in records:
        total += 1
        try:
            node = read_record(
                record.fields, record.exact, coordinates=coordinates, latency=latency, by=labels
            )
            builder.add(node, record.raw, record.line or 0)
        except UnlabelledError as error:
            if unlabelled.add(error):
                first = record
        except (InvalidNodeError, InputError) as error:
            on_bad(located(error, record, source))
    if unlabelled.count:
        on_bad(_without_labels(unlabelled, total, first, source))
    return reader


def _without_labels(unlabelled: Unlabelled, total: int, first: Record, source: str) -> InputError:
    """Return one error about all of them, at the first."""
    error = unlabelled.error(total, first.fields["id"])
    located_error = error.at(source, first.line, "" if first.line else place(first.index))
    located_error.records = unlabelled.count
    return located_error


def _check_header(
    reader: Reader, coordinates: Coordinates, latency: bool | None, labels: tuple[str, ...]
) -> None:
    """Check that a table has the columns that its nodes need; one without a header has no rows either.

    Raises:
        InputError: a column is missing.
    """
    header = reader.header
    if not header:
        return
    places = ("lat", "lon") if coordinates is True else ()
    for name in ("id", *((labels or places) if coordinates else ())):
        reader.column(name)
    if latency and "samples" not in header:
        reader.column("latency")


def located(error: InvalidNodeError | InputError, record: Record, source: str) -> InputError:
    """Return what is wrong with a node, with the place of its record."""
    field = error.field if isinstance(error, InvalidNodeError) else ""
    where = ""
    if record.line is None:
        node_id = record.fields.get("id") if isinstance(record.fields, dict) else None
        where = place(record.index, node_id)
    return InputError(
        error.problem,
        source=source,
        line=record.line,
        column=record.column(field) if field else None,
        place=where,
        value=error.value,
        hint=record.blank_hint if field and error.hint == NULL_HINT else error.hint,
    )
