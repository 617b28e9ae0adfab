"""Text cut at line ends: a stream as it comes, and a regular file at any place.

A plain regular file under an open stream can be read at any place without moving the stream.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from io import BufferedReader, FileIO
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO, Final

from rvhctl.errors import CutShortError, InputError

if TYPE_CHECKING:
    from rvhctl.streams.source import Source

STEP: Final = 1 << 16
"""Bytes looked at for a line end at a time."""

NULS: Final = bytes(1 << 12)
"""So many in a row are no text."""


ReadRange = Callable[[int, int], bytes]
"""Gives the bytes of ``[start, end)``."""


def whole_lines(source: Source, delimiter: bytes = b"\n") -> Iterator[tuple[bytes, int]]:
    """Blocks of whole lines, and the number of the first line of each, from 1.

    A block holds every line that could be read without waiting. Only the last may lack its line end.

    Raises:
        InputError: the source cannot be read; or NUL comes instead of lines.
    """
    pieces: list[bytes] = []
    line = 1
    for block in source.watched(takewhile(bool, iter(source.read_some, None))):
        cut = block.rfind(delimiter) + 1
        if not cut:
            if has_nuls(block):
                raise InputError("NUL bytes instead of text", source=source.name, line=line)
            # A line longer than a block: kept in pieces, so that it is copied once.
            pieces.append(block)
            continue
        pieces.append(block[:cut])
        whole = b"".join(pieces)
        pieces = [block[cut:]] if cut < len(block) else []
        yield whole, line
        line += whole.count(delimiter)
    if pieces:
        whole = b"".join(pieces)
        pieces.clear()
        yield whole, line


def line_pieces(text: bytes, size: int) -> Iterator[bytes]:
    """A text in pieces of whole lines: at most ``size`` bytes, or more where a line is longer."""
    start = 0
    while start < len(text):
        end = text.rfind(b"\n", start, start + size) + 1 or text.find(b"\n", start + size) + 1 or len(text)
        yield text[start:end]
        start = end


def has_nuls(block: bytes) -> bool:
    """Whether the first NUL byte begins a row of them: a hole in a file, or a bomb of a few compressed bytes."""
    start = block.find(0)
    return start >= 0 and block.startswith(NULS, start)


def check_whole(descriptor: int, position: int, size: int) -> None:
    """At the end of a file that had ``size`` bytes.

    Raises:
        CutShortError: somebody has cut it. (Files of the system's own state may be shorter than they say.)
    """
    if position < size and os.fstat(descriptor).st_size < size:
        raise CutShortError


def read_range(descriptor: int, start: int, end: int) -> bytes:
    """The bytes of ``[start, end)``, in as many reads as the file system wants.

    Raises:
        CutShortError: the file ends before.
    """
    pieces: list[bytes] = []
    while start < end:
        data = os.pread(descriptor, end - start, start)
        if not data:
            raise CutShortError
        pieces.append(data)
        start += len(data)
    return b"".join(pieces)  # of one piece, that piece itself


def place_of(stream: BinaryIO | int) -> tuple[int, int] | None:
    """Descriptor and position of a plain regular file; None for all else.

    A decompressor has a descriptor too, but that of the compressed file: only known types count.
    """
    if not hasattr(os, "pread"):
        return None
    if isinstance(stream, int):
        descriptor = stream
    elif type(stream) is FileIO or (type(stream) is BufferedReader and type(stream.raw) is FileIO):
        descriptor = stream.fileno()
    else:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    return descriptor, position(stream)


def position(stream: BinaryIO | int) -> int:
    return os.lseek(stream, 0, os.SEEK_CUR) if isinstance(stream, int) else stream.tell()


def seek(stream: BinaryIO | int, position: int) -> None:
    if isinstance(stream, int):
        os.lseek(stream, position, os.SEEK_SET)
    else:
        stream.seek(position)


def lines_end(descriptor: int, start: int, delimiter: bytes) -> int:
    """The end of the last complete line after ``start``; ``start`` if there is none."""
    end = os.fstat(descriptor).st_size
    while end > start:
        low = max(start, end - STEP)
        cut = read_range(descriptor, low, end).rfind(delimiter)
        if cut >= 0:
            return low + cut + 1
        end = low
    return start


def line_blocks(read: ReadRange, start: int, end: int, size: int) -> Iterator[bytes]:
    """What stands in ``[start, end)``, whole lines at a time: at most ``size`` bytes, or more where a line is longer.

    The very last line need not have an end.
    """
    pieces: list[bytes] = []
    while start < end:
        block = read(start, min(start + size, end))
        cut = block.rfind(b"\n") + 1
        pieces.append(block[:cut] if cut else block)
        start += cut or len(block)
        if cut:
            lines = b"".join(pieces)
            pieces.clear()
            del block
            yield lines
    if pieces:
        yield b"".join(pieces)


def line_ranges(read: ReadRange, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """``[start, end)`` in at most ``count`` ranges of whole lines, of about the same size."""
    cuts = [start]
    for number in range(1, count):
        place = start + (end - start) * number // count
        if place < cuts[-1]:  # in a line longer than a range, which is looked through once
            continue
        cut = _line_end(read, place, end)
        if cut >= end:
            break
        cuts.append(cut)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _line_end(read: ReadRange, place: int, end: int) -> int:
    while place < end:
        part = read(place, min(place + STEP, end))
        cut = part.find(b"\n") + 1
        if cut:
            return place + cut
        place += len(part)
    return end
