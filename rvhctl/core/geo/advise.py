"""Which precision suits a fleet: how its cells look at each."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo.geohash import MAX_PRECISION, cell_number
from rvhctl.core.geo.neighbours import Neighbours, common_letters, curve

FINEST: Final = 8
"""The finest precision that is looked at."""

ALONE: Final = 15
BORDER: Final = 25
"""Per cent of all nodes: more of them alone in their cell, or nearest to another cell, is too many."""


class Survey:
    """The cells of a fleet at every precision, from one look at the nodes in the order of their cells.

    Counted by the number of letters that two cells share: neighbours in that order, each node with the more
    similar of its two neighbours, and each node with the nearest other. Call `step` until every node is looked at.
    """

    def __init__(self, lats: Floats, lons: Floats) -> None:
        self._lats: Final = lats.values
        self._lons: Final = lons.values
        self._count: Final[i64] = len(lats)
        self._cells: vec[i64] = vec[i64]()
        self._nodes: Neighbours | None = None
        self._parted: bool = False
        self._box: i64 = 1
        self._neighbours: Final = vec[i64]([0] * (FINEST + 1))
        self._most_similar: Final = vec[i64]([0] * (FINEST + 1))
        self._nearest: Final = vec[i64]([0] * (FINEST + 1))

    def step(self, nodes: i64) -> bool:
        """Look at about ``nodes`` more nodes, or prepare the search; return whether nodes are left."""
        found = self._nodes
        if found is None:
            self._encode(nodes)
            if len(self._cells) == self._count:
                self._nodes = Neighbours(self._lats, self._lons, curve(self._cells))
                self._cells = vec[i64]()
            return True
        placed: i64 = len(found.cells)
        if placed < self._count:
            found.place(min(placed + nodes, self._count))
            return True
        if not self._parted:
            if not found.part(nodes):
                self._parted = True
                found.enclose()
                self._compare(found.cells)
            return True
        self._look(found, nodes)
        return self._box < len(found.starts)

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
        self._cells = cells

    def _compare(self, cells: vec[i64]) -> None:
        """Count the neighbours in the order of their cells."""
        before: i64 = 0
        for at in range(1, self._count):
            after = common_letters(cells[at - 1], cells[at], FINEST)
            self._neighbours[after] += 1
            self._most_similar[after if after > before else before] += 1
            before = after
        self._most_similar[before] += 1

    def _look(self, nodes: Neighbours, wanted: i64) -> None:
        """Count ``wanted`` nodes, or a few more."""
        box = self._box
        while wanted > 0 and box < len(nodes.starts):
            if nodes.children[box] == 0:
                for at in range(nodes.starts[box], nodes.ends[box]):
                    self._nearest[nodes.shared(at, box, FINEST)] += 1
                    wanted -= 1
            box += 1
        self._box = box


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
