"""Nodes from what a measuring tool says, placed by an inventory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial

from rvhctl.errors import InputError, InvalidNodeError, OnBad, UsageError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import OBJECTS, TOOLS
from rvhctl.formats.tools.measured import Asked, Measured, Target, Text
from rvhctl.nodes.fields import Coordinates, check_id, check_latency, read_record
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.read import read_from
from rvhctl.streams.lookalike import explained
from rvhctl.streams.source import open_sources


def read_probes(
    files: Sequence[str],
    tool: str,
    asked: Asked,
    *,
    coordinates: Coordinates,
    by: tuple[str, ...] = (),
    warn: Callable[[str], None],
    inform: Callable[[str], None],
) -> Nodes:
    """The targets of all sources as nodes.

    Args:
        tool: one of ``TOOLS``.
        asked: how the output is to be read.
        coordinates: whether each target needs a place, which no tool knows.
        by: the labels that group targets, which no tool knows either.
        warn: gets what is no error but may mislead.
        inform: gets what was understood.

    Raises:
        UsageError: coordinates are needed.
        InputError: a source cannot be read, or what ``asked.on_bad`` raises.
    """
    if coordinates is True:
        what = "the labels of the nodes" if by else "where the nodes stand"
        raise UsageError(f"--from needs --inventory FILE to know {what}")
    texts = {source: Text(source.name, source.read_all()) for source in open_sources(files)}
    # Lines of text may look like anything.
    with ExitStack() as stack:
        for source in () if TOOLS[tool].lines else texts:
            stack.enter_context(explained(source))
        spoken = [text for text in texts.values() if text.data.strip()]
        measured: Measured = TOOLS[tool].load().read(spoken, asked) if spoken else Measured([])
    for silent in (text.source for text in texts.values() if text not in spoken):
        warn(f"{silent}: empty, so {tool} measured nothing")
    for warning in measured.warnings:
        warn(warning)
    for note in measured.notes:
        inform(note)
    nodes = _built(measured.targets, coordinates=coordinates, on_bad=asked.on_bad)
    nodes.source = read_from(files)
    nodes.doubts = measured.doubts
    return nodes


def _built(targets: Sequence[Target], *, coordinates: Coordinates, on_bad: OnBad) -> Nodes:
    builder = NodesBuilder()
    source = None
    for number, target in enumerate(targets, 1):
        if target.source != source:
            source = target.source
            builder.start(source)
        try:
            node = read_record(target.fields, partial(dict, target.fields), coordinates=coordinates)
            builder.add(node, jsontext.dumps(target.fields), target.line or 0)
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
