"""Every error the package raises, and the exit codes of the program. Imports nothing of the package."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the shell."""

    OK = 0
    FAILED = 1
    """Bad data, a value out of range, a failed request, a read or write error."""
    USAGE = 2
    """A flag is missing or does not parse."""
    NO_SURVIVORS = 3
    """Nobody is left to serve."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141


class RvhctlError(ValueError):
    """The base of every error of this package."""

    exit_code: int = ExitCode.FAILED


class FaultsetError(RvhctlError):
    """``failover`` or ``faultset`` cannot answer; also a geohash precision out of 1..12."""


class EmptyNodesError(FaultsetError):
    """There is no node to choose from."""

    def __init__(self, message: str = "nodes list is empty") -> None:
        super().__init__(message)


class LengthMismatchError(FaultsetError):
    """Two columns that belong together differ in length."""


class NegativeThresholdError(FaultsetError):
    """A latency threshold is negative or not a finite number."""


class _Located:
    """What is wrong, perhaps at a place that its finder could not know."""

    problem: str
    column: int | None = None
    value: object
    hint: str
    records: int = 1
    """How many records it is about."""

    def described(self) -> str:
        """Return the problem without its place."""
        got = "" if self.value is ... else f" (got {shorten(self.value)})"
        return f"{self.problem}{got}; {self.hint}" if self.hint else f"{self.problem}{got}"

    def at(
        self, source: str, line: int | None = None, place: str = "", column: int | None = None
    ) -> InputError:
        """Return the same problem with its place."""
        return InputError(
            self.problem,
            source=source,
            line=line,
            column=self.column if column is None else column,
            place=place,
            value=self.value,
            hint=self.hint,
        )


class InvalidNodeError(_Located, FaultsetError):
    """A node's field is missing, of a wrong type or out of range; the message names the node.

    ``field`` is the name of the wrong field, empty where a whole field is missing.
    """

    def __init__(self, problem: str, *, field: str = "", value: object = ..., hint: str = "") -> None:
        self.problem = problem
        self.field = field
        self.value = value
        self.hint = hint
        super().__init__(self.described())


class NoSurvivorsError(FaultsetError):
    """No node is fit to serve."""

    exit_code = ExitCode.NO_SURVIVORS


class HealthError(FaultsetError):
    """A group is worse than ``--fail-on`` allows; the answer is printed. Only the program raises it."""

    exit_code = ExitCode.NO_SURVIVORS


class JumpHashError(RvhctlError):
    """A key or a number of buckets that jump hash does not take."""


class NoLiveNodeError(JumpHashError):
    """Every bucket or node is down: no key has an owner."""

    exit_code = ExitCode.NO_SURVIVORS


class UnknownNodeError(JumpHashError, FaultsetError):
    """A name, a number or a cell that no node has; the message has the nearest one.

    ``member`` says where it was given.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, member: str = "down") -> None:
        super().__init__(message)
        self.member = member


class NothingSelectedError(RvhctlError):
    """No record is what was asked for; only the program raises it."""

    exit_code = ExitCode.NO_SURVIVORS


class UsageError(RvhctlError):
    """The command line does not make sense; only the program raises it."""

    exit_code = ExitCode.USAGE


class ReaderGoneError(RvhctlError):
    """The reader of a pipe went away, as ``| head`` does; the program ends without a message."""

    exit_code = ExitCode.BROKEN_PIPE


class WriteError(RvhctlError):
    """The answer cannot be written; only the program raises it."""


class SomeFailedError(RvhctlError):
    """All the rest was answered; only the program raises it."""


class TerminatedError(RvhctlError):
    """A signal asked the program to end; what was half written is cleared away first."""

    def __init__(self, number: int) -> None:
        super().__init__("terminated")
        self.exit_code = 128 + number


class CutShortError(EOFError):
    """A file ends before the place where it ended when reading began."""

    def __init__(self) -> None:
        super().__init__("was cut short while it was read")


class InputError(_Located, RvhctlError):
    """A place in the input that cannot be read.

    ``str()`` gives ``SOURCE:LINE:COLUMN: problem (got 'value'); hint``, less what is not known.
    """

    def __init__(
        self,
        problem: str,
        *,
        source: str = "",
        line: int | None = None,
        column: int | None = None,
        place: str = "",
        value: object = ...,
        hint: str = "",
    ) -> None:
        self.problem = problem
        self.source = source
        self.line = line
        self.column = column
        self.place = place
        self.value = value
        self.hint = hint
        shown_column = None if line is None else column
        position = ":".join(str(part) for part in (source, line, shown_column) if part not in ("", None))
        super().__init__(": ".join(part for part in (position, place, self.described()) if part))


OnBad = Callable[[InputError], None]
"""What to do about a bad record: raise it, or leave the record out."""


def raise_error(error: InputError) -> None:
    """Let the first bad record end the run."""
    raise error


MAX_SHOWN = 60
"""Characters of a wrong value that a message repeats."""


def shorten(value: object) -> str:
    """The value in quotes (a JSON null, true or false as such), cut for one line of a message."""
    literals = {None: "null", True: "true", False: "false"}
    try:
        shown = literals[value] if value is None or isinstance(value, bool) else quoted(value)
    except Exception:  # Python writes no integer of more than 4300 digits; and an object may be broken
        if isinstance(value, int):
            return f"an integer of {value.bit_length()} bits"
        return f"an object of type {type(value).__name__}"
    if "\n" in shown:  # as NumPy writes an array
        shown = " ".join(map(str.strip, shown.splitlines()))
    return shown if len(shown) <= MAX_SHOWN else f"{shown[: MAX_SHOWN - 1]}…"


def quoted(value: object) -> str:
    r"""The ``repr`` of a value; a byte that is no UTF-8 is ``\xff``, as `rvhctl.streams.terminal` shows it."""
    return bytes_escaped(repr(value))


def bytes_escaped(literal: str) -> str:
    r"""A literal with ``\xff`` in place of ``\udcff``, which ``repr`` writes for a byte that is no UTF-8."""
    return re.sub(r"\\\\|\\udc([89a-f].)", lambda found: f"\\x{found[1]}" if found[1] else found[0], literal)


MAX_LISTED = 12
"""Names that a message lists."""


def listed(names: Collection[str]) -> str:
    """The first of the names with commas between them, each cut for one line of a message."""
    shown = [name if len(name) <= MAX_SHOWN else f"{name[: MAX_SHOWN - 1]}…" for name in names][:MAX_LISTED]
    if len(names) > MAX_LISTED:
        shown.append(f"and {len(names) - MAX_LISTED} more")
    return ", ".join(shown)


def reason_of(error: BaseException) -> str:
    """Return what an error of the system says, in one line."""
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
    return f"{reason[:1].lower()}{reason[1:]}"
