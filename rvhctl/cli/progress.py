"""A progress line on a terminal's standard error."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from rvhctl.formats.wording import counted

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

QUIET_SECONDS: Final = 1.0
"""Seconds before anything is shown; a short run stays quiet."""

REDRAW_SECONDS: Final = 0.1
"""Seconds between two drawings."""


class Progress:
    """Counts requests, once the run takes longer than a person likes to wait without a sign."""

    def __init__(self) -> None:
        self._started = monotonic()
        self._drawn = 0.0
        self._wanted = sys.stderr is not None and sys.stderr.isatty()
        self._shown: RichProgress | None = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.stop()

    def update(self, requests: int, failed: int) -> None:
        now = monotonic()
        if not self._wanted or now - self._started < QUIET_SECONDS or now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        if self._shown is None:
            from rich.console import Console
            from rich.progress import Progress as RichProgress
            from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

            self._shown = RichProgress(
                SpinnerColumn("line"),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=Console(stderr=True, markup=False, highlight=False),
                transient=True,
                # No thread of its own: with one running, no worker could be forked.
                auto_refresh=False,
            )
            self._task = self._shown.add_task("")
            self._shown.start()
        failures = f", {failed} failed" if failed else ""
        self._shown.update(self._task, description=f"{counted(requests, 'request')}{failures}", refresh=True)
