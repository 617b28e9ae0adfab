"""The signals that end the program."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

ENDING: Final[tuple[signal.Signals, ...]] = tuple(
    getattr(signal, f"SIG{name}")
    for name in ["INT", "TERM", "HUP", "QUIT", "XCPU", "ALRM", "VTALRM", "PROF", "USR1", "USR2"]
    if hasattr(signal, f"SIG{name}")
)
"""Those by which people, limits and timers end a process; Windows has the first two. No program hears SIGKILL."""

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers


def handle(handler: Handler, numbers: Iterable[signal.Signals] = ENDING) -> None:
    """Handle these signals, except ignored ones, as nohup has them; outside the main thread none can be."""
    for number in numbers:
        if signal.getsignal(number) != signal.SIG_IGN:
            with suppress(ValueError):
                signal.signal(number, handler)
