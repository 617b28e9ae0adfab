"""Groups too small to fail over join the nearest of their neighbours."""

from __future__ import annotations

import math
from heapq import heapify, heappop, heappush
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints, ints
from rvhctl.core.geo.geohash import AROUND, cell_centre, neighbour
from rvhctl.core.geo.sphere import RADIANS, haversine, metres


class Joining:
    """The groups of one run, each at first one cell.

    The smallest group under the minimum (of several, the one whose own cell was seen first) joins the group
    that owns the nearest occupied neighbour of any of its cells (of several at the same distance, rounded
    to a metre between cell centres: the cell that was seen first). The group that it joins keeps its name
    and its place. A group without an occupied neighbour stays as it is.

    Args:
        cells: the occupied cells in order of first appearance.
        precision: of the cells.
        sizes: nodes in each cell.
        minimum: nodes that a group should have.
    """

    def __init__(self, cells: Ints, precision: i64, sizes: Ints, minimum: int) -> None:
        self._cells: vec[i64] = cells.values
        self.precision: i64 = precision
        self.minimum: int = minimum
        counts = sizes.values
        count: i64 = len(counts)
        self.count: i64 = count
        self.places: dict[int, int] = {}
        self.owners: Final = ints(vec[i64]([0] * int(count)))
        """The group of each cell; a group has the number of its own cell."""
        owners = self.owners.values
        self.sizes: list[int] = []
        self.members: dict[int, list[int]] = {}
        """Cells of a group that has more than its own."""
        # The size above the number of the cell: one integer in the order wanted.
        self.waiting: list[int] = []
        for cell in range(count):
            self.places[self._cells[cell]] = cell
            owners[cell] = cell
            size: int = counts[cell]
            self.sizes.append(size)
            if size < minimum:
                self.waiting.append(size * int(count) + int(cell))
        heapify(self.waiting)

    def step(self, groups: int) -> bool:
        """Look at ``groups`` more groups; return whether groups are left."""
        while self.waiting and groups > 0:
            groups -= 1
            size, group = divmod(heappop(self.waiting), int(self.count))
            # An entry is out of date when the group has grown or has joined another.
            if self.sizes[group] == size:
                self.join(group)
        return bool(self.waiting)

    def join(self, group: int) -> None:
        """Let one group join its nearest neighbour, if it has any."""
        target = self.nearest(group)
        if target < 0:
            return
        moving = self.members.pop(group, [group])
        owners = self.owners.values
        for cell in moving:
            owners[cell] = target
        self.members.setdefault(target, [target]).extend(moving)
        size = self.sizes[target] + self.sizes[group]
        self.sizes[group] = 0
        self.sizes[target] = size
        if size < self.minimum:
            heappush(self.waiting, size * int(self.count) + target)

    def nearest(self, group: int) -> int:
        """Return the group of the nearest occupied neighbour; -1 without one."""
        owners = self.owners.values
        best: i64 = -1
        best_metres: i64 = -1
        for cell in self.members.get(group, [group]):
            for other in self.occupied_around(cell):
                if owners[other] == group:
                    continue
                distance = self.distance(cell, other)
                if best < 0 or distance < best_metres or (distance == best_metres and other < best):
                    best = other
                    best_metres = distance
        return owners[best] if best >= 0 else -1

    def occupied_around(self, cell: i64) -> list[int]:
        """Return those of the eight neighbours of a cell that have nodes."""
        found: list[int] = []
        for north, east in AROUND:
            number = neighbour(self._cells[cell], self.precision, north, east)
            place = self.places.get(number, -1)
            if place >= 0 and place not in found:
                found.append(place)
        return found

    def distance(self, cell: i64, other: i64) -> i64:
        """Return the metres between two cell centres."""
        lat, lon = cell_centre(self._cells[cell], self.precision)
        other_lat, other_lon = cell_centre(self._cells[other], self.precision)
        cosine = math.cos(lat * RADIANS)
        return metres(haversine(lat, lon, cosine, other_lat, other_lon, math.cos(other_lat * RADIANS)))


def renumbered(groups: Ints, owners: Ints) -> tuple[Ints, Ints]:
    """Return the group of each node after joining, and the cell that names each group.

    Groups are numbered without gaps in order of first appearance of their cells.
    """
    numbers = vec[i64]()
    names = vec[i64]()
    owner_of = owners.values
    for cell in range(len(owner_of)):
        numbers = append(numbers, len(names))
        if owner_of[cell] == cell:
            names = append(names, cell)
    result = vec[i64]()
    for group in groups.values:
        result = append(result, numbers[owner_of[group]])
    return ints(result), ints(names)
