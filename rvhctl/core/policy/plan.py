"""Who serves the traffic of each group: itself, and the nearest healthy ones."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Codes, Ints, ints
from rvhctl.core.geo.geohash import cell_centre
from rvhctl.core.geo.kdtree import NearestFew, Tree
from rvhctl.core.policy.health import HEALTHY
from rvhctl.core.policy.priority_load import shares

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
        health_codes: of each group.
        healths: of each group, in per cent.
        answer_starts: where the answer of each group starts, one entry more than groups.
        nearest: how many healthy groups, beside itself, a group may turn to.
    """

    def __init__(
        self,
        cells: Ints,
        precision: i64,
        health_codes: Codes,
        healths: Ints,
        answer_starts: Ints,
        nearest: i64,
    ) -> None:
        self.precision: Final[i64] = precision
        self.starts: Final = ints(append(vec[i64](), 0))
        self.servers: Final = Ints()
        self.parts: Final = Ints()
        self._cells = cells.values
        self._healths = healths.values
        self._answer_starts = answer_starts.values
        self._planned: i64 = 0
        # The healthy groups, and for each group its place among them, or -1.
        self._healthy = vec[i64]()
        self._places = vec[i64]()
        lats = vec[float]()
        lons = vec[float]()
        spilling = False
        states = health_codes.values
        for group in range(len(states)):
            place: i64 = -1
            if self._healths[group] < FULL:
                spilling = True
            if states[group] == HEALTHY:
                place = len(self._healthy)
                self._healthy = append(self._healthy, group)
            self._places = append(self._places, place)
        if spilling and nearest > 0:
            for group in self._healthy:
                lat, lon = cell_centre(self._cells[group], precision)
                lats = append(lats, lat)
                lons = append(lons, lon)
        # Where every group carries itself there is nothing to look up, and the tree stays empty.
        self._tree = Tree(lats, lons)
        self._search = NearestFew(self._tree, nearest)

    def step(self, groups: i64) -> bool:
        """Plan ``groups`` more groups, or prepare the search; return whether groups are left."""
        if self._tree.grow(groups * CUTS_A_GROUP):
            return True
        count: i64 = len(self._cells)
        stop = min(self._planned + groups, count)
        for group in range(self._planned, stop):
            if self._healths[group] >= FULL:
                self.give(group, FULL)
            else:
                self.spill(group)
            self.starts.values = append(self.starts.values, len(self.servers.values))
        self._planned = stop
        return stop < count

    def spill(self, group: i64) -> None:
        """Share out the traffic of a group that cannot carry all of it."""
        lat, lon = cell_centre(self._cells[group], self.precision)
        levels = append(vec[i64](), group)
        level_healths = append(vec[i64](), self._healths[group])
        for place in self._search.search(lat, lon, self._places[group]):
            other = self._healthy[place]
            levels = append(levels, other)
            level_healths = append(level_healths, self._healths[other])
        parts = shares(level_healths)
        served = False
        for level in range(len(levels)):
            if parts[level] > 0:
                self.give(levels[level], parts[level])
                served = True
        if not served and self._answer_starts[group + 1] > self._answer_starts[group]:
            self.give(group, FULL)

    def give(self, group: i64, part: i64) -> None:
        self.servers.values = append(self.servers.values, group)
        self.parts.values = append(self.parts.values, part)
