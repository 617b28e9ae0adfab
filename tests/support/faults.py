"""Errors of the system, or a kill, at one system call of the program after another. It takes Linux and strace."""

from __future__ import annotations

import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from support.program import PATIENCE, Program

FORKS: Final = ("fork", "vfork", "clone", "clone3")
ERRORS: Final = {
    "openat": ("EMFILE", "EIO"),
    "read": ("EIO", "EINTR"),
    "pread64": ("EIO", "EINTR"),
    "write": ("ENOSPC", "EIO", "EINTR"),
    "writev": ("ENOSPC", "EIO"),
    "close": ("EIO", "EINTR"),
    "fsync": ("EIO", "ENOSPC"),
    "flock": ("EINTR", "ENOLCK"),
    "rename": ("ENOSPC", "EIO"),
    "link": ("EPERM",),
    "unlink": ("EIO",),
    "mkdir": ("ENOSPC",),
    **dict.fromkeys(FORKS, ("EAGAIN", "ENOMEM")),
}
"""What can go wrong with each system call. EAGAIN is of pipes: the test of concurrency/waiting.py."""

KILL: Final = "KILL"
"""Not an error: the process is killed before the call. A kill after it is one before the next."""

LINE: Final = re.compile(r"^(\w+)\(")


class Fault(NamedTuple):
    """What happens at the so-many-th call of a name, in whichever process it comes to it."""

    call: str
    number: int
    error: str

    def __str__(self) -> str:
        return f"{self.error} at {self.call} {self.number}"

    @property
    def injection(self) -> str:
        what = "signal=KILL" if self.error == KILL else f"error={self.error}"
        return f"{self.call}:{what}:when={self.number}"


class Traced:
    """A command that reads and writes below one folder, with its output in the file ``out`` there."""

    def __init__(self, program: Program, folder: Path, traces: Path, arguments: tuple[str, ...]) -> None:
        self._program: Final = program
        self._folder: Final = folder
        # Nobody else's: a call has the same number in the next run only if that run finds the same bytecode.
        self._bytecode: Final = traces.with_name("bytecode")
        self._traces: Final = traces
        self._arguments: Final = arguments

    def run(self, fault: Fault | None = None) -> tuple[int, str]:
        """Exit code (that of a shell after a signal), and standard error."""
        for trace in self._traces.iterdir():
            trace.unlink()
        inject = [] if fault is None else ["-e", f"inject={fault.injection}"]
        strace = ["strace", "-ff", "-y", "-qq", "-s", "0", "-o", str(self._traces / "trace")]
        names = ",".join(f"?{name}" for name in ERRORS)
        with (self._folder / "out").open("wb") as out:
            done = subprocess.run(
                [*strace, "-e", f"trace={names}", *inject, *self._program.command(*self._arguments)],
                cwd=self._folder,
                env=self._program.environment
                | {"PYTHONHASHSEED": "0", "PYTHONPYCACHEPREFIX": str(self._bytecode)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                timeout=PATIENCE,
            )
        killed = done.returncode == -signal.SIGKILL
        return 128 + signal.SIGKILL if killed else done.returncode, done.stderr

    def faults(self, *, alone: bool = False) -> Iterator[Fault]:
        """All that can happen to what the last run did below the folder, and to the processes that it started.

        Args:
            alone: only in its first thread, and not to the start of others: libraries decide what becomes of theirs.
        """
        seen = set()
        for name, number, line in self._calls(alone):
            if alone and name in FORKS:
                continue
            if (name, number) not in seen and self._is_ours(name, line):
                seen.add((name, number))
                yield from (Fault(name, number, error) for error in (*ERRORS[name], KILL))

    def parts(self) -> Iterator[Fault]:
        """All that can happen where the last run opened a part of the program itself.

        Not of a library: orjson dies of a signal where it cannot import json.
        """
        for name, number, line in self._calls(alone=True):
            if name == "openat" and re.search(r'/rvhctl/.*\.(so|pyc?)"', line):
                yield from (Fault(name, number, error) for error in ERRORS[name])

    def happened(self) -> bool:
        """Whether the fault of the last run met one of these calls."""
        return any(
            self._is_ours(name, line) for name, _, line in self._calls() if "(INJECTED)" in line
        ) or any("killed by SIGKILL" in trace.read_text(errors="replace") for trace in self._traces.iterdir())

    def _is_ours(self, name: str, line: str) -> bool:
        """Start-up reads many files, but names and starts none."""
        return (
            name in (*FORKS, "rename", "link", "unlink", "mkdir")
            or f"<{self._folder}/" in line
            or re.search(f'AT_FDCWD<{re.escape(str(self._folder))}>, "(?!/)', line) is not None
            or f', "{self._folder}' in line
        )

    def _calls(self, alone: bool = False) -> Iterator[tuple[str, int, str]]:
        """The name of each call, its number among those of its name and process, and its line."""
        traces = sorted(self._traces.iterdir(), key=lambda path: int(path.suffix[1:]))
        for trace in traces[: 1 if alone else None]:
            numbers: Counter[str] = Counter()
            for line in trace.read_text(errors="replace").splitlines():
                if found := LINE.match(line):
                    numbers[found[1]] += 1
                    yield found[1], numbers[found[1]], line
