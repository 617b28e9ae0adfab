"""Answers that are no list of nodes: why each node is in or out, a plan of traffic, advice on precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from rvhctl.core.policy.verdicts import VERDICTS
from rvhctl.formats.milliseconds import shown
from rvhctl.formats.shapes import Digits, IdList, Row, View
from rvhctl.formats.wording import counted, first_shown, share_of
from rvhctl.nodes.nodes import Nodes, Picked
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.planning import Advice, FleetPlan


def shown_ids(nodes: Nodes) -> Sequence[Any]:
    """The ids as a view shows them."""
    if not nodes.integer_ids:
        return nodes.ids
    return [Digits(text) if row in nodes.integer_ids else text for row, text in enumerate(nodes.ids)]


def ranks_view(ids: Sequence[str], latencies: Any, picked: Picked, top: int | None, caption: str) -> View:
    """The first ``top`` of the picked nodes in their order."""

    def rows() -> Iterator[Row]:
        for rank, row in enumerate(picked if top is None else picked[:top], 1):
            yield {"rank": rank, "node": ids[row], "latency ms": latencies[row]}

    return View(("rank:r", "node", "latency ms:r"), rows, caption=caption + first_shown(top, len(picked)))


def cells_view(
    nodes: Nodes, cells: Sequence[tuple[str, int, Picked]], top: int | None, threshold: float
) -> View:
    """A row a cell: its name, how many nodes it has, how many are left, the best latency, and the first ids."""

    def rows() -> Iterator[Row]:
        for cell, count, picked in cells:
            yield {
                "cell": cell,
                "nodes": count,
                "survivors": len(picked),
                "best ms": nodes.latencies[picked[0]] if picked else math.nan,
                "ids": [nodes.ids[row] for row in picked[:top]],
            }

    kept = sum(len(picked) for _, _, picked in cells)
    most = max((len(picked) for _, _, picked in cells), default=0)
    left = sum(bool(picked) for _, _, picked in cells)
    within = f"{kept} of {counted(nodes.total, 'node')} within {shown(threshold)} ms"
    return View(
        ("cell:l", "nodes:r", "survivors:r", "best ms:r", "ids"),
        rows,
        caption=f"{within}, in {left} of {counted(len(cells), 'cell')}{first_shown(top, most, ' of each cell')}",
        vital="ids",
    )


def explain_view(evaluation: Evaluation, ids: Sequence[Any]) -> View:
    """A row a node, in input order; ``ids`` as they are shown."""

    def rows() -> Iterator[Row]:
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

    columns = ("id", "cell:l", "kept:l", "reason:l", "latency:r", "limit:r", "margin:r")
    caption = f"{len(evaluation)} of {counted(len(evaluation.fleet), 'node')} kept"
    return View(columns, rows, caption=caption, vital="kept")


def plan_view(evaluation: Evaluation, plan: FleetPlan, ids: Sequence[Any], top: int | None = None) -> View:
    """A row a cell, in order of first appearance, with at most the first ``top`` of its survivors."""
    joined = joined_cells(evaluation)
    joins = evaluation.policy.min_cell is not None

    def rows() -> Iterator[Row]:
        starts, answer, answer_starts = evaluation.starts, evaluation.answer_rows, evaluation.answer_starts
        count = evaluation.group_count
        names = [evaluation.name(group) or "" for group in range(count)]
        for group, cell in enumerate(names):
            first, last = answer_starts[group], answer_starts[group + 1]
            row: Row = {
                "cell": cell,
                "verdict": VERDICTS[evaluation.verdict_codes[group]],
                "nodes": starts[group + 1] - starts[group],
                "survivors": IdList(ids, answer, first, last if top is None else min(last, first + top)),
                "serve": [
                    {"cell": names[plan.servers[at]], "share": plan.parts[at]}
                    for at in range(plan.starts[group], plan.starts[group + 1])
                ],
            }
            if joins:
                row["joined"] = joined.get(cell, [])
            yield row

    columns = ("cell:l", "verdict:l", "nodes:r", "survivors", "serve", *(("joined",) if joins else ()))
    serving = share_of(len(evaluation), len(evaluation.fleet), "node", "serve")
    caption = f"{serving} in {counted(len(plan), 'cell')}"
    return View(columns, rows, caption=caption, vital="serve")


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


def joined_cells(evaluation: Evaluation) -> dict[str, list[str]]:
    """The cells that joined each cell, by its name."""
    joined: dict[str, list[str]] = {}
    for cell, owner in evaluation.joined:
        joined.setdefault(owner, []).append(cell)
    return joined
