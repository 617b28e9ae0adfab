"""Rows of a table as rows of keys: from their bytes, and by the library where anything in them is unusual."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from rvhctl.concurrency.fork import Message, in_turns
from rvhctl.core.csv.cells import row_end, skip_line_end
from rvhctl.core.keys.cells import CellScan
from rvhctl.core.keys.lines import DECIMAL, NOTHING_WRONG
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows
from rvhctl.core.placement.bits import key_bits
from rvhctl.core.words import signed
from rvhctl.errors import InputError, OnBad
from rvhctl.formats.choice import DataFormat
from rvhctl.keys.hashes import Recipe
from rvhctl.keys.records import KeySpec, cell_key, read_rows
from rvhctl.keys.stream import BLOCK, processes_for
from rvhctl.streams.lines import ReadRange, line_ranges, lines_end, place_of, read_range, seek, whole_lines
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.source import Source

if TYPE_CHECKING:
    from rvhctl.formats.rows import Rows

LONGEST: Final = 1 << 25
"""Bytes of a row that does not end; the library refuses a cell of half of it."""


class CellKeys:
    """The key is a cell of each row of a table, whose header has been read."""

    def __init__(self, recipe: Recipe, spec: KeySpec, table: Rows, at: list[int], kept: bool = False) -> None:
        """``at``: the columns of the key. ``kept``: it is itself wanted, too."""
        self._recipe: Final = recipe
        self._rule: Final = spec.rule
        self._table: Final = table
        self._at: Final = at
        self._delimiter: Final = ord(table.delimiter)
        decimal = recipe.in_core == DECIMAL
        self._scan: Final = CellScan(
            len(table.header), at, self._delimiter, decimal, signed(recipe.seed), kept
        )
        self.line = table.next_line
        """Of the first row that is to be filled in."""

    def fill(self, rows: KeyRows, block: bytes) -> InputError | None:
        """Add rows from the next line on: until they are full, no row ends in the block, or one is wrong.

        Returns:
            What is wrong with a row, which is passed over.

        Raises:
            InputError: it is no row at all, and nobody knows where it ends.
        """
        while rows.count < rows.room and not rows.finished:
            self._scan.fill(rows, block)
            if rows.problem != UNUSUAL_LINE:
                return None
            rows.problem = NOTHING_WRONG
            end = row_end(block, rows.next, self._delimiter)
            if end < 0 or end == len(block):
                rows.finished = True
            elif error := self._read(rows, block, end):
                return error
        return None

    def refuse(self, text: bytes) -> None:
        """Say what is wrong with a text in which no row ends.

        Raises:
            InputError: always.
        """
        self._table.row(text, self.line)

    def _read(self, rows: KeyRows, block: bytes, end: int) -> InputError | None:
        """Read the row up to ``end`` by the library."""
        start, following = rows.next, skip_line_end(block, end)
        raw = block[start:end]
        if not raw:
            rows.skip(following)
            return None
        row = self._table.row(raw, self.line + rows.lines)
        error = None
        try:
            key = cell_key(row, self._at, self._table, self._rule)
            rows.add_other(key, key_bits(key, False, self._recipe.digest), start, end, end)
        except InputError as wrong:
            error = wrong
            rows.lines += 1
        # Line ends inside of cells count, too.
        rows.lines += len(raw.splitlines()) - 1
        rows.next = following
        return error


class OpenTable(NamedTuple):
    """A table whose header has been read."""

    rows: Rows
    text: bytes
    """What was read behind the header."""
    blocks: Iterator[bytes]
    """What follows."""
    place: tuple[int, int] | None
    """Descriptor and position behind the header, of a plain regular file."""


def opened_table(source: Source, shape: DataFormat, spec: KeySpec) -> OpenTable:
    """Read the header of a table.

    Raises:
        InputError: it is no header, or has a column that is to be added.
    """
    taken: list[bytes] = []
    place = place_of(source.stream)
    blocks = (block for block, _ in whole_lines(source))

    def first_blocks() -> Iterator[bytes]:
        for block in blocks:
            taken.append(block)
            yield block

    table = read_rows(first_blocks(), source, shape, spec)
    text = b"".join(taken)
    start = skip_line_end(text, table.body_start(text))
    return OpenTable(table, text[start:], blocks, None if place is None else (place[0], place[1] + start))


def table_answers(
    source: Source,
    table: OpenTable,
    keys: CellKeys,
    rows: KeyRows,
    output: Callable[[bytes, KeyRows], bytes],
    jobs: int | None,
    on_bad: OnBad,
) -> Iterator[tuple[bytes, int]]:
    """Yield what goes out for the rows of a table, some at a time, and for how many.

    Behind an empty answer comes a read, which may have to wait. Worker processes take blocks of a large plain file in
    turns, up to the first that is wrong or ends inside of a row.
    """
    text, blocks = table.text, table.blocks
    if table.place is not None:
        descriptor, start = table.place
        with source.reading():
            end = lines_end(descriptor, start, b"\n")
            processes = processes_for(end - start, jobs)
            if processes > 1:
                read = partial(read_range, descriptor)
                start = yield from _file_answers(read, start, end, keys, rows, output, processes, source.name)
                seek(source.stream, start)
                text, blocks = b"", (block for block, _ in whole_lines(source))
    for text_of_rows in filled_rows(keys, rows, text, blocks, on_bad):
        if rows.count:
            yield output(text_of_rows, rows), int(rows.count)
        if rows.finished:
            yield b"", 0


def _file_answers(
    read: ReadRange,
    start: int,
    end: int,
    keys: CellKeys,
    rows: KeyRows,
    output: Callable[[bytes, KeyRows], bytes],
    processes: int,
    source_name: str,
) -> Generator[tuple[bytes, int], None, int]:
    """Yield the answers of ``[start, end)``; return where the first block begins that is to be read in order.

    A block may begin inside of quotes. Then the one before it has not ended, and is the first of those.
    """

    def answer(block: tuple[int, int]) -> list[Message]:
        text = read(*block)
        pieces = []
        count = lines = 0
        rows.begin(0)
        while True:
            try:
                if keys.fill(rows, text) is not None:
                    return [()]
            except InputError:
                return [()]
            if rows.count:
                pieces.append(output(text, rows))
            count += rows.count
            lines += rows.lines
            if rows.finished:
                return [(b"".join(pieces), count, lines)] if rows.next == len(text) else [()]
            rows.begin(rows.next)

    blocks = line_ranges(read, start, end, -(-(end - start) // BLOCK))
    what = reading(source_name)
    watched_blocks = watched(blocks, what, end - start, size=lambda block: block[1] - block[0])
    with closing(in_turns(watched_blocks, answer, min(processes, len(blocks)))) as messages:
        for block, message in zip(blocks, messages, strict=False):
            if not message:
                return block[0]
            text, count, lines = message
            keys.line += lines
            yield text, count
    return end


def filled_rows(
    keys: CellKeys, rows: KeyRows, text: bytes, blocks: Iterator[bytes], on_bad: OnBad
) -> Iterator[bytes]:
    """Fill the rows again and again, from a text and the blocks behind it; yield the text that they stand in.

    What stands before a bad row is given before ``on_bad``; no rows are given before the next block is read, which may
    have to wait.
    """
    rows.begin(0)
    while True:
        try:
            error = keys.fill(rows, text)
        except InputError:
            yield text
            raise
        if rows.count or rows.finished:
            yield text
        keys.line += rows.lines
        if error is not None:
            on_bad(error)
        if not rows.finished:
            rows.begin(rows.next)
            continue
        rest = [text[rows.next :]]
        block = next(blocks, b"")
        # Inside of quotes, a row ends behind another quote at the earliest.
        while rest[0] and block and b'"' not in block and sum(map(len, rest)) < LONGEST:
            rest.append(block)
            block = next(blocks, b"")
        text = b"".join([*rest, block])
        if not block:
            if not text:
                return
            if text.endswith(b"\n"):
                keys.refuse(text)
            text += b"\n"  # the last line needs no end
        elif len(text) > LONGEST and rest[0]:
            keys.refuse(text)
        rows.begin(0)
