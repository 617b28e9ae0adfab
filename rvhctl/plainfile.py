"""A plain regular file under an open stream, which can be read at any place without moving the stream."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from io import BufferedReader, FileIO
from typing import BinaryIO, Final

STEP: Final = 1 << 16
"""Bytes looked at for a line end at a time."""


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
    return descriptor, os.lseek(stream, 0, os.SEEK_CUR) if isinstance(stream, int) else stream.tell()


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
        cut = os.pread(descriptor, end - low, low).rfind(delimiter)
        if cut >= 0:
            return low + cut + 1
        end = low
    return start


def line_blocks(descriptor: int, start: int, end: int, size: int) -> Iterator[bytes]:
    """What stands in ``[start, end)``, whole lines at a time: at most ``size`` bytes, or more where a line is longer.

    The very last line need not have an end; nor that of a file that somebody has cut meanwhile.
    """
    pieces: list[bytes] = []
    while start < end and (block := os.pread(descriptor, min(size, end - start), start)):
        cut = block.rfind(b"\n") + 1
        pieces.append(block[:cut] if cut else block)
        start += cut or len(block)
        if cut:
            lines = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            del block
            yield lines
    if pieces:
        yield b"".join(pieces)


def line_ranges(descriptor: int, start: int, end: int, count: int) -> list[tuple[int, int]]:
    """``[start, end)`` in at most ``count`` ranges of whole lines, of about the same size."""
    cuts = [start]
    for number in range(1, count):
        cut = _line_end(descriptor, start + (end - start) * number // count, end)
        if cuts[-1] < cut < end:
            cuts.append(cut)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _line_end(descriptor: int, place: int, end: int) -> int:
    """Where the line of ``place`` ends."""
    while place < end:
        part = os.pread(descriptor, min(STEP, end - place), place)
        cut = part.find(b"\n") + 1
        if cut or not part:
            return place + cut
        place += len(part)
    return end
