"""Where the traffic of each group goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rvhctl.core.columns import Ints
from rvhctl.core.numbers import whole_of
from rvhctl.core.policy.health import HEALTH
from rvhctl.core.policy.plan import Plan
from rvhctl.core.policy.priority_load import healths, weighted_healths
from rvhctl.errors import FaultsetError, shorten
from rvhctl.formats.wording import counted
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.groups import STEP
from rvhctl.policy.request import NEAREST


class Share(NamedTuple):
    """A part of a group's traffic."""

    group: str
    """The name of the group that serves it."""
    share: int
    """Per cent, 1 to 100."""

    @property
    def cell(self) -> str:
        """The group."""
        return self.group


class CellPlan(NamedTuple):
    """What becomes of the traffic of one cell, or of another group."""

    group: str
    """Its name."""
    health: str
    nodes: int
    fit: int
    survivors: list[str | int]
    """The ids of the nodes that serve, as they were given, fastest first."""
    serve: tuple[Share, ...]
    """Shares that add up to 100, the group itself first; empty where nobody serves."""

    @property
    def cell(self) -> str:
        """The group."""
        return self.group


class FleetPlan:
    """The plan of every group, in order of first appearance.

    Each group has levels as Envoy's priorities: itself, then its nearest healthy groups by great circle
    distance between cell centres (with labels: centroids), rounded to a metre, ties by first appearance. Groups at
    no known distance, for want of coordinates, come last, by first appearance. The health of a level is
    min(100, floor(140 x fit / all nodes)), by weight where nodes have one; panic is off. Where no level has
    any health, the group keeps all its traffic if it has an answer.

    Args:
        evaluation: of a fleet with a precision or by labels.
        nearest: healthy groups that each may turn to, 0 or more.
    """

    def __init__(self, evaluation: Evaluation, nearest: int = NEAREST) -> None:
        groups = instance_of(Evaluation, evaluation, "evaluation", FaultsetError).groups
        if not groups.kind:
            raise FaultsetError("a plan needs groups: evaluate with a precision, or by a label")
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
        plan = Plan(groups.places(), states, self.healths, answer_starts, levels)
        while plan.step(STEP):
            pass
        self.starts: Ints = plan.starts
        """Where the shares of each group start in ``servers`` and ``parts``; one entry more than groups."""
        self.servers: Ints = plan.servers
        self.parts: Ints = plan.parts

    def __len__(self) -> int:
        return self.evaluation.group_count

    def __repr__(self) -> str:
        return f"<FleetPlan of {counted(len(self), self.evaluation.groups.kind)}>"

    def __iter__(self) -> Iterator[CellPlan]:
        return map(self.cell, range(len(self)))

    def cell(self, group: int) -> CellPlan:
        evaluation = self.evaluation
        group = index_in(len(self), group, "a group", FaultsetError)
        return CellPlan(
            group=evaluation.name(group) or "",
            health=HEALTH[evaluation.health_codes[group]],
            nodes=evaluation.starts[group + 1] - evaluation.starts[group],
            fit=evaluation.fit_counts[group],
            survivors=evaluation.ids(evaluation.serving(group)),
            serve=tuple(
                Share(evaluation.name(self.servers[at]) or "", self.parts[at])
                for at in range(self.starts[group], self.starts[group + 1])
            ),
        )
