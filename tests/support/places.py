"""Points on the globe where a search for the nearest goes wrong first: poles, the antimeridian, ties."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from rvhctl.core.geo.sphere import RADIANS, haversine

Place = tuple[float, float]

anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
edges = st.tuples(
    st.sampled_from([-90.0, -89.999999, 0.0, 45.0, 90.0]), st.sampled_from([-180.0, -179.999999, 0.0, 180.0])
)
town = st.tuples(
    st.integers(0, 30).map(lambda step: 52 + step * 1e-5),
    st.integers(0, 30).map(lambda step: 4 + step * 1e-5),
)
antipodes = st.sampled_from(
    [(0.0, 0.0), (0.0, 180.0), (1e-9, -180.0), (-1e-7, 179.9999999), (90.0, 0.0), (-90.0, 7.0)]
)


def half_chord(one: Place, other: Place) -> float:
    """The distance as the trees compare it, of two points in degrees."""
    return haversine(
        one[0], one[1], math.cos(one[0] * RADIANS), other[0], other[1], math.cos(other[0] * RADIANS)
    )
