"""A plan under a failure: only what the failure touches is planned again, and the answer is that of a plan anew."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain, islice
from typing import Final, NamedTuple

from rvhctl.core.columns import Codes
from rvhctl.core.policy.health import HEALTHY
from rvhctl.core.policy.priority_load import shares_of
from rvhctl.policy.plan import FleetPlan, levels_of
from rvhctl.policy.traffic.capacity import PER_CENT, load_of
from rvhctl.policy.traffic.sharing import Level, Shares, capacity_shares, kept
from rvhctl.policy.traffic.variants import Facts, facts_of

NOBODY: Final = -1
"""In place of a group that serves."""


class Impact(NamedTuple):
    """What is left after a failure."""

    healths: Counter[int]
    """How many groups have each health."""
    load: int
    """The worst of all groups, in tenths of a per cent."""
    where: int
    """The first group that has it."""
    moved: Fraction
    """The share of all traffic that another group serves than before, or nobody."""


class Replan:
    """What a plan becomes when some groups change.

    Args:
        plan: as all is now.
        most: groups that change at a time, at most.
    """

    def __init__(self, plan: FleetPlan, most: int) -> None:
        self.plan = plan
        self.demand = plan.traffic.demand
        self.total = sum(self.demand)
        self.nearest = plan.routing.nearest
        self.by_capacity = plan.routing.spill == "capacity"
        evaluation = plan.evaluation
        self.facts = facts_of(evaluation, plan.traffic.fit)
        self._facts = dict(enumerate(self.facts))
        self.healths = Counter(facts.health for facts in self.facts)
        everyone = range(len(self.facts))
        # As many more as may drop out, so that the nearest of the others are always among them.
        self.levels = levels_of(evaluation, everyone, self.nearest + most if self.nearest else 0)
        self.users: list[list[int]] = [[] for _ in everyone]
        """The groups that turn to each one now."""
        for group, facts in enumerate(self.facts):
            carries = (
                facts.fit >= self.demand[group] and facts.fit if self.by_capacity else facts.level == PER_CENT
            )
            for _, other in () if carries else self.levels[group][: self.nearest]:
                self.users[other].append(group)
        self.by_load = sorted(everyone, key=lambda group: (-plan.loads[group], group))

    def after(self, changed: Mapping[int, Facts]) -> Impact:
        """What is left when these groups are so."""
        more: dict[int, int | Fraction] = dict.fromkeys(changed, 0)
        moved: int | Fraction = 0
        for group, shares in self.planned(changed).items():
            before, now = self._by_server(group, self.plan.amounts(group)), self._by_server(group, shares)
            for server, amount in before.items():
                moved += max(amount - now.get(server, 0), 0)
            # What nobody serves counts as sent to its own group.
            for server, amount in chain(now.items(), ((other, -amount) for other, amount in before.items())):
                place = group if server == NOBODY else server
                more[place] = more.get(place, 0) + amount
        load, where = self._worst(more, changed)
        healths = self.healths.copy()
        for group, facts in changed.items():
            healths[self.facts[group].health] -= 1
            healths[facts.health] += 1
        return Impact(healths, load, where, Fraction(moved, self.total) if self.total else Fraction(0))

    def planned(self, changed: Mapping[int, Facts]) -> dict[int, Shares]:
        """The shares of all groups whose plan may be another than before."""
        facts_now = ChainMap(changed, self._facts)  # type: ignore[arg-type]
        if any(facts.health == HEALTHY != self.facts[group].health for group, facts in changed.items()):
            # What is healthy now may be nearest to anyone.
            codes = Codes(facts_now[group].health for group in range(len(self.facts)))
            levels = levels_of(self.plan.evaluation, range(len(self.facts)), self.nearest, codes)
            touched = set(range(len(self.facts)))
        else:
            levels = {}
            touched = {*changed, *chain.from_iterable(map(self.users.__getitem__, changed))}
            self._look_up(touched, changed, levels)
            if self.by_capacity:
                self._close(touched, changed, levels)
        if not self.by_capacity:
            return {group: self._as_envoy(group, levels[group], facts_now) for group in touched}
        fit = {group: facts_now[group].fit for group in {*touched, *_others(levels)}}
        planned, _ = capacity_shares(touched, self.demand, fit, levels)
        return {group: self._kept(group, shares, facts_now) for group, shares in planned.items()}

    def _look_up(
        self, groups: Iterable[int], changed: Mapping[int, Facts], levels: dict[int, list[Level]]
    ) -> None:
        """Find where groups may turn to, where no more groups are healthy than before."""
        for group in groups:
            still = (
                level
                for level in self.levels[group]
                if level[1] not in changed or changed[level[1]].health == HEALTHY
            )
            levels[group] = list(islice(still, self.nearest))

    def _close(self, touched: set[int], changed: Mapping[int, Facts], levels: dict[int, list[Level]]) -> None:
        """Add all groups that may turn to where a touched one may turn to, and so on."""
        waiting = list(touched)
        seen: set[int] = set()
        while waiting:
            group = waiting.pop()
            reached = {other for _, other in (*levels[group], *self.levels[group][: self.nearest])}
            for other in reached - seen:
                seen.add(other)
                new = set(self.users[other]) - touched
                touched |= new
                waiting += new
                self._look_up(new, changed, levels)

    def _as_envoy(self, group: int, others: list[Level], facts: Mapping[int, Facts]) -> Shares:
        levels = [group, *(other for _, other in others)]
        parts = shares_of([facts[level].level for level in levels])
        hundredth = self.demand[group] // PER_CENT
        shares: Shares = [
            (level, hundredth * part) for level, part in zip(levels, parts, strict=True) if part
        ]
        return self._kept(group, shares, facts)

    def _kept(self, group: int, shares: Shares, facts: Mapping[int, Facts]) -> Shares:
        return kept(shares, group, self.demand[group], answers=facts[group].answers)

    def _by_server(self, group: int, shares: Shares) -> dict[int, int | Fraction]:
        return dict(shares) or {NOBODY: self.demand[group]}

    def _worst(self, more: Mapping[int, int | Fraction], changed: Mapping[int, Facts]) -> tuple[int, int]:
        """The worst load, and the first group that has it."""
        loads = []
        for group, amount in more.items():
            fit = changed[group].fit if group in changed else self.facts[group].fit
            loads.append((-load_of(self.plan.sent[group] + amount, fit), group))
        rest = next((group for group in self.by_load if group not in more), None)
        if rest is not None:
            loads.append((-self.plan.loads[rest], rest))
        load, group = min(loads)
        return -load, group


def _others(levels: Mapping[int, list[Level]]) -> Iterator[int]:
    return (other for some in levels.values() for _, other in some)
