"""Row F: ``rvhctl.geohash``: ``encode`` in a loop (case ``loop``) or ``encode_many`` (case ``many``)."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.data import points
from rvhctl.geohash import encode, encode_many


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    places = points(size)
    if case == "loop":
        return lambda: [encode(lat, lon, 9) for lat, lon in places]
    lats, lons = [lat for lat, _ in places], [lon for _, lon in places]
    return lambda: list(encode_many(lats, lons, 9))
