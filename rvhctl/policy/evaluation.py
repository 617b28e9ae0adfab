"""One evaluation of a fleet under a policy: limits, health, safeguards and the answer of every group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from operator import sub
from typing import Any, Final, NamedTuple

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import PIECE, Codes, Floats, Ints, pick
from rvhctl.core.geo.geohash import whole_precision
from rvhctl.core.policy import damping as memory
from rvhctl.core.policy import health, limits, reasons, safeguards, samples
from rvhctl.core.policy.grouping import by_group
from rvhctl.errors import EmptyNodesError, FaultsetError, UnknownNodeError, shorten
from rvhctl.formats.wording import counted, did_you_mean
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.nodes.fleet import Fleet
from rvhctl.nodes.given import plain_id
from rvhctl.policy.decision import Survivors
from rvhctl.policy.groups import Grouping, InOne, grouped, rows_in_cells, rows_of_groups
from rvhctl.policy.memory import Memory
from rvhctl.policy.policy import Percent, Policy
from rvhctl.streams import progress

SOME: Final = 1 << 16
"""Nodes that are grouped between two looks at the clock."""

SAID: Final = [reason or None for reason in reasons.REASONS]
"""The name of each reason; None where nothing is to be said."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A what-if: answer as if these had failed.

    Attributes:
        ids: of nodes.
        cells: prefixes of geohashes; every node that stands in one of them has failed.
        groups: names of groups by label, or of their first labels: ``eu-west`` is every ``eu-west/...``, too.
    """

    ids: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("ids", "cells", "groups"):
            texts = run(listed(getattr(self, name), WHOLE, f"failed {name}", FaultsetError))
            for text in texts:
                instance_of(str, text, f"each of the failed {name}", FaultsetError)
            object.__setattr__(self, name, tuple(texts))


class Group(NamedTuple):
    """The nodes of a cell or label, several such that joined, or all nodes; by their ids, as they were given."""

    name: str | None
    """The geohash, or the values of the labels (``eu-west/a``); None for all nodes."""
    health: str
    """``healthy``, ``degraded`` or ``down``: before any safeguard."""
    limit: float | None
    """Milliseconds; None where a relative limit found no median."""
    nodes: list[str | int]
    """All of it, ascending by latency, ties in input order, those without a measurement last."""
    fit: list[str | int]
    answer: list[str | int]
    """Those that serve, in the same order."""

    @property
    def cell(self) -> str | None:
        """The name."""
        return self.name


class Explanation(NamedTuple):
    """What became of one node."""

    group: str | None
    """The name of its group."""
    kept: bool
    reason: str | None
    """None where the node was plainly kept; else one of `rvhctl.core.policy.reasons.REASONS`."""
    latency: float | None
    limit: float | None
    margin: float | None
    """limit - latency, in milliseconds."""

    @property
    def cell(self) -> str | None:
        """The group."""
        return self.group


class Evaluation(Survivors):
    """What a policy makes of a fleet. Groups are numbered in order of first appearance.

    Columns hold rows, which count the nodes as they were given; ``answer``, groups and plans have ids.

    Attributes:
        groups: how the nodes are grouped: names and places of groups, and which joined which.
        latencies: of each node, after the aggregate.
        group_of: the group of each node.
        order: the nodes of all groups, and ``starts``: where in them each group starts.
        limits: of each group, NaN without one.
        fit_counts: fit nodes of each group.
        health_codes: places in `rvhctl.core.policy.health.HEALTH`.
        answer_rows: the nodes that serve, group after group, and ``answer_starts``.
        standing: what one round says of each node (`rvhctl.core.policy.reasons`).
        fits: 1 where a node is fit, after the memory.
        states, lossy, known: of each node its state, whether it lost too many samples, and what the memory has.
        memory: what is to be remembered, if a memory was given.
        absent: nodes that the memory knows as fit and the fleet lacks.
    """

    def __init__(
        self,
        fleet: Fleet,
        policy: Policy,
        *,
        precision: int | None = None,
        by_label: bool = False,
        memory: Memory | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Without a precision, and not ``by_label``, all nodes are one group."""
        if not len(instance_of(Fleet, fleet, "fleet", FaultsetError)):
            raise EmptyNodesError
        progress.at("judging", len(fleet), "nodes")
        self.fleet = fleet
        self.policy = instance_of(Policy, policy, "policy", FaultsetError)
        self.precision: int | None = None if precision is None else whole_precision(precision)
        self.latencies = fleet.measured(policy.aggregate)
        if memory is not None:
            instance_of(Memory, memory, "memory", FaultsetError)
        self.absent: list[str] = [] if memory is None else memory.absent(fleet.ids)
        self.groups = self._grouped(by_label)
        self.group_of = self.groups.group_of
        self.order, self.starts = by_group(self.latencies, self.group_of, self.groups.counts)
        self.states = fleet.states if failed is None else self._states_if(failed)
        self.lossy = self._lossy()
        self.known = None if memory is None else memory.columns(fleet.ids)
        progress.at("deciding on", len(fleet), "nodes")
        self.decide()
        self.memory = None if memory is None else memory.after(fleet.ids, *self.known_after)

    @property
    def group_count(self) -> int:
        """How many groups there are."""
        return len(self.groups)

    def __repr__(self) -> str:
        nodes, groups = len(self.fleet), self.group_count
        where = f" in {counted(groups, self.groups.kind)}" if self.groups.kind else ""
        return f"<Evaluation: {len(self)} of {nodes} nodes serve{where}, worst is {self.worst}>"

    def __iter__(self) -> Iterator[Group]:
        return map(self.group, range(self.group_count))

    def name(self, group: int) -> str | None:
        """The name of a group; None where all nodes are one."""
        return self.names[index_in(self.group_count, group, "a group", FaultsetError)]

    @cached_property
    def names(self) -> Sequence[str | None]:
        """The name of each group."""
        return self.groups.names(0, self.group_count)

    @property
    def answer(self) -> list[str | int]:
        """The ids of the nodes that serve, as they were given, group after group."""
        return self.ids(self.answer_rows)

    def group(self, number: int) -> Group:
        """The group of that number, counted from 0."""
        number = index_in(self.group_count, number, "a group", FaultsetError)
        nodes = self.order[self.starts[number] : self.starts[number + 1]]
        limit = self.limits[number]
        return Group(
            name=self.name(number),
            health=health.HEALTH[self.health_codes[number]],
            limit=limit if limit == limit else None,
            nodes=self.ids(nodes),
            fit=self.ids(row for row in nodes if self.fits[row]),
            answer=self.ids(self.serving(number)),
        )

    @property
    def warnings(self) -> Sequence[str]:
        """What may mislead: nodes of an inventory that were not measured, and measured ones that it lacks."""
        return self.fleet.warnings

    @property
    def alone(self) -> int:
        """Nodes that have their group for themselves, where there are several groups."""
        if not self.groups.kind:
            return 0
        return sum(1 for at in range(self.group_count) if self.starts[at + 1] - self.starts[at] == 1)

    @property
    def worst(self) -> str:
        """The worst health of all groups."""
        return health.HEALTH[max(self.health_codes)]

    @property
    def summary(self) -> str:
        """How well the fleet is: ``cells: 2 down, 1 degraded, 10 healthy``; of a list only the worst."""
        if not self.groups.kind:
            return f"the fleet is {self.worst}"
        counts = Counter(self.health_codes)
        parts = [f"{counts[code]} {health.HEALTH[code]}" for code in sorted(counts, reverse=True)]
        return f"{self.groups.kind}s: {', '.join(parts)}"

    @cached_property
    def kept(self) -> Codes:
        """1 where a node is in the answer."""
        return safeguards.kept_marks(len(self.fleet), self.answer_rows)

    @cached_property
    def reason_codes(self) -> Codes:
        """The reason of each node, a place in `rvhctl.core.policy.reasons.REASONS`."""
        return reasons.reasons(self.standing, self.fits, self.kept)

    def explain(self, node_id: str | int) -> Explanation:
        """What became of the node of that id.

        Raises:
            UnknownNodeError: there is no such node; with the nearest id.
        """
        try:
            row = self._rows[str(plain_id(node_id))]
        except (KeyError, TypeError, ValueError):  # no id, or an integer of more digits than Python writes
            raise _unknown_node(node_id, self.fleet.ids) from None
        return next(map(Explanation, *self.explained(slice(row, row + 1))))

    def explanations(self) -> Iterator[Explanation]:
        """What became of each node, in input order."""
        for first in range(0, len(self.fleet), PIECE):
            yield from map(Explanation, *self.explained(slice(first, first + PIECE)))

    def explained(self, rows: slice | list[int]) -> list[list[Any]]:
        """The columns of `Explanation`, for the nodes in these rows."""
        groups = _entries(self.group_of, rows)
        latencies = _entries(self.latencies, rows)
        limits = list(map(self._limits.__getitem__, groups))
        return [
            list(map(self.names.__getitem__, groups)),
            list(map((False, True).__getitem__, _entries(self.kept, rows))),
            list(map(SAID.__getitem__, _entries(self.reason_codes, rows))),
            measured(latencies),
            measured(limits),
            measured(list(map(sub, limits, latencies))),
        ]

    def dropped_first(self) -> list[int]:
        """All rows: those of dropped nodes before those of kept ones, both group by group."""
        count = len(self.starts)
        places = [kept * count + group for kept, group in zip(self.kept, self.group_of, strict=True)]
        return sorted(range(len(places)), key=places.__getitem__)

    @cached_property
    def _limits(self) -> list[float]:
        return self.limits.tolist()

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {node_id: row for row, node_id in enumerate(self.fleet.ids)}

    def ids(self, rows: Iterable[int]) -> list[str | int]:
        """The ids of the nodes in these rows, as they were given."""
        ids: list[object] = self.fleet.given or self.fleet.ids  # type: ignore[assignment]
        if isinstance(rows, Ints):
            return pick(ids, rows, 0, len(rows))  # type: ignore[return-value]
        return [ids[row] for row in rows]  # type: ignore[misc]

    # --- the steps, in order ----------------------------------------------------------------------------

    def _grouped(self, by_label: bool) -> Grouping:
        if self.precision is None and not by_label:
            return InOne(len(self.fleet))
        groups = run(grouped(self.fleet, self.precision, SOME))
        if self.policy.merge_below is not None and self.policy.merge_below > 1:
            groups.join(self.policy.merge_below)
        return groups

    def decide(self) -> None:
        """Go from the columns of the nodes to the answer of each group."""
        self._measure()
        if self.known is not None:
            self._damp(*self.known)
        self._judge()

    def _lossy(self) -> Codes:
        fleet, max_loss = self.fleet, self.policy.max_loss
        if not isinstance(max_loss, Percent) or not len(fleet.sample_starts):
            return Codes()
        return samples.lossy(fleet.samples, fleet.sample_starts, *max_loss)

    def _measure(self) -> None:
        policy = self.policy
        threshold = inf if policy.threshold is None else float(policy.threshold)
        standing = reasons.standings(self.latencies, self.states, self.lossy)
        self.limits = limits.group_limits(
            self.latencies,
            self.order,
            self.starts,
            standing,
            threshold,
            float(policy.relative or 0),
            float(policy.floor or 0),
        )
        self.standing = limits.over_limit(self.latencies, self.group_of, self.limits, standing, threshold)
        self.fits = reasons.marks(self.standing, reasons.PLAIN)

    def _damp(self, places: Codes, streaks: Ints) -> None:
        policy = self.policy
        assert isinstance(policy.hysteresis, Percent)
        self.known_after = memory.advance(
            self.latencies,
            memory.ceilings(self.group_of, self.limits, *policy.hysteresis),
            self.standing,
            places,
            streaks,
            policy.rise,
            policy.fall,
        )
        self.fits = reasons.marks(self.known_after[0], memory.IN)

    def _judge(self) -> None:
        policy = self.policy
        self.fit_counts = health.fit_counts(self.order, self.starts, self.fits)
        need = policy.min_survivors
        share = need if isinstance(need, Percent) else Percent(0, 1)
        self.health_codes = health.health_codes(
            self.starts, self.fit_counts, need if isinstance(need, int) else 0, *share
        )
        # Unset, a group that is down gives what came back, which without max_ejection is nothing.
        modes = Codes(
            [safeguards.MODES.index(mode) for mode in ("keep", policy.on_degraded, policy.on_down or "keep")]
        )
        eject = policy.max_ejection if isinstance(policy.max_ejection, Percent) else (0, 0)
        self.answer_rows, self.answer_starts = safeguards.answers(
            self.order, self.starts, self.standing, self.fits, self.health_codes, modes, *eject
        )

    def _states_if(self, failed: Failed) -> Codes:
        """The states of the nodes with those down that a what-if names.

        Raises:
            UnknownNodeError: it names a node that the fleet lacks, or a cell or group without nodes.
        """
        fleet = self.fleet
        instance_of(Failed, failed, "failed", FaultsetError)
        states = fleet.states.tolist() if len(fleet.states) else [0] * len(fleet)
        wanted = set(failed.ids)
        found = {node: row for row, node in enumerate(fleet.ids) if node in wanted} if wanted else {}
        for node in failed.ids:
            if node not in found:
                raise _unknown_node(node, fleet.ids)
        for row in [
            *found.values(),
            *rows_in_cells(fleet, failed.cells),
            *rows_of_groups(fleet, failed.groups),
        ]:
            states[row] = reasons.STATE_DOWN
        return Codes(states)


def measured(values: list[float]) -> list[float] | list[float | None]:
    """The values, None for NaN."""
    total = sum(values)
    return values if total == total else [value if value == value else None for value in values]


def _unknown_node(node: object, ids: Sequence[str]) -> UnknownNodeError:
    return UnknownNodeError(f"no node has the id {shorten(node)}{did_you_mean(node, ids)}")


def _entries(column: Floats | Ints | Codes, rows: slice | list[int]) -> list[Any]:
    return column[rows].tolist() if isinstance(rows, slice) else list(map(column.__getitem__, rows))
