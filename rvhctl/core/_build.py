"""Hatchling build hook: compile the modules beside this file with mypyc.

``RVHCTL_MYPYC`` decides: unset, try, and fall back to the interpreted core with a warning;
``1``, a failure ends the build; ``0``, leave the core interpreted.
A fallback build is a pure ``py3-none-any`` wheel.

``python rvhctl/core/_build.py`` compiles in place, for work on a checkout.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CORE = Path(__file__).parent
ROOT = CORE.parents[1]

# Never an __init__.py: a compiled package computes its __path__ from the shared library's folder.
NOT_COMPILED = {"__init__.py", Path(__file__).name}

# The dotted group name puts the shared library into the package instead of beside it.
BUILD_EXT = """
import sys
from mypyc.build import mypycify
from setuptools import setup

temporary, *modules = sys.argv[1:]
setup(
    name="rvhctl-core",
    packages=[],
    script_args=["build_ext", "--inplace", "--build-temp", temporary],
    ext_modules=mypycify(
        ["--strict", *modules],
        opt_level="3",
        debug_level="0",
        group_name="rvhctl.core._native",
        target_dir=temporary,
    ),
)
"""


def core_modules() -> list[str]:
    """The modules to compile, relative to the root of the project."""
    return sorted(
        path.relative_to(ROOT).as_posix() for path in CORE.glob("*.py") if path.name not in NOT_COMPILED
    )


def remove_libraries() -> None:
    """A library left from an earlier build would win over a newer source file."""
    for pattern in ("*.so", "*.pyd"):
        for path in CORE.glob(pattern):
            path.unlink()


def compile_core() -> str | None:
    """Compile in place; the end of the compiler's output if that failed."""
    remove_libraries()
    with tempfile.TemporaryDirectory() as temporary:
        run = subprocess.run(
            [sys.executable, "-c", BUILD_EXT, temporary, *core_modules()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    if run.returncode == 0:
        return None
    remove_libraries()
    return "\n".join(run.stdout.splitlines()[-20:])


def wanted() -> str:
    """What ``RVHCTL_MYPYC`` asks for: ``try``, ``must`` or ``skip``."""
    value = os.environ.get("RVHCTL_MYPYC", "")
    try:
        return {"": "try", "1": "must", "0": "skip"}[value]
    except KeyError:
        raise ValueError(f"RVHCTL_MYPYC must be 0, 1 or unset (got {value!r})") from None


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script, where only mypy is needed
    BuildHookInterface = object


class CompiledCore(BuildHookInterface):
    """Adds the compiled core to a wheel, and the right tag."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if wanted() == "skip" else ["mypy[mypyc]==2.4.1", "setuptools>=77", "librt>=0.16"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if wanted() == "skip":
            remove_libraries()
            return
        failure = compile_core()
        if failure is None:
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            build_data["artifacts"] += ["rvhctl/core/*.so", "rvhctl/core/*.pyd"]
        elif wanted() == "must":
            raise RuntimeError(f"compiling the core failed:\n{failure}")
        else:
            self.app.display_warning(f"rvhctl: the core stays interpreted, compiling it failed:\n{failure}")


if __name__ == "__main__":
    sys.exit(compile_core())
