"""Decisions as people see them: who serves, why each node is in or out, a plan of traffic, advice on precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo.geohash import cell_text as cell_name
from rvhctl.core.policy.cells import Groups
from rvhctl.core.policy.health import HEALTH
from rvhctl.formats.shapes import Digits, IdList, Row, View
from rvhctl.formats.wording import aligned, counted, first_shown, share_of, shown
from rvhctl.nodes.nodes import Nodes
from rvhctl.policy.advice import Advice
from rvhctl.policy.decision import Decision, WithinThreshold
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.request import Request


def shown_ids(nodes: Nodes) -> Sequence[Any]:
    """The ids as a view shows them."""
    if not nodes.integer_ids:
        return nodes.fleet.ids
    return [Digits(text) if row in nodes.integer_ids else text for row, text in enumerate(nodes.fleet.ids)]


def asked_view(nodes: Nodes, evaluation: Evaluation, request: Request) -> View:
    """The explanation or the plan that is asked for."""
    if request.explain:
        return explain_view(evaluation, shown_ids(nodes))
    return plan_view(evaluation, FleetPlan(evaluation, request.nearest), shown_ids(nodes), request.top)


def answer_view(nodes: Nodes, decision: Decision, top: int | None) -> View:
    """The survivors as people see them: ranks of a list, or cells."""
    if isinstance(decision, WithinThreshold):
        within = f"{len(decision)} of {counted(nodes.total, 'node')} within {shown(decision.threshold)} ms"
        if decision.groups is None:
            return _ranks_view(nodes.fleet.ids, nodes.fleet.latencies, decision.answer_rows, top, within)
        return _plain_cells_view(nodes, decision, decision.groups, top, within)
    share = share_of(len(decision), len(decision.fleet), "node", "serve")
    if decision.precision is not None:
        return _cells_view(decision, top, f"{share}; {decision.summary}")
    limit = decision.limits[0]
    within = "" if math.isnan(limit) or math.isinf(limit) else f" within {aligned([limit])[0]} ms"
    caption = f"{share}{within}; {decision.summary}"
    return _ranks_view(decision.fleet.ids, decision.latencies, decision.answer_rows, top, caption)


def _ranks_view(ids: Sequence[str], latencies: Floats, rows: Ints, top: int | None, caption: str) -> View:
    """The first ``top`` nodes in their order."""

    def ranks() -> Iterator[Row]:
        for rank, row in enumerate(rows if top is None else rows[:top], 1):
            yield {"rank": rank, "node": ids[row], "latency ms": latencies[row]}

    return View(("rank:r", "node", "latency ms:r"), ranks, caption=caption + first_shown(top, len(rows)))


def _plain_cells_view(
    nodes: Nodes, survivors: WithinThreshold, groups: Groups, top: int | None, within: str
) -> View:
    """A row a cell: its name, how many nodes it has, how many are left, the best latency, and the first ids."""
    names = [cell_name(cell, groups.precision) for cell in groups.cells]
    serving = [survivors.serving(group) for group in range(len(names))]

    def rows() -> Iterator[Row]:
        for name, count, picked in zip(names, groups.counts, serving, strict=True):
            yield {
                "cell": name,
                "nodes": count,
                "survivors": len(picked),
                "best ms": nodes.fleet.latencies[picked[0]] if len(picked) else math.nan,
                "ids": [nodes.fleet.ids[row] for row in picked[: top or len(picked)]],
            }

    left = sum(1 for picked in serving if len(picked))
    most = max(map(len, serving), default=0)
    return View(
        ("cell:l", "nodes:r", "survivors:r", "best ms:r", "ids"),
        rows,
        caption=f"{within}, in {left} of {counted(len(names), 'cell')}{first_shown(top, most, ' of each cell')}",
        vital="ids",
    )


def _cells_view(evaluation: Evaluation, top: int | None, caption: str) -> View:
    """A row a cell with its health, its limit and the first of its survivors."""
    ids, latencies, starts = evaluation.fleet.ids, evaluation.latencies, evaluation.starts
    joined = joined_cells(evaluation)

    def rows() -> Iterator[Row]:
        for group in range(evaluation.group_count):
            serving = evaluation.serving(group)
            limit = evaluation.limits[group]
            name = evaluation.name(group) or ""
            yield {
                "cell": name,
                "joined": joined.get(name, []),
                "health": HEALTH[evaluation.health_codes[group]],
                "nodes": starts[group + 1] - starts[group],
                "survivors": len(serving),
                "limit ms": None if math.isnan(limit) else limit,
                "best ms": latencies[serving[0]] if len(serving) else math.nan,
                "ids": [ids[row] for row in serving[: top or len(serving)]],
            }

    most = max((len(evaluation.serving(group)) for group in range(evaluation.group_count)), default=0)
    columns = ["cell:l", "health:l", "nodes:r", "survivors:r", "limit ms:r", "best ms:r", "ids"]
    if joined:
        columns.insert(1, "joined")
    caption += first_shown(top, most, " of each cell")
    return View(tuple(columns), rows, caption=caption, vital="ids")


def explain_view(evaluation: Evaluation, ids: Sequence[Any]) -> View:
    """A row a node, in input order; ``ids`` as they are shown."""

    def rows() -> Iterator[Row]:
        for node_id, why in zip(ids, evaluation.explanations(), strict=True):
            yield {"id": node_id, **why._asdict()}

    columns = ("id", "cell:l", "kept:l", "reason:l", "latency:r", "limit:r", "margin:r")
    caption = f"{len(evaluation)} of {counted(len(evaluation.fleet), 'node')} kept"
    return View(columns, rows, caption=caption, vital="kept")


def plan_view(evaluation: Evaluation, plan: FleetPlan, ids: Sequence[Any], top: int | None = None) -> View:
    """A row a cell, in order of first appearance, with at most the first ``top`` of its survivors."""
    joined = joined_cells(evaluation)
    joins = evaluation.policy.merge_below is not None

    def rows() -> Iterator[Row]:
        starts, answer, answer_starts = evaluation.starts, evaluation.answer_rows, evaluation.answer_starts
        count = evaluation.group_count
        names = [evaluation.name(group) or "" for group in range(count)]
        for group, cell in enumerate(names):
            first, last = answer_starts[group], answer_starts[group + 1]
            row: Row = {
                "cell": cell,
                "health": HEALTH[evaluation.health_codes[group]],
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

    columns = ("cell:l", "health:l", "nodes:r", "survivors", "serve", *(("joined",) if joins else ()))
    serving = share_of(len(evaluation), len(evaluation.fleet), "node", "serve")
    caption = f"{serving} in {counted(len(plan), 'cell')}"
    return View(columns, rows, caption=caption, vital="serve")


def advice_view(advice: Advice) -> View:
    """A row a precision, and the recommended one."""

    recommended = "none" if advice.recommended is None else advice.recommended
    return View(
        ("precision:r", "cells:r", "alone:r", "border:r", "empty:r"),
        lambda: (report._asdict() for report in advice.precisions),
        document={"precisions": [], "recommended": advice.recommended, "why": advice.why},
        caption=f"recommended: {recommended}; {advice.why}",
    )


def joined_cells(evaluation: Evaluation) -> dict[str, list[str]]:
    """The cells that joined each cell, by its name."""
    joined: dict[str, list[str]] = {}
    for cell, owner in evaluation.joined:
        joined.setdefault(owner, []).append(cell)
    return joined
