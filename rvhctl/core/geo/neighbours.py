"""Each node's nearest other node: how much of their cells the two share.

The nodes stand along a curve, that of their finest cells (and near a pole, where cells are long and thin, one of its
own). Over it is a tree of boxes, parted where the bits of the curve part, down to a few nodes a leaf; a search begins
at a node's own leaf and climbs, and at each height asks the other part. As in `kdtree`, a box only says where not to
look.
"""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import append, extend, vec
from mypy_extensions import i64

from rvhctl.core.columns import digit_pass
from rvhctl.core.geo.geohash import BITS, MAX_PRECISION, cell_number, interleave
from rvhctl.core.geo.sphere import RADIANS, RADIUS_KM, box_distance, distance_of_boxes, haversine, kilometres
from rvhctl.core.words import COMPILED

LEAF: Final = 8
"""Nodes that are compared one by one."""

HEIGHT: Final = 128
"""Boxes that wait to be opened, at most: one for each bit of a cell, and of the number of nodes in one cell."""

NOWHERE: Final = [math.inf, math.inf, math.inf, -math.inf, -math.inf, -math.inf]

# The haversine distance decides which of two nodes is nearer. Its error, in chords, is larger from far away (it
# is badly conditioned towards the antipode); that of the chord itself is much less.
FAR_CHORD: Final = 1.8
FAR_ERROR: Final = 2 * 0.001 / RADIUS_KM
NEAR_ERROR: Final = 2 * 0.000001 / RADIUS_KM

POLAR: Final = 78.75
"""Degrees: the northernmost and the southernmost sixteenth of the latitudes, whose cells agree in four bits of them."""

POLAR_EDGE: Final = 0.19509032201612828
"""The cosine of that."""

POLAR_STEPS: Final = 171000000.0
"""Steps from 0 to 1, of which there are less than 2^26 from edge to edge."""

NORTH: Final = 0xFF0000000000000
"""Four ones in both axes of a cell: no other node has such a place on the curve."""

HALF: Final = 30
HALF_MASK: Final = 0x3FFFFFFF
INDEX: Final = 0xFFFFFFFF


def spot(lat: float, lon: float, cell: i64) -> i64:
    """The place of a node on the curve: its ``cell``, but near a pole one of the plane around that."""
    if -POLAR <= lat < POLAR:
        return cell
    radius = math.cos(lat * RADIANS)
    x: i64 = int((radius * math.cos(lon * RADIANS) + POLAR_EDGE) * POLAR_STEPS)
    y: i64 = int((radius * math.sin(lon * RADIANS) + POLAR_EDGE) * POLAR_STEPS)
    # A rounding below 0 at the edge is no step.
    place = interleave(x & 0x3FFFFFF, y & 0x3FFFFFF)
    return place | NORTH if lat > 0.0 else place


def curve(cells: vec[i64]) -> vec[i64]:
    """The rows of cells of the finest precision, or spots, ascending by these, ties in input order."""
    count: i64 = len(cells)
    if not COMPILED:
        return vec[i64](sorted(range(count), key=list(cells).__getitem__))
    rows = by_half(cells, vec[i64](), 0)
    return by_half(cells, rows, HALF)


def by_half(cells: vec[i64], rows: vec[i64], shift: i64) -> vec[i64]:
    """The rows (all of them as they come, if none are given) sorted by half the bits of their cells; stable."""
    count: i64 = len(cells)
    packed = vec[i64]([0] * int(count))
    given: i64 = len(rows)
    for k in range(count):
        row = rows[k] if given > 0 else k
        packed[k] = ((cells[row] >> shift) & HALF_MASK) << 32 | row
    spare = vec[i64]([0] * int(count))
    low: i64 = 32
    while low < 32 + HALF and count > 0:
        if digit_pass(packed, spare, low, 10):
            packed, spare = spare, packed
        low += 10
    for k in range(count):
        packed[k] = packed[k] & INDEX
    return packed


def common_letters(cell: i64, other: i64, letters: i64) -> i64:
    """Leading letters that two cells of the finest precision share, at most ``letters``."""
    difference = (cell ^ other) >> (BITS - 5 * letters)
    while difference != 0:
        difference >>= 5
        letters -= 1
    return letters


def reach_of(chord_squared: float) -> float:
    """A chord, squared, that no node can exceed which is as near as one of this chord."""
    chord = math.sqrt(chord_squared)
    chord += FAR_ERROR if chord > FAR_CHORD else NEAR_ERROR
    return chord * chord


def parting(spots: vec[i64], start: i64, end: i64) -> i64:
    """Where ascending spots, from start to end - 1, part: at the first bit that is not the same in all."""
    first, last = spots[start], spots[end - 1]
    low = start
    high = end
    while low < high:
        middle = (low + high) // 2
        if (spots[middle] ^ first) > (spots[middle] ^ last):
            high = middle
        else:
            low = middle + 1
    return low if low < end else (start + end) // 2


class Neighbours:
    """Nodes along the curve, numbered by it, and the boxes over them, from 1, the one around all of them.

    Call `place` up to the last node, `part` until it is done, then `enclose`; then ask for what is `shared`.

    Attributes:
        starts, ends: the nodes in each box.
        children: the first of the two boxes into which each was parted, 0 for a leaf; the other is the next.
        parents: of each two boxes, which are numbered 2 pair and 2 pair + 1.
    """

    def __init__(self, lats: vec[float], lons: vec[float], rows: vec[i64]) -> None:
        """Coordinates in degrees, and the rows in the order of the curve."""
        self.cells: vec[i64] = vec[i64]()
        self._spots: vec[i64] = vec[i64]()
        self.starts: vec[i64] = vec[i64]([0, 0])
        self.ends: vec[i64] = vec[i64]([0, len(rows)])
        self.children: vec[i64] = vec[i64]([0, 0])
        self.parents: vec[i64] = vec[i64]([0])
        self._lats: vec[float] = lats
        self._lons: vec[float] = lons
        self._rows: vec[i64] = rows
        self._xs: vec[float] = vec[float]()
        self._ys: vec[float] = vec[float]()
        self._zs: vec[float] = vec[float]()
        self._boxes: vec[float] = vec[float]()
        self._waiting: vec[i64] = vec[i64]([0] * HEIGHT)
        self._parted: i64 = 0
        # Of each node of the leaf that is looked at: the chord of the nearest so far, squared, the one beyond which
        # none can be nearest, and the letters shared with those that may be, at least and at most.
        self._nearest: vec[float] = vec[float]([0.0] * LEAF)
        self._reach: vec[float] = vec[float]([0.0] * LEAF)
        self._least: vec[i64] = vec[i64]([0] * LEAF)
        self._most: vec[i64] = vec[i64]([0] * LEAF)
        self._farthest: float = 0.0
        """The reach of that which reaches farthest."""

    def place(self, stop: i64) -> None:
        """Put the nodes up to this one as points on the unit sphere."""
        xs, ys, zs, cells, spots = self._xs, self._ys, self._zs, self.cells, self._spots
        rows, lats, lons = self._rows, self._lats, self._lons
        for at in range(len(cells), stop):
            lat, lon = lats[rows[at]], lons[rows[at]]
            cosine = math.cos(lat * RADIANS)
            xs = append(xs, cosine * math.cos(lon * RADIANS))
            ys = append(ys, cosine * math.sin(lon * RADIANS))
            zs = append(zs, math.sin(lat * RADIANS))
            # Again, because to fetch it from another place takes longer.
            cell = cell_number(lat, lon, MAX_PRECISION)
            cells = append(cells, cell)
            spots = append(spots, spot(lat, lon, cell))
        self._xs, self._ys, self._zs, self.cells, self._spots = xs, ys, zs, cells, spots

    def part(self, boxes: i64) -> bool:
        """Part ``boxes`` more boxes; return whether boxes are left."""
        spots, starts, ends = self._spots, self.starts, self.ends
        children, parents = self.children, self.parents
        box = self._parted
        stop = box + boxes
        count: i64 = len(starts)
        while box < stop and box < count:
            start, end = starts[box], ends[box]
            if end - start > LEAF:
                middle = parting(spots, start, end)
                children[box] = count
                starts = append(append(starts, start), middle)
                ends = append(append(ends, middle), end)
                children = append(append(children, 0), 0)
                parents = append(parents, box)
                count += 2
            box += 1
        self.starts, self.ends, self.children, self.parents = starts, ends, children, parents
        self._parted = box
        return box < count

    def enclose(self) -> None:
        """Find the edges of all boxes: of a leaf from its nodes, of others from the two into which they were parted."""
        boxes = vec[float]()
        nowhere = vec[float](NOWHERE)
        for _ in self.starts:
            boxes = extend(boxes, nowhere)
        self._boxes = boxes
        self._enclose_axis(self._xs, 0)
        self._enclose_axis(self._ys, 1)
        self._enclose_axis(self._zs, 2)

    def _enclose_axis(self, column: vec[float], axis: i64) -> None:
        boxes, children, starts, ends = self._boxes, self.children, self.starts, self.ends
        box: i64 = len(starts) - 1
        while box > 0:
            low = math.inf
            high = -math.inf
            child = children[box] * 6 + axis
            if child > 5:
                low = boxes[child] if boxes[child] < boxes[child + 6] else boxes[child + 6]
                high = boxes[child + 3] if boxes[child + 3] > boxes[child + 9] else boxes[child + 9]
            else:
                end = ends[box]
                for at in range(starts[box], end):
                    low = column[at] if column[at] < low else low
                    high = column[at] if column[at] > high else high
            boxes[box * 6 + axis] = low
            boxes[box * 6 + axis + 3] = high
            box -= 1

    def shared(self, leaf: i64, letters: i64) -> vec[i64]:
        """Return how many letters, at most ``letters``, each node of a leaf and its nearest other share of their cells.

        The most where several are nearest, ``letters`` where there is no other node. Good until the next call, and
        for as many as the leaf has nodes.
        """
        first, end = self.starts[leaf], self.ends[leaf]
        least, most = self._least, self._most
        for k in range(LEAF):
            self._nearest[k] = self._reach[k] = math.inf
            least[k] = most[k] = letters
        self._farthest = math.inf
        self._climb(leaf, letters)
        for at in range(first, end):
            k = at - first
            # Mostly there is one, or all are of one cell: no need to know which is nearest.
            if least[k] != most[k]:
                most[k] = self._shared_exactly(at, self._within(at, self._reach[k]), letters)
        return most

    def _climb(self, leaf: i64, letters: i64) -> None:
        """Compare the nodes of a leaf with those of all leaves in reach of any, the likely ones first."""
        boxes, children, waiting = self._boxes, self.children, self._waiting
        box = leaf
        waiting[0] = box
        while True:
            height: i64 = 1
            while height > 0:
                height -= 1
                opened = waiting[height]
                if distance_of_boxes(boxes, opened * 6, leaf * 6) > self._farthest:
                    continue
                child = children[opened]
                if child > 0:
                    waiting[height] = child
                    waiting[height + 1] = child + 1
                    height += 2
                else:
                    self._compare(leaf, opened, letters)
            if box == 1:
                return
            waiting[0] = box ^ 1
            box = self.parents[box >> 1]

    def _compare(self, leaf: i64, opened: i64, letters: i64) -> None:
        """Take those nodes of an opened leaf that may be the nearest of one in the other leaf."""
        xs, ys, zs, boxes, cells = self._xs, self._ys, self._zs, self._boxes, self.cells
        least, most = self._least, self._most
        first, start, end = self.starts[leaf], self.starts[opened], self.ends[opened]
        farthest = -1.0
        for at in range(first, self.ends[leaf]):
            k = at - first
            x, y, z = xs[at], ys[at], zs[at]
            reach = self._reach[k]
            if box_distance(boxes, opened * 6, x, y, z) <= reach:
                nearest = self._nearest[k]
                for other in range(start, end):
                    x_off, y_off, z_off = xs[other] - x, ys[other] - y, zs[other] - z
                    chord = x_off * x_off + y_off * y_off + z_off * z_off
                    if chord > reach or other == at:
                        continue
                    common = common_letters(cells[at], cells[other], letters)
                    if chord == 0.0 and self._together(at, other):
                        # None is nearer, and none shares more.
                        least[k] = most[k] = common
                        reach = -1.0
                        break
                    before = nearest
                    if chord < nearest:
                        nearest = chord
                        reach = reach_of(chord)
                    if before > reach:
                        least[k] = most[k] = common
                    least[k] = common if common < least[k] else least[k]
                    most[k] = common if common > most[k] else most[k]
                self._nearest[k] = nearest
                self._reach[k] = reach
            farthest = reach if reach > farthest else farthest
        self._farthest = farthest

    def _within(self, at: i64, reach: float) -> vec[i64]:
        """The other nodes within a chord, squared, of a node."""
        xs, ys, zs, boxes, waiting = self._xs, self._ys, self._zs, self._boxes, self._waiting
        x, y, z = xs[at], ys[at], zs[at]
        near = vec[i64]()
        waiting[0] = 1
        height: i64 = 1
        while height > 0:
            height -= 1
            opened = waiting[height]
            if box_distance(boxes, opened * 6, x, y, z) > reach:
                continue
            child = self.children[opened]
            if child > 0:
                waiting[height] = child
                waiting[height + 1] = child + 1
                height += 2
                continue
            for other in range(self.starts[opened], self.ends[opened]):
                x_off, y_off, z_off = xs[other] - x, ys[other] - y, zs[other] - z
                if x_off * x_off + y_off * y_off + z_off * z_off <= reach and other != at:
                    near = append(near, other)
        return near

    def _together(self, at: i64, other: i64) -> bool:
        """Whether two nodes have the same coordinates."""
        row, other_row = self._rows[at], self._rows[other]
        return self._lats[row] == self._lats[other_row] and self._lons[row] == self._lons[other_row]

    def _shared_exactly(self, at: i64, near: vec[i64], letters: i64) -> i64:
        """``shared``, of those that may be the nearest by the haversine distance."""
        lat, lon = self._lats[self._rows[at]], self._lons[self._rows[at]]
        cosine = math.cos(lat * RADIANS)
        nearest = math.inf
        most: i64 = 0
        for other in near:
            row = self._rows[other]
            other_lat = self._lats[row]
            distance = kilometres(
                haversine(lat, lon, cosine, other_lat, self._lons[row], math.cos(other_lat * RADIANS))
            )
            common = common_letters(self.cells[at], self.cells[other], letters)
            if distance < nearest:
                nearest = distance
                most = common
            elif distance == nearest and common > most:
                most = common
        return most
