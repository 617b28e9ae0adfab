"""Nodes from what a measuring tool says, placed by an inventory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import orjson

from rvhctl.errors import InputError, InvalidNodeError, OnBad, UsageError, quoted, raise_error
from rvhctl.formats.choice import OBJECTS, TOOLS
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text
from rvhctl.nodes.fields import check_id, check_latency, read_record
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.read import read_from, read_nodes
from rvhctl.streams.lookalike import explained
from rvhctl.streams.source import is_stdin, open_sources


def read_probes(
    files: Sequence[str],
    tool: str,
    inventory: str | None,
    asked: Asked,
    *,
    coordinates: bool,
    by: tuple[str, ...] = (),
    warn: Callable[[str], None],
    inform: Callable[[str], None],
) -> Nodes:
    """The targets of all sources as nodes.

    Args:
        tool: one of ``TOOLS``.
        inventory: a file of nodes with id, lat and lon; a target's record is what stands there, and its
            measurement.
        asked: how the output is to be read.
        coordinates: whether each target needs a place.
        by: the labels that group targets, which the inventory has; then places are optional.
        warn: gets what is no error but may mislead.
        inform: gets what was understood.

    Raises:
        UsageError: coordinates are needed, and there is no inventory; or it is where the targets come from, too.
        InputError: a source cannot be read, a target is not in the inventory, or what ``asked.on_bad`` raises.
    """
    if coordinates and inventory is None:
        what = "the labels of the nodes" if by else "where the nodes stand"
        raise UsageError(f"--from needs --inventory FILE to know {what}")
    if inventory is not None and is_stdin(inventory) and (not files or any(map(is_stdin, files))):
        raise UsageError("standard input ('-') can be read only once; name a FILE")
    known = {} if inventory is None else _inventory(inventory, coordinates=coordinates, by=by)
    texts = {source: Text(source.name, source.read_all()) for source in open_sources(files)}
    # Lines of text may look like anything.
    with ExitStack() as stack:
        for source in () if TOOLS[tool].lines else texts:
            stack.enter_context(explained(source))
        measured: Measured = TOOLS[tool].load().read([*texts.values()], asked)
    for warning in measured.warnings:
        warn(warning)
    for note in measured.notes:
        inform(note)
    nodes = _built(measured.targets, known, inventory, coordinates=coordinates, by=by, on_bad=asked.on_bad)
    nodes.source = read_from(files)
    nodes.doubts = measured.doubts
    return nodes


def _built(
    targets: Sequence[Target],
    known: dict[str, dict[str, Any]],
    inventory: str | None,
    *,
    coordinates: bool,
    by: tuple[str, ...],
    on_bad: OnBad,
) -> Nodes:
    builder = NodesBuilder()
    source = None
    for number, target in enumerate(targets, 1):
        if target.source != source:
            source = target.source
            builder.start(source)
        try:
            fields = target.fields if inventory is None else _placed(target.fields, known, inventory)
            node = read_record(fields, partial(dict, fields), coordinates=coordinates, by=by)
            builder.add(node, orjson.dumps(fields), target.line or 0)
        except (InputError, InvalidNodeError) as error:
            on_bad(error.at(source, target.line, "" if target.line else f"target {number}"))
    return builder.build(OBJECTS)


def check_target(node_id: str, latency: float | None) -> None:
    """Check a target as a node.

    Raises:
        InvalidNodeError: its id or its latency is wrong.
    """
    check_id(node_id)
    if latency is not None:
        check_latency(latency)


def _inventory(name: str, *, coordinates: bool, by: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The records of an inventory by id."""
    nodes = read_nodes(
        [name], "auto", coordinates=coordinates, on_bad=raise_error, latency=False, by=by or None
    ).in_json()
    return {node_id: orjson.loads(nodes.records[row]) for row, node_id in enumerate(nodes.fleet.ids)}


def _placed(fields: dict[str, Any], known: dict[str, dict[str, Any]], inventory: str) -> dict[str, Any]:
    if fields["id"] not in known:
        raise InputError(f"the target {quoted(fields['id'])} is not in the inventory {inventory}")
    # The measurement of now, not one that the inventory may still hold.
    old = ("latency", "samples")
    return {**{name: value for name, value in known[fields["id"]].items() if name not in old}, **fields}
