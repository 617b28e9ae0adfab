"""What is known of the nodes, as columns: the input of every policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import NamedTuple

from rvhctl.core.columns import Codes, Floats, Ints
from rvhctl.core.nodes.details import DetailColumns
from rvhctl.core.policy.samples import aggregate
from rvhctl.errors import InputError, shorten
from rvhctl.nodes.fields import Details, Record, place


class Labels(NamedTuple):
    """Nodes grouped by the values of labels; groups in order of first appearance."""

    groups: Sequence[tuple[str, ...]]
    """The values of each group."""
    group_of: Ints
    """The group of each node."""

    def picked(self, rows: Sequence[int]) -> Labels:
        """The labels of these nodes."""
        own = list(map(self.group_of.tolist().__getitem__, rows))
        numbers = {group: number for number, group in enumerate(dict.fromkeys(own))}
        return Labels([self.groups[group] for group in numbers], Ints(map(numbers.__getitem__, own)))


@dataclass
class Fleet:
    """One row a node. A column that no node has anything to say to may stay empty.

    Attributes:
        ids: of the nodes, as text.
        latencies: in milliseconds, NaN for no measurement. Of a node with samples and without a latency of
            its own: the median of the samples.
        lats, lons: degrees; empty where nothing is asked about places.
        states: the place of each state in ``STATES``.
        weights: finite, above 0.
        capacities: what each node carries, finite, above 0; empty where they are the weights.
        samples: of all nodes one after the other, in milliseconds, NaN where one was lost.
        sample_starts: where the samples of each node start; one entry more than nodes.
        given: the ids as they were given, where some are integers; else empty.
        labels: the groups that labels make, where these are asked about. Then lats and lons are NaN where unknown.
        warnings: what may mislead in how they came in.
        unmeasured: whether nobody says anything of a measurement, so that states alone tell who is fit.
    """

    ids: Sequence[str]
    latencies: Floats
    lats: Floats = field(default_factory=Floats)
    lons: Floats = field(default_factory=Floats)
    states: Codes = field(default_factory=Codes)
    weights: Floats = field(default_factory=Floats)
    capacities: Floats = field(default_factory=Floats)
    samples: Floats = field(default_factory=Floats)
    sample_starts: Ints = field(default_factory=Ints)
    given: Sequence[str | int] = ()
    labels: Labels | None = None
    warnings: Sequence[str] = ()
    unmeasured: bool = False

    def __len__(self) -> int:
        return len(self.latencies)

    def measured(self, how: str | None) -> Floats:
        """The latency of each node, from its samples (where it has any) if an aggregate is asked for."""
        if how is None or not len(self.sample_starts):
            return self.latencies
        return aggregate(self.samples, self.sample_starts, how, self.latencies)


def fleet_of(
    ids: Sequence[str],
    latencies: Floats,
    lats: Floats,
    lons: Floats,
    details: Mapping[int, Details],
    given: Sequence[str | int] = (),
    columns: DetailColumns | None = None,
) -> Fleet:
    """Return a fleet in which some nodes have ``details``, by row in ascending order.

    Args:
        columns: of all that they state but samples; None: it is in the ``details``.
    """
    fleet = Fleet(ids, latencies, lats, lons, given=given)
    if columns is None:
        columns = DetailColumns()
        for row, said in details.items():
            columns.add(row, said.state, said.weight, said.capacity)
    rows = len(latencies)
    if len(columns):
        fleet.states, fleet.weights = columns.states(rows), columns.weights(rows)
        fleet.capacities = columns.capacities(rows)
    samples = {row: said.samples for row, said in details.items() if said.samples}
    if samples:
        sizes = (len(samples.get(row, ())) for row in range(rows))
        fleet.samples = Floats(list(chain.from_iterable(samples.values())))
        fleet.sample_starts = Ints(list(accumulate(sizes, initial=0)))
    return fleet


class FleetBuilder:
    """Collects checked nodes and refuses an id that was there before."""

    def __init__(self, place: Callable[[int], str] = place) -> None:
        """``place`` says where a row came from."""
        self._place = place
        self._rows: dict[str, int] = {}
        self._latencies: list[float] = []
        self._lats: list[float] = []
        self._lons: list[float] = []
        self._details: dict[int, Details] = {}
        self._labels = LabelsBuilder()

    def add(self, node: Record) -> int:
        """Add a node and return its row.

        Raises:
            InputError: its id was there before.
        """
        row = len(self._latencies)
        first = self._rows.setdefault(node.id, row)
        if first != row:
            hint = f"first at {self._place(first)}"
            raise InputError(f"the id {shorten(node.id)} was there before", hint=hint)
        self._latencies.append(node.latency)
        self._lats.append(node.lat)
        self._lons.append(node.lon)
        if node.details is not None:
            self._details[row] = node.details
        if node.labels:
            self._labels.add(node.labels)
        return row

    def build(self) -> Fleet:
        """Return the fleet.

        Raises:
            InputError: only some of the nodes have labels.
        """
        latencies, lats, lons = Floats(self._latencies), Floats(self._lats), Floats(self._lons)
        fleet = fleet_of(list(self._rows), latencies, lats, lons, self._details)
        if 0 < len(self._labels) < len(fleet):
            raise InputError("by is stated behind nodes that were read without it", hint="give --by")
        fleet.labels = self._labels.build()
        return fleet


class LabelsBuilder:
    """Collects the labels of one node after the other."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], int] = {}
        self._group_of: list[int] = []

    def __len__(self) -> int:
        return len(self._group_of)

    def add(self, values: tuple[str, ...]) -> None:
        self._group_of.append(self._groups.setdefault(values, len(self._groups)))

    def extend(self, nodes: Iterable[tuple[str, ...]]) -> None:
        """Add the labels of several."""
        groups = self._groups
        self._group_of += [groups.setdefault(values, len(groups)) for values in nodes]

    def build(self) -> Labels | None:
        """Return the groups; None without any."""
        return Labels(list(self._groups), Ints(self._group_of)) if self._groups else None
