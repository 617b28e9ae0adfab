"""Distances on the globe: great circles by the haversine formula, and points as unit vectors."""

from __future__ import annotations

import math
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

RADIUS_KM: Final = 6371.0088
"""The mean radius of the Earth (IUGG R1)."""

RADIANS: Final = math.pi / 180.0
"""A degree."""


def haversine(
    lat: float, lon: float, cos_lat: float, other_lat: float, other_lon: float, other_cos: float
) -> float:
    """The square of half the chord between two points of the unit sphere, 0 to 1.

    Coordinates in degrees, with the cosines of the latitudes. The difference of longitude is taken in
    degrees, the short way round, so that the antimeridian costs no rounding.
    """
    degrees = math.fabs(lon - other_lon)
    if degrees > 180.0:
        degrees = 360.0 - degrees
    north = math.sin((other_lat - lat) * RADIANS / 2.0)
    east = math.sin(degrees * RADIANS / 2.0)
    return north * north + cos_lat * other_cos * (east * east)


def kilometres(half_chord_squared: float) -> float:
    """The great circle distance of what `haversine` gives."""
    half = math.sqrt(half_chord_squared)
    return 2.0 * RADIUS_KM * math.asin(half if half < 1.0 else 1.0)


def metres(half_chord_squared: float) -> i64:
    """The distance rounded to a metre: what near and far, and a tie, are decided by."""
    return round(kilometres(half_chord_squared) * 1000.0)


def chord(distance_km: float) -> float:
    """The straight line, on the unit sphere, under a great circle distance of at least 0."""
    angle = distance_km / RADIUS_KM
    return 2.0 * math.sin(angle / 2.0) if angle < math.pi else 2.0


def box_distance(boxes: vec[float], corner: i64, x: float, y: float, z: float) -> float:
    """The least chord, squared, from a point to anything in a box: three lowest and three highest coordinates."""
    # Of both sides the point is beyond one at most. Maxima compile to instructions, tests to wrong guesses.
    below, above = boxes[corner] - x, x - boxes[corner + 3]
    x_off = below if below > above else above
    below, above = boxes[corner + 1] - y, y - boxes[corner + 4]
    y_off = below if below > above else above
    below, above = boxes[corner + 2] - z, z - boxes[corner + 5]
    z_off = below if below > above else above
    x_off = x_off if x_off > 0.0 else 0.0
    y_off = y_off if y_off > 0.0 else 0.0
    z_off = z_off if z_off > 0.0 else 0.0
    return x_off * x_off + y_off * y_off + z_off * z_off


def distance_of_boxes(boxes: vec[float], corner: i64, other: i64) -> float:
    """The least chord, squared, from anything in one box to anything in another."""
    below, above = boxes[corner] - boxes[other + 3], boxes[other] - boxes[corner + 3]
    x_off = below if below > above else above
    below, above = boxes[corner + 1] - boxes[other + 4], boxes[other + 1] - boxes[corner + 4]
    y_off = below if below > above else above
    below, above = boxes[corner + 2] - boxes[other + 5], boxes[other + 2] - boxes[corner + 5]
    z_off = below if below > above else above
    x_off = x_off if x_off > 0.0 else 0.0
    y_off = y_off if y_off > 0.0 else 0.0
    z_off = z_off if z_off > 0.0 else 0.0
    return x_off * x_off + y_off * y_off + z_off * z_off
