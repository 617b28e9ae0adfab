"""Groups judged again, each as if one of its nodes had failed: all of them in one evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, pairwise, repeat
from typing import Final, NamedTuple

from rvhctl.core.columns import Codes, Floats, Ints
from rvhctl.core.policy.health import DOWN
from rvhctl.core.policy.reasons import STATE_DOWN
from rvhctl.nodes.fleet import Fleet
from rvhctl.policy.evaluation import Evaluation
from rvhctl.policy.groups import Grouping
from rvhctl.policy.plan import envoy_healths
from rvhctl.policy.traffic.capacity import Traffic

MOST_ROWS: Final = 1 << 17
"""Nodes of one evaluation: variants of a large fleet come in several."""


class Facts(NamedTuple):
    """What a plan asks about a group."""

    health: int
    """A place in `rvhctl.core.policy.health.HEALTH`."""
    level: int
    """Its health as a level of Envoy, in per cent."""
    fit: int
    """What its fit nodes carry."""
    answers: bool
    """Whether anybody serves."""


GONE: Final = Facts(DOWN, 0, 0, False)
"""A group all of whose nodes have failed: no memory and no safeguard brings one back that is down."""


def facts_of(evaluation: Evaluation, fit: Sequence[int]) -> list[Facts]:
    """The facts of each group."""
    starts = evaluation.answer_starts.tolist()
    answers = [start < end for start, end in pairwise(starts)]
    return list(map(Facts, evaluation.health_codes, envoy_healths(evaluation), fit, answers))


def without_each(base: Evaluation, traffic: Traffic) -> Iterator[tuple[int, int, Facts]]:
    """Each node, in input order, with its group, and the facts of this without the node."""
    sizes = [end - start for start, end in zip(base.starts, base.starts[1:], strict=False)]
    group_of = base.group_of.tolist()
    first = rows = 0
    for node, group in enumerate(group_of):
        rows += sizes[group]
        if rows >= MOST_ROWS or node == len(group_of) - 1:
            nodes = range(first, node + 1)
            groups = group_of[first : node + 1]
            yield from zip(nodes, groups, _Variants(base, nodes).facts(traffic), strict=True)
            first, rows = node + 1, 0


class _Variants(Evaluation):
    """The group of each of these nodes, with that node down: the rest of it is as it was."""

    def __init__(self, base: Evaluation, nodes: range) -> None:
        members = [
            base.order[base.starts[group] : base.starts[group + 1]].tolist() for group in _groups(base, nodes)
        ]
        rows = list(chain.from_iterable(members))
        starts = [0, *accumulate(map(len, members))]
        self.rows = rows
        self.policy = base.policy
        # A failure changes no latency, and so no order.
        self.order = Ints(range(len(rows)))
        self.starts = Ints(starts)
        self.group_of = Ints(chain.from_iterable(map(repeat, range(len(members)), map(len, members))))
        self.groups = Grouping(self.group_of, Ints(map(len, members)))
        self.latencies = Floats(map(base.latencies.__getitem__, rows))
        self.fleet = Fleet([], self.latencies, weights=_picked(base.fleet.weights, rows))
        self.lossy = Codes(map(base.lossy.__getitem__, rows)) if len(base.lossy) else base.lossy
        self.known = None
        if base.known is not None:
            places, streaks = base.known
            self.known = Codes(map(places.__getitem__, rows)), type(streaks)(map(streaks.__getitem__, rows))
        states = list(map(base.states.__getitem__, rows)) if len(base.states) else [0] * len(rows)
        for node, start, some in zip(nodes, starts, members, strict=False):
            states[start + some.index(node)] = STATE_DOWN
        self.states = Codes(states)
        self.decide()

    def facts(self, traffic: Traffic) -> list[Facts]:
        of_node = traffic.of_node
        here = traffic._replace(of_node=None if of_node is None else [of_node[row] for row in self.rows])
        return facts_of(self, here.carried(self.order, self.starts, self.fits, self.fit_counts))


def _groups(base: Evaluation, nodes: range) -> list[int]:
    return [base.group_of[node] for node in nodes]


def _picked(column: Floats, rows: list[int]) -> Floats:
    return Floats(map(column.__getitem__, rows)) if len(column) else column
