"""Decisions as people see them: who serves, why each node is in or out, a plan of traffic, advice on precision."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import sub
from typing import TYPE_CHECKING, Any, TypeAlias

from rvhctl.core.columns import PIECE, Floats, Ints, picked_floats
from rvhctl.core.policy.health import HEALTH
from rvhctl.formats.shapes import SOME, Columns, Digits, IdList, Row, View
from rvhctl.formats.wording import aligned, counted, first_shown, share_of, shown
from rvhctl.nodes.nodes import Nodes
from rvhctl.policy.advice import Advice
from rvhctl.policy.decision import Decision, WithinThreshold
from rvhctl.policy.evaluation import Evaluation, measured
from rvhctl.policy.groups import Grouping
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.request import Request
from rvhctl.policy.traffic.capacity import PER_CENT, shown_load
from rvhctl.policy.traffic.sharing import shown_part

if TYPE_CHECKING:
    from rvhctl.policy.traffic.drill import Drill, Failure


def shown_ids(nodes: Nodes) -> Sequence[Any]:
    """The ids as a view shows them."""
    if not nodes.integer_ids:
        return nodes.fleet.ids
    return [Digits(text) if row in nodes.integer_ids else text for row, text in enumerate(nodes.fleet.ids)]


Outlook: TypeAlias = "FleetPlan | Drill"
"""What is said about traffic."""


def outlook_of(evaluation: Evaluation, request: Request) -> Outlook | None:
    """The plan or the drill that is asked for.

    Raises:
        UnknownNodeError: the demand names a group that is not there.
        FaultsetError: the demand of a group is missing.
    """
    if not request.plan and request.drill is None:
        return None
    plan = FleetPlan(evaluation, **request.routing._asdict())
    if request.drill is None:
        return plan
    from rvhctl.policy.traffic.drill import Drill

    return Drill(plan, request.drill)


def asked_view(evaluation: Evaluation, outlook: Outlook | None, ids: Sequence[Any], top: int | None) -> View:
    """The plan, the drill or the explanation that is asked for; ``ids`` as they are shown."""
    if outlook is None:
        return explain_view(evaluation, ids)
    if isinstance(outlook, FleetPlan):
        return plan_view(evaluation, outlook, ids, top)
    return drill_view(outlook, ids, top)


def answer_view(nodes: Nodes, decision: Decision, top: int | None) -> View:
    """The survivors as people see them: ranks of a list, or cells."""
    if isinstance(decision, WithinThreshold):
        within = f"{len(decision)} of {counted(nodes.total, 'node')} within {shown(decision.threshold)} ms"
        if decision.groups is None:
            return _ranks_view(nodes.fleet.ids, nodes.fleet.latencies, decision.answer_rows, top, within)
        return _plain_groups_view(nodes, decision, decision.groups, top, within)
    share = share_of(len(decision), len(decision.fleet), "node", "serve")
    if decision.groups.kind:
        return _groups_view(decision, top, f"{share}; {decision.summary}")
    limit = decision.limits[0]
    within = "" if math.isnan(limit) else f" within {aligned([limit])[0]} ms"
    caption = f"{share}{within}; {decision.summary}"
    return _ranks_view(decision.fleet.ids, decision.latencies, decision.answer_rows, top, caption)


def _ranks_view(ids: Sequence[str], latencies: Floats, rows: Ints, top: int | None, caption: str) -> View:
    """The first ``top`` nodes in their order."""
    shown_rows = rows if top is None else rows[:top]

    def ranks() -> Iterator[Columns]:
        for first in range(0, len(shown_rows), PIECE):
            last = min(first + PIECE, len(shown_rows))
            some = IdList(ids, shown_rows, first, last)
            yield [range(first + 1, last + 1), some, picked_floats(latencies, shown_rows, first, last)]

    return View(
        ("rank:r", "node", "latency ms:r"),
        ranks,
        caption=caption + first_shown(top, len(rows)),
        count=len(shown_rows),
    )


def _plain_groups_view(
    nodes: Nodes, survivors: WithinThreshold, groups: Grouping, top: int | None, within: str
) -> View:
    """A row a group: its name, how many nodes it has, how many are left, the best latency, and the first ids."""
    counts = _counts(survivors.answer_starts)

    def pieces() -> Iterator[Columns]:
        for first in range(0, len(counts), SOME):
            last = first + SOME
            some = counts[first:last]
            yield [
                groups.names(first, last),
                groups.counts[first:last].tolist(),
                some,
                _best(survivors, nodes.fleet.latencies, first, some),
                _lists(nodes.fleet.ids, survivors, first, some, top),
            ]

    left = len(counts) - counts.count(0)
    most = max(counts, default=0)
    return View(
        (f"{groups.kind}:l", "nodes:r", "survivors:r", "best ms:r", "ids"),
        pieces,
        caption=f"{within}, in {left} of {counted(len(counts), groups.kind)}"
        f"{first_shown(top, most, f' of each {groups.kind}')}",
        vital="ids",
        count=len(counts),
    )


def _groups_view(evaluation: Evaluation, top: int | None, caption: str) -> View:
    """A row a group with its health, its limit and the first of its survivors."""
    counts, sizes = _counts(evaluation.answer_starts), _counts(evaluation.starts)
    joined = joined_groups(evaluation)

    def pieces() -> Iterator[Columns]:
        for first in range(0, len(counts), SOME):
            last = first + SOME
            names, some = evaluation.names[first:last], counts[first:last]
            yield [
                names,
                *([[joined.get(name, []) for name in names]] if joined else ()),
                [HEALTH[code] for code in evaluation.health_codes[first:last]],
                sizes[first:last],
                some,
                measured(evaluation.limits[first:last].tolist()),
                _best(evaluation, evaluation.latencies, first, some),
                _lists(evaluation.fleet.ids, evaluation, first, some, top),
            ]

    kind = evaluation.groups.kind
    columns = [f"{kind}:l", "health:l", "nodes:r", "survivors:r", "limit ms:r", "best ms:r", "ids"]
    if joined:
        columns.insert(1, "joined")
    caption += first_shown(top, max(counts, default=0), f" of each {kind}")
    return View(tuple(columns), pieces, caption=caption, vital="ids", count=len(counts))


def _counts(starts: Ints) -> list[int]:
    """How many entries each group has."""
    whole = starts.tolist()
    return list(map(sub, whole[1:], whole))


def _best(decision: Decision, latencies: Floats, group: int, counts: Sequence[int]) -> list[float]:
    """The least latency of each group from this one on; NaN where nobody serves."""
    rows, starts = decision.answer_rows, decision.answer_starts
    return [latencies[rows[starts[at]]] if count else math.nan for at, count in enumerate(counts, group)]


def _lists(
    ids: Sequence[Any], decision: Decision, group: int, counts: Sequence[int], top: int | None
) -> list[IdList]:
    """The ids of the first ``top`` that serve, of each group from this one on."""
    rows, starts = decision.answer_rows, decision.answer_starts[group : group + len(counts)]
    return [
        IdList(ids, rows, start, start + (count if top is None else min(count, top)))
        for start, count in zip(starts, counts, strict=True)
    ]


def explain_view(evaluation: Evaluation, ids: Sequence[Any]) -> View:
    """A row a node, in input order; people see the dropped first. ``ids`` as they are shown."""

    def pieces() -> Iterator[Columns]:
        for first in range(0, len(ids), PIECE):
            rows = Ints(range(first, min(first + PIECE, len(ids))))
            yield [IdList(ids, rows, 0, len(rows)), *evaluation.explained(slice(first, first + PIECE))]

    def ordered() -> Iterator[Columns]:
        order = evaluation.dropped_first()
        for first in range(0, len(order), PIECE):
            rows = order[first : first + PIECE]
            yield [IdList(ids, Ints(rows), 0, len(rows)), *evaluation.explained(rows)]

    kind = evaluation.groups.kind
    columns = ("id", f"{kind or 'cell'}:l", "kept:l", "reason:l", "latency:r", "limit:r", "margin:r")
    caption = f"{len(evaluation)} of {counted(len(evaluation.fleet), 'node')} kept"
    blank = "" if kind else "cell"
    return View(columns, pieces, caption=caption, vital="kept", ordered=ordered, blank=blank, count=len(ids))


def plan_view(evaluation: Evaluation, plan: FleetPlan, ids: Sequence[Any], top: int | None = None) -> View:
    """A row a group, in order of first appearance, with at most the first ``top`` of its survivors."""
    counts, sizes = _counts(evaluation.answer_starts), _counts(evaluation.starts)
    joined = joined_groups(evaluation)
    joins = evaluation.policy.merge_below is not None

    def pieces() -> Iterator[Columns]:
        for first in range(0, len(counts), SOME):
            last = first + SOME
            names, some = evaluation.names[first:last], counts[first:last]
            yield [
                names,
                [HEALTH[code] for code in evaluation.health_codes[first:last]],
                sizes[first:last],
                _lists(ids, evaluation, first, some, top),
                _shares(evaluation, plan, first, last),
                list(map(shown_load, plan.loads[first:last])),
                *([[joined.get(name, []) for name in names]] if joins else ()),
            ]

    kind = evaluation.groups.kind
    columns = (
        f"{kind}:l",
        "health:l",
        "nodes:r",
        "survivors",
        "serve",
        "load:r",
        *(("joined",) if joins else ()),
    )
    serving = share_of(len(evaluation), len(evaluation.fleet), "node", "serve")
    caption = f"{serving} in {counted(len(plan), kind)}; shares and load in %"
    return View(columns, pieces, caption=caption, vital="serve", count=len(counts))


def _shares(evaluation: Evaluation, plan: FleetPlan, group: int, last: int) -> list[list[Row]]:
    """Who serves each of these groups."""
    starts = plan.starts[group : last + 1].tolist()
    servers = plan.servers[starts[0] : starts[-1]]
    parts = plan.parts[starts[0] : starts[-1]]
    kind, names = evaluation.groups.kind, evaluation.names
    shown_parts = parts if plan.whole == PER_CENT else map(shown_part, parts)
    shares = [{kind: names[server], "share": part} for server, part in zip(servers, shown_parts, strict=True)]
    return [shares[start - starts[0] : end - starts[0]] for start, end in pairwise(starts)]


def drill_view(drill: Drill, ids: Sequence[Any], top: int | None = None) -> View:
    """A row a failure, the worst first, at most the first ``top``."""
    count = len(drill) if top is None else min(top, len(drill))
    evaluation = drill.plan.evaluation
    joins, joined = evaluation.policy.merge_below is not None, joined_groups(evaluation)

    def pieces() -> Iterator[Columns]:
        for first in range(0, count, PIECE):
            rows = drill[first : min(first + PIECE, count)]
            columns: list[list[Any]] = list(map(list, zip(*rows, strict=True)))
            nodes = drill.nodes[first : first + len(rows)]
            columns[0] = [
                ids[node] if node >= 0 else row.failure for node, row in zip(nodes, rows, strict=True)
            ]
            if joins:
                failed = map(_failed_groups, rows)
                columns.append(
                    [[part for name in names for part in joined.get(name, [])] for names in failed]
                )
            yield columns

    columns = (
        "failure:l",
        "kind:l",
        "health:l",
        "down:r",
        "load:r",
        "where:l",
        "moved:r",
        *(("joined",) if joins else ()),
    )
    of_columns = "load, of the group where it is greatest, and moved traffic in %"
    caption = f"{drill.summary}{first_shown(top, len(drill))}\n{of_columns}"
    return View(columns, pieces, caption=caption, vital="failure", count=count)


def _failed_groups(row: Failure) -> list[str]:
    """The groups that fail whole."""
    if isinstance(row.failure, list):
        return row.failure
    return [str(row.failure)] if row.kind == "group" else []


def advice_view(advice: Advice) -> View:
    """A row a precision, and the recommended one."""

    recommended = "none" if advice.recommended is None else advice.recommended
    return View(
        ("precision:r", "cells:r", "alone:r", "border:r", "empty:r"),
        lambda: [list(zip(*advice.precisions, strict=True))],
        document={"precisions": [], "recommended": advice.recommended, "why": advice.why},
        caption=f"recommended: {recommended}; {advice.why}",
    )


def joined_groups(evaluation: Evaluation) -> dict[str | None, list[str]]:
    """The groups that joined each group, by its name."""
    joined: dict[str | None, list[str]] = {}
    for group, owner in evaluation.groups.joined:
        joined.setdefault(owner, []).append(group)
    return joined
