"""Whether an id comes twice among very many, by their hashes alone."""

from __future__ import annotations

import os

from rvhctl.core.nodes.duplicates import SHARDS, IdHashes


def new_seed() -> int:
    """An unforeseeable one: nobody can prepare ids that all fall into one slot."""
    return int.from_bytes(os.urandom(7), "little")


def has_twins(hashes: list[bytes]) -> bool:
    """Whether any two hashes of one seed are the same: two ids are equal, or very nearly never are not."""
    known = IdHashes()
    for some in hashes:
        known.count(some)
    for some in hashes:
        known.deal(some)
    return any(known.has_twins(shard) for shard in range(SHARDS))
