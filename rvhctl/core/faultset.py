"""Fault sets: group nodes by geohash cell, and put the survivors of each cell in order of latency.

Two small classes hold the work between steps, so that a caller may do all of it at once or come back to
an event loop after every slice: ``Groups`` (which node is in which cell) and ``CellOrder`` (who survives where).
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, zeros
from rvhctl.core.failover import survivors
from rvhctl.core.geohash import cell_number

COMPILED: Final = not __file__.endswith(".py")

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
        self.precision = precision
        self.cells = vec[i64]()
        self.counts = vec[i64]()
        self.group_of = vec[i64]()
        # Compiled: an open-addressing table of group numbers + 1, 0 where empty. Interpreted: a dict.
        self.slots = zeros(BLOCK)
        self.known: dict[i64, int] = {}

    def add(self, latitudes: vec[float], longitudes: vec[float], start: i64, stop: i64) -> None:
        """Group the nodes from start to stop - 1, the next ones of two columns in degrees."""
        if COMPILED:
            self.add_by_table(latitudes, longitudes, start, stop)
        else:
            self.add_by_dict(latitudes, longitudes, start, stop)

    def add_by_dict(self, latitudes: vec[float], longitudes: vec[float], start: i64, stop: i64) -> None:
        """``add``, interpreted."""
        for k in range(start, stop):
            cell = cell_number(latitudes[k], longitudes[k], self.precision)
            entry = self.known.setdefault(cell, len(self.known))
            if entry == len(self.cells):
                self.cells = append(self.cells, cell)
                self.counts = append(self.counts, 0)
            self.counts[entry] += 1
            self.group_of = append(self.group_of, entry)

    def add_by_table(self, latitudes: vec[float], longitudes: vec[float], start: i64, stop: i64) -> None:
        """``add``, compiled: everything in local names, because attributes cost several times as much."""
        cells, counts, group_of, slots = self.cells, self.counts, self.group_of, self.slots
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
        self.cells, self.counts, self.group_of, self.slots = cells, counts, group_of, slots


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

    def __init__(self, groups: Groups, order: vec[i64]) -> None:
        self.group_of = groups.group_of
        self.order = order
        self.starts = vec[i64]([0] * int(len(groups.cells) + 1))
        self.survivors = vec[i64]([0] * len(order))
        self.free = vec[i64]()
        self.counted: i64 = 0
        self.summed: i64 = 0
        self.placed: i64 = 0

    def step(self) -> bool:
        """Do a slice of the work; False when none is left."""
        if self.counted < len(self.order):
            self.count()
        elif self.summed < len(self.starts) - 1:
            self.sum()
        elif self.placed < len(self.order):
            self.place()
        else:
            return False
        return True

    def count(self) -> None:
        stop = min(self.counted + SLICE, len(self.order))
        starts, group_of, order = self.starts, self.group_of, self.order
        k = self.counted
        while k < stop:
            starts[group_of[order[k]] + 1] += 1
            k += 1
        self.counted = stop

    def sum(self) -> None:
        stop = min(self.summed + SLICE, len(self.starts) - 1)
        starts = self.starts
        k = self.summed
        while k < stop:
            starts[k + 1] += starts[k]
            k += 1
        self.summed = stop
        if stop == len(starts) - 1:
            self.free = starts[:stop]

    def place(self) -> None:
        stop = min(self.placed + SLICE, len(self.order))
        free, group_of, order, survivors = self.free, self.group_of, self.order, self.survivors
        k = self.placed
        while k < stop:
            index = order[k]
            entry = group_of[index]
            survivors[free[entry]] = index
            free[entry] += 1
            k += 1
        self.placed = stop


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


def group(latitudes: vec[float], longitudes: vec[float], precision: i64) -> Groups:
    """Group all nodes by cell; coordinates in degrees, known to be in range."""
    groups = Groups(precision)
    groups.add(latitudes, longitudes, 0, len(latitudes))
    return groups


def ordered(groups: Groups, order: vec[i64]) -> Faultset:
    """Groups with the survivors of each; ``order`` has all survivors, ascending by latency."""
    cell_order = CellOrder(groups, order)
    while cell_order.step():
        pass
    return Faultset(groups, cell_order)


def faultset(
    latitudes: vec[float], longitudes: vec[float], latencies: vec[float], limit: float, precision: i64
) -> Faultset:
    """Cluster nodes by cell and fail over in each: latency (ms) <= limit survives, ties in input order."""
    return ordered(group(latitudes, longitudes, precision), survivors(latencies, limit))
