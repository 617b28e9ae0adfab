"""Standard output: what is written arrives, or an error says so."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import BinaryIO

from rvhctl.errors import ReaderGoneError, RvhctlError


class Sink:
    """Bytes to standard output; a closed pipe and a full disk become errors of this package."""

    def __init__(self) -> None:
        if sys.stdout is None:
            raise RvhctlError("write error: standard output is closed")
        self._stream: BinaryIO = sys.stdout.buffer

    @property
    def is_terminal(self) -> bool:
        return sys.stdout.isatty()

    def write(self, data: bytes) -> None:
        try:
            self._stream.write(data)
        except OSError as error:
            raise _write_error(error) from error

    def write_all(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.write(piece)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise _write_error(error) from error


def _write_error(error: OSError) -> RvhctlError:
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError("the reader of the pipe went away")
    return RvhctlError(f"write error: {error.strerror or error}")
