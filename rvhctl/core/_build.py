"""Hatchling build hook: compile the modules beside and below this file with mypyc, and write the man pages.

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

LIBRARIES = ("*.so", "*.pyd")

# The dotted group name puts the shared library into the package instead of beside it.
# mypy looks at the compiled modules alone: around them it would meet the imports of the whole
# package, whose dependencies an isolated build environment does not have.
BUILD_EXT = """
import sys
from mypyc.build import mypycify
from setuptools import setup

temporary, library_root, *modules = sys.argv[1:]
extensions = mypycify(
    [
        "--config-file=",
        "--cache-dir=" + temporary + "/mypy",
        "--strict",
        "--follow-imports=silent",
        *modules,
    ],
    opt_level="3",
    debug_level="0",
    group_name="rvhctl.core._native",
    target_dir=temporary,
)
if sys.platform != "win32":
    # Hashes and keys wrap at 64 bits. Most interpreters are built with this, and hand it on; not all.
    for extension in extensions:
        extension.extra_compile_args.append("-fwrapv")
if sys.platform == "linux":
    # Calls between modules of the core stay direct and can be inlined: 11 % off a scan.
    for extension in extensions:
        extension.extra_compile_args.append("-fno-semantic-interposition")
setup(
    name="rvhctl-core",
    packages=[],
    script_args=["build_ext", "--build-temp", temporary, "--build-lib", library_root],
    ext_modules=extensions,
)
"""


def core_modules() -> list[str]:
    """The modules to compile, relative to the root of the project."""
    return sorted(
        path.relative_to(ROOT).as_posix() for path in CORE.rglob("*.py") if path.name not in NOT_COMPILED
    )


def libraries(core: Path) -> list[Path]:
    """Return the compiled files in a ``core`` folder and its subfolders."""
    return sorted(path for pattern in LIBRARIES for path in core.rglob(pattern))


def remove_libraries() -> None:
    """A library left in the checkout by an earlier build would win over a newer source file."""
    for path in libraries(CORE):
        path.unlink()


def tail(output: str) -> str:
    """What a person reads of a compiler's output: its last lines, and of its command lines the start."""
    return "\n".join(line if len(line) <= 200 else f"{line[:200]} ..." for line in output.splitlines()[-20:])


def compile_core(library_root: Path) -> str | None:
    """Compile to ``library_root/rvhctl/core``; the end of the compiler's output if that failed."""
    with tempfile.TemporaryDirectory(prefix="rvhctl-build-") as temporary:
        run = subprocess.run(
            [sys.executable, "-c", BUILD_EXT, temporary, str(library_root), *core_modules()],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    if run.returncode == 0:
        return None
    return tail(run.stdout)


def write_manual(folder: Path) -> str | None:
    """Write the man pages to ``folder/man1`` and so on; the end of the program's output if that failed."""
    run = subprocess.run(
        [sys.executable, "-m", "rvhctl", "help", "--man", str(folder)],
        cwd=ROOT,
        # In an isolated build the packages that it needs are on the path already.
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return tail(run.stdout) if run.returncode else None


def compile_in_place() -> str | None:
    """Compile into the checkout, which an editable install runs from."""
    remove_libraries()
    failure = compile_core(ROOT)
    if failure is not None:
        # Half of the modules compiled would look for a shared library that is not there.
        remove_libraries()
    return failure


def wanted() -> str:
    """What ``RVHCTL_MYPYC`` asks for: ``try``, ``must`` or ``skip``."""
    value = os.environ.get("RVHCTL_MYPYC", "")
    try:
        return {"": "try", "1": "must", "0": "skip"}[value]
    except KeyError:
        raise SystemExit(f"rvhctl: RVHCTL_MYPYC must be 0, 1 or unset (got {value!r})") from None


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script, where only mypy is needed
    BuildHookInterface = object


class CompiledCore(BuildHookInterface):
    """Adds the compiled core to a wheel, the right tag, and the man pages."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """The compiler, and what the program needs to write its man pages.

        A build that skips the compiler is for a quick try: it has man pages where the packages are there already.
        """
        if wanted() == "skip":
            return []
        return ["mypy[mypyc]==2.4.1", "setuptools>=77", *self.metadata.core.dependencies]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        editable = version == "editable"
        self._compile(editable, build_data)
        # It lives as long as this hook, which is until the wheel is written.
        self.manual = tempfile.TemporaryDirectory(prefix="rvhctl-manual-")
        failure = write_manual(Path(self.manual.name))
        if failure is None:
            build_data["shared_data"][self.manual.name] = "share/man"
        elif wanted() == "must":
            raise SystemExit(
                f"rvhctl: writing the man pages failed, and RVHCTL_MYPYC=1 asks for all:\n{failure}"
            )
        else:
            self.app.display_warning(f"rvhctl: there are no man pages, writing them failed:\n{failure}")

    def _compile(self, editable: bool, build_data: dict[str, Any]) -> None:
        if wanted() == "skip":
            if editable:
                remove_libraries()
            return
        if editable:
            failure = compile_in_place()
        else:
            # Beside the checkout, not in it: an install leaves the source tree as it was.
            # The folder lives as long as this hook, which is until the wheel is written.
            self.library_root = tempfile.TemporaryDirectory(prefix="rvhctl-core-")
            failure = compile_core(Path(self.library_root.name))
        if failure is None:
            self._pack(editable, build_data)
        elif wanted() == "must":
            raise SystemExit(f"rvhctl: compiling the core failed, and RVHCTL_MYPYC=1 asks for it:\n{failure}")
        else:
            self.app.display_warning(f"rvhctl: the core stays interpreted, compiling it failed:\n{failure}")

    def _pack(self, editable: bool, build_data: dict[str, Any]) -> None:
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        if not editable:
            root = Path(self.library_root.name)
            for path in libraries(root / "rvhctl" / "core"):
                build_data["force_include"][str(path)] = path.relative_to(root).as_posix()


if __name__ == "__main__":
    sys.exit(compile_in_place())
