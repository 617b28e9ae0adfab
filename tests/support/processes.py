"""Watching other processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from support.program import PATIENCE


def wait_until(true: Callable[[], Any], what: str) -> Any:
    """The first answer that is not empty; how long it takes is the machine's business."""
    deadline = monotonic() + PATIENCE
    while not (answer := true()):
        assert monotonic() < deadline, f"never: {what}"
        sleep(0.01)
    return answer


def children(pid: int) -> set[int]:
    if sys.platform == "linux":
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    else:
        text = _ps("-o", "pid=", "--ppid", str(pid))
    return {int(word) for word in text.split()}


def gone(pid: int) -> bool:
    """Whether a process has ended; an orphan may wait for whoever collects it."""
    state = _ps("-o", "stat=", "-p", str(pid))
    return not state.strip() or state.startswith("Z")


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True).stdout
