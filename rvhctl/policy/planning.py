"""Where the traffic of each cell goes, and which precision gives cells that can carry it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from rvhctl.concurrency.steps import WHOLE, run
from rvhctl.core.geo import advise as advising
from rvhctl.core.numeric import whole_of
from rvhctl.core.policy.plan import Plan
from rvhctl.core.policy.priority_load import healths, weighted_healths
from rvhctl.core.policy.verdicts import VERDICTS
from rvhctl.core.vectors import Ints
from rvhctl.errors import EmptyNodesError, FaultsetError, shorten
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.nodes.fleet import Fleet
from rvhctl.policy.evaluation import STEP, Evaluation
from rvhctl.policy.policy import Policy
from rvhctl.policy.slices import grouped

NEAREST: Final = 2
"""Healthy cells, beside itself, that a cell may turn to."""


class Share(NamedTuple):
    """A part of a cell's traffic."""

    cell: str
    share: int
    """Per cent, 1 to 100."""


class CellPlan(NamedTuple):
    """What becomes of one cell's traffic."""

    cell: str
    verdict: str
    nodes: int
    fit: int
    survivors: list[str | int]
    """The ids of the nodes that serve, as they were given, fastest first."""
    serve: tuple[Share, ...]
    """Shares that add up to 100, the cell itself first; empty where nobody serves."""


class FleetPlan:
    """The plan of every cell, in order of first appearance.

    Each cell has levels as Envoy's priorities: itself, then its nearest healthy cells by great circle
    distance between cell centres, rounded to a metre, ties by first appearance. The health of a level is
    min(100, floor(140 x fit / all nodes)), by weight where nodes have one; panic is off. Where no level has
    any health, the cell keeps all its traffic if it has an answer.

    Args:
        evaluation: of a fleet with a precision.
        nearest: healthy cells that each may turn to, 0 or more.
    """

    def __init__(self, evaluation: Evaluation, nearest: int = NEAREST) -> None:
        precision = instance_of(Evaluation, evaluation, "evaluation", FaultsetError).precision
        if precision is None:
            raise FaultsetError("a plan needs cells: evaluate with a precision")
        levels = whole_of(nearest)
        if levels is None or not 0 <= levels < 1 << 31:
            raise FaultsetError(f"nearest must be a whole number of 0 or more (got {shorten(nearest)})")
        self.evaluation = evaluation
        weights = evaluation.fleet.weights
        self.healths: Ints = (
            weighted_healths(evaluation.order, evaluation.starts, evaluation.fits, weights)
            if len(weights)
            else healths(evaluation.starts, evaluation.fit_counts)
        )
        plan = Plan(
            evaluation.cells,
            precision,
            evaluation.verdict_codes,
            self.healths,
            evaluation.answer_starts,
            levels,
        )
        while plan.step(STEP):
            pass
        self.starts: Ints = plan.starts
        """Where the shares of each group start in ``servers`` and ``parts``; one entry more than groups."""
        self.servers: Ints = plan.servers
        self.parts: Ints = plan.parts

    def __len__(self) -> int:
        return self.evaluation.group_count

    def __repr__(self) -> str:
        return f"<FleetPlan of {len(self)} {'cell' if len(self) == 1 else 'cells'}>"

    def __iter__(self) -> Iterator[CellPlan]:
        return map(self.cell, range(len(self)))

    def cell(self, group: int) -> CellPlan:
        evaluation = self.evaluation
        group = index_in(len(self), group, "a cell", FaultsetError)
        return CellPlan(
            cell=evaluation.name(group) or "",
            verdict=VERDICTS[evaluation.verdict_codes[group]],
            nodes=evaluation.starts[group + 1] - evaluation.starts[group],
            fit=evaluation.fit_counts[group],
            survivors=evaluation.ids(evaluation.serving(group)),
            serve=tuple(
                Share(evaluation.name(self.servers[at]) or "", self.parts[at])
                for at in range(self.starts[group], self.starts[group + 1])
            ),
        )


class Look(NamedTuple):
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
    precisions: tuple[Look, ...]
    recommended: int | None
    """The finest precision with few enough nodes alone and at a border, None without one."""
    why: str


def advise(fleet: Fleet, policy: Policy | None = None) -> Advice:
    """Which precision suits a fleet: how it looks at 1 to 8, and the finest that is good enough.

    Args:
        fleet: nodes with coordinates; without a policy their latencies mean nothing.
        policy: limits, for the cells that they would leave empty.

    Raises:
        EmptyNodesError: there are no nodes.
    """
    count = len(fleet)
    if not count:
        raise EmptyNodesError
    kinship = advising.Kinship(fleet.lats, fleet.lons)
    while kinship.step(STEP):
        pass
    looks = []
    for precision in range(1, advising.FINEST + 1):
        groups = run(grouped(fleet.lats, fleet.lons, precision, WHOLE))
        empty = 0
        if policy is not None:
            instance_of(Policy, policy, "policy", FaultsetError)
            evaluation = Evaluation(fleet, replace(policy, min_cell=None), precision=precision)
            empty = sum(1 for fit in evaluation.fit_counts if not fit)
        looks.append(
            Look(
                precision=precision,
                cells=len(groups.cells),
                alone=advising.alone(groups.counts),
                border=advising.border(kinship.shared, precision),
                empty=empty,
            )
        )
    suited = [look.precision for look in looks if advising.suits(count, look.alone, look.border)]
    recommended = max(suited, default=None)
    return Advice(tuple(looks), recommended, _why(count, looks, recommended))


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
    for letters in range(precision - 1, 0, -1):
        counts = run(grouped(fleet.lats, fleet.lons, letters, WHOLE)).counts
        left = advising.alone(counts)
        if left < (alone if best is None else best[1]):
            best = letters, int(left)
            if not many_alone(best[1], len(fleet)):
                break
    return best


def _why(count: int, looks: list[Look], recommended: int | None) -> str:
    wanted = (
        f"at most {advising.ALONE} % alone in their cell and {advising.BORDER} % nearest to a node of another"
    )
    if recommended is None:
        return f"at no precision are {wanted}: at 1 already {_shares(count, looks[0])}"
    chosen = f"the finest with {wanted}: {_shares(count, looks[recommended - 1])}"
    if recommended == len(looks):
        return chosen
    return f"{chosen}; at {recommended + 1} it would be {_shares(count, looks[recommended])}"


def _shares(count: int, look: Look) -> str:
    return f"{100 * look.alone / count:.1f} % alone, {100 * look.border / count:.1f} % at a border"
