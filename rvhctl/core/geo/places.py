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
        self._xs: vec[float] = vec[float]([0.0] * int(count))
        self._ys: vec[float] = vec[float]([0.0] * int(count))
        self._zs: vec[float] = vec[float]([0.0] * int(count))
        self._placed: vec[i64] = vec[i64]([0] * int(count))
        groups, lat_of, lon_of = group_of.values, lats.values, lons.values
        for node in range(len(lat_of)):
            lat, lon = lat_of[node] * RADIANS, lon_of[node] * RADIANS
            if lat == lat and lon == lon:
                group = groups[node]
                self._xs[group] += math.cos(lat) * math.cos(lon)
                self._ys[group] += math.cos(lat) * math.sin(lon)
                self._zs[group] += math.sin(lat)
                self._placed[group] += 1

    def find(self, group: i64) -> bool:
        x, y, z = self._xs[group], self._ys[group], self._zs[group]
        flat = math.sqrt(x * x + y * y)
        if math.sqrt(flat * flat + z * z) <= NOWHERE * float(self._placed[group]):
            return False
        self.lat = math.atan2(z, flat) / RADIANS
        self.lon = math.atan2(y, x) / RADIANS
        return True

    def pick(self, groups: Ints) -> None:
        """Keep these groups, in this order."""
        xs, ys, zs, placed = self._xs, self._ys, self._zs, self._placed
        self._xs, self._ys, self._zs, self._placed = vec[float](), vec[float](), vec[float](), vec[i64]()
        for group in groups.values:
            self._xs = append(self._xs, xs[group])
            self._ys = append(self._ys, ys[group])
            self._zs = append(self._zs, zs[group])
            self._placed = append(self._placed, placed[group])
