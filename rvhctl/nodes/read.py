"""Nodes from files or standard input, in any format: prefiltered, scanned, or record by record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError, InvalidNodeError, OnBad, UsageError
from rvhctl.formats.choice import CELLS, FORMATS, OBJECTS, InputFormat, Shape, looked_format, text_sources
from rvhctl.formats.shapes import (
    COLUMN_FIELDS,
    NULL_HINT,
    RECORDS_ONLY,
    UNITS,
    Reader,
    Record,
)
from rvhctl.nodes.documents import labels_in
from rvhctl.nodes.fields import (
    DETAILS,
    KNOWN,
    MEASURED,
    Coordinates,
    Unlabelled,
    UnlabelledError,
    place,
    read_record,
)
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.tables.text import layout_of_table, notes_of, rows_of, table_or_text
from rvhctl.streams.lookalike import explained
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.source import STDIN, Source

COLUMN: Final = "--column"

By: TypeAlias = "tuple[str, ...] | None"

UNPLACED = frozenset({"id", "latency", *DETAILS})
PLACED = UNPLACED | {"lat", "lon"}
"""The fields of a node that decide."""

HOLDERS = frozenset({"nodes", "ids", "drill"})
"""Members by which a document is known: an object with none of them is a node by itself."""


def read_nodes(
    files: Sequence[str],
    input_format: InputFormat,
    *,
    coordinates: Coordinates,
    on_bad: OnBad,
    latency: bool = True,
    within: float | None = None,
    by: By = None,
    columns: Mapping[str, str] | None = None,
    records: bool = True,
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
        columns: the columns of tables by the fields that the user says they are, and labels by themselves; None where
            nobody can say.
        records: whether any of them may go out as a record.

    Raises:
        UsageError: columns are named, and there is no table.
        InputError: a source cannot be read, or what ``on_bad`` raises.
    """
    if input_format == "plain":
        raise UsageError("nodes cannot be read from plain text; use -i json, ndjson, csv or tsv")
    wanted = _Wanted(coordinates, on_bad, latency, by, columns, records=records)
    if len(files) > 1:
        nodes = _from_several(files, input_format, wanted)
    else:
        sources = text_sources(files, input_format)
        (nodes,) = (_from_one(source, input_format, within, wanted) for source in sources)
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
    columns: Mapping[str, str] | None = None,
    flag: str = COLUMN,
) -> Nodes:
    """Return the nodes of one text, read record by record; see `rvhctl.nodes.fields.read_record`.

    Args:
        flag: by which the user says which columns are what.
    """
    return _nodes_of(text, source, shape, _Wanted(coordinates, on_bad, latency, by, columns, flag))


def _nodes_of(text: bytes, source: str, shape: Shape, wanted: _Wanted) -> Nodes:
    builder = NodesBuilder(latency=wanted.latency)
    reader = _add_text(text, source, shape, builder, wanted)
    return builder.build(shape, reader.layout, unmeasured=not builder.measured)


def looked_shape(input_format: InputFormat, text: bytes) -> Shape:
    """Return the format of a text with nodes: as it is stated, or by how the text begins."""
    if input_format == "auto":
        return looked_format(text, HOLDERS)
    return OBJECTS if FORMATS[input_format].columns else input_format


class _Wanted(NamedTuple):
    """What is wanted of nodes: see ``read_nodes``."""

    coordinates: Coordinates
    on_bad: OnBad
    latency: bool | None
    by: By
    columns: Mapping[str, str] | None = None
    flag: str = COLUMN
    """By which the user says them."""
    records: bool = True
    """Whether any may go out."""

    def needs(self, labels: Collection[str]) -> tuple[str, ...]:
        """Return the fields that each node needs, but for the latency, which may be that of samples."""
        places = ("lat", "lon") if self.coordinates is True else ()
        return ("id", *((labels or places) if self.coordinates else ()))

    def needed(self) -> tuple[str, ...]:
        """Return the fields that each row of a table needs."""
        needs = self.needs(self.by or ())
        return (*needs, "latency") if self.latency else needs


def _from_one(source: Source, input_format: InputFormat, within: float | None, wanted: _Wanted) -> Nodes:
    text = b""
    columns = wanted.columns or {}
    if COMPILED and within is not None and source.rows is None:
        from rvhctl.nodes.prefilter import nodes_within

        filtered = nodes_within(source, input_format, within, columns)
        if isinstance(filtered, Nodes):
            require_table(columns, [filtered.shape])
            return filtered
        text = filtered
    if source.read_table is not None and wanted.latency:
        from rvhctl.nodes.tables.read import table_nodes

        nodes = table_nodes(
            source,
            partial(layout_of_table, source.name, columns, wanted.needed()),
            coordinates=wanted.coordinates,
            by=wanted.by or (),
            within=within,
            records=wanted.records,
        )
        if nodes is not None:
            return nodes
    text = text or table_or_text(source, columns, wanted.needed())
    shape = OBJECTS if source.rows else looked_shape(input_format, text)
    require_table(columns, [CELLS if source.rows else shape])
    nodes = _from_text(text, source, shape, wanted)
    return _with_tables(nodes, [source])


def _with_tables(nodes: Nodes, sources: Sequence[Source]) -> Nodes:
    """The nodes, with the rows of tables that they came from, if all sources are such, and what was understood."""
    nodes.rows_of = rows_of(sources, nodes)
    nodes.notes = [*nodes.notes, *notes_of(sources)]
    return nodes


def _from_text(text: bytes, source: Source, shape: Shape, wanted: _Wanted) -> Nodes:
    columns = wanted.columns or {}
    if COMPILED and wanted.latency:
        from rvhctl.nodes.scan import scan_nodes

        scanned = scan_nodes([text], shape, columns, coordinates=wanted.coordinates, by=wanted.by or ())
        if scanned is not None:
            return scanned
    with explained(source, tools=True):
        return _nodes_of(text, source.name, shape, wanted)


def require_table(columns: Mapping[str, str], shapes: Sequence[Shape], flag: str = COLUMN) -> None:
    """Refuse columns where none of the shapes is a table.

    Raises:
        UsageError: there is none.
    """
    if not columns.keys().isdisjoint(COLUMN_FIELDS) and not any(FORMATS[shape].delimiter for shape in shapes):
        raise UsageError(f"{flag} makes no sense: the input is no CSV")


def _from_several(files: Sequence[str], input_format: InputFormat, wanted: _Wanted) -> Nodes:
    columns, needed = wanted.columns or {}, wanted.needed()
    texts = [(source, table_or_text(source, columns, needed)) for source in text_sources(files, input_format)]
    shapes = [OBJECTS if source.rows else looked_shape(input_format, text) for source, text in texts]
    given = zip(texts, shapes, strict=True)
    require_table(columns, [CELLS if source.rows else shape for (source, _), shape in given])
    return _with_tables(_joined(texts, shapes, wanted), [source for source, _ in texts])


def _joined(texts: Sequence[tuple[Source, bytes]], shapes: Sequence[Shape], wanted: _Wanted) -> Nodes:
    one_shape = shapes[0] if len(set(shapes)) == 1 else None
    columns = wanted.columns or {}
    if COMPILED and wanted.latency and one_shape is not None:
        from rvhctl.nodes.scan import scan_nodes

        scanned = scan_nodes(
            [text for _, text in texts],
            one_shape,
            columns,
            coordinates=wanted.coordinates,
            by=wanted.by or (),
        )
        if scanned is not None:
            return scanned.in_json()
    builder = NodesBuilder(latency=wanted.latency)
    delimiters: set[str] = set()
    for (source, text), shape in zip(texts, shapes, strict=True):
        before = len(builder)
        with explained(source, tools=True):
            reader = _add_text(text, source.name, shape, builder, wanted)
        if reader.header is not None:
            # Rows of several tables have only JSON in common.
            builder.rewrite(before, reader.in_json)
        delimiters.add(reader.layout.delimiter if reader.layout else "")
    nodes = builder.build(one_shape or OBJECTS, unmeasured=not builder.measured)
    nodes.delimiter = delimiters.pop() if len(delimiters) == 1 else ""
    return nodes


def _reader(text: bytes, source: str, shape: Shape, labels: tuple[str, ...], wanted: _Wanted) -> Reader:
    """Return the records of a text.

    Raises:
        InputError: it is a table without the columns that its nodes need.
    """
    format_ = FORMATS[shape]
    if not format_.delimiter:
        reader: Reader = format_.load().read(text, source, wanted.on_bad)
        return reader
    from rvhctl.formats.headers import layout_of

    needs = wanted.needs(labels)
    layout = layout_of(
        text, source, shape, wanted.columns or {}, (*needs, "latency") if wanted.latency else needs
    )
    reader = format_.load().read(text, source, wanted.on_bad, layout=layout)
    if layout.names:
        for name in needs:
            _require_column(reader, name, wanted)
        if wanted.latency and "samples" not in layout.names:
            _require_column(reader, "latency", wanted)
    return reader


def _require_column(reader: Reader, name: str, wanted: _Wanted) -> None:
    try:
        reader.column(name)
    except InputError as error:
        if wanted.columns is not None and name in COLUMN_FIELDS:
            error.hint += f"; {wanted.flag} {name}=COLUMN says which it is"
        raise error.at(error.source, error.line) from None


def _add_text(text: bytes, source: str, shape: Shape, builder: NodesBuilder, wanted: _Wanted) -> Reader:
    """Add the nodes of a text; return its reader."""
    coordinates, on_bad, latency, by = wanted[:4]
    labels = by or ()
    reader = _reader(text, source, shape, labels, wanted)
    builder.start(source)
    records: Iterable[Record] = reader
    lone = False
    if reader.document is not RECORDS_ONLY:
        from rvhctl.nodes.documents import LONE, document_nodes, without_limits

        records, members = document_nodes(reader, source)
        lone = records is LONE
        builder.state(source, members)
        if members.get("inventory") is not None:
            # It may know what nodes do not say.
            coordinates, labels = coordinates and KNOWN, ()
            by = None
        latency = latency and not without_limits(members)
    if coordinates and by == ():
        labels = labels_in(builder.members)
    builder.lone = lone and builder.lone is not False
    reader.wanted = (PLACED if coordinates else UNPLACED).union(labels)
    if reader.layout is not None:
        builder.note(reader.layout.note)
        latency = False if latency else latency
        builder.measured |= not MEASURED.isdisjoint(reader.layout.names)
    measured = builder.measured or bool(latency)
    unlabelled = Unlabelled(labels)
    total = 0
    for record in watched(records, reading(source), unit="nodes"):
        total += 1
        try:
            node = read_record(
                record.fields, record.exact, coordinates=coordinates, latency=latency, by=labels
            )
            builder.add(node, record.raw, record.line or 0)
            measured = measured or not MEASURED.isdisjoint(record.fields)
        except UnlabelledError as error:
            if unlabelled.add(error):
                first = record
        except (InvalidNodeError, InputError) as error:
            on_bad(located(error, record, source))
    builder.measured = measured
    if unlabelled.count:
        on_bad(_without_labels(unlabelled, total, first, source))
    return reader


def _without_labels(unlabelled: Unlabelled, total: int, first: Record, source: str) -> InputError:
    """Return one error about all of them, at the first."""
    error = unlabelled.error(total, first.fields["id"])
    located_error = error.at(source, first.line, "" if first.line else place(first.index))
    located_error.records = unlabelled.count
    return located_error


def located(error: InvalidNodeError | InputError, record: Record, source: str) -> InputError:
    """Return what is wrong with a node, with the place of its record."""
    field = error.field if isinstance(error, InvalidNodeError) else ""
    where = ""
    if record.line is None:
        node_id = record.fields.get("id") if isinstance(record.fields, dict) else None
        where = place(record.index, node_id)
    return InputError(
        error.problem.replace(UNITS[0], record.unit),
        source=source,
        line=record.line,
        column=record.column(field) if field else None,
        place=where,
        value=error.value,
        hint=record.blank_hint if field and error.hint == NULL_HINT else error.hint,
    )
