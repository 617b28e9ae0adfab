"""Fault sets: group nodes by geohash cell, and put the survivors of each cell in order of latency.

The work goes in slices, so that a caller may return to an event loop after each.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, Floats, Ints, ints, zeros
from rvhctl.core.geo.geohash import cell_number
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
        """Add them, compiled: everything in local names, because attributes cost several times as much."""
        cells, counts, group_of = self.cells.values, self.counts.values, self.group_of.values
        slots = self._slots
        precision = self.precision
        mask: i64 = len(slots) - 1
        known: i64 = len(cells)
        for k in range(start, stop):
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
        self.cells.values, self.counts.values, self.group_of.values = cells, counts, group_of
        self._slots = slots


def larger_table(cells: vec[i64], mask: i64) -> vec[i64]:
    """Return a table of all the cells, four times the size, so that at most half of it is taken."""
    mask = mask * 4 + 3
    slots = zeros(mask + 1)
    for entry in range(len(cells)):
        slot = ((cells[entry] * HASH_FACTOR) >> HASH_SHIFT) & mask
        while slots[slot] != 0:
            slot = (slot + 1) & mask
        slots[slot] = entry + 1
    return slots


class CellOrder:
    """The survivors of all nodes sorted into their groups: a counting sort of the global order.

    Call ``step`` while it returns True; then the survivors of group g, ascending by latency, are
    ``survivors[starts[g]:starts[g + 1]]``.
    """

    def __init__(self, group_of: Ints, groups: i64, order: Ints) -> None:
        """``group_of``: of each node; ``groups``: how many there are."""
        self.starts: Final = ints(vec[i64]([0] * int(groups + 1)))
        self.survivors: Final = ints(vec[i64]([0] * len(order)))
        self._group_of: Final = group_of
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
        for k in range(self._counted, stop):
            starts[group_of[order[k]] + 1] += 1
        self._counted = stop

    def sum(self) -> None:
        stop = min(self._summed + SLICE, len(self.starts) - 1)
        starts = self.starts.values
        for k in range(self._summed, stop):
            starts[k + 1] += starts[k]
        self._summed = stop
        if stop == len(starts) - 1:
            self._free = starts[:stop]

    def place(self) -> None:
        stop = min(self._placed + SLICE, len(self._order))
        free, survivors = self._free, self.survivors.values
        group_of, order = self._group_of.values, self._order.values
        for k in range(self._placed, stop):
            index = order[k]
            entry = group_of[index]
            survivors[free[entry]] = index
            free[entry] += 1
        self._placed = stop
