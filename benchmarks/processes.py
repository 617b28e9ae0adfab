"""Whole processes: started without delay, timed from outside, their memory watched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

ROOT = Path(__file__).parents[1]
SAMPLE_SECONDS = 0.005
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


class RunError(Exception):
    """A process ended with another exit code than 0."""


@dataclass(frozen=True)
class Run:
    """One run of one or more commands side by side."""

    seconds: float
    largest_rss: int | None  # bytes; of the largest process waited for; None: less than the harness itself
    tree_pss: int | None  # bytes at the peak, all processes together, shared pages once; None: not watched


def run(commands: Sequence[Sequence[str]], output: Path, watch: bool = False) -> Run:
    """Run the commands side by side; their answers, one after the other, are then in ``output``."""
    parts = [output.with_suffix(f".{i}") for i in range(len(commands))]
    messages = output.with_suffix(".stderr")
    for path in (output, messages, *parts):
        path.unlink(missing_ok=True)
    started = perf_counter()
    processes = [start(command, part, messages) for command, part in zip(commands, parts, strict=True)]
    watcher = Watcher([process.pid for process in processes]) if watch else None
    largest_rss = max(map(wait, processes))
    seconds = perf_counter() - started
    tree_pss = watcher.stop() if watcher else None
    for command, process in zip(commands, processes, strict=True):
        if process.returncode:
            message = last_line(messages.read_text(errors="replace"))
            raise RunError(f"exit code {process.returncode} of {Path(command[0]).name}: {message}")
    parts[0].rename(output)
    with output.open("ab") as whole:
        for part in parts[1:]:
            with part.open("rb") as answer:
                shutil.copyfileobj(answer, whole)
            part.unlink()
    # Until its exec a child is counted with the harness's own memory: below that nothing is known.
    return Run(seconds, largest_rss if largest_rss > own_rss() else None, tree_pss)


def last_line(messages: str) -> str:
    """What a program says of its end, without the paths of this checkout."""
    lines = messages.strip().splitlines() or ["no message"]
    return lines[-1].replace(f"{ROOT}/", "")[:200]


def start(command: Sequence[str], output: Path, messages: Path) -> subprocess.Popen[bytes]:
    try:
        with output.open("wb") as stdout, messages.open("ab") as stderr:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=ENVIRONMENT
            )
    except OSError as error:
        raise RunError(f"cannot start {command[0]}: {error.strerror}") from None


def wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end; the most memory it had resident (bytes), 0 where the system does not tell."""
    if sys.platform == "win32":
        process.wait()
        return 0
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * RSS_UNIT


def own_rss() -> int:
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


class Watcher:
    """Samples the memory of processes and of all their descendants until stopped."""

    def __init__(self, pids: Sequence[int]) -> None:
        self.pids = pids
        self.peak = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()

    def sample(self) -> None:
        while not self.done.is_set():
            self.peak = max(self.peak, sum(map(proportional_set_size, tree(self.pids))))
            sleep(SAMPLE_SECONDS)

    def stop(self) -> int | None:
        self.done.set()
        self.thread.join()
        return self.peak or None


def tree(pids: Sequence[int]) -> list[int]:
    """The processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # The fields after the command's name, which may itself hold spaces and brackets.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(pids)
    for pid in found:  # grows while it is walked
        found.extend(children.get(pid, ()))
    return found


def proportional_set_size(pid: int) -> int:
    """Bytes of memory in use, a page shared by n processes counted as 1/n; 0 if that is not to be had."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # it has ended, or this is no Linux
    return 0
