"""What a row of the benchmark is: the same work, its contestants, the goals held against the ratios."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

# Turns the lines of an answer into a form in which different programs can be compared.
Canonical = Callable[[Iterator[bytes]], Iterator[object]]


def tool(name: str) -> str | None:
    """The path of a program: beside this Python (where wheels put theirs), else on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


# Stands in the command of a floor for the size of the answer of the contestant whose floor it is.
ANSWER_BYTES = "ANSWER_BYTES"


class Role(Enum):
    OURS = "rvhctl"
    PEER = "peer"
    FLOOR = "floor"  # does a part of the work only; its answer is not compared


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """Someone who does the work of a row."""

    name: str
    role: Role = Role.PEER
    modules: tuple[str, ...] = ()  # Python modules without which it cannot run
    tools: tuple[str, ...] = ()  # programs without which it cannot run
    slow: bool = False  # takes part in the first rounds only
    group: str = ""  # answers are compared within a group
    canonical: Canonical | None = None  # None: byte for byte
    absent: str = ""  # a known reason why it cannot be measured here

    def why_not(self) -> str | None:
        """Why it cannot run here; None if it can."""
        if self.absent:
            return self.absent
        missing = [name for name in self.modules if find_spec(name) is None]
        missing += [name for name in self.tools if tool(name) is None]
        return f"not installed: {', '.join(missing)}" if missing else None


@dataclass(frozen=True, kw_only=True)
class Program(Contestant):
    """A whole process; two or more commands run side by side and end when the last one ends."""

    commands: Callable[[Path], list[list[str]]]  # from the row's input
    one_record: bool = True  # also run on an input of one record, to show what its start costs
    floor_of: str = ""  # a contestant: how far it is from this floor is shown


@dataclass(frozen=True, kw_only=True)
class Call(Contestant):
    """A call in a worker process of its own: ``prepare(case, size)`` of a module in benchmarks/peers."""

    module: str
    case: str
    size: int


@dataclass(frozen=True)
class Goal:
    """``of`` is to take at most ``at_most`` times what ``against`` takes; without ``against``, MB or us.

    With ``against`` and ``MB more``, its peak is to be so much higher at most.
    """

    of: str
    at_most: float
    against: str | None = None
    unit: str = "MB"  # at the peak; us: the time of one answer; MB more: at the peak


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    contestants: list[Contestant]
    goals: list[Goal] = field(default_factory=list)
    source: Callable[[], Path] | None = None  # makes the input of its programs
    per: int = 1  # how many answers one call gives: times are shown for one of them
    timed: bool = True  # False: only memory counts
    each_to_first: bool = False  # ratios are of each contestant to the first instead of the first to each
    rounds: int = 1  # times as many rounds as other rows
    note: str = ""
