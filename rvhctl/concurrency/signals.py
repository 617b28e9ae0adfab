"""The signals that end the program."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

ENDING: Final[tuple[signal.Signals, ...]] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""On Windows there are no hangups."""

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers


def handle(handler: Handler, numbers: Iterable[signal.Signals] = ENDING) -> None:
    """Handle these signals, except ignored ones, as nohup has them; outside the main thread none can be."""
    for number in numbers:
        if signal.getsignal(number) != signal.SIG_IGN:
            with suppress(ValueError):
                signal.signal(number, handler)
