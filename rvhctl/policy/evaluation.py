"""One evaluation of a fleet under a policy: limits, health, safeguards and the answer of every group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from math import inf
from operator import sub
from typing import Any, Final, NamedTuple

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import PIECE, Codes, Ints
from rvhctl.core.geo.geohash import cell_number, cell_of_text, cell_text, whole_precision
from rvhctl.core.geo.joining import Joining, renumbered
from rvhctl.core.policy import damping as memory
from rvhctl.core.policy import health, limits, reasons, safeguards, samples
from rvhctl.core.policy.grouping import by_group, sizes_of
from rvhctl.errors import EmptyNodesError, FaultsetError, UnknownNodeError, quoted, shorten
from rvhctl.formats.wording import did_you_mean
from rvhctl.nodes.arguments import index_in, instance_of
from rvhctl.nodes.fleet import Fleet
from rvhctl.nodes.given import plain_id
from rvhctl.policy.decision import Survivors, grouped
from rvhctl.policy.memory import Memory
from rvhctl.policy.percent import Percent
from rvhctl.policy.policy import Policy

STEP: Final = 1 << 14
"""Groups of one call into the core, which sees no signal before it returns."""

SAID: Final = [reason or None for reason in reasons.REASONS]
"""The name of each reason; None where nothing is to be said."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A what-if: answer as if these had failed.

    Attributes:
        ids: of nodes.
        cells: prefixes of geohashes; every node that stands in one of them has failed.
    """

    ids: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("ids", "cells"):
            texts = run(listed(getattr(self, name), WHOLE, f"failed {name}", FaultsetError))
            for text in texts:
                instance_of(str, text, f"each of the failed {name}", FaultsetError)
            object.__setattr__(self, name, tuple(texts))


class Group(NamedTuple):
    """One cell, several joined cells, or (without cells) all nodes. Nodes are their ids, as they were given."""

    cell: str | None
    """The geohash that names it."""
    health: str
    """``healthy``, ``degraded`` or ``down``: before any safeguard."""
    limit: float | None
    """Milliseconds; None where a relative limit found no median."""
    nodes: list[str | int]
    """All of it, ascending by latency, ties in input order, those without a measurement last."""
    fit: list[str | int]
    answer: list[str | int]
    """Those that serve, in the same order."""


class Explanation(NamedTuple):
    """What became of one node."""

    cell: str | None
    kept: bool
    reason: str | None
    """None where the node was plainly kept; else one of `rvhctl.core.policy.reasons.REASONS`."""
    latency: float | None
    limit: float | None
    margin: float | None
    """limit - latency, in milliseconds."""


class Evaluation(Survivors):
    """What a policy makes of a fleet. Groups are numbered in order of first appearance of their own cells.

    Columns hold rows, which count the nodes as they were given; ``answer``, groups and plans have ids.

    Attributes:
        latencies: of each node, after the aggregate.
        group_of: the group of each node.
        order: the nodes of all groups, and ``starts``: where in them each group starts.
        limits: of each group, NaN without one.
        fit_counts: fit nodes of each group.
        health_codes: places in `rvhctl.core.policy.health.HEALTH`.
        answer_rows: the nodes that serve, group after group, and ``answer_starts``.
        standing: what one round says of each node (`rvhctl.core.policy.reasons`).
        fits: 1 where a node is fit, after the memory.
        memory: what is to be remembered, if a memory was given.
        joined: pairs of a cell that joined a group, and the cell that names the group.
        absent: nodes that the memory knows as fit and the fleet lacks.
    """

    def __init__(
        self,
        fleet: Fleet,
        policy: Policy,
        *,
        precision: int | None = None,
        memory: Memory | None = None,
        failed: Failed | None = None,
    ) -> None:
        if not len(instance_of(Fleet, fleet, "fleet", FaultsetError)):
            raise EmptyNodesError
        self.fleet = fleet
        self.policy = instance_of(Policy, policy, "policy", FaultsetError)
        self.precision: int | None = None if precision is None else whole_precision(precision)
        self.latencies = fleet.measured(policy.aggregate)
        if memory is not None:
            instance_of(Memory, memory, "memory", FaultsetError)
        self.absent: list[str] = [] if memory is None else memory.absent(fleet.ids)
        self.joined: list[tuple[str, str]] = []
        self._group()
        self._measure(fleet.states if failed is None else self._states_if(failed))
        self.memory = None if memory is None else self._remember(memory)
        self._judge()

    @property
    def group_count(self) -> int:
        return len(self.cells)

    def __repr__(self) -> str:
        nodes, groups = len(self.fleet), self.group_count
        where = "" if self.precision is None else f" in {groups} {'cell' if groups == 1 else 'cells'}"
        return f"<Evaluation: {len(self)} of {nodes} nodes serve{where}, worst is {self.worst}>"

    def __iter__(self) -> Iterator[Group]:
        return map(self.group, range(self.group_count))

    def name(self, group: int) -> str | None:
        """The cell that names a group; None for the one group of a fleet without cells."""
        group = index_in(self.group_count, group, "a group", FaultsetError)
        return None if self.precision is None else cell_text(self.cells[group], self.precision)

    @cached_property
    def names(self) -> Sequence[str | None]:
        """The cell that names each group."""
        if self.precision is None:
            return [None]
        return list(map(cell_text, self.cells, repeat(self.precision)))

    @property
    def answer(self) -> list[str | int]:
        """The ids of the nodes that serve, as they were given, group after group."""
        return self.ids(self.answer_rows)

    def group(self, number: int) -> Group:
        number = index_in(self.group_count, number, "a group", FaultsetError)
        nodes = self.order[self.starts[number] : self.starts[number + 1]]
        limit = self.limits[number]
        return Group(
            cell=self.name(number),
            health=health.HEALTH[self.health_codes[number]],
            limit=limit if limit == limit else None,
            nodes=self.ids(nodes),
            fit=self.ids(row for row in nodes if self.fits[row]),
            answer=self.ids(self.serving(number)),
        )

    @property
    def alone(self) -> int:
        """Nodes that have their group for themselves, where there are cells."""
        if self.precision is None:
            return 0
        return sum(1 for at in range(self.group_count) if self.starts[at + 1] - self.starts[at] == 1)

    @property
    def worst(self) -> str:
        """The worst health of all groups."""
        return health.HEALTH[max(self.health_codes)]

    @property
    def summary(self) -> str:
        """How well the fleet is: ``cells: 2 down, 1 degraded, 10 healthy``; of a list only the worst."""
        if self.precision is None:
            return f"the fleet is {self.worst}"
        counts = Counter(self.health_codes)
        parts = [f"{counts[code]} {health.HEALTH[code]}" for code in sorted(counts, reverse=True)]
        return f"cells: {', '.join(parts)}"

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
        return next(map(Explanation, *self.explained(row, row + 1)))

    def explanations(self) -> Iterator[Explanation]:
        """What became of each node, in input order."""
        for first in range(0, len(self.fleet), PIECE):
            yield from map(Explanation, *self.explained(first, first + PIECE))

    def explained(self, first: int, last: int) -> list[list[Any]]:
        """The columns of `Explanation`, for the nodes in these rows."""
        groups = self.group_of[first:last].tolist()
        latencies = self.latencies[first:last].tolist()
        limits = list(map(self._limits.__getitem__, groups))
        return [
            list(map(self.names.__getitem__, groups)),
            list(map((False, True).__getitem__, self.kept[first:last])),
            list(map(SAID.__getitem__, self.reason_codes[first:last])),
            measured(latencies),
            measured(limits),
            measured(list(map(sub, limits, latencies))),
        ]

    @cached_property
    def _limits(self) -> list[float]:
        return self.limits.tolist()

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {node_id: row for row, node_id in enumerate(self.fleet.ids)}

    def ids(self, rows: Iterable[int]) -> list[str | int]:
        """The ids of the nodes in these rows, as they were given."""
        ids = self.fleet.given or self.fleet.ids
        return [ids[row] for row in rows]

    # --- the steps, in order ----------------------------------------------------------------------------

    def _group(self) -> None:
        if self.precision is None:
            self.cells = Ints([0])
            self.group_of = Ints([0] * len(self.fleet))
            sizes = Ints([len(self.fleet)])
        else:
            found = run(grouped(self.fleet.lats, self.fleet.lons, self.precision, WHOLE))
            self.cells, self.group_of, sizes = found.cells, found.group_of, found.counts
            if self.policy.merge_below is not None and self.policy.merge_below > 1:
                sizes = self._join(sizes, self.policy.merge_below)
        self.order, self.starts = by_group(self.latencies, self.group_of, sizes)

    def _join(self, sizes: Ints, minimum: int) -> Ints:
        assert self.precision is not None
        joining = Joining(self.cells, self.precision, sizes, minimum)
        while joining.step(STEP):
            pass
        self.joined = [
            (cell_text(self.cells[cell], self.precision), cell_text(self.cells[owner], self.precision))
            for cell, owner in enumerate(joining.owners)
            if cell != owner
        ]
        self.group_of, names = renumbered(self.group_of, joining.owners)
        self.cells = Ints([self.cells[cell] for cell in names])
        return sizes_of(self.group_of, len(names))

    def _measure(self, states: Codes) -> None:
        fleet, policy = self.fleet, self.policy
        over_loss = Codes()
        if isinstance(policy.max_loss, Percent) and len(fleet.sample_starts):
            over_loss = samples.lossy(fleet.samples, fleet.sample_starts, *policy.max_loss)
        threshold = inf if policy.threshold is None else float(policy.threshold)
        standing = reasons.standings(self.latencies, states, over_loss)
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

    def _remember(self, before: Memory) -> Memory:
        policy, ids = self.policy, self.fleet.ids
        assert isinstance(policy.hysteresis, Percent)
        places, streaks = before.columns(ids)
        places, streaks = memory.advance(
            self.latencies,
            memory.ceilings(self.group_of, self.limits, *policy.hysteresis),
            self.standing,
            places,
            streaks,
            policy.rise,
            policy.fall,
        )
        self.fits = reasons.marks(places, memory.IN)
        return before.after(ids, places, streaks)

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
            UnknownNodeError: it names a node that the fleet lacks, or a cell without nodes.
        """
        fleet = self.fleet
        instance_of(Failed, failed, "failed", FaultsetError)
        states = fleet.states.tolist() if len(fleet.states) else [0] * len(fleet)
        wanted = set(failed.ids)
        found = {node: row for row, node in enumerate(fleet.ids) if node in wanted} if wanted else {}
        rows = list(found.values())
        for node in failed.ids:
            if node not in found:
                raise _unknown_node(node, fleet.ids)
        for prefix in failed.cells:
            rows += self._rows_in(prefix)
        for row in rows:
            states[row] = reasons.STATE_DOWN
        return Codes(states)

    def _rows_in(self, prefix: str) -> list[int]:
        lats, lons = self.fleet.lats, self.fleet.lons
        if not len(lats):
            raise FaultsetError(f"nodes without coordinates are in no cell (got {quoted(prefix)})")
        cell, letters = cell_of_text(prefix), len(prefix)
        cells = [cell_number(lats[row], lons[row], letters) for row in range(len(lats))]
        if rows := [row for row, other in enumerate(cells) if other == cell]:
            return rows
        raise _empty_cell(prefix, [cell_text(other, letters) for other in dict.fromkeys(cells)])


def measured(values: list[float]) -> list[float] | list[float | None]:
    """The values, None for NaN."""
    total = sum(values)
    return values if total == total else [value if value == value else None for value in values]


def _unknown_node(node: object, ids: Sequence[str]) -> UnknownNodeError:
    return UnknownNodeError(f"no node has the id {shorten(node)}{did_you_mean(node, ids)}")


def _empty_cell(prefix: str, cells: list[str]) -> UnknownNodeError:
    """The nearest is the cell with nodes that shares most letters."""

    def shared(cell: str) -> int:
        return next(
            (at for at, (one, two) in enumerate(zip(cell, prefix.lower(), strict=True)) if one != two), 0
        )

    near = max(cells, key=shared)
    hint = f"; did you mean {quoted(near)}?" if shared(near) else ""
    return UnknownNodeError(f"no node stands in the cell {quoted(prefix)}{hint}", "down_cell")
