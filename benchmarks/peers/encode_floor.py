"""The floor of row F: the loop and its list alone."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.data import points


def prepare(case: str, size: int) -> Callable[[], list[float]]:
    places = points(size)
    return lambda: [lat for lat, lon in places]
