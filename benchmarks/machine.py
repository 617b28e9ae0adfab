"""What the numbers were measured on and with."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.contest import tool
from benchmarks.processes import ENVIRONMENT, ROOT

PACKAGES = (
    "typer",
    "orjson",
    "xxhash",
    "jump-consistent-hash",
    "pygeohash",
    "numpy",
    "pyarrow",
    "polars",
    "polars-hash",
    "duckdb",
    "duckdb-cli",
    "chdb-core",
    "distributed",
)
TOOLS = ("jq", "mlr")


def description(rvhctl: str) -> dict[str, str]:
    """Names and values, for the head of a report."""
    return {
        "processors": f"{usable_processors()} usable, {processor()}",
        "memory": memory(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "rvhctl": first_line([rvhctl, "-V"]),
        "revision": first_line(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
        "C compiler": first_line(["cc", "--version"]),
        "peers": ", ".join(f"{name} {installed(name)}" for name in PACKAGES),
        "other tools": ", ".join(first_line([tool(name) or name, "--version"]) for name in TOOLS),
    }


def usable_processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def processor() -> str:
    return next((v for v in fields("/proc/cpuinfo", "model name")), platform.processor() or "unknown")


def memory() -> str:
    kilobytes = next(iter(fields("/proc/meminfo", "MemTotal")), "0 kB").split()[0]
    return f"{int(kilobytes) / 1e6:.0f} GB" if kilobytes != "0" else "unknown"


def fields(path: str, name: str) -> list[str]:
    """The values of the ``name : value`` lines of a file of the kernel."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return []
    return [line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == name]


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def first_line(command: list[str]) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    except OSError:
        return f"{command[0]} absent"
    lines = (run.stdout or run.stderr).strip().splitlines()
    return lines[0] if lines and run.returncode == 0 else f"fails with exit code {run.returncode}"
