"""Which precision suits a fleet: how its cells look at each."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo.geohash import MAX_PRECISION, cell_number
from rvhctl.core.geo.neighbours import POLAR, Neighbours, common_letters, curve, spot

FINEST: Final = 8
"""The finest precision that is looked at."""

ALONE: Final = 15
BORDER: Final = 25
"""Per cent of all nodes: more of them alone in their cell, or nearest to another cell, is too many."""


class Survey:
    """The cells of a fleet at every precision, from one look at the nodes in the order of their cells.

    Counted by the number of letters that two cells share: neighbours in that order, each node with the more
    similar of its two neighbours, and each node with the nearest other. Call `step` until it is prepared, then `look`
    at all boxes, in whatever order and process, and `add` what that gives.
    """

    def __init__(self, lats: Floats, lons: Floats) -> None:
        self._lats: Final = lats.values
        self._lons: Final = lons.values
        self._count: Final[i64] = len(lats)
        self._cells: vec[i64] = vec[i64]()
        self._polar: bool = False
        self._nodes: Neighbours | None = None
        self.boxes: int = 0
        """What there is to look at, when it is prepared."""
        self._neighbours: Final = vec[i64]([0] * (FINEST + 1))
        self._most_similar: Final = vec[i64]([0] * (FINEST + 1))
        self._nearest: Final = vec[i64]([0] * (FINEST + 1))

    def step(self, nodes: i64) -> bool:
        """Prepare the look at about ``nodes`` more nodes; return whether there is more to prepare."""
        found = self._nodes
        if found is None:
            self._encode(nodes)
            if len(self._cells) == self._count:
                self._nodes = Neighbours(self._lats, self._lons, self._curve())
                self._cells = vec[i64]()
            return True
        placed: i64 = len(found.cells)
        if placed < self._count:
            found.place(min(placed + nodes, self._count))
            return True
        if found.part(nodes):
            return True
        found.enclose()
        if not self._polar:
            self._compare(found.cells)
        self.boxes = len(found.starts)
        return False

    def look(self, first: i64, last: i64) -> list[int]:
        """Count the nodes of the boxes from ``first`` until before ``last``, by the letters shared with the nearest."""
        counts = [0] * (FINEST + 1)
        nodes = self._nodes
        if nodes is not None:
            for box in range(max(first, 1), last):
                if nodes.children[box] == 0:
                    shared = nodes.shared(box, FINEST)
                    for at in range(nodes.ends[box] - nodes.starts[box]):
                        counts[shared[at]] += 1
        return counts

    def add(self, counts: list[int]) -> None:
        """Add what `look` gave."""
        for letters, count in enumerate(counts):
            self._nearest[letters] += count

    def cells(self, precision: i64) -> i64:
        """Cells with a node."""
        return 1 + below(self._neighbours, precision)

    def alone(self, precision: i64) -> i64:
        """Nodes that have their cell for themselves."""
        return below(self._most_similar, precision)

    def border(self, precision: i64) -> i64:
        """Nodes of which one outside the cell is strictly nearer than any inside."""
        return below(self._nearest, precision)

    def _encode(self, nodes: i64) -> None:
        cells, lats, lons = self._cells, self._lats, self._lons
        start: i64 = len(cells)
        for at in range(start, min(start + nodes, self._count)):
            cells = append(cells, cell_number(lats[at], lons[at], MAX_PRECISION))
            if not -POLAR <= lats[at] < POLAR:
                self._polar = True
        self._cells = cells

    def _curve(self) -> vec[i64]:
        """The rows in the order of the curve; near a pole it is not that of the cells, which are compared before."""
        cells = self._cells
        rows = curve(cells)
        if not self._polar:
            return rows
        ordered = vec[i64](capacity=self._count)
        spots = vec[i64](capacity=self._count)
        for row in rows:
            ordered = append(ordered, cells[row])
        self._compare(ordered)
        for at in range(self._count):
            spots = append(spots, spot(self._lats[at], self._lons[at], cells[at]))
        return curve(spots)

    def _compare(self, cells: vec[i64]) -> None:
        """Count the neighbours in the order of their cells."""
        before: i64 = 0
        for at in range(1, self._count):
            after = common_letters(cells[at - 1], cells[at], FINEST)
            self._neighbours[after] += 1
            self._most_similar[after if after > before else before] += 1
            before = after
        self._most_similar[before] += 1


def below(counts: vec[i64], precision: i64) -> i64:
    """The number of those that share fewer letters than ``precision``."""
    total: i64 = 0
    for letters in range(precision):
        total += counts[letters]
    return total


def alone(sizes: Ints) -> i64:
    """Cells of one node, which are nodes alone in theirs."""
    count: i64 = 0
    for size in sizes.values:
        if size == 1:
            count += 1
    return count


def suits(nodes: int, nodes_alone: int, nodes_at_border: int) -> bool:
    """Whether few enough nodes are alone and at a border, compared in integers."""
    return 100 * nodes_alone <= ALONE * nodes and 100 * nodes_at_border <= BORDER * nodes
