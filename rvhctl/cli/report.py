"""Standard error and the exit code: one place counts what went wrong and says it."""

from __future__ import annotations

import contextlib
import sys
from functools import partialmethod
from time import perf_counter

from rvhctl.errors import OnBad, RvhctlError, SomeFailedError, raise_error
from rvhctl.streams import progress
from rvhctl.streams.terminal import visible

LEVELS = ("debug", "info", "warn", "error")


def message(text: str) -> None:
    """One line on standard error, under the program's name."""
    progress.clear()
    # With standard error gone there is nobody left to tell.
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"rvhctl: {visible(text)}\n")
        sys.stderr.flush()


class Report:
    """What a run says on standard error, and the exit code it ends with."""

    def __init__(self, level: str = "warn") -> None:
        self.level = level
        self.failures = 0
        self._started = perf_counter()
        progress.begin(self.says("warn"))

    def says(self, level: str) -> bool:
        """Whether messages of that level are shown."""
        return LEVELS.index(level) >= LEVELS.index(self.level)

    def say(self, level: str, text: str) -> None:
        if self.says(level):
            message(text)

    debug = partialmethod(say, "debug")
    info = partialmethod(say, "info")
    warn = partialmethod(say, "warn")

    def on_bad(self, on_error: str | None) -> OnBad:
        """``--on-error skip`` leaves a bad record out; otherwise the first one ends the run."""
        return self.left_out if on_error == "skip" else raise_error

    def left_out(self, error: RvhctlError) -> None:
        """A bad record or request: said at every level, and the run will not end in 0."""
        self.failures += getattr(error, "records", 1)
        message(str(error))

    def milliseconds(self) -> float:
        """Since the report was made."""
        return (perf_counter() - self._started) * 1000

    def answered(self, what: str, count: int) -> None:
        """Say, to whoever wants to know, how much was answered and how long it took; then finish."""
        if self.says("debug"):
            from rvhctl.cli.version import core_name
            from rvhctl.formats.wording import counted

            self.debug(f"{counted(count, what)} on the {core_name()} core in {self.milliseconds():.1f} ms")
        self.finish()

    def finish(self) -> None:
        """After everything is answered.

        Raises:
            SomeFailedError: something was left out; the message counts it.
        """
        if self.failures:
            raise SomeFailedError(f"{self.failures} left out")

    def ending(self, error: RvhctlError) -> RvhctlError:
        """The error that the run ends with; that something was left out weighs more than any verdict on the rest."""
        if not self.failures:
            return error
        message(str(error))
        return SomeFailedError(f"{self.failures} left out")
