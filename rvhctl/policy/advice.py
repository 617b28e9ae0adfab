"""Which precision gives cells that can carry the traffic of one another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

from rvhctl.concurrency.fork import Message, in_turns, may_fork
from rvhctl.concurrency.steps import WHOLE, run
from rvhctl.core.geo import advise as advising
from rvhctl.errors import EmptyNodesError, FaultsetError
from rvhctl.nodes.arguments import instance_of
from rvhctl.nodes.fleet import Fleet
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.groups import STEP, grouped
from rvhctl.policy.policy import Policy
from rvhctl.streams.progress import watched

MANY: Final = 100_000
"""Nodes from which a look at them is worth a fork."""

PASSES: Final = 2.4
"""How often a node is taken up while all are sorted, about: it is placed twice, and then in boxes of many."""


class PrecisionReport(NamedTuple):
    """How a fleet looks at one precision."""

    precision: int
    cells: int
    alone: int
    """Nodes that have their cell for themselves: nobody there to fail over to."""
    border: int
    """Nodes of which one outside the cell is strictly nearer than any inside."""
    empty: int
    """Cells that the given limits would leave without a fit node; 0 without limits."""


class Advice(NamedTuple):
    precisions: tuple[PrecisionReport, ...]
    recommended: int | None
    """The finest precision with few enough nodes alone and at a border, None without one."""
    why: str


def advise(fleet: Fleet, policy: Policy | None = None, processes: int = 1) -> Advice:
    """Which precision suits a fleet: how it looks at 1 to 8, and the finest that is good enough.

    Args:
        fleet: nodes with coordinates; without a policy their latencies mean nothing.
        policy: limits, for the cells that they would leave empty.
        processes: that look at a large fleet, forked from this one.

    Raises:
        EmptyNodesError: there are no nodes.
    """
    count = len(fleet)
    if not count:
        raise EmptyNodesError
    survey = surveyed(fleet, processes)
    reports = []
    for precision in watched(range(1, advising.FINEST + 1), "judging", advising.FINEST, "precisions"):
        empty = 0
        if policy is not None:
            instance_of(Policy, policy, "policy", FaultsetError)
            evaluation = Evaluation(fleet, replace(policy, merge_below=None), precision=precision)
            empty = sum(1 for fit in evaluation.fit_counts if not fit)
        cells, lone, border = survey.cells(precision), survey.alone(precision), survey.border(precision)
        reports.append(PrecisionReport(precision, cells, lone, border, empty))
    suited = [report.precision for report in reports if advising.suits(count, report.alone, report.border)]
    recommended = max(suited, default=None)
    return Advice(tuple(reports), recommended, _why(count, reports, recommended))


def surveyed(fleet: Fleet, processes: int) -> advising.Survey:
    """Look at every node and its nearest other."""
    survey = advising.Survey(fleet.lats, fleet.lons)
    steps = iter(partial(survey.step, STEP), False)
    for _ in watched(steps, "sorting nodes", len(fleet), "nodes", size=lambda _: int(STEP / PASSES)):
        pass
    parts = [(first, min(first + STEP, survey.boxes)) for first in range(0, survey.boxes, STEP)]

    def look(part: tuple[int, int]) -> list[Message]:
        return [tuple(survey.look(*part))]

    if len(fleet) < MANY or not may_fork():
        processes = 1
    of_each = len(fleet) // len(parts)
    watched_parts = watched(parts, "comparing precisions", len(fleet), "nodes", size=lambda _: of_each)
    for counts in in_turns(watched_parts, look, processes):
        survey.add(list(counts))
    return survey


def suited_precision(advice: Advice) -> int:
    """The recommended precision; the coarsest where none suits."""
    return advice.recommended or 1


def many_alone(alone: int, count: int) -> bool:
    """Whether more nodes are alone in their cells than a good precision leaves."""
    return 100 * alone > advising.ALONE * count


def coarser(fleet: Fleet, precision: int, alone: int) -> tuple[int, int] | None:
    """The finest precision below this one that leaves few nodes alone in their cells, and how many.

    Else the one that leaves the fewest; None where that is no fewer than ``alone``.
    """
    best = None
    coarser_ones = range(precision - 1, 0, -1)
    for letters in watched(coarser_ones, "judging", len(coarser_ones), "coarser precisions"):
        counts = run(grouped(fleet, letters, WHOLE)).counts
        left = advising.alone(counts)
        if left < (alone if best is None else best[1]):
            best = letters, int(left)
            if not many_alone(best[1], len(fleet)):
                break
    return best


def _why(count: int, reports: list[PrecisionReport], recommended: int | None) -> str:
    wanted = (
        f"at most {advising.ALONE} % alone in their cell and {advising.BORDER} % nearest to a node of another"
    )
    if recommended is None:
        return f"at no precision are {wanted}: at 1 already {_shares(count, reports[0])}"
    chosen = f"the finest with {wanted}: {_shares(count, reports[recommended - 1])}"
    if recommended == len(reports):
        return chosen
    return f"{chosen}; at {recommended + 1} it would be {_shares(count, reports[recommended])}"


def _shares(count: int, report: PrecisionReport) -> str:
    return f"{100 * report.alone / count:.1f} % alone, {100 * report.border / count:.1f} % at a border"
