"""Pipes that whoever shares them has told not to wait: a read or write that finds them busy is tried again.

Programs that work by events (Node.js, ssh, terminals' managers) set that on what they hand on, at any time, and to
Python an empty pipe then looks like the end of the data.
"""

from __future__ import annotations

import io
from typing import IO, Any, BinaryIO


class WaitingFile(io.FileIO):
    """A descriptor of which a read returns when there is something, or nothing more will come."""

    def readinto(self, buffer: Any) -> int:
        while (count := super().readinto(buffer)) is None:
            _wait(self, "readable")
        return count

    # The inherited ones do not read by readinto.
    def read(self, size: int | None = -1) -> bytes:
        return io.RawIOBase.read(self, -1 if size is None else size) or b""

    def readall(self) -> bytes:
        return io.RawIOBase.readall(self)


def write(stream: BinaryIO, data: bytes) -> None:
    """Write all of it to a buffered stream.

    Raises:
        OSError: it cannot be written.
    """
    left: bytes | memoryview = data
    while True:
        try:
            stream.write(left)
            return
        except BlockingIOError as error:
            left = memoryview(left)[error.characters_written :]
            _wait(stream, "writable")


def flush(stream: IO[Any]) -> None:
    """Flush a buffered stream.

    Raises:
        OSError: as `write`.
    """
    while True:
        try:
            stream.flush()
            return
        except BlockingIOError:
            _wait(stream, "writable")


def _wait(stream: io.FileIO | IO[Any], until: str) -> None:
    from select import select

    readers, writers = ([stream], []) if until == "readable" else ([], [stream])
    select(readers, writers, [])
