"""The decision on a fleet: which nodes serve. The fast kernel is chosen here, where a threshold alone decides.

The kernels go in slices of ``size`` nodes, so that signals are heard and an event loop gets its turn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from rvhctl.concurrency.steps import WHOLE, Steps
from rvhctl.core.columns import Floats, Ints, blank
from rvhctl.core.policy.cells import CellOrder
from rvhctl.core.policy.ranking import Ranking
from rvhctl.core.policy.survivors import survivors
from rvhctl.formats.shapes import Picked
from rvhctl.policy.groups import Grouping, grouped

if TYPE_CHECKING:
    from rvhctl.nodes.fleet import Fleet
    from rvhctl.policy.evaluation import Evaluation
    from rvhctl.policy.memory import Memory
    from rvhctl.policy.request import Request


class Survivors:
    """The nodes that serve, by their rows: group after group, the fastest first.

    Attributes:
        answer_rows: the rows of all groups.
        answer_starts: where in them each group starts; one entry more than groups.
    """

    answer_rows: Ints
    answer_starts: Ints

    def __len__(self) -> int:
        """Nodes that serve."""
        return len(self.answer_rows)

    def serving(self, group: int) -> Ints:
        """The rows of the nodes of a group that serve."""
        return self.answer_rows[self.answer_starts[group] : self.answer_starts[group + 1]]

    def first_of_each(self, top: int | None) -> Picked:
        """The rows of all groups, or the first ``top`` of each."""
        if top is None:
            return self.answer_rows
        rows, starts = self.answer_rows, self.answer_starts
        return [
            row
            for group in range(len(starts) - 1)
            for row in rows[starts[group] : min(starts[group] + top, starts[group + 1])]
        ]


class WithinThreshold(Survivors):
    """The nodes within a threshold, which alone decides; in one group, or by cell or label."""

    def __init__(self, threshold: float, rows: Ints, starts: Ints, groups: Grouping | None = None) -> None:
        self.threshold = threshold
        self.answer_rows = rows
        self.answer_starts = starts
        self.groups = groups


Decision: TypeAlias = "WithinThreshold | Evaluation"
"""Which nodes serve, by either kernel."""


def decide(
    fleet: Fleet, request: Request, memory: Memory | None = None, size: int = WHOLE
) -> Steps[Decision]:
    """Find the nodes that serve.

    Raises:
        UnknownNodeError: a node or a cell that is said to have failed is none of the fleet's.
    """
    if request.threshold_only and not len(fleet.states):
        return (yield from _within_threshold(fleet, request, size))
    from rvhctl.policy.evaluation import Evaluation

    return Evaluation(
        by_states(fleet) if request.states_only and fleet.unmeasured else fleet,
        request.policy,
        precision=request.precision,
        by_label=bool(request.by),
        memory=memory,
        failed=request.failed,
    )


def by_states(fleet: Fleet) -> Fleet:
    """The fleet with a latency of 0 ms for every node, so that only states tell who is fit."""
    return replace(fleet, latencies=blank(len(fleet)))


def _within_threshold(fleet: Fleet, request: Request, size: int) -> Steps[WithinThreshold]:
    threshold = request.policy.threshold
    assert threshold is not None
    if request.precision is None and not request.by:
        rows = yield from ranked(fleet.latencies, threshold, size)
        return WithinThreshold(threshold, rows, Ints([0, len(rows)]))
    groups = yield from grouped(fleet, request.precision, size)
    order = yield from ranked_by_group(groups.group_of, len(groups), fleet.latencies, threshold, size)
    return WithinThreshold(threshold, order.survivors, order.starts, groups)


def ranked(latencies: Floats, limit: float, size: int) -> Steps[Ints]:
    """The indices of the latencies (ms) that are <= limit, ascending by latency, ties in input order."""
    if len(latencies) <= size:
        return survivors(latencies, limit)
    ranking = Ranking(latencies, limit, size)
    while ranking.step():
        yield
    return ranking.order


def ranked_by_group(
    group_of: Ints, groups: int, latencies: Floats, limit: float, size: int
) -> Steps[CellOrder]:
    """The survivors of each group."""
    order = CellOrder(group_of, groups, (yield from ranked(latencies, limit, size)))
    few = len(group_of) <= size
    while order.step():
        if not few:
            yield
    return order
