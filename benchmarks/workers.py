"""The harness's side of worker.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType

from benchmarks.contest import Call
from benchmarks.processes import ENVIRONMENT, ROOT, RunError, last_line


class Worker:
    """A contestant that is called in a process of its own."""

    def __init__(self, contestant: Call) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "benchmarks.worker", contestant.module, contestant.case, str(contestant.size)),
            ],
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.reply()

    def reply(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            _, messages = self.process.communicate()
            raise RunError(f"exit code {self.process.returncode}: {last_line(messages)}")
        return line

    def ask(self, command: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.reply()

    def answer(self, output: Path) -> None:
        """What one call gives, one item a line."""
        self.ask(f"answer {output}")

    def seconds(self, calls: int) -> float:
        """The time of one call, as the mean of ``calls`` of them."""
        return int(self.ask(f"time {calls}")) / calls / 1e9

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
