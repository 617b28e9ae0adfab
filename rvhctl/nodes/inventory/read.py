"""Inventories: node documents, or what Kubernetes or Envoy knows, recognised by looking."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from rvhctl.core.words import COMPILED
from rvhctl.errors import EmptyNodesError, InputError, InvalidNodeError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.choice import OBJECTS, inventory_of, text_sources
from rvhctl.formats.tools.expected import Expected
from rvhctl.nodes.fields import KNOWN, place, read_record
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.read import looked_shape, read_text, require_table
from rvhctl.nodes.tables.text import notes_of, table_or_text
from rvhctl.streams.lookalike import explained
from rvhctl.streams.source import Source

FLAG: Final = "--inventory-column"
EMPTY: Final = "the inventory is empty; it is to name the nodes that ought to be there"


def read_inventory(
    name: str,
    columns: Mapping[str, str] = {},
    *,
    by: tuple[str, ...] = (),
    on_bad: OnBad,
    warn: Callable[[str], None],
    inform: Callable[[str], None],
) -> Nodes:
    """The nodes of an inventory: id and, as far as they are known, place, labels, weight, capacity and state.

    Args:
        name: a path; ``-`` is standard input.
        columns: the columns of a table by the fields that the user says they are, and labels by themselves.
        by: labels that may group the nodes.
        on_bad: gets each bad record; it raises it, or the record is left out.
        warn: gets what is no error but may mislead.
        inform: gets what was understood.

    Raises:
        UsageError: columns are named, and it is no table.
        InputError: it cannot be read, or what ``on_bad`` raises.
        EmptyNodesError: there is no node in it.
    """
    (nodes,) = (_from_source(source, columns, by, on_bad, warn, inform) for source in text_sources([name]))
    if not len(nodes.fleet):
        raise EmptyNodesError(f"{nodes.source}: {EMPTY}")
    return nodes


def stated_inventory(records: Any, source: str, on_bad: OnBad) -> Nodes:
    """The nodes of an inventory that a document states.

    Args:
        records: the text of each node, if it is a list.

    Raises:
        InputError: it is no list, or what ``on_bad`` raises.
        EmptyNodesError: there is no node in it.
    """
    if not isinstance(records, list):
        problem = "inventory must be an array of nodes"
        raise InputError(problem, source=source, value=records, hint="give a FILE with --inventory")
    nodes = _from_text(b"[%b]" % b",".join(records), f"{source}: inventory", on_bad)
    if not len(nodes.fleet):
        raise EmptyNodesError(f"{source}: {EMPTY}")
    nodes.source = source
    return nodes


def _from_source(
    source: Source,
    columns: Mapping[str, str],
    by: tuple[str, ...],
    on_bad: OnBad,
    warn: Callable[[str], None],
    inform: Callable[[str], None],
) -> Nodes:
    text = table_or_text(source, columns, ("id",))
    found = inventory_of(text)
    if found is not None:
        kind, document = found
        require_table(columns, [OBJECTS], FLAG)
        expected: Expected = kind.load().read(document, source.name)
        for warning in expected.warnings:
            warn(warning)
        for note in expected.notes:
            inform(note)
        return _built(expected.records, source.name, on_bad)
    with explained(source, tools=True, known=True):
        # The columns of a table of Arrow have the names of fields by now.
        nodes = _from_text(text, source.name, on_bad, {} if source.rows else columns, by)
    nodes.source = source.name
    for note in (*nodes.notes, *notes_of([source])):
        inform(f"{source.name}: {note}")
    if nodes.members:
        warn(f"{source.name}: what an inventory asks for counts for nothing ({', '.join(nodes.members)})")
    return nodes


def _from_text(
    text: bytes, source: str, on_bad: OnBad, columns: Mapping[str, str] = {}, by: tuple[str, ...] = ()
) -> Nodes:
    """The nodes of a document; with their groups, if each has these labels."""
    shape = looked_shape("auto", text)
    require_table(columns, [shape], FLAG)
    if COMPILED:
        from rvhctl.nodes.scan import scan_nodes

        for labels in dict.fromkeys((by, ())):
            scanned = scan_nodes([text], shape, columns, coordinates=KNOWN, latency=False, by=labels)
            if scanned is not None:
                return _in_objects(scanned)
    nodes = read_text(
        text, source, shape, coordinates=KNOWN, on_bad=on_bad, latency=None, columns=columns, flag=FLAG
    )
    return nodes.in_json()


def _in_objects(nodes: Nodes) -> Nodes:
    """The same nodes with objects for rows, made all at once: one by one they take ten times as long."""
    if nodes.layout is not None:
        nodes = nodes.in_json()
        text = b"".join(nodes.join_records(range(len(nodes.fleet)), b"\n"))
        nodes.records = text.split(b"\n")[:-1]
    return nodes


def _built(records: Sequence[Any], source: str, on_bad: OnBad) -> Nodes:
    builder = NodesBuilder(latency=None)
    builder.start(source)
    for row, fields in enumerate(records):
        try:
            node = read_record(fields, partial(_same, fields), coordinates=KNOWN, latency=None)
            builder.add(node, jsontext.dumps(fields))
        except (InputError, InvalidNodeError) as error:
            node_id = fields.get("id") if isinstance(fields, Mapping) else None
            on_bad(error.at(source, place=place(row, node_id)))
    nodes = builder.build(OBJECTS)
    nodes.source = source
    return nodes


def _same(fields: Any) -> Any:
    return fields
