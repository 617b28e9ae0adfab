"""``--matrix``: how many keys go from which bucket to which."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from rvhctl.core.keys.owners import packed_pairs
from rvhctl.formats.choice import TABLE, OutputFormat, output_of
from rvhctl.formats.write import RowWriter, write_view
from rvhctl.placement.count import CountAction, moves_caption
from rvhctl.placement.evenness import MoveCounter, Moves
from rvhctl.placement.job import Action
from rvhctl.placement.moving.flows import Flow, Flows, FlowsAction
from rvhctl.placement.placement import Placement
from rvhctl.streams.folding import length
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

if TYPE_CHECKING:
    from rvhctl.formats.shapes import Row, View

GAP: Final = 2
"""At least so many columns of a terminal lie between two cells."""


def matrix_action(
    here: Placement, there: Placement, format_: OutputFormat, sink: Sink, color: ColorChoice, *, sized: bool
) -> Action:
    """``--matrix``; if ``sized``, records tell the sizes of keys."""
    counter = MoveCounter(here.nodes, there.nodes)
    flows = Flows()

    def count(pairs: bytes, sizes: Sequence[float] = ()) -> None:
        counter.traffic.add(pairs)
        flows.add(pairs, sizes)

    def finish() -> None:
        rows = flows.rows(here.nodes, there.nodes, sized=sized)
        if output_of(format_) is TABLE:
            write_view(_view(rows, flows.moves(counter) if sized else counter.moves()), format_, sink, color)
        else:
            _write_rows(rows, format_, sink, color, named=bool(here.nodes.ids), sized=sized)

    if sized:
        return FlowsAction(here, there, count, finish)
    return CountAction([here, there], packed_pairs, count, finish)


def _write_rows(
    rows: list[Flow], format_: OutputFormat, sink: Sink, color: ColorChoice, *, named: bool, sized: bool
) -> None:
    """A row for each pair; plain text has only names."""
    text = output_of(format_).text
    nodes = ["from_node", "to_node"] if named else []
    names = ["from", "to", *nodes, "keys", *(["load"] if sized else [])]
    writer = RowWriter(names, format_, sink, color=color)
    members = [flow_row(flow) for flow in rows]
    if text and named:
        names = names[2:]
    writer.add([[row[name] for name in names] for row in members])
    writer.finish()


def flow_row(flow: Flow) -> Row:
    """The members of a flow."""
    buckets: dict[str, Any] = {"from": flow.source_bucket, "to": flow.target_bucket}
    if isinstance(flow.source, str):
        buckets |= {"from_node": flow.source, "to_node": flow.target}
    load = {} if flow.load is None else {"load": flow.load}
    return {**buckets, "keys": flow.keys, **load}


def _view(rows: list[Flow], moves: Moves) -> View:
    """A column for each node that gains keys; where the terminal has not that many, a row for each pair."""
    from rvhctl.formats.shapes import View, columns_of, named_side

    sized = moves.load is not None
    caption = moves_caption(moves)
    targets = {
        target: str(target) for _, target in sorted({(flow.target_bucket, flow.target) for flow in rows})
    }
    names = ["from/to", *targets.values()]
    cells = {(flow.source, flow.target): _cell(flow) for flow in rows}
    sources = dict.fromkeys(flow.source for flow in rows)
    grid = [[str(source), *(cells.get((source, target), "") for target in targets)] for source in sources]
    if _width([names, *grid]) > shutil.get_terminal_size((80, 24)).columns:
        columns = ("from", "to", "keys:r", *(["load:r"] if sized else []))
        return View(
            columns,
            lambda: columns_of([named_side(column)[0] for column in columns], _pairs(rows)),
            caption=caption,
        )
    columns = (names[0], *(f"{name}:r" for name in names[1:]))
    if sized:
        caption += "\ncells are sizes; -o csv has keys, too"
    return View(columns, lambda: [list(zip(*grid, strict=True))] if grid else [], caption=caption)


def _pairs(rows: list[Flow]) -> Iterator[Row]:
    for flow in rows:
        yield {"from": str(flow.source), "to": str(flow.target), "keys": flow.keys, "load": _cell(flow)}


def _cell(flow: Flow) -> str:
    return str(flow.keys) if flow.load is None else f"{flow.load:.4g}"


def _width(grid: list[list[str]]) -> int:
    """How many columns of a terminal a grid takes."""
    return sum(max(map(length, column)) + GAP for column in zip(*grid, strict=True))
