"""The nearest points on the globe among many: a k-d tree over unit vectors.

The tree only says where not to look: a box of the tree bounds the straight line (chord) to everything in
it. Which point is nearer is decided by the haversine distance itself, so the answer does not depend on how
the tree was cut, and is the same as that of comparing with every point.
"""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.geo.sphere import RADIANS, box_distance, chord, haversine, metres

LEAF: Final = 8
"""Points that are compared one by one rather than cut further."""

# What the chord of a box may be wrong by: rounding of the unit vectors, and of the haversine, which is
# badly conditioned towards the antipode. There chords are no longer for longer distances.
RELATIVE_ERROR: Final = 1e-12
FAR_KM: Final = 15000.0
FAR_ERROR_KM: Final = 0.001
NEAR_ERROR_KM: Final = 0.000001


class Tree:
    """Points in degrees, numbered in the order in which they were given. Call `grow` until it is done."""

    def __init__(self, lats: vec[float], lons: vec[float]) -> None:
        self.lats: vec[float] = lats
        self.lons: vec[float] = lons
        count: i64 = len(lats)
        cosines = vec[float]()
        xs = vec[float]()
        ys = vec[float]()
        zs = vec[float]()
        points = vec[i64]()
        for point in range(count):
            lon = lons[point] * RADIANS
            cosine = math.cos(lats[point] * RADIANS)
            cosines = append(cosines, cosine)
            xs = append(xs, cosine * math.cos(lon))
            ys = append(ys, cosine * math.sin(lon))
            zs = append(zs, math.sin(lats[point] * RADIANS))
            points = append(points, point)
        self.cosines: vec[float] = cosines
        self.xs: vec[float] = xs
        self.ys: vec[float] = ys
        self.zs: vec[float] = zs
        self.points: vec[i64] = points
        size: i64 = 1
        while count > LEAF * size:
            size += size
        self.boxes: vec[float] = vec[float]([0.0] * int(2 * size * 6))
        self.first_points: vec[i64] = vec[i64]([0] * int(2 * size))
        # Ranges of the points that are to be put under a node: node, start and end of each.
        self.uncut: list[i64] = [1, 0, count] if count > 0 else []

    def grow(self, points: i64) -> bool:
        """Cut ranges of about ``points`` points in all; return whether any are left."""
        while points > 0 and len(self.uncut) > 0:
            end = self.uncut.pop()
            start = self.uncut.pop()
            self.cut(self.uncut.pop(), start, end)
            points -= end - start
        return len(self.uncut) > 0

    def cut(self, node: i64, start: i64, end: i64) -> None:
        """Put a range of the points under a node of the tree, whose children are 2 node and 2 node + 1."""
        self.enclose(node, start, end)
        if end - start <= LEAF:
            return
        at = node * 6
        boxes = self.boxes
        wide_x = boxes[at + 3] - boxes[at]
        wide_y = boxes[at + 4] - boxes[at + 1]
        wide_z = boxes[at + 5] - boxes[at + 2]
        column = self.zs
        if wide_x >= wide_y and wide_x >= wide_z:
            column = self.xs
        elif wide_y >= wide_z:
            column = self.ys
        middle = (start + end) // 2
        halve(self.points, column, start, end, middle)
        self.uncut += [2 * node, start, middle, 2 * node + 1, middle, end]

    def enclose(self, node: i64, start: i64, end: i64) -> None:
        """Find the smallest box around a range of the points, and the first given of them."""
        points = self.points
        first = points[start]
        for at in range(start + 1, end):
            first = points[at] if points[at] < first else first
        self.first_points[node] = first
        self.enclose_axis(self.xs, node * 6, start, end)
        self.enclose_axis(self.ys, node * 6 + 1, start, end)
        self.enclose_axis(self.zs, node * 6 + 2, start, end)

    def enclose_axis(self, column: vec[float], corner: i64, start: i64, end: i64) -> None:
        points = self.points
        low = high = column[points[start]]
        for at in range(start + 1, end):
            value = column[points[at]]
            low = value if value < low else low
            high = value if value > high else high
        self.boxes[corner] = low
        self.boxes[corner + 3] = high


def halve(points: vec[i64], column: vec[float], start: i64, end: i64, middle: i64) -> None:
    """Reorder a range so that no point before the middle has more than one after it (quickselect)."""
    low = start
    high = end - 1
    while low < high:
        # Stopping at equals on both sides keeps the halves even where all are equal.
        pivot = column[points[(low + high) // 2]]
        left = low
        right = high
        while left <= right:
            while column[points[left]] < pivot:
                left += 1
            while column[points[right]] > pivot:
                right -= 1
            if left <= right:
                point = points[left]
                points[left] = points[right]
                points[right] = point
                left += 1
                right -= 1
        if middle <= right:
            high = right
        elif middle >= left:
            low = left
        else:
            return


def slack(distance_km: float) -> float:
    """A chord that no point at most so far away can exceed, squared; for pruning."""
    error = FAR_ERROR_KM if distance_km > FAR_KM else NEAR_ERROR_KM
    reach = chord(distance_km + error) * (1.0 + RELATIVE_ERROR)
    return reach * reach


class NearestFew:
    """Searches for the nearest points by (distance rounded to a metre, number), from one place after the other."""

    def __init__(self, tree: Tree, wanted: i64) -> None:
        self.tree: Tree = tree
        self.wanted: i64 = wanted
        self.start(0.0, 0.0, -1)

    def start(self, lat: float, lon: float, skip: i64) -> None:
        """Begin at this place; point ``skip`` is never found."""
        self.lat: float = lat
        self.lon: float = lon
        self.skip: i64 = skip
        self.cosine: float = math.cos(lat * RADIANS)
        self.x: float = self.cosine * math.cos(lon * RADIANS)
        self.y: float = self.cosine * math.sin(lon * RADIANS)
        self.z: float = math.sin(lat * RADIANS)
        self.found: vec[i64] = vec[i64]()
        self.distances: vec[i64] = vec[i64]()
        self.reach: float = math.inf
        """Chord, squared, beyond which nothing is wanted."""
        self.inner: float = math.inf
        """Chord, squared, beyond which the distance rounds to the worst one taken, or more."""

    def search(self, lat: float, lon: float, skip: i64) -> vec[i64]:
        """The numbers of the nearest points, nearest first; ``skip`` -1 to leave none out."""
        self.start(lat, lon, skip)
        count: i64 = len(self.tree.points)
        if self.wanted > 0 and count > 0:
            self.visit(1, 0, count, self.bound(1))
        return self.found

    def bound(self, node: i64) -> float:
        """The least chord, squared, to anything in the box of a node."""
        return box_distance(self.tree.boxes, node * 6, self.x, self.y, self.z)

    def visit(self, node: i64, start: i64, end: i64, bound: float) -> None:
        if bound > self.reach or self.hopeless(node, bound):
            return
        if end - start <= LEAF:
            self.compare(start, end)
            return
        middle = (start + end) // 2
        left = self.bound(2 * node)
        right = self.bound(2 * node + 1)
        # Of two boxes that both hold this place, first the one with the points given first: they win ties.
        first_points = self.tree.first_points
        if right < left or (right == left and first_points[2 * node + 1] < first_points[2 * node]):
            self.visit(2 * node + 1, middle, end, right)
            self.visit(2 * node, start, middle, left)
        else:
            self.visit(2 * node, start, middle, left)
            self.visit(2 * node + 1, middle, end, right)

    def compare(self, start: i64, end: i64) -> None:
        """Offer each point of a leaf that is within reach."""
        tree = self.tree
        for at in range(start, end):
            point = tree.points[at]
            x = tree.xs[point] - self.x
            y = tree.ys[point] - self.y
            z = tree.zs[point] - self.z
            if x * x + y * y + z * z <= self.reach and point != self.skip:
                lat, lon, cosine = tree.lats[point], tree.lons[point], tree.cosines[point]
                self.offer(point, haversine(self.lat, self.lon, self.cosine, lat, lon, cosine))

    def hopeless(self, node: i64, bound: float) -> bool:
        """Whether a node of the tree within reach still holds nothing wanted."""
        # As far as the worst one taken, but all of it given later: ties are lost.
        return bound > self.inner and self.tree.first_points[node] > self.found[self.wanted - 1]

    def offer(self, point: i64, half_chord_squared: float) -> None:
        """Take a point, or not, and shorten the reach."""
        distance = metres(half_chord_squared)
        at: i64 = len(self.found)
        if at == self.wanted:
            at -= 1
            worst = self.distances[at]
            if distance > worst or (distance == worst and point > self.found[at]):
                return
        else:
            self.found = append(self.found, point)
            self.distances = append(self.distances, distance)
        found = self.found
        distances = self.distances
        while at > 0:
            before = distances[at - 1]
            if before < distance or (before == distance and found[at - 1] < point):
                break
            found[at] = found[at - 1]
            distances[at] = before
            at -= 1
        found[at] = point
        distances[at] = distance
        if len(found) == self.wanted:
            worst_metres = float(distances[self.wanted - 1])
            self.reach = slack((worst_metres + 0.5) / 1000.0)
            self.inner = slack((worst_metres - 0.5) / 1000.0) if worst_metres > 0.0 else -1.0
