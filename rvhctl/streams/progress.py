"""What a run is at, on one line of a terminal's standard error, once that takes longer than people like to wait.

Long loops report here, wherever they stand; where nobody watches, that costs nothing. The line is drawn over itself,
by no thread: with one running, no worker could be forked. Nothing is written but text, blanks and carriage returns.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident  # threading itself takes longer to import
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from math import ceil
from time import monotonic
from typing import Final, TextIO, TypeVar

from rvhctl.streams.terminal import visible

QUIET_SECONDS: Final = 1.0
"""Seconds before anything is shown; a short run stays quiet."""

REDRAW_SECONDS: Final = 0.1
"""Seconds between two drawings."""

BYTES: Final = "bytes"

CUT: Final = "..."

Item = TypeVar("Item")


class _Line:
    """The line on a terminal, drawn by one thread only."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._thread = get_ident()
        self._next = monotonic() + QUIET_SECONDS
        self._columns = 0
        """Those that are drawn now."""

    def is_due(self) -> bool:
        """Whether it is time to draw; then not for a while."""
        now = monotonic()
        if now < self._next or get_ident() != self._thread:
            return False
        self._next = now + REDRAW_SECONDS
        return True

    def show(self, what: str, amount: str) -> None:
        """Write over what is there; where both have no room, ``what`` is cut.

        The cursor stays at the beginning, where the terminal would show a ``^C``.
        """
        from rich.cells import cell_len, set_cell_size

        self.clear()
        encoding = self._stream.encoding
        what = visible(what).encode(encoding, "backslashreplace").decode(encoding)
        with suppress(OSError):
            self._columns = os.get_terminal_size(self._stream.fileno()).columns - 1
        room = max(self._columns - len(amount), 0)
        if cell_len(what) > room:
            what = set_cell_size(what, max(room - len(CUT), 0)) + CUT
        self._write(set_cell_size(what + amount, self._columns))

    def clear(self) -> None:
        """Leave the line as if nothing had been there."""
        if self._columns:
            self._write(" " * self._columns)
            self._columns = 0

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(f"\r{text}\r")
            self._stream.flush()


_line: _Line | None = None


def begin(wanted: bool) -> None:
    """From now on show what the run is at, if that is wanted and standard error is a terminal that can redraw."""
    global _line
    _line = None
    if not wanted or sys.stderr is None or not sys.stderr.isatty():
        return
    if os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR"):
        _line = _Line(sys.stderr)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forget)


def clear() -> None:
    """Make room for a message."""
    if _line is not None:
        _line.clear()


def end() -> None:
    """Show nothing any more."""
    clear()
    _forget()


def _forget() -> None:
    global _line
    _line = None


def watched(
    items: Iterable[Item],
    what: str,
    total: int | None = None,
    unit: str = BYTES,
    *,
    size: Callable[[Item], int] | None = None,
    position: Callable[[], int] | None = None,
    beside: Callable[[], str] | None = None,
) -> Iterator[Item]:
    """The same items, while a terminal shows how many of them are done.

    Args:
        what: ``reading FILE``.
        total: units of all items; None where nobody knows.
        unit: what is counted, several of them; empty where a number would tell people nothing.
        size: units of one item, which is otherwise one of them.
        position: or the units up to the item that is being worked on.
        beside: what else is shown, behind the units.
    """
    if _line is None:
        return iter(items)
    return _watched(items, _Step(what, total, unit, beside), size, position)


def _watched(
    items: Iterable[Item],
    step: _Step,
    size: Callable[[Item], int] | None,
    position: Callable[[], int] | None,
) -> Iterator[Item]:
    done = 0
    step.show(done)
    for item in items:
        yield item
        done = position() if position else done + (size(item) if size else 1)
        step.show(done)


def reading(source: str) -> str:
    """What is said while a source is read."""
    return f"reading {os.path.basename(source)}"


def at(what: str, amount: int | None = None, unit: str = "") -> None:
    """Say what comes now, and of how much, of which nobody can tell how long it takes."""
    if _line is not None:
        _Step(what if amount is None else f"{what} {amount:,} {unit}", None, "").show(0)


class _Step:
    """A part of the run."""

    def __init__(
        self, what: str, total: int | None, unit: str, beside: Callable[[], str] | None = None
    ) -> None:
        self._what = what
        self._beside = beside or str
        self._total = total
        self._unit = unit
        self._started = monotonic()

    def show(self, done: int) -> None:
        """Show how much of it is done, if that is due."""
        if _line is not None and _line.is_due():
            _line.show(
                self._what, self._progress(done, max(monotonic() - self._started, 1e-3)) + self._beside()
            )

    def _progress(self, done: int, seconds: float) -> str:
        if not self._unit or not (done or self._total):
            return f" {CUT}"
        if not self._total:
            return f": {self._amount(done)}, {self._amount(int(done / seconds))} a second"
        text = f": {min(100 * done // self._total, 100)} % of {self._amount(self._total)}"
        if 100 * done < self._total:  # too little to tell from
            return text
        return f"{text}, {_duration(seconds * max(self._total - done, 0) / done)} left"

    def _amount(self, units: int) -> str:
        if self._unit != BYTES:
            return f"{units:,} {self._unit}"
        from rich.filesize import decimal

        return decimal(units)


def _duration(seconds: float) -> str:
    """``7 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = ceil(seconds)
    for unit, larger, smaller in ((3600, "h", "min"), (60, "min", "s")):
        if whole >= unit:
            return f"{whole // unit} {larger} {whole % unit * 60 // unit} {smaller}"
    return f"{whole} s"
