"""Answers that are no list of nodes: why each node is in or out, a plan of traffic, advice on precision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from rvhctl.api.evaluation import Evaluation
from rvhctl.api.planning import Advice, FleetPlan
from rvhctl.nodes import PIECE
from rvhctl.options import OutputFormat

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """Rows that all have the same members, and how people see them."""

    columns: tuple[str, ...]
    """The members that text formats and tables show; ``name:r`` is aligned to the right."""
    rows: Callable[[], Iterable[Row]]
    document: Row | None = None
    """What JSON says around the rows, if anything; they are its first member's value."""
    caption: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.partition(":")[0] for column in self.columns)

    def cells(self, row: Row) -> list[str]:
        """The row in text, one cell a column."""
        return [cell_text(row[name]) for name in self.names]


def explain_view(evaluation: Evaluation) -> View:
    """A row a node, in input order."""

    def rows() -> Iterator[Row]:
        ids = evaluation.fleet.ids
        for row, why in enumerate(evaluation.explanations()):
            yield {
                "id": ids[row],
                "cell": why.cell,
                "kept": why.kept,
                "reason": why.reason,
                "latency": why.latency,
                "limit": why.limit,
                "margin": why.margin,
            }

    columns = ("id", "cell", "kept", "reason", "latency:r", "limit:r", "margin:r")
    return View(columns, rows, caption=f"{len(evaluation)} of {len(evaluation.fleet)} nodes kept")


def plan_view(evaluation: Evaluation, plan: FleetPlan) -> View:
    """A row a cell, in order of first appearance."""
    joined: dict[str, list[str]] = {}
    for cell, owner in evaluation.joined:
        joined.setdefault(owner, []).append(cell)
    joins = evaluation.policy.min_cell is not None

    def rows() -> Iterator[Row]:
        ids = evaluation.fleet.ids
        for cell in plan:
            row: Row = {
                "cell": cell.cell,
                "verdict": cell.verdict,
                "nodes": cell.nodes,
                "survivors": [ids[node] for node in cell.survivors],
                "serve": [{"cell": share.cell, "share": share.share} for share in cell.serve],
            }
            if joins:
                row["joined"] = joined.get(cell.cell, [])
            yield row

    columns = ("cell", "verdict", "nodes:r", "survivors", "serve", *(("joined",) if joins else ()))
    return View(
        columns,
        rows,
        caption=f"{len(evaluation)} of {len(evaluation.fleet)} nodes serve in {len(plan)} cells",
    )


def advice_view(advice: Advice) -> View:
    """A row a precision, and the recommended one."""

    def rows() -> Iterator[Row]:
        for look in advice.precisions:
            yield look._asdict()

    recommended = "none" if advice.recommended is None else advice.recommended
    return View(
        ("precision:r", "cells:r", "alone:r", "border:r", "empty:r"),
        rows,
        document={"precisions": [], "recommended": advice.recommended, "why": advice.why},
        caption=f"recommended: {recommended}; {advice.why}",
    )


def write_view(view: View, format_: OutputFormat) -> Iterator[bytes]:
    """The view in any format but a table; ``plain`` is TSV without a header."""
    if format_ == "json":
        if view.document is None:
            yield from _array(view)
        else:
            first = next(iter(view.document))
            yield orjson.dumps({**view.document, first: list(view.rows())}, option=orjson.OPT_APPEND_NEWLINE)
    elif format_ in ("csv", "tsv", "plain"):
        from rvhctl.formats import csv

        header = None if format_ == "plain" else view.names
        yield from csv.write_rows(
            header, map(view.cells, view.rows()), delimiter="," if format_ == "csv" else "\t"
        )
    else:
        rows = iter(view.rows())
        while piece := [orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in islice(rows, PIECE)]:
            yield b"".join(piece)


def _array(view: View) -> Iterator[bytes]:
    opening: bytes = b"["
    rows = iter(view.rows())
    while piece := [orjson.dumps(row) for row in islice(rows, PIECE)]:
        yield opening + b",".join(piece)
        opening = b","
    yield b"]\n" if opening == b"," else b"[]\n"


_WORDS: Final = {None: "", True: "true", False: "false"}


def cell_text(value: Any) -> str:
    """A value in a cell of text: ids and shares separated by commas, null empty."""
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(
            f"{part['cell']}={part['share']}" if isinstance(part, dict) else part for part in value
        )
    return orjson.dumps(value).decode()
