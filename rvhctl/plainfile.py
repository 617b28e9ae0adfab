"""A plain regular file under an open stream, which can be read at any place without moving the stream."""

from __future__ import annotations

import os
import stat
from io import BufferedReader, FileIO
from typing import BinaryIO, Final

STEP: Final = 1 << 19


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
