"""Who serves the traffic of each group: itself, and the nearest healthy ones."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Codes, Ints, ints
from rvhctl.core.geo.kdtree import NearestFew, Tree
from rvhctl.core.geo.places import Places
from rvhctl.core.policy.health import HEALTHY
from rvhctl.core.policy.priority_load import shares

FULL: Final = 100
"""Per cent."""

FAR: Final = 1 << 40
"""Metres to a group at no known distance: more than to any other."""

CUTS_A_GROUP: Final = 16
"""Points put into the tree in about the time of one search in it."""


class Plan:
    """Shares of each group's traffic, for groups in order; call `step` until every group is planned.

    Shares of group g are entries ``starts[g]`` to ``starts[g + 1]`` of ``servers`` (a group) and ``parts``
    (per cent, never 0).

    Args:
        places: of the groups; one whose place is unknown comes behind those that are known, by its number, and
            all the others are so to it.
        health_codes: of each group.
        healths: of each group, in per cent.
        answer_starts: where the answer of each group starts, one entry more than groups.
        nearest: how many healthy groups, beside itself, a group may turn to.
    """

    def __init__(
        self,
        places: Places,
        health_codes: Codes,
        healths: Ints,
        answer_starts: Ints,
        nearest: i64,
    ) -> None:
        self.starts: Final = ints(append(vec[i64](), 0))
        self.servers: Final = Ints()
        self.parts: Final = Ints()
        self._where: Final = places
        self._nearest: Final[i64] = nearest
        self._healths = healths.values
        self._answer_starts = answer_starts.values
        self._planned: i64 = 0
        # The healthy groups whose place is known, and for each group its place among them, or -1.
        self._placed = vec[i64]()
        self._numbers = vec[i64]()
        self._unplaced = vec[i64]()
        self._healthy = vec[i64]()
        lats = vec[float]()
        lons = vec[float]()
        spilling = nearest > 0 and self._is_spilling()
        states = health_codes.values
        for group in range(len(states)):
            number: i64 = -1
            if spilling and states[group] == HEALTHY:
                self._healthy = append(self._healthy, group)
                if places.find(group):
                    number = len(self._placed)
                    self._placed = append(self._placed, group)
                    lats = append(lats, places.lat)
                    lons = append(lons, places.lon)
                else:
                    self._unplaced = append(self._unplaced, group)
            self._numbers = append(self._numbers, number)
        # Where every group carries itself there is nothing to look up, and the tree stays empty.
        self._tree = Tree(lats, lons)
        self._search = NearestFew(self._tree, nearest)

    def step(self, groups: i64) -> bool:
        """Plan ``groups`` more groups, or prepare the search; return whether groups are left."""
        if self._tree.grow(groups * CUTS_A_GROUP):
            return True
        count: i64 = len(self._healths)
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
        levels = append(vec[i64](), group)
        level_healths = append(vec[i64](), self._healths[group])
        for other in self._others(group):
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

    def _others(self, group: i64) -> vec[i64]:
        """The healthy groups that a group may turn to, nearest first; those at no known distance by their number."""
        found = vec[i64]()
        rest = self._healthy
        if self._where.find(group):
            for number in self._search.search(self._where.lat, self._where.lon, self._numbers[group]):
                found = append(found, self._placed[number])
            rest = self._unplaced
        for other in rest:
            if len(found) >= self._nearest:
                break
            if other != group:
                found = append(found, other)
        return found

    def _is_spilling(self) -> bool:
        """Whether any group cannot carry all of its traffic."""
        least: i64 = FULL
        for health in self._healths:
            least = health if health < least else least
        return least < FULL

    def give(self, group: i64, part: i64) -> None:
        self.servers.values = append(self.servers.values, group)
        self.parts.values = append(self.parts.values, part)


class Reach(Plan):
    """Where groups may turn to: entries of ``servers``, nearest first, and in ``parts`` how far each is, in metres.

    A group that is not wanted has itself for an entry, which says nothing.

    Args:
        wanted: 1 for each group that is asked about.
    """

    def __init__(self, places: Places, health_codes: Codes, wanted: Codes, nearest: i64) -> None:
        healths = vec[i64]()
        for mark in wanted.values:
            healths = append(healths, 0 if mark != 0 else FULL)
        super().__init__(places, health_codes, ints(healths), Ints(), nearest)

    def spill(self, group: i64) -> None:
        """Say where a group may turn to."""
        found = self._others(group)
        distances = self._search.distances
        known: i64 = len(distances) if self._where.find(group) else 0
        for at in range(len(found)):
            self.give(found[at], distances[at] if at < known else FAR)
