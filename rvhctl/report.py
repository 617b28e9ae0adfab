"""Standard error and the exit code: one place counts what went wrong and says it."""

from __future__ import annotations

import contextlib
import sys
from time import perf_counter

from rvhctl.errors import ExitCode

LEVELS = ("debug", "info", "warn", "error")

# C0 and C1 controls: a file name or a value may hold an escape sequence, a terminal must not get it.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def message(text: str) -> None:
    """One line on standard error, under the program's name."""
    # With standard error gone there is nobody left to tell.
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"rvhctl: {text.translate(_CONTROLS)}\n")
        sys.stderr.flush()


class Report:
    """What a run says on standard error, and the exit code it ends with."""

    def __init__(self, level: str = "warn") -> None:
        self.level = level
        self.failures = 0
        self._rank = LEVELS.index(level)
        self._started = perf_counter()

    def debug(self, text: str) -> None:
        if self._rank == 0:
            message(text)

    def info(self, text: str) -> None:
        if self._rank <= 1:
            message(text)

    def warn(self, text: str) -> None:
        if self._rank <= 2:
            message(text)

    def failure(self, text: str) -> None:
        """A record or a request that is left out: said at every level, and the run does not end in 0."""
        self.failures += 1
        message(text)

    def milliseconds(self) -> float:
        """Since the report was made."""
        return (perf_counter() - self._started) * 1000

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.FAILED if self.failures else ExitCode.OK
