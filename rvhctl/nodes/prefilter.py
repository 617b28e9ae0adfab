"""Nodes within a latency limit, out of a large plain file of NDJSON.

Block by block, on all processors: of a node over the limit nothing is kept but a hash of its id. So a file takes
the memory of what survives, and no time for what does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, zip_longest
from math import inf
from typing import Final, NamedTuple

from rvhctl.concurrency.fork import LARGE_FILE, Crew, Send, Worker, WorkerError, may_fork
from rvhctl.concurrency.processors import usable_processors
from rvhctl.core.nodes.prefilter import ROW, KeptRows, NodeSieve
from rvhctl.nodes.duplicates import has_twins, new_seed
from rvhctl.nodes.fleet import Details
from rvhctl.nodes.nodes import LeftOut, Nodes
from rvhctl.nodes.read import node_shape
from rvhctl.nodes.scan import IntegerIds, ScannedNodes
from rvhctl.streams.lines import line_blocks, line_ranges, place_of, seek
from rvhctl.streams.source import Source

BLOCK: Final = 1 << 19
"""Bytes of a block: a millisecond of work, so that ^C is heard, and few enough for the cache."""

LONG_LINE: Final = 8 << 20
"""Bytes of a line that is left to the other reader, which copies less of it."""

KEPT: Final = 16 << 20
"""Bytes; blocks and what is made of them take less."""

HASH: Final = 8
"""Bytes of the hash of an id."""


class Sifted(NamedTuple):
    """What is left of a block, as one process tells another; see ``NodeSieve``."""

    records: bytes
    rows: bytes
    hashes: bytes
    unmeasured: int
    best: float


NOTHING: Final = Sifted(b"", b"", b"", 0, inf)


def nodes_within(source: Source, limit: float) -> Nodes | None:
    """The nodes of a source that are within the limit (ms); the others are counted.

    Returns:
        None, and nothing is read, if this is no large file of NDJSON, if most nodes survive (at any place in
        it, of those so far), or if anything is wrong or unusual: whoever reads record by record says what.
    """
    place = place_of(source.stream)
    if place is None:
        return None
    with source.reading():
        descriptor, start = place
        end = os.fstat(descriptor).st_size
        if end - start < LARGE_FILE:
            return None
        # After a large object is freed, the C library keeps what blocks free for the next ones, instead of
        # giving it back to the system each time.
        bytes(KEPT)
        sift = partial(_sift, limit=limit, seed=new_seed())
        head = next(line_blocks(descriptor, start, end, BLOCK), b"")
        try:
            first = sift(head)
            # Its first record, and that something follows, tell NDJSON from a document over many lines.
            if first is None or not first.hashes or node_shape(head) != "ndjson":
                return None
            rest = _sift_rest(descriptor, start + len(head), end, sift, [first])
            nodes = None if rest is None else _joined(rest)
        except (WorkerError, MemoryError):
            return None  # the other reader may do
        if nodes is not None:
            seek(source.stream, end)
    return nodes


def _sift(block: bytes, limit: float, seed: int) -> Sifted | None:
    """What is left of some whole lines; None if anything in them is unusual."""
    if len(block) > LONG_LINE:
        return None
    sieve = NodeSieve(block, limit, seed)
    if not sieve.usual:
        return None
    return Sifted(sieve.records, sieve.rows, sieve.hashes, sieve.unmeasured, sieve.best)


def _sift_rest(
    descriptor: int, start: int, end: int, sift: Callable[[bytes], Sifted | None], before: list[Sifted]
) -> list[Sifted] | None:
    """What is left of each block of ``[start, end)``, in order, behind what was there ``before``.

    None if anything is unusual, or most nodes survive.
    """
    ranges = line_ranges(descriptor, start, end, usable_processors() if may_fork() else 1)

    def sifted(borders: tuple[int, int]) -> Iterator[Sifted | None]:
        return map(sift, line_blocks(descriptor, *borders, BLOCK))

    def work(borders: tuple[int, int], send: Send) -> None:
        for part in sifted(borders):
            send(tuple(part or ()))

    parts = [before, *([] for _ in ranges[1:])]
    kept = sum(len(part.rows) for part in before) // ROW
    total = sum(len(part.hashes) for part in before) // HASH
    if kept * 2 > total:
        return None  # to keep everything costs less
    with Crew() as crew:
        workers = crew.start([partial(work, borders) for borders in ranges[1:]])
        others = map(_received, workers) if workers else map(sifted, ranges[1:])
        # In turn, so that no worker waits for long before its pipe is emptied.
        for row in zip_longest(sifted(ranges[0]), *others, fillvalue=NOTHING):
            for part, of_range in zip(row, parts, strict=True):
                if part is None:
                    return None
                of_range.append(part)
                kept += len(part.rows) // ROW
                total += len(part.hashes) // HASH
            if kept * 2 > total:
                return None
    return list(chain.from_iterable(parts))


def _received(worker: Worker) -> Iterator[Sifted | None]:
    while (message := worker.receive()) is not None:
        yield Sifted(*message) if message else None


def _joined(parts: list[Sifted]) -> Nodes | None:
    """The nodes of all blocks; None if an id may be there twice."""
    if has_twins([part.hashes for part in parts]):
        return None
    total = sum(len(part.hashes) for part in parts) // HASH
    rows = KeptRows(b"".join(part.records for part in parts), sum(len(part.rows) for part in parts) // ROW)
    for part in parts:
        rows.add(part.rows)
    details = Details()
    details.skip(len(rows))
    return ScannedNodes(
        rows,
        "ndjson",
        details,
        IntegerIds(rows),
        LeftOut(total - len(rows), sum(part.unmeasured for part in parts), min(part.best for part in parts)),
    )
