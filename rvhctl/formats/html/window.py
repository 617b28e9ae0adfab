"""The part of the world that a map shows, and where a place is on it.

The projection is equirectangular, true to scale in the middle of the map, so that geohash cells are rectangles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

WIDTH: Final = 960.0
"""Of the map in pixels, before a browser fits it to the screen."""
FLATTEST: Final = 400.0
TALLEST: Final = 560.0
"""Heights between which the map stays where the world allows it."""
LEAST: Final = 16.0
"""Degrees of longitude that a map shows at least: outlines of 1:110m tell nothing closer up."""
WORLD: Final = 220.0
"""From so many degrees of longitude on, the map shows all of them."""
MARGIN: Final = 0.1
"""Of the extent, left free on each side."""
FREE: Final = 6.0
"""Degrees around the antimeridian that are free of places where a map is cut there. Cells only border on it."""
PEOPLED: Final = (-57.0, 76.0)
"""Latitudes that a map of the world has at least."""
CIRCLE: Final = 360.0
SEEN: Final = 0.1
"""Pixels of something that are seen."""


class Rectangle(NamedTuple):
    """In pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        """Tell whether both have a place in common that is more than a border."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Window:
    """A window on the world around some places, wherever the antimeridian is.

    Attributes:
        west: the longitude of its left side, -180 or more; ``span`` degrees to the right is the other.
        north, south: latitudes of its upper and lower side.
        height: in pixels, as all that ``x`` and ``y`` return.
    """

    def __init__(self, lats: Sequence[float], lons: Sequence[float]) -> None:
        """``lats``, ``lons``: of all that is to be seen, in degrees, at least one."""
        west, span = _shortest_arc(lons)
        south, north = min(lats), max(lats)
        free = max((north - south) * MARGIN, 1.0) if span <= WORLD else 3.0
        if span > WORLD:
            # The map is cut where nothing is: at 180 degrees, as people know it, if that is such a place.
            known = all(not 0 < abs(lon % CIRCLE - 180) < FREE for lon in lons)
            west, span = 180.0 if known else west - (CIRCLE - span) / 2, CIRCLE
            south = max(-90.0, min(south - free, PEOPLED[0]))
            north = min(90.0, max(north + free, PEOPLED[1]))
        else:
            wider = max(span * (1 + 2 * MARGIN), LEAST)
            west, span = west - (wider - span) / 2, wider
            south, north = max(-90.0, south - free), min(90.0, north + free)
        # One side is widened until the shape is that of a map.
        squeeze = max(0.3, math.cos(math.radians((south + north) / 2)))
        if span < CIRCLE and (needed := (north - south) * WIDTH / TALLEST / squeeze) > span:
            wider = min(CIRCLE, needed)
            west, span = west - (wider - span) / 2, wider
        high = max(north - south, FLATTEST / WIDTH * span * squeeze)
        middle = min(max((south + north) / 2, high / 2 - 90), 90 - high / 2) if high < 180 else 0.0
        high = min(high, 180.0)
        self.west: Final = (west + 180) % CIRCLE - 180
        self.span: Final = span
        self.south: Final = middle - high / 2
        self.north: Final = middle + high / 2
        self.x_scale: Final = WIDTH / span
        self.y_scale: Final = self.x_scale / squeeze
        self.height: Final = high * self.y_scale

    @property
    def around(self) -> float:
        """Pixels around the whole world."""
        return CIRCLE * self.x_scale

    def x(self, lon: float) -> float:
        """Pixels from the left side, within the world that begins there."""
        return (lon - self.west) % CIRCLE * self.x_scale

    def y(self, lat: float) -> float:
        """Pixels from the upper side."""
        return (self.north - lat) * self.y_scale

    def repeats(self, left: float, right: float) -> list[float]:
        """Return by how many pixels something is moved where it is seen: not at all, or once around the world."""
        moves = (0.0, -self.around, self.around)
        return [move for move in moves if left + move <= WIDTH - SEEN and right + move >= SEEN]


def _shortest_arc(lons: Sequence[float]) -> tuple[float, float]:
    """The shortest arc with all longitudes: where it begins, and how long it is."""
    around = sorted({lon % CIRCLE for lon in lons})
    gap, west = max(
        ((after - before, after) for before, after in pairwise([*around, around[0] + CIRCLE])),
    )
    return west % CIRCLE, CIRCLE - gap
