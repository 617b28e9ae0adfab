"""Two C extensions, xxhash and jump-consistent-hash, in a loop."""

from __future__ import annotations

from collections.abc import Callable

import jump
import xxhash

from benchmarks.data import loop_keys


def prepare(case: str, size: int) -> Callable[[], list[int]]:
    keys = loop_keys(case, size)
    return lambda: [jump.hash(xxhash.xxh64_intdigest(key.encode()), 1000) for key in keys]
