"""``rvhctl.jump_hash`` in a loop over one key (case ``one``) or many."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.data import loop_keys
from rvhctl import jump_hash


def prepare(case: str, size: int) -> Callable[[], list[int]]:
    keys = loop_keys(case, size)
    return lambda: [jump_hash(key, 1000) for key in keys]
