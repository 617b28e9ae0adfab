"""Where the traffic of each cell goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rvhctl.core.columns import Ints
from rvhctl.core.numbers import whole_of
from rvhctl.core.policy.health import HEALTH
from rvhctl.core.policy.plan import Plan
from rvhctl.core.policy.priority_load import healths, weighted_healths
from rvhctl.errors import FaultsetError, shorten
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.policy.evaluation import STEP, Evaluation
from rvhctl.policy.request import NEAREST


class Share(NamedTuple):
    """A part of a cell's traffic."""

    cell: str
    share: int
    """Per cent, 1 to 100."""


class CellPlan(NamedTuple):
    """What becomes of one cell's traffic."""

    cell: str
    health: str
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
        starts, weights = evaluation.starts, evaluation.fleet.weights
        self.healths: Ints = (
            weighted_healths(evaluation.order, starts, evaluation.fits, weights)
            if len(weights)
            else healths(starts, evaluation.fit_counts)
        )
        states, answer_starts = evaluation.health_codes, evaluation.answer_starts
        plan = Plan(evaluation.cells, precision, states, self.healths, answer_starts, levels)
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
            health=HEALTH[evaluation.health_codes[group]],
            nodes=evaluation.starts[group + 1] - evaluation.starts[group],
            fit=evaluation.fit_counts[group],
            survivors=evaluation.ids(evaluation.serving(group)),
            serve=tuple(
                Share(evaluation.name(self.servers[at]) or "", self.parts[at])
                for at in range(self.starts[group], self.starts[group + 1])
            ),
        )
