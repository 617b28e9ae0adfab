"""Where groups stand: in the middle of their cell, or of their nodes."""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.geo.geohash import cell_centre
from rvhctl.core.geo.sphere import RADIANS

NOWHERE: Final = 1e-9
"""A mean of unit vectors shorter than this points nowhere: the nodes stand all around the globe."""


class Places:
    """The place of each group. After ``find`` it is ``lat`` and ``lon``, in degrees."""

    def __init__(self) -> None:
        self.lat: float = 0.0
        self.lon: float = 0.0

    def find(self, group: i64) -> bool:
        """Look one up; whether it is known."""
        raise NotImplementedError


class CellPlaces(Places):
    """Groups that cells name stand in the middle of these."""

    def __init__(self, cells: Ints, precision: i64) -> None:
        super().__init__()
        self._cells: Final = cells.values
        self._precision: Final[i64] = precision

    def find(self, group: i64) -> bool:
        self.lat, self.lon = cell_centre(self._cells[group], self._precision)
        return True


class Centroids(Places):
    """Groups stand at the mean, on the unit sphere, of those of their nodes whose coordinates are known.

    Args:
        lats, lons: of the nodes in degrees, NaN where unknown; or empty.
        group_of: the group of each node.
        count: groups.
    """

    def __init__(self, lats: Floats, lons: Floats, group_of: Ints, count: i64) -> None:
        super().__init__()
        self.xs: vec[float] = vec[float]([0.0] * int(count))
        self.ys: vec[float] = vec[float]([0.0] * int(count))
        self.zs: vec[float] = vec[float]([0.0] * int(count))
        self.placed: vec[i64] = vec[i64]([0] * int(count))
        groups, lat_of, lon_of = group_of.values, lats.values, lons.values
        for node in range(len(lat_of)):
            lat, lon = lat_of[node] * RADIANS, lon_of[node] * RADIANS
            if lat == lat and lon == lon:
                group = groups[node]
                self.xs[group] += math.cos(lat) * math.cos(lon)
                self.ys[group] += math.cos(lat) * math.sin(lon)
                self.zs[group] += math.sin(lat)
                self.placed[group] += 1

    def find(self, group: i64) -> bool:
        x, y, z = self.xs[group], self.ys[group], self.zs[group]
        flat = math.sqrt(x * x + y * y)
        if math.sqrt(flat * flat + z * z) <= NOWHERE * float(self.placed[group]):
            return False
        self.lat = math.atan2(z, flat) / RADIANS
        self.lon = math.atan2(y, x) / RADIANS
        return True

    def pick(self, groups: Ints) -> None:
        """Keep these groups, in this order."""
        xs, ys, zs, placed = self.xs, self.ys, self.zs, self.placed
        self.xs, self.ys, self.zs, self.placed = vec[float](), vec[float](), vec[float](), vec[i64]()
        for group in groups.values:
            self.xs = append(self.xs, xs[group])
            self.ys = append(self.ys, ys[group])
            self.zs = append(self.zs, zs[group])
            self.placed = append(self.placed, placed[group])
