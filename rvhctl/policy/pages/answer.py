"""The page of a decision: its summary, its map, and all tables that there are of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from rvhctl.core.policy.health import HEALTH
from rvhctl.formats.html.parts import Page, Section
from rvhctl.formats.wording import and_more, share_of
from rvhctl.nodes.nodes import Nodes
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.pages.chart import chart_of
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.views import answer_view, drill_view, explain_view, plan_view, shown_ids

if TYPE_CHECKING:
    from rvhctl.policy.views import Outlook

NAMED: Final = 12
"""Groups that a sentence names; of more it gives the number."""


def answer_page(
    name: str,
    nodes: Nodes,
    evaluation: Evaluation,
    outlook: Outlook | None,
    top: int | None,
    facts: Sequence[tuple[str, str]],
) -> Page:
    """Return the page.

    Args:
        name: what answered: ``rvhctl faultset``.
        top: survivors of each group that its tables name; None for all.
        facts: what was asked, of what, and when.
    """
    ids = shown_ids(nodes)
    plan = outlook if isinstance(outlook, FleetPlan) else None
    chart = chart_of(evaluation, plan, ids)
    return Page(
        name,
        share_of(len(evaluation), len(evaluation.fleet), "node", "serve"),
        list(_sections(nodes, evaluation, outlook, ids, top)),
        evaluation.worst,
        list(_summary(evaluation, outlook)),
        facts,
        chart,
        "" if chart else _why_no_chart(evaluation),
    )


def _why_no_chart(evaluation: Evaluation) -> str:
    if not evaluation.groups.kind:
        return "There is no map: failover does not look at coordinates; rvhctl faultset does."
    return "There is no map: no node has lat and lon."


def _summary(evaluation: Evaluation, outlook: Outlook | None) -> Iterator[str]:
    """How well all are, who is not, and what there is to warn of."""
    yield f"{evaluation.summary}."
    if evaluation.groups.kind:
        for code in (HEALTH.index("down"), HEALTH.index("degraded")):
            names = [
                group or ""
                for group, health in zip(evaluation.names, evaluation.health_codes, strict=True)
                if health == code
            ]
            if names:
                yield f"{HEALTH[code].capitalize()}: {and_more(names[:NAMED], len(names))}."
    if outlook is not None and outlook.warning:
        yield f"{outlook.warning}."
    yield from (f"{warning}." for warning in evaluation.warnings)


def _sections(
    nodes: Nodes, evaluation: Evaluation, outlook: Outlook | None, ids: Sequence[Any], top: int | None
) -> Iterator[Section]:
    if isinstance(outlook, FleetPlan):
        yield Section("Plan", plan_view(evaluation, outlook, ids, top), "--plan -o csv")
    elif outlook is not None:
        yield Section("Drill", drill_view(outlook, ids, top), "--drill -o csv")
    kind = evaluation.groups.kind
    yield Section(
        f"{kind.capitalize()}s" if kind else "Survivors", answer_view(nodes, evaluation, top), "-o table"
    )
    yield Section("Nodes", explain_view(evaluation, ids), "--explain -o csv")
