"""Who serves the traffic of each group: itself, and the nearest healthy ones."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64, u8

from rvhctl.core.geohash import cell_centre
from rvhctl.core.kdtree import NearestFew, Tree
from rvhctl.core.spill import shares
from rvhctl.core.verdicts import HEALTHY

FULL: Final = 100
"""Per cent."""

CUTS_A_GROUP: Final = 16
"""Points put into the tree in about the time of one search in it."""


class Plan:
    """Shares of each group's traffic, for groups in order; call `step` until every group is planned.

    Shares of group g are entries ``starts[g]`` to ``starts[g + 1]`` of ``servers`` (a group) and ``parts``
    (per cent, never 0).

    Args:
        cells: the cell that names each group.
        precision: of the cells.
        verdicts: of each group.
        healths: of each group, in per cent.
        answer_starts: where the answer of each group starts, one entry more than groups.
        nearest: how many healthy groups, beside itself, a group may turn to.
    """

    def __init__(
        self,
        cells: vec[i64],
        precision: i64,
        verdicts: vec[u8],
        healths: vec[i64],
        answer_starts: vec[i64],
        nearest: i64,
    ) -> None:
        self.cells = cells
        self.precision = precision
        self.healths = healths
        self.answer_starts = answer_starts
        self.planned: i64 = 0
        self.starts = append(vec[i64](), 0)
        self.servers = vec[i64]()
        self.parts = vec[i64]()
        # The healthy groups, and for each group its place among them, or -1.
        self.healthy = vec[i64]()
        self.places = vec[i64]()
        lats = vec[float]()
        lons = vec[float]()
        spilling = False
        count: i64 = len(verdicts)
        group: i64 = 0
        while group < count:
            place: i64 = -1
            if healths[group] < FULL:
                spilling = True
            if verdicts[group] == HEALTHY:
                place = len(self.healthy)
                self.healthy = append(self.healthy, group)
            self.places = append(self.places, place)
            group += 1
        if spilling and nearest > 0:
            for group in self.healthy:
                lat, lon = cell_centre(cells[group], precision)
                lats = append(lats, lat)
                lons = append(lons, lon)
        # Where every group carries itself there is nothing to look up, and the tree stays empty.
        self.tree = Tree(lats, lons)
        self.search = NearestFew(self.tree, nearest)

    def step(self, groups: i64) -> bool:
        """Plan so many more groups, or prepare that; whether some are left."""
        if self.tree.grow(groups * CUTS_A_GROUP):
            return True
        count: i64 = len(self.cells)
        stop = self.planned + groups
        stop = count if stop > count else stop
        while self.planned < stop:
            group = self.planned
            if self.healths[group] >= FULL:
                self.give(group, FULL)
            else:
                self.spill(group)
            self.starts = append(self.starts, len(self.servers))
            self.planned += 1
        return self.planned < count

    def spill(self, group: i64) -> None:
        """Share out the traffic of a group that cannot carry all of it."""
        lat, lon = cell_centre(self.cells[group], self.precision)
        levels = append(vec[i64](), group)
        level_healths = append(vec[i64](), self.healths[group])
        for place in self.search.search(lat, lon, self.places[group]):
            other = self.healthy[place]
            levels = append(levels, other)
            level_healths = append(level_healths, self.healths[other])
        parts = shares(level_healths)
        served = False
        count: i64 = len(levels)
        level: i64 = 0
        while level < count:
            if parts[level] > 0:
                self.give(levels[level], parts[level])
                served = True
            level += 1
        if not served and self.answer_starts[group + 1] > self.answer_starts[group]:
            self.give(group, FULL)

    def give(self, group: i64, part: i64) -> None:
        self.servers = append(self.servers, group)
        self.parts = append(self.parts, part)
