"""The signals that end the program."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any, Final


def _there(*names: str) -> tuple[int, ...]:
    """Those of the signals that the system has."""
    return tuple(getattr(signal, f"SIG{name}") for name in names if hasattr(signal, f"SIG{name}"))


STOPPING: Final = _there("INT", "TERM", "HUP")
"""Those by which people end a process; Windows has the first two."""

ENDING: Final[tuple[int, ...]] = (
    *STOPPING,
    *_there("QUIT", "XCPU", "ALRM", "VTALRM", "PROF", "USR1", "USR2", "POLL", "PWR", "STKFLT"),
    *(range(signal.SIGRTMIN, signal.SIGRTMAX + 1) if hasattr(signal, "SIGRTMIN") else ()),
)
"""Those that end a process which does not handle them, but for crashes and for SIGKILL, of which no program hears."""

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers


def handle(handler: Handler, numbers: Iterable[int] = ENDING) -> None:
    """Handle these signals, except ignored ones, as nohup has them; outside the main thread none can be."""
    for number in numbers:
        if signal.getsignal(number) != signal.SIG_IGN:
            with suppress(ValueError):
                signal.signal(number, handler)


def be_ended() -> None:
    """In a forked worker: let a signal end it that ends the program; what a host does on others, it does on."""
    for number in ENDING:
        handler = signal.getsignal(number)
        if number in STOPPING or getattr(handler, "__module__", "").partition(".")[0] == "rvhctl":
            handle(signal.SIG_DFL, [number])
