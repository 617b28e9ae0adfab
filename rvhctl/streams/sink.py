"""Standard output: what is written arrives, or an error says so."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO, Protocol

from rvhctl.concurrency import waiting
from rvhctl.errors import ReaderGoneError, RvhctlError, WriteError
from rvhctl.streams import progress
from rvhctl.streams.terminal import ColorChoice, use_color, visible_lines


class Sink:
    """Bytes to standard output; a closed pipe and a full disk become errors of this package."""

    def __init__(self) -> None:
        if sys.stdout is None:
            raise WriteError("write error: standard output is closed")
        self._stream: BinaryIO = sys.stdout.buffer
        self.is_terminal: bool = sys.stdout.isatty()
        self._show: Callable[[bytes], bytes] | None = None

    def write(self, data: bytes) -> None:
        """An answer. Where a terminal shows it, control characters in the data are escaped as in JSON."""
        if self.is_terminal:
            data = visible_lines(data)
        self.draw(data if self._show is None else self._show(data))

    def show_json(self, color: ColorChoice, *, lines: bool) -> None:
        """From now on comes JSON: a terminal shows it in colours, and indented.

        In a pipe there are colours only where the user asks this run for them: no program reads them.

        Args:
            lines: each line is JSON by itself, and stays one.
        """
        if self._show is not None or not (self.is_terminal or color == "always"):
            return
        from rvhctl.streams.painting import JsonPainter

        painter = JsonPainter(color=use_color(color, sys.stdout), indent=self.is_terminal and not lines)
        self._show = painter

    def write_all(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self.write(piece)

    def draw(self, data: bytes) -> None:
        """What is made for people, with escape sequences of its own: a table, a help text."""
        if self.is_terminal:
            # From here on people see by the answer that the run goes on; a line would stand among its lines.
            progress.end()
        try:
            waiting.write(self._stream, data)
        except OSError as error:
            raise _write_error(error) from error

    def flush(self) -> None:
        try:
            waiting.flush(sys.stdout)
        except OSError as error:
            raise _write_error(error) from error


class Writable(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object: ...


class FileSink(Sink):
    """Bytes to an open file; what the system says of them is an error of its own."""

    def __init__(self, file: Writable) -> None:
        self._file = file
        self.is_terminal = False
        self._show = None

    def draw(self, data: bytes) -> None:
        self._file.write(data)

    def flush(self) -> None:
        """Nobody waits for what the file does not have yet."""


def buffer_output() -> None:
    """See to it that a write writes everything.

    With PYTHONUNBUFFERED set, standard output is a bare file: a write to it may stop half-way, and say so only
    in its return value.
    """
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        sys.stdout = open(  # noqa: SIM115 (for as long as the process lives)
            sys.stdout.fileno(), "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors, closefd=False
        )


def _write_error(error: OSError) -> RvhctlError:
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError("the reader of the pipe went away")
    return WriteError(f"write error: {error.strerror or error}")
