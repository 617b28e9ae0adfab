"""Answers as JSON objects: where a key belongs and why, how even keys lie, what would move."""

from __future__ import annotations

from typing import Any, Final

from rvhctl.placement.buckets import Slots
from rvhctl.placement.evenness import BucketCount, BucketMoves, Moves, Stats
from rvhctl.placement.placement import Explanation

STATS_HEAD: Final = ("total", "mean", "max_over_mean", "stdev", "chi_square", "p_value")
MOVES_HEAD: Final = ("total", "moved", "share", "least")


def place(slots: Slots, buckets: list[int], listed: bool) -> dict[str, Any]:
    """The owner, the first of the buckets, and if ``listed`` all of them as replicas."""
    entries = [entry(slots, bucket) for bucket in buckets]
    return entries[0] | ({"replicas": entries} if listed else {})


def entry(slots: Slots, bucket: int) -> dict[str, Any]:
    """A bucket, and the node in it if it has a name."""
    return {"bucket": bucket, "node": slots.ids[bucket]} if slots.ids else {"bucket": bucket}


def explanation(slots: Slots, explained: Explanation) -> dict[str, Any]:
    """The members of an explanation."""
    return {
        "h0": explained.h0,
        **place(slots, explained.buckets, True),
        "probes": [
            {
                "probe": probe.number,
                "hash": probe.hash,
                **entry(slots, probe.bucket),
                "verdict": probe.verdict,
            }
            for probe in explained.probes
        ],
        "scored": [{**entry(slots, bucket), "r": r} for bucket, r in explained.scored.items()],
    }


def stats_document(stats: Stats) -> dict[str, Any]:
    """The members of statistics."""
    head = {name: getattr(stats, name) for name in STATS_HEAD}
    return head | {"buckets": list(map(count_row, stats.buckets))}


def moves_document(moves: Moves) -> dict[str, Any]:
    """The members of what would move."""
    head = {name: getattr(moves, name) for name in MOVES_HEAD}
    return head | {"buckets": list(map(moves_row, moves.buckets))}


def count_row(row: BucketCount) -> dict[str, Any]:
    """The members of one bucket's count."""
    node = {} if row.node is None else {"node": row.node}
    return {"bucket": row.bucket, **node, "count": row.keys, "share": row.share}


def moves_row(row: BucketMoves) -> dict[str, Any]:
    """The members of one bucket's moves."""
    node = {} if row.node is None else {"node": row.node}
    return {"bucket": row.bucket, **node, "in": row.entering, "out": row.leaving}
