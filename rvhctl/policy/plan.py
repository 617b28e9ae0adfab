"""Where the traffic of each group goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import chain, pairwise, repeat
from operator import mul, sub
from typing import TYPE_CHECKING, Final, NamedTuple

from rvhctl.core.columns import Codes, Ints
from rvhctl.core.policy.health import HEALTH
from rvhctl.core.policy.plan import Plan, Reach
from rvhctl.core.policy.priority_load import healths, weighted_healths
from rvhctl.errors import FaultsetError
from rvhctl.formats.wording import and_more, counted, shown
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.groups import STEP
from rvhctl.policy.policy import Percent
from rvhctl.policy.traffic.capacity import FULL, PER_CENT, Traffic, load_of, shown_load, traffic_of
from rvhctl.policy.traffic.routing import NEAREST, Routing, Spill, routing_of
from rvhctl.policy.traffic.sharing import WHOLE, Level, Shares, capacity_shares, kept, rounded, shown_part
from rvhctl.streams.progress import watched

if TYPE_CHECKING:
    from fractions import Fraction


NAMED: Final = 5
"""Groups that a warning names; of more it gives the number."""


class Share(NamedTuple):
    """A part of a group's traffic."""

    group: str
    """The name of the group that serves it."""
    share: int | float
    """Per cent, up to 100: whole, or with the spill ``capacity`` of two decimals."""

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
    load: float | None
    """What the group is sent in all, in per cent of what its fit nodes carry, rounded up to a tenth; None where
    there are none for it."""

    @property
    def cell(self) -> str:
        """The group."""
        return self.group


class FleetPlan:
    """The plan of every group, in order of first appearance.

    Each group may turn to its nearest healthy groups by great circle distance between cell centres (with labels:
    centroids), rounded to a metre, ties by first appearance. Groups at no known distance, for want of coordinates,
    come last, by first appearance.

    With the spill ``envoy`` it and these are levels as Envoy's priorities. The health of a level is
    min(100, floor(140 x fit / all nodes)), by weight where nodes have one; panic is off. With ``capacity`` a group
    keeps what its fit nodes carry, and the nearest pairs share out the rest, so that no group is over 100 % where
    another way is left; what there is no room for is shared evenly. Either way, where nobody in reach is fit, the
    group keeps all its traffic if it has an answer.

    Args:
        evaluation: of a fleet with a precision or by labels.
        nearest: healthy groups that each may turn to, 0 or more.
        spill: ``envoy`` or ``capacity``.
        fill: what each group is asked when all are well, of the capacity of all its nodes; unset "70%".
        demand: what each group is asked, by its name, in place of this.

    Attributes:
        starts: where the shares of each group start in ``servers`` and ``parts``; one entry more than groups.
        whole: parts that make all the traffic of a group: 100, or 10,000 for ``capacity``.
        traffic: what each group is asked, and carries.
        loads: of each group, in tenths of a per cent, rounded up; `BEYOND` where nobody carries what is asked.
        shortage: what groups cannot place in reach, by group, in the unit of the traffic; of ``capacity`` only.

    Raises:
        UnknownNodeError: the demand names a group that is not there.
        FaultsetError: an argument makes no sense; or the demand of a group is missing.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        nearest: int = NEAREST,
        *,
        spill: Spill = "envoy",
        fill: Percent | str | None = None,
        demand: Mapping[str, float] | None = None,
    ) -> None:
        groups = instance_of(Evaluation, evaluation, "evaluation", FaultsetError).groups
        if not groups.kind:
            raise FaultsetError("a plan needs groups: evaluate with a precision, or by a label")
        self.routing: Routing = routing_of(nearest, spill, fill, demand)
        self.evaluation = evaluation
        self.healths: Ints = envoy_healths(evaluation)
        self.traffic: Traffic = traffic_of(evaluation, self.routing)
        self.shortage: dict[int, int] = {}
        self._exact: dict[int, Shares] = {}
        if spill == "envoy":
            self._share_as_envoy()
        else:
            self._share_by_capacity()
        self.sent = self._sent()
        """What each group is sent, exactly; what nobody serves counts as sent to its own group."""
        self.loads = list(map(load_of, self.sent, self.traffic.fit))

    def _share_as_envoy(self) -> None:
        evaluation = self.evaluation
        states, answer_starts = evaluation.health_codes, evaluation.answer_starts
        places = evaluation.groups.places()
        plan = Plan(places, states, self.healths, answer_starts, self.routing.nearest)
        planned = iter(partial(plan.step, STEP), False)
        for _ in watched(planned, "planning", len(self), "groups", position=lambda: len(plan.starts) - 1):
            pass
        self.whole = PER_CENT
        self.starts, self.servers, self.parts = plan.starts, plan.servers, plan.parts

    def _share_by_capacity(self) -> None:
        demand, fit = self.traffic.demand, self.traffic.fit
        short = {group for group in range(len(self)) if demand[group] > fit[group] or not fit[group]}
        levels = levels_of(self.evaluation, short, self.routing.nearest, what="finding room")
        self._exact, self.shortage = capacity_shares(short, demand, fit, levels, "moving traffic")
        room: dict[int, int | Fraction] = {
            other: fit[other] - demand[other] for group in short for _, other in levels[group]
        }
        for shares in self._exact.values():
            for other, amount in shares:
                if other in room:
                    room[other] -= amount
        self.whole = WHOLE
        starts, servers, parts = [0], list[int](), list[int]()
        for group in watched(range(len(self)), "sharing out traffic", len(self), "groups"):
            shares = self._exact.get(group, [(group, demand[group])])
            if not shares:
                answers = len(self.evaluation.serving(group)) > 0
                self._exact[group] = shares = kept(shares, group, demand[group], answers=answers)
            for (server, _), part in zip(shares, rounded(shares, room), strict=True):
                if part:
                    servers.append(server)
                    parts.append(part)
            starts.append(len(servers))
        self.starts, self.servers, self.parts = Ints(starts), Ints(servers), Ints(parts)

    def amounts(self, group: int) -> Shares:
        """Who serves a group, and how much of its traffic, exactly; nobody, where nobody does."""
        demand = self.traffic.demand[group]
        if self.whole != PER_CENT:
            return self._exact.get(group, [(group, demand)])
        first, last = self.starts[group], self.starts[group + 1]
        return [(self.servers[at], demand // PER_CENT * self.parts[at]) for at in range(first, last)]

    def _sent(self) -> list[int | Fraction]:
        demand, starts = self.traffic.demand, self.starts.tolist()
        sent: list[int | Fraction] = [
            asked if start == end else 0 for asked, (start, end) in zip(demand, pairwise(starts), strict=True)
        ]
        if self.whole == PER_CENT:
            hundredths = [asked // PER_CENT for asked in demand]
            asked_of = chain.from_iterable(map(repeat, hundredths, map(sub, starts[1:], starts)))
            for server, amount in zip(self.servers, map(mul, asked_of, self.parts), strict=True):
                sent[server] += amount
            return sent
        for group, asked in enumerate(demand):
            for server, amount in self._exact.get(group, ((group, asked),)):
                sent[server] += amount
        return sent

    @property
    def over(self) -> list[int]:
        """The groups that are sent more than they carry, the worst first."""
        over = [group for group, load in enumerate(self.loads) if load > FULL]
        return sorted(over, key=self.loads.__getitem__, reverse=True)

    @property
    def overloads(self) -> int:
        """Groups that are sent more than they carry."""
        return len(self.over)

    @property
    def worst(self) -> str:
        """The worst health of all groups."""
        return self.evaluation.worst

    @property
    def summary(self) -> str:
        """What there is to warn of; else how well the groups are."""
        return self.warning or self.evaluation.summary

    @property
    def warning(self) -> str:
        """The groups that are sent more than they carry, and what there is no room for; empty if all is well."""
        names, over = self.evaluation.names, self.over
        if not over:
            return ""
        said = [
            f"{names[group]} (nobody is fit)" if load is None else f"{names[group]} at {shown(load)} %"
            for group in over[:NAMED]
            for load in (shown_load(self.loads[group]),)
        ]
        text = f"over capacity after failover: {and_more(said, len(over))}"
        if not self.shortage:
            return text
        lacking = sorted(self.shortage, key=lambda group: -self.shortage[group])
        parts = [f"{names[group]} lacks {self._capacity(self.shortage[group])}" for group in lacking[:NAMED]]
        amount = self._capacity(sum(self.shortage.values()))
        return f"{text}; short of a capacity of {amount} in reach: {and_more(parts, len(lacking))}"

    def _capacity(self, amount: int) -> str:
        """An amount as people state capacities."""
        from decimal import Decimal

        # The quotient of two integers overflows where each may have hundreds of digits.
        return f"{float(Decimal(amount) / self.traffic.unit):.6g}"

    def __len__(self) -> int:
        return self.evaluation.group_count

    def __repr__(self) -> str:
        return f"<FleetPlan of {counted(len(self), self.evaluation.groups.kind)}>"

    def __iter__(self) -> Iterator[CellPlan]:
        return map(self.cell, range(len(self)))

    def share(self, at: int) -> int | float:
        """The share that stands at this place in ``parts``, in per cent."""
        part = self.parts[at]
        return part if self.whole == PER_CENT else shown_part(part)

    def cell(self, group: int) -> CellPlan:
        """The plan of the group of that number, counted from 0."""
        evaluation = self.evaluation
        group = index_in(len(self), group, "a group", FaultsetError)
        return CellPlan(
            group=evaluation.name(group) or "",
            health=HEALTH[evaluation.health_codes[group]],
            nodes=evaluation.starts[group + 1] - evaluation.starts[group],
            fit=evaluation.fit_counts[group],
            survivors=evaluation.ids(evaluation.serving(group)),
            serve=tuple(
                Share(evaluation.name(self.servers[at]) or "", self.share(at))
                for at in range(self.starts[group], self.starts[group + 1])
            ),
            load=shown_load(self.loads[group]),
        )


def envoy_healths(evaluation: Evaluation) -> Ints:
    """The health of each group as a level of Envoy, in per cent."""
    weights = evaluation.fleet.weights
    if len(weights):
        return weighted_healths(evaluation.order, evaluation.starts, evaluation.fits, weights)
    return healths(evaluation.starts, evaluation.fit_counts)


def levels_of(
    evaluation: Evaluation,
    wanted: Collection[int],
    nearest: int,
    health_codes: Codes | None = None,
    what: str = "",
) -> dict[int, list[Level]]:
    """Where these groups may turn to: the nearest healthy ones (by their health now, or this one), nearest first.

    Args:
        what: what a terminal calls it, if it is a step of its own.
    """
    marks = Codes([1 if group in wanted else 0 for group in range(evaluation.group_count)])
    codes = evaluation.health_codes if health_codes is None else health_codes
    reach = Reach(evaluation.groups.places(), codes, marks, nearest)
    steps = iter(partial(reach.step, STEP), False)
    if what:
        count = evaluation.group_count
        steps = watched(steps, what, count, "groups", position=lambda: len(reach.starts) - 1)
    for _ in steps:
        pass
    starts, servers, metres = reach.starts, reach.servers, reach.parts
    return {
        group: [(metres[at], servers[at]) for at in range(starts[group], starts[group + 1])]
        for group in wanted
    }
