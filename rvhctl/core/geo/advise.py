"""Which precision suits a fleet: how its cells look at each."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo.geohash import cell_number
from rvhctl.core.geo.kdtree import NearestOverlap, Tree

FINEST: Final = 8
"""The finest precision that is looked at."""

ALONE: Final = 15
BORDER: Final = 25
"""Per cent of all nodes: more of them alone in their cell, or nearest to another cell, is too many."""


CUTS_A_NODE: Final = 16
"""Points put into the tree in about the time of one search in it."""


class NeighbourOverlap:
    """For each node, how many letters its cell shares with the cell of the nearest other node.

    At a precision of more letters, somebody outside the node's cell is strictly nearer than all inside.
    Call `step` until every node is looked at.
    """

    def __init__(self, lats: Floats, lons: Floats) -> None:
        norths, easts = lats.values, lons.values
        cells = vec[i64]()
        count: i64 = len(norths)
        node: i64 = 0
        while node < count:
            cells = append(cells, cell_number(norths[node], easts[node], FINEST))
            node += 1
        self._nodes: Final[i64] = count
        self._tree: Final = Tree(norths, easts)
        self._search: Final = NearestOverlap(self._tree, cells, FINEST)
        self.shared: Final = Ints()

    def step(self, nodes: i64) -> bool:
        """Look at so many more nodes, or prepare that; whether some are left."""
        if self._tree.grow(nodes * CUTS_A_NODE):
            return True
        shared = self.shared.values
        done: i64 = len(shared)
        stop = done + nodes
        stop = self._nodes if stop > self._nodes else stop
        while done < stop:
            shared = append(shared, self._search.search(done))
            done += 1
        self.shared.values = shared
        return done < self._nodes


def border(shared: Ints, precision: i64) -> i64:
    """Nodes of which one outside the cell is strictly nearer than any inside."""
    count: i64 = 0
    for letters in shared.values:
        if letters < precision:
            count += 1
    return count


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
