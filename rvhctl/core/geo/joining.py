"""Groups too small to fail over join the nearest."""

from __future__ import annotations

import math
from heapq import heapify, heappop, heappush
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints, ints
from rvhctl.core.geo.geohash import AROUND, cell_centre, neighbour
from rvhctl.core.geo.kdtree import NearestFew, Tree
from rvhctl.core.geo.places import Centroids
from rvhctl.core.geo.sphere import RADIANS, haversine, metres


class Joining:
    """The groups of one run, each at first one *part*: a cell, or the nodes of a label.

    The smallest group under the minimum (of several, the one whose own part was seen first) joins the group
    that owns the nearest part to any of its own. The group that it joins keeps its name and its place.

    Args:
        sizes: nodes in each part, in order of first appearance.
        minimum: nodes that a group should have.
    """

    def __init__(self, sizes: Ints, minimum: int) -> None:
        self.minimum: int = minimum
        counts = sizes.values
        count: i64 = len(counts)
        self.count: i64 = count
        self.owners: Final = ints(vec[i64]([0] * int(count)))
        """The group of each part; a group has the number of its own part."""
        owners = self.owners.values
        self.sizes: list[int] = []
        self.members: dict[int, list[int]] = {}
        """Parts of a group that has more than its own."""
        # The size above the number of the part: one integer in the order wanted.
        self.waiting: list[int] = []
        for part in range(count):
            owners[part] = part
            size: int = counts[part]
            self.sizes.append(size)
            if size < minimum:
                self.waiting.append(size * int(count) + int(part))
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
        for part in moving:
            owners[part] = target
        self.members.setdefault(target, [target]).extend(moving)
        size = self.sizes[target] + self.sizes[group]
        self.sizes[group] = 0
        self.sizes[target] = size
        if size < self.minimum:
            heappush(self.waiting, size * int(self.count) + target)

    def nearest(self, group: int) -> int:
        """Return the group that owns the nearest part; -1 without one."""
        raise NotImplementedError


class CellJoining(Joining):
    """Groups of cells: a part is near only if it is one of the eight neighbours of a cell.

    Of several neighbours at the same distance, rounded to a metre between cell centres, the cell counts that was
    seen first. A group without an occupied neighbour stays as it is.

    Args:
        cells: the occupied cells in order of first appearance.
        precision: of the cells.
        sizes: nodes in each cell.
        minimum: nodes that a group should have.
    """

    def __init__(self, cells: Ints, precision: i64, sizes: Ints, minimum: int) -> None:
        super().__init__(sizes, minimum)
        self._cells: vec[i64] = cells.values
        self.precision: i64 = precision
        self.places: dict[int, int] = {}
        for cell in range(self.count):
            self.places[self._cells[cell]] = cell

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


class CentroidJoining(Joining):
    """Groups of labels: the nearest by their centroids, of several at the same distance the one seen first.

    A group without a place is joined by none, and joins none.

    Args:
        places: of the parts.
        sizes: nodes in each part.
        minimum: nodes that a group should have.
    """

    def __init__(self, places: Centroids, sizes: Ints, minimum: int) -> None:
        super().__init__(sizes, minimum)
        self._where: Final = places
        self._placed = vec[i64]()
        self._numbers = vec[i64]()
        lats = vec[float]()
        lons = vec[float]()
        for part in range(self.count):
            number: i64 = -1
            if places.find(part):
                number = len(self._placed)
                self._placed = append(self._placed, part)
                lats = append(lats, places.lat)
                lons = append(lons, places.lon)
            self._numbers = append(self._numbers, number)
        tree = Tree(lats, lons)
        while tree.grow(self.count):
            pass
        # Of so many parts one belongs to another group: a group that is too small has fewer of its own.
        self._search: Final = NearestFew(tree, min(minimum, int(self.count)))

    def nearest(self, group: int) -> int:
        """Return the group that owns the nearest part; -1 without one."""
        owners = self.owners.values
        best: i64 = -1
        best_metres: i64 = -1
        for part in self.members.get(group, [group]):
            if not self._where.find(part):
                continue
            number = self._numbers[part]
            found = self._search.search(self._where.lat, self._where.lon, number)
            for at in range(len(found)):
                other = self._placed[found[at]]
                if owners[other] == group:
                    continue
                distance = self._search.distances[at]
                if best < 0 or distance < best_metres or (distance == best_metres and other < best):
                    best = other
                    best_metres = distance
                break
        return owners[best] if best >= 0 else -1


def renumbered(groups: Ints, owners: Ints) -> tuple[Ints, Ints]:
    """Return the group of each node after joining, and the part that names each group.

    Groups are numbered without gaps in order of first appearance of their own parts.
    """
    numbers = vec[i64]()
    names = vec[i64]()
    owner_of = owners.values
    for part in range(len(owner_of)):
        numbers = append(numbers, len(names))
        if owner_of[part] == part:
            names = append(names, part)
    result = vec[i64]()
    for group in groups.values:
        result = append(result, numbers[owner_of[group]])
    return ints(result), ints(names)
