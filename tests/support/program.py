"""The program as a process of its own, on the core under test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ENTRY = "from rvhctl.__main__ import entry; entry()"
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
unit = 1024 if sys.platform == "linux" else 1
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit, file=sys.stderr)
"""
PATIENCE = 120
"""Seconds after which a test fails instead of hanging; nothing comes near it."""

COLORS = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"}
SET_ASIDE = {"PYTHONUNBUFFERED", "GITHUB_ACTIONS", "COLUMNS", "LINES", *COLORS}


class Program:
    """Starts the package found in a folder."""

    def __init__(self, folder: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in SET_ASIDE}
        self.environment = kept | {
            "PYTHONPATH": str(folder),
            "PYTHONSAFEPATH": "1",  # not the package that may lie in the working directory
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", ENTRY, *arguments]

    def measured(self, *arguments: str) -> list[str]:
        """The same, with the peak of its memory in bytes as the last line of standard error.

        Measured by a small process: what a large one starts counts the memory of its parent, too.
        """
        return [sys.executable, "-c", MEASURED, *self.command(*arguments)]

    def start(
        self, *arguments: str, environment: dict[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """The running program; its three streams are pipes unless ``options`` say otherwise."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            self.command(*arguments), env=self.environment | (environment or {}), **(pipes | options)
        )

    def run(
        self, *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None, **options: Any
    ) -> tuple[int, bytes, str]:
        """Exit code, standard output and standard error."""
        process = self.start(*arguments, environment=environment, **options)
        out, err = process.communicate(stdin, timeout=PATIENCE)
        return process.returncode, out, (err or b"").decode()


def copy_without_compiled(package: Path, folder: Path) -> None:
    """The package with nothing but its sources."""
    sources_only = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(package, folder / package.name, ignore=sources_only)
