"""What ``rvhctl -V`` says."""

from __future__ import annotations

import sys

from rvhctl import __version__
from rvhctl.core.jump import COMPILED


def core_name() -> str:
    return "compiled" if COMPILED else "interpreted"


def describe() -> str:
    """Program, version, core and interpreter, as in ``rvhctl 0.1.0 (core: compiled, CPython 3.11.7)``."""
    python = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)
    release = ".".join(map(str, sys.version_info[:3]))
    return f"rvhctl {__version__} (core: {core_name()}, {python} {release})"
