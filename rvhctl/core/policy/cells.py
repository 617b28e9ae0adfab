"""Fault sets: group nodes by geohash cell, and put the survivors of each cell in order of latency.

Two small classes hold the work between steps, so that a caller may do all of it at once or come back to
an event loop after every slice: ``Groups`` (which node is in which cell) and ``CellOrder`` (who survives where).
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, Floats, Ints, ints, zeros
from rvhctl.core.geo.geohash import cell_number
from rvhctl.core.policy.survivors import survivors
from rvhctl.core.words import COMPILED

SLICE: Final = 0x10000 if COMPILED else 0x2000
"""Nodes of one step."""

HASH_FACTOR: Final = 0x1E3779B97F4A7C15
"""Odd, with its bits well spread: multiplying by it moves what tells cells apart into the high bits."""
HASH_SHIFT: Final = 29


class Groups:
    """Nodes grouped by cell; groups are numbered in order of first appearance.

    Attributes:
        precision: letters of a cell.
        cells: the cell number of each group.
        counts: the number of nodes of each group.
        group_of: the group of each node that was added.
    """

    def __init__(self, precision: i64) -> None:
        self.precision: Final[i64] = precision
        self.cells: Final = Ints()
        self.counts: Final = Ints()
        self.group_of: Final = Ints()
        # Compiled: an open-addressing table of group numbers + 1, 0 where empty. Interpreted: a dict.
        self._slots = zeros(BLOCK)
        self._known: dict[i64, int] = {}

    def add(self, latitudes: Floats, longitudes: Floats, start: i64, stop: i64) -> None:
        """Group the nodes from start to stop - 1, the next ones of two columns in degrees."""
        if COMPILED:
            self._add_by_table(latitudes.values, longitudes.values, start, stop)
        else:
            self._add_by_dict(latitudes.values, longitudes.values, start, stop)

    def _add_by_dict(self, latitudes: vec[float], longitudes: vec[float], start: i64, stop: i64) -> None:
        """``add``, interpreted."""
        cells, counts, group_of = self.cells.values, self.counts.values, self.group_of.values
        for k in range(start, stop):
            cell = cell_number(latitudes[k], longitudes[k], self.precision)
            entry = self._known.setdefault(cell, len(self._known))
            if entry == len(cells):
                cells = append(cells, cell)
                counts = append(counts, 0)
            counts[entry] += 1
            group_of = append(group_of, entry)
        self.cells.values, self.counts.values, self.group_of.values = cells, counts, group_of

    def _add_by_table(self, latitudes: vec[float], longitudes: vec[float], start: i64, stop: i64) -> None:
        """``add``, compiled: everything in local names, because attributes cost several times as much."""
        cells, counts, group_of = self.cells.values, self.counts.values, self.group_of.values
        slots = self._slots
        precision = self.precision
        mask: i64 = len(slots) - 1
        known: i64 = len(cells)
        k = start
        while k < stop:
            cell = cell_number(latitudes[k], longitudes[k], precision)
            slot = ((cell * HASH_FACTOR) >> HASH_SHIFT) & mask
            while True:
                entry = slots[slot] - 1
                if entry < 0 or cells[entry] == cell:
                    break
                slot = (slot + 1) & mask
            if entry < 0:
                entry = known
                slots[slot] = known + 1
                cells = append(cells, cell)
                counts = append(counts, 0)
                known += 1
                if known * 2 > mask:
                    slots = larger_table(cells, mask)
                    mask = len(slots) - 1
            counts[entry] += 1
            group_of = append(group_of, entry)
            k += 1
        self.cells.values, self.counts.values, self.group_of.values = cells, counts, group_of
        self._slots = slots


def larger_table(cells: vec[i64], mask: i64) -> vec[i64]:
    """A table of all the cells, four times the size, so that half of it at most is taken."""
    mask = mask * 4 + 3
    slots = zeros(mask + 1)
    entry: i64 = 0
    count: i64 = len(cells)
    while entry < count:
        slot = ((cells[entry] * HASH_FACTOR) >> HASH_SHIFT) & mask
        while slots[slot] != 0:
            slot = (slot + 1) & mask
        entry += 1
        slots[slot] = entry
    return slots


class CellOrder:
    """The survivors of all nodes sorted into their groups: a counting sort of the global order.

    Call ``step`` while it returns True; then the survivors of group g, ascending by latency, are
    ``survivors[starts[g]:starts[g + 1]]``.
    """

    def __init__(self, groups: Groups, order: Ints) -> None:
        self.starts: Final = ints(vec[i64]([0] * int(len(groups.cells) + 1)))
        self.survivors: Final = ints(vec[i64]([0] * len(order)))
        self._group_of: Final = groups.group_of
        self._order: Final = order
        self._free = vec[i64]()
        self._counted: i64 = 0
        self._summed: i64 = 0
        self._placed: i64 = 0

    def step(self) -> bool:
        """Do a slice of the work; False when none is left."""
        if self._counted < len(self._order):
            self.count()
        elif self._summed < len(self.starts) - 1:
            self.sum()
        elif self._placed < len(self._order):
            self.place()
        else:
            return False
        return True

    def count(self) -> None:
        stop = min(self._counted + SLICE, len(self._order))
        starts, group_of, order = self.starts.values, self._group_of.values, self._order.values
        k = self._counted
        while k < stop:
            starts[group_of[order[k]] + 1] += 1
            k += 1
        self._counted = stop

    def sum(self) -> None:
        stop = min(self._summed + SLICE, len(self.starts) - 1)
        starts = self.starts.values
        k = self._summed
        while k < stop:
            starts[k + 1] += starts[k]
            k += 1
        self._summed = stop
        if stop == len(starts) - 1:
            self._free = starts[:stop]

    def place(self) -> None:
        stop = min(self._placed + SLICE, len(self._order))
        free, survivors = self._free, self.survivors.values
        group_of, order = self._group_of.values, self._order.values
        k = self._placed
        while k < stop:
            index = order[k]
            entry = group_of[index]
            survivors[free[entry]] = index
            free[entry] += 1
            k += 1
        self._placed = stop


class Faultset:
    """The cells of a fleet and the survivors of each, in the order in which the cells first appear.

    Attributes:
        precision: letters of a cell.
        cells: the number of each cell (``geohash.cell_text`` gives its text).
        counts: the nodes of each cell, survivors or not.
        group_of: for each node, the position of its cell in ``cells``.
        starts: where the survivors of each cell begin; one more entry than there are cells.
        survivors: indices of nodes, cell after cell, ascending by latency inside a cell.
    """

    def __init__(self, groups: Groups, order: CellOrder) -> None:
        self.precision = groups.precision
        self.cells = groups.cells
        self.counts = groups.counts
        self.group_of = groups.group_of
        self.starts = order.starts
        self.survivors = order.survivors


def group(latitudes: Floats, longitudes: Floats, precision: i64) -> Groups:
    """Group all nodes by cell; coordinates in degrees, known to be in range."""
    groups = Groups(precision)
    groups.add(latitudes, longitudes, 0, len(latitudes))
    return groups


def ordered(groups: Groups, order: Ints) -> Faultset:
    """Groups with the survivors of each; ``order`` has all survivors, ascending by latency."""
    cell_order = CellOrder(groups, order)
    while cell_order.step():
        pass
    return Faultset(groups, cell_order)


def faultset(
    latitudes: Floats, longitudes: Floats, latencies: Floats, limit: float, precision: i64
) -> Faultset:
    """Cluster nodes by cell and fail over in each: latency (ms) <= limit survives, ties in input order."""
    return ordered(group(latitudes, longitudes, precision), survivors(latencies, limit))
