"""Row F by pygeohash; in case ``bare`` its C function, which the public one calls after its checks."""

from __future__ import annotations

from collections.abc import Callable

import pygeohash
from pygeohash.cgeohash import geohash_module

from benchmarks.data import points


def prepare(case: str, size: int) -> Callable[[], list[str]]:
    places = points(size)
    encode = geohash_module.encode if case == "bare" else pygeohash.encode
    return lambda: [encode(lat, lon, 9) for lat, lon in places]
