"""Nodes within a latency limit, out of a large input of NDJSON, CSV or TSV.

Block by block, on all processors: of a node over the limit nothing is kept but a hash of its id. So a large file takes
the memory of what survives, and no time for what does not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from io import BytesIO
from typing import Final, NamedTuple, TypeAlias

from rvhctl.concurrency.ahead import ahead
from rvhctl.concurrency.fork import LARGE_FILE, Message, WorkerError, in_turns, may_fork
from rvhctl.concurrency.processors import usable_processors
from rvhctl.core.nodes.prefilter import AHEAD, ROW, KeptRows, Prefilter
from rvhctl.formats.choice import InputFormat
from rvhctl.nodes.nodes import LeftOut, Nodes, new_seed
from rvhctl.nodes.read import looked_shape
from rvhctl.nodes.scan import (
    IntegerIds,
    JsonText,
    RowText,
    ScannedNodes,
    have_duplicates,
    is_doubtful,
    text_of,
)
from rvhctl.streams.lines import ReadRange, line_blocks, line_ranges, place_of, read_range, seek
from rvhctl.streams.progress import watched
from rvhctl.streams.source import Source

BLOCK: Final = 1 << 19
"""Bytes of a block: a millisecond of work, so that ^C is heard, and few enough for the cache."""

LONG_LINE: Final = 8 << 20
"""Bytes of a line that is left to the other reader, which copies less of it."""

KEPT: Final = 16 << 20
"""Bytes; blocks and what is made of them take less."""

HASH: Final = 8
"""Bytes of the hash of an id."""


class Filtered(NamedTuple):
    """What is left of a block, as one process tells another; see ``Prefilter``."""

    records: bytes
    rows: bytes
    hashes: bytes
    unmeasured: int
    best: float
    doubts: int
    """See ``RowText.doubts``."""


def nodes_within(
    source: Source, input_format: InputFormat, limit: float, columns: Mapping[str, str]
) -> Nodes | bytes:
    """The nodes of a source that are within the limit (ms), see `_within`; else what was read of its text."""
    _ = source.stream
    if source.packed:
        return packed_within(source, input_format, limit, columns)
    if source.plain_file:
        return file_within(source, input_format, limit, columns) or b""
    text = source.read_all()
    return text_within(text, input_format, limit, columns) or text


def file_within(
    source: Source, input_format: InputFormat, limit: float, columns: Mapping[str, str]
) -> Nodes | None:
    """The nodes of a source that are within the limit (ms); the others are counted.

    Returns:
        None, and nothing is read, if this is no large plain file; or see `_within`.
    """
    place = place_of(source.stream)
    if place is None:
        return None
    with source.reading():
        descriptor, start = place
        end = os.fstat(descriptor).st_size
        nodes = _within(partial(read_range, descriptor), start, end, input_format, limit, columns)
        if nodes is not None:
            seek(source.stream, end)
    return nodes


def text_within(
    text: bytes, input_format: InputFormat, limit: float, columns: Mapping[str, str]
) -> Nodes | None:
    """`file_within` for a text that is there already."""
    return _within(lambda start, end: text[start:end], 0, len(text), input_format, limit, columns)


def packed_within(
    source: Source, input_format: InputFormat, limit: float, columns: Mapping[str, str]
) -> Nodes | bytes:
    """`file_within` for a compressed source, while another thread unpacks it.

    Returns:
        The whole text where there are no such nodes.
    """
    whole = BytesIO()
    blocks = source.watched(ahead(source.blocks()))
    for block in blocks:
        whole.write(block)
        if whole.tell() >= LARGE_FILE:
            break
    if whole.tell() >= LARGE_FILE:
        nodes = _blocks_within(whole, blocks, input_format, limit, columns)
        if nodes is not None:
            return nodes
    for block in blocks:
        whole.write(block)
    return whole.getvalue()


def _blocks_within(
    whole: BytesIO,
    blocks: Iterator[bytes],
    input_format: InputFormat,
    limit: float,
    columns: Mapping[str, str],
) -> Nodes | None:
    """The same for what has come already and the blocks behind it, which are put behind it."""
    head, end, rest = whole.getvalue().rpartition(b"\n")
    begun = _begin(head + end, input_format, limit, columns)
    if begun is None:
        return None
    layout, filter_block, first = begun
    parts = Parts(first)
    if not parts.is_little:
        return None
    pieces = [rest]
    for block in blocks:
        whole.write(block)
        cut = block.rfind(b"\n") + 1
        pieces.append(block[:cut] if cut else block)
        if cut:
            if not parts.add(filter_block(b"".join(pieces))):
                return None
            pieces = [block[cut:]]
    last = b"".join(pieces)
    if last and not parts.add(filter_block(last)):
        return None
    return _joined(parts.parts, layout)


Begun: TypeAlias = "tuple[JsonText | RowText, Callable[..., Filtered | None], Filtered]"
"""How a text is read, what is left of some whole lines, and what is left of its head."""


def _begin(head: bytes, input_format: InputFormat, limit: float, columns: Mapping[str, str]) -> Begun | None:
    """Look at the head of a text; None if it does not begin with lines of nodes."""
    layout = text_of(head, looked_shape(input_format, head), columns, coordinates=False)
    if layout is None or not layout.lines:
        return None
    filter_block = partial(_filter, layout=layout, limit=limit, seed=new_seed())
    first = filter_block(head, start=layout.start)
    # Its first record, and that something follows, tell NDJSON from a document over many lines.
    return None if first is None or not first.hashes else (layout, filter_block, first)


class Parts:
    """What is left of blocks, as long as it is little."""

    def __init__(self, first: Filtered) -> None:
        self.parts: Final = [first]
        self._kept = len(first.rows) // ROW
        self._total = len(first.hashes) // HASH
        self._doubts = first.doubts

    def add(self, part: Filtered | None) -> bool:
        """Add what is left of the next block; False if that is unusual, or most nodes survive."""
        if part is None:
            return False
        self.parts.append(part)
        self._kept += len(part.rows) // ROW
        self._total += len(part.hashes) // HASH
        self._doubts |= part.doubts
        return self.is_little

    @property
    def is_little(self) -> bool:
        """Whether to keep everything would not cost less, and nobody has to look at each record."""
        return self._kept * 2 <= self._total and not is_doubtful(self._doubts)


def _within(
    read: ReadRange,
    start: int,
    end: int,
    input_format: InputFormat,
    limit: float,
    columns: Mapping[str, str],
) -> Nodes | None:
    """The nodes of ``[start, end)``.

    None if that is not large, or no lines of nodes; if most nodes survive (at any place in it, of those so far); or
    if anything is wrong or unusual: whoever reads record by record says what.
    """
    if end - start < LARGE_FILE:
        return None
    # After a large object is freed, the C library keeps what blocks free for the next ones, instead of giving it
    # back to the system each time.
    bytes(KEPT)
    head = next(line_blocks(read, start, end, BLOCK), b"")
    begun = _begin(head, input_format, limit, columns)
    if begun is None:
        return None
    layout, filter_block, first = begun
    try:
        parts = _filter_rest(read, start + len(head), end, filter_block, first)
        return None if parts is None else _joined(parts, layout)
    except (WorkerError, MemoryError):
        return None  # the other reader may do


def _filter(
    block: bytes, layout: JsonText | RowText, limit: float, seed: int, start: int = 0
) -> Filtered | None:
    """What is left of some whole lines; None if anything in them is unusual."""
    if len(block) > LONG_LINE:
        return None
    kept = Prefilter(layout.scan(block + AHEAD, False, start), limit, seed)
    if not kept.usual:
        return None
    return Filtered(kept.records, kept.rows, kept.hashes, kept.unmeasured, kept.best, layout.doubts(block))


def _filter_rest(
    read: ReadRange, start: int, end: int, filter_block: Callable[[bytes], Filtered | None], first: Filtered
) -> list[Filtered] | None:
    """Return what is left of the ``first`` block and of each block of ``[start, end)``, in order.

    None if anything is unusual, or most nodes survive.
    """

    def answer(block: tuple[int, int]) -> list[Message]:
        return [filter_block(read(*block)) or ()]

    blocks = line_ranges(read, start, end, -(-(end - start) // BLOCK))
    processes = min(usable_processors() if may_fork() else 1, len(blocks))
    parts = Parts(first)
    if not parts.is_little:
        return None
    watched_blocks = watched(blocks, "reading nodes", end - start, size=lambda block: block[1] - block[0])
    with closing(in_turns(watched_blocks, answer, processes)) as messages:
        for message in messages:
            if not message or not parts.add(Filtered(*message)):
                return None
    return parts.parts


def _joined(parts: list[Filtered], layout: JsonText | RowText) -> Nodes | None:
    """The nodes of all blocks; None if an id may be there twice."""
    if have_duplicates([part.hashes for part in parts]):
        return None
    total = sum(len(part.hashes) for part in parts) // HASH
    rows = KeptRows(b"".join(part.records for part in parts), sum(len(part.rows) for part in parts) // ROW)
    for part in parts:
        rows.add(part.rows)
    unmeasured, best = sum(part.unmeasured for part in parts), min(part.best for part in parts)
    integer_ids = IntegerIds(rows, bare=layout.layout is None)
    return ScannedNodes(rows, layout, integer_ids, {}, LeftOut(total - len(rows), unmeasured, best))
