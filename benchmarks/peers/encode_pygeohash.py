"""Row F by pygeohash (C)."""

from __future__ import annotations

from collections.abc import Callable

from pygeohash import encode

from benchmarks.data import points


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    places = points(size)
    return lambda: [encode(lat, lon, 9) for lat, lon in places]
