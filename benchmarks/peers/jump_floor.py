"""The floor: the loop and its list alone."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.data import loop_keys


def prepare(case: str, size: int) -> Callable[[], list[int]]:
    keys = loop_keys(case, size)
    return lambda: [1000 for key in keys]
