"""Nodes in groups: by geohash cell, by label, or all in one. What else is asked of groups knows no kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, repeat

from rvhctl.concurrency.steps import Steps
from rvhctl.core.columns import Ints
from rvhctl.core.geo.geohash import cell_number, cell_of_text, cell_text
from rvhctl.core.geo.joining import CellJoining, CentroidJoining, Joining, renumbered
from rvhctl.core.geo.places import CellPlaces, Centroids, Places
from rvhctl.core.policy.cells import Groups
from rvhctl.core.policy.grouping import sizes_of
from rvhctl.errors import FaultsetError, UnknownNodeError, listed, quoted
from rvhctl.formats.wording import counted, did_you_mean
from rvhctl.nodes.fleet import Fleet, Labels
from rvhctl.streams.progress import watched

STEP = 1 << 14
"""Groups of one call into the core, which sees no signal before it returns."""


class Grouping:
    """Groups in order of first appearance: those that joined another are in it.

    Attributes:
        kind: what people call a group, and the member that names it.
        group_of: the group of each node.
        counts: nodes of each group.
        joined: pairs of the name of a group that joined another, and of that one.
    """

    kind = "group"

    def __init__(self, group_of: Ints, counts: Ints) -> None:
        self.group_of = group_of
        self.counts = counts
        self.joined: list[tuple[str, str]] = []

    def __len__(self) -> int:
        return len(self.counts)

    def names(self, first: int, last: int) -> Sequence[str | None]:
        """The names of the groups from ``first`` until before ``last``."""
        raise NotImplementedError

    def places(self) -> Places:
        """Where the groups are."""
        raise NotImplementedError

    def join(self, minimum: int) -> None:
        """Let groups of fewer nodes join the nearest.

        Raises:
            FaultsetError: nobody knows which is the nearest.
        """
        joining = self._joining(minimum)
        steps, small = iter(partial(joining.step, STEP), False), len(joining.waiting)
        for _ in watched(
            steps, "joining groups", small, "groups", position=lambda: small - len(joining.waiting)
        ):
            pass
        owners = [(part, owner) for part, owner in enumerate(joining.owners) if part != owner]
        self.joined = [(self._name(part), self._name(owner)) for part, owner in owners]
        self.group_of, kept = renumbered(self.group_of, joining.owners)
        self.counts = sizes_of(self.group_of, len(kept))
        self._keep(kept)

    def _name(self, group: int) -> str:
        return self.names(group, group + 1)[0] or ""

    def _joining(self, minimum: int) -> Joining:
        raise NotImplementedError

    def _keep(self, groups: Ints) -> None:
        """Drop all groups but these."""
        raise NotImplementedError


class ByCell(Grouping):
    """Groups of the nodes in a geohash cell."""

    kind = "cell"

    def __init__(self, found: Groups) -> None:
        super().__init__(found.group_of, found.counts)
        self.cells = found.cells
        self.precision: int = found.precision

    def names(self, first: int, last: int) -> Sequence[str]:
        return list(map(cell_text, self.cells[first:last], repeat(self.precision)))

    def places(self) -> Places:
        return CellPlaces(self.cells, self.precision)

    def _joining(self, minimum: int) -> Joining:
        return CellJoining(self.cells, self.precision, self.counts, minimum)

    def _keep(self, groups: Ints) -> None:
        self.cells = Ints([self.cells[group] for group in groups])


class ByLabel(Grouping):
    """Groups of the nodes whose labels have the same values."""

    def __init__(self, fleet: Fleet, labels: Labels) -> None:
        super().__init__(labels.group_of, sizes_of(labels.group_of, len(labels.groups)))
        self._values = labels.groups
        self._fleet = fleet
        self._own_group_of = labels.group_of
        self._own_count = len(labels.groups)
        self._kept: Ints | None = None

    def names(self, first: int, last: int) -> Sequence[str]:
        return list(map(label_name, self._values[first:last]))

    def places(self) -> Centroids:
        fleet = self._fleet
        centroids = Centroids(fleet.lats, fleet.lons, self._own_group_of, self._own_count)
        if self._kept is not None:
            centroids.pick(self._kept)
        return centroids

    def _joining(self, minimum: int) -> Joining:
        places = self.places()
        for group, count in enumerate(self.counts):
            if count < minimum and not places.find(group):
                nodes = counted(count, "node")
                raise FaultsetError(
                    f"merge_below joins the nearest group, and {quoted(self._name(group))} ({nodes}) "
                    "has no coordinates: give a node of it lat and lon"
                )
        return CentroidJoining(places, self.counts, minimum)

    def _keep(self, groups: Ints) -> None:
        self._kept = groups
        self._values = [self._values[group] for group in groups]


class InOne(Grouping):
    """All nodes in one group, which has no name."""

    kind = ""

    def __init__(self, nodes: int) -> None:
        super().__init__(Ints([0] * nodes), Ints([nodes]))

    def names(self, first: int, last: int) -> Sequence[str | None]:
        return [None][first:last]


def label_name(values: Sequence[str]) -> str:
    """Return the values of a group's labels as its name, ``eu-west/a``; no two groups have the same.

    Of several, one that holds a slash, or begins with a quote, stands in quotes, as JSON has it.
    """
    return "/".join(_parts(values))


def _parts(values: Sequence[str]) -> Sequence[str]:
    return (
        values
        if len(values) == 1
        else [_quoted(value) if "/" in value or value[0] == '"' else value for value in values]
    )


def _quoted(value: str) -> str:
    import orjson

    return orjson.dumps(value).decode()


def grouped(fleet: Fleet, precision: int | None, size: int) -> Steps[Grouping]:
    """All nodes in their groups: by cell with a precision, else by the fleet's labels."""
    if precision is None:
        assert fleet.labels is not None
        return ByLabel(fleet, fleet.labels)
    groups = Groups(precision)
    count = len(fleet.lats)
    for start in watched(range(0, count, size), "grouping nodes", count, "nodes", size=lambda _: size):
        groups.add(fleet.lats, fleet.lons, start, min(start + size, count))
        yield
    return ByCell(groups)


def rows_in_cells(fleet: Fleet, prefixes: Iterable[str]) -> Iterator[int]:
    """The rows of the nodes that stand in these cells; the map is looked at once for each length of a prefix.

    Raises:
        FaultsetError: the nodes have no coordinates, or a prefix is no geohash.
        UnknownNodeError: no node stands in one of them.
    """
    lats, lons = fleet.lats, fleet.lons
    found: dict[int, dict[int, list[int]]] = {}
    for prefix in prefixes:
        if not len(lats):
            raise FaultsetError(f"nodes without coordinates are in no cell (got {quoted(prefix)})")
        cell, letters = cell_of_text(prefix), len(prefix)
        if letters not in found:
            rows_of: dict[int, list[int]] = {}
            for row in range(len(lats)):
                rows_of.setdefault(cell_number(lats[row], lons[row], letters), []).append(row)
            found[letters] = rows_of
        if cell not in found[letters]:
            raise _empty_cell(prefix, [cell_text(other, letters) for other in found[letters]])
        yield from found[letters][cell]


def _empty_cell(prefix: str, cells: list[str]) -> UnknownNodeError:
    """The nearest is the cell with nodes that shares most letters."""

    def shared(cell: str) -> int:
        return next(
            (at for at, (one, two) in enumerate(zip(cell, prefix.lower(), strict=True)) if one != two), 0
        )

    near = max(cells, key=shared)
    hint = f"; did you mean {quoted(near)}?" if shared(near) else ""
    return UnknownNodeError(f"no node stands in the cell {quoted(prefix)}{hint}", "down_cell")


def rows_of_groups(fleet: Fleet, names: Sequence[str]) -> list[int]:
    """The rows of the nodes whose labels, or the first of them, have the values of one of these names.

    Raises:
        FaultsetError: the nodes have no labels.
        UnknownNodeError: no node has those of a name.
    """
    if not names:
        return []
    labels = fleet.labels
    if labels is None:
        raise FaultsetError(f"nodes without labels are in no group (got {quoted(names[0])})")
    wanted = set(names)
    meant, known = set[int](), set[str]()
    for group, values in enumerate(labels.groups):
        if named := wanted.intersection(_names(values)):
            meant.add(group)
            known |= named
    for name in names:
        if name not in known:
            there = list(map(label_name, labels.groups))
            hint = did_you_mean(name, there) or f"; the groups are {listed(there)}"
            raise UnknownNodeError(f"there is no group {quoted(name)}{hint}", "down_group")
    return [row for row, group in enumerate(labels.group_of) if group in meant]


def _names(values: Sequence[str]) -> Iterator[str]:
    """The name of a group, and of all that have the first of its labels: ``eu-west`` is in ``eu-west/a``."""
    return accumulate(_parts(values), "{}/{}".format)
