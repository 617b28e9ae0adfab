"""What ``rvhctl -V`` says."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder

from rvhctl import __version__, core


def core_name() -> str:
    """Return which core runs: the compiled one where its shared library is installed.

    Looked up, not imported: that would take as long as all the rest of ``rvhctl -V``.
    """
    found = PathFinder.find_spec("rvhctl.core._native__mypyc", core.__path__)
    return "compiled" if found else "interpreted"


def describe() -> str:
    """Program, version, core and interpreter, as in ``rvhctl 0.1.0 (core: compiled, CPython 3.11.7)``."""
    python = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)
    release = ".".join(map(str, sys.version_info[:3]))
    return f"rvhctl {__version__} (core: {core_name()}, {python} {release})"
