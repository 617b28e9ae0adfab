"""The compiled core with AddressSanitizer and UBSan, in a copy of the checkout. Needs clang, and Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
FLAGS: Final = (
    "-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer -g"
)
MARK: Final = "RVHCTL_SANITIZED"


def is_sanitized() -> bool:
    """Whether this process runs such a core."""
    return MARK in os.environ


def rerun(arguments: Sequence[str]) -> int:
    """Build it, run the same command there, and take the copy away again."""
    with tempfile.TemporaryDirectory(prefix="rvhctl-sanitized-") as temporary:
        copy = Path(temporary)
        build(copy)
        return run_in(copy, arguments)


def build(copy: Path) -> None:
    """Copy the checkout and compile its core."""
    leave_out = shutil.ignore_patterns(".*", "*.so", "*.pyd", "__pycache__", "found")
    for folder in ("rvhctl", "fuzz", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave_out)
    # The runtime comes with Atheris, so nothing is linked.
    compiler = {"CC": f"clang {FLAGS}", "LDSHARED": "clang -shared"}
    subprocess.run([sys.executable, copy / "rvhctl/core/_build.py"], env=os.environ | compiler, check=True)


def run_in(copy: Path, arguments: Sequence[str]) -> int:
    """Run the same command there, and bring what it finds."""
    import atheris

    runtime = Path(atheris.path(), "asan_with_fuzzer.so")
    # Python's own allocator would hide where an object ends; what it still holds at the end is no leak, and a length
    # of terabytes in a damaged file is a MemoryError, as it is elsewhere.
    settings = {
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
        "LD_PRELOAD": str(runtime),
        MARK: "1",
    }
    optimized = [] if __debug__ else ["-O"]
    command = [sys.executable, *optimized, "-m", "fuzz", *arguments]
    run = subprocess.run(command, cwd=copy, env=os.environ | settings)
    found = copy / "fuzz/found"
    if found.is_dir():
        shutil.copytree(found, ROOT / "fuzz/found", dirs_exist_ok=True)
    return run.returncode
