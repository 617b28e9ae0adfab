"""What breaks if any one node, any one group, or any two groups fail: one evaluation, and what each failure changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, overload

from rvhctl.core.policy.health import DOWN, HEALTH
from rvhctl.errors import FaultsetError
from rvhctl.formats.wording import counted, share_of
from rvhctl.nodes.arguments import instance_of
from rvhctl.policy.plan import FleetPlan
from rvhctl.policy.traffic.capacity import FULL, shown_load
from rvhctl.policy.traffic.replan import Impact, Replan
from rvhctl.policy.traffic.routing import Failures, failures_of
from rvhctl.policy.traffic.variants import GONE, Facts, without_each
from rvhctl.streams.progress import watched


class Failure(NamedTuple):
    """What is left when one node, one group or two groups fail."""

    failure: str | int | list[str]
    """The id of the node, or the name of the group; of a pair both names."""
    kind: str
    """``node``, ``group`` or ``pair``."""
    health: str
    """The worst of all groups, with those that failed."""
    down: int
    """Groups without a fit node, with those that failed."""
    load: float | None
    """The worst of all groups, in per cent, rounded up to a tenth; None where nobody carries what is asked."""
    where: str | None
    """The first group that has it; None where there is no traffic."""
    moved: float
    """Traffic that another group serves than before, or nobody, in per cent of all, to a hundredth."""


class Drill(Sequence[Failure]):
    """All failures of a drill, the worst first: by health, groups down, load, what moved, then in order.

    Args:
        plan: as all is now; its evaluation and its rules are those of every failure.
        failures: each of the ``nodes``, of the ``groups``, ``both``, or ``pairs`` of groups.

    Raises:
        FaultsetError: an argument is something else.
    """

    def __init__(self, plan: FleetPlan, failures: Failures = "both") -> None:
        self.plan = instance_of(FleetPlan, plan, "plan", FaultsetError)
        self.failures = failures_of(failures)
        self._replan = Replan(plan, 2 if self.failures == "pairs" else 1)
        self._worst = 0
        self.overloads = 0
        """Failures that send a group more than it carries."""
        failed = watched(self._each(), "drilling", self._count(), "failures")
        rows = [self._row(*of_one) for of_one in failed]
        rows.sort(key=lambda row: row[0])
        self.nodes = [node for _, node, _ in rows]
        """The row of each node that fails; -1 for what is none."""
        self._rows = [row for _, _, row in rows]

    @overload
    def __getitem__(self, at: int) -> Failure: ...
    @overload
    def __getitem__(self, at: slice) -> list[Failure]: ...
    def __getitem__(self, at: int | slice) -> Failure | list[Failure]:
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<Drill of {counted(len(self), 'failure')}: {self.summary}>"

    @property
    def worst(self) -> str:
        """The worst health of a group that the drill did not itself take out whole."""
        return HEALTH[self._worst]

    @property
    def summary(self) -> str:
        """How many failures overload a group, and the worst health of groups that did not fail whole."""
        overloading = share_of(self.overloads, len(self), "failure", "overload")
        return f"{overloading} a group; groups that do not fail whole are at worst {self.worst}"

    @property
    def warning(self) -> str:
        """Empty, unless nothing could fail: that is no promise."""
        return "" if self._rows else "nothing is drilled: all nodes are in one group, and a pair takes two"

    def _count(self) -> int:
        """How many failures there are."""
        groups = len(self.plan)
        if self.failures == "pairs":
            return groups * (groups - 1) // 2
        nodes = len(self.plan.evaluation.fleet)
        return {"nodes": nodes, "groups": groups}.get(self.failures, nodes + groups)

    def _each(self) -> Iterator[tuple[str | int | list[str], str, Mapping[int, Facts], int]]:
        """What fails, its kind, what changes, and which node it is; -1 for what is none."""
        evaluation = self.plan.evaluation
        names = [name or "" for name in evaluation.names]
        if self.failures in ("nodes", "both"):
            ids = evaluation.fleet.given or evaluation.fleet.ids
            for node, group, facts in without_each(evaluation, self.plan.traffic):
                yield ids[node], "node", {group: facts}, node
        if self.failures in ("groups", "both"):
            for group, name in enumerate(names):
                yield name, "group", {group: GONE}, -1
        if self.failures == "pairs":
            for one, other in combinations(range(len(names)), 2):
                yield [names[one], names[other]], "pair", {one: GONE, other: GONE}, -1

    def _row(
        self, failed: str | int | list[str], kind: str, changed: Mapping[int, Facts], node: int
    ) -> tuple[tuple[float, ...], int, Failure]:
        """A failure with what it is sorted by."""
        impact: Impact = self._replan.after(changed)
        worst = max(code for code, groups in impact.healths.items() if groups)
        left = impact.healths.copy()
        left[DOWN] -= len(changed) if node < 0 else 0
        elsewhere = max((code for code, groups in left.items() if groups), default=0)
        self._worst = max(self._worst, elsewhere)
        self.overloads += impact.load > FULL
        down = impact.healths[DOWN]
        where = self.plan.evaluation.names[impact.where] if impact.load else None
        moved = round(impact.moved * 10_000) / 100
        row = Failure(failed, kind, HEALTH[worst], down, shown_load(impact.load), where, moved)
        return (-worst, -down, -impact.load, -moved), node, row
