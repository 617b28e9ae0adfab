"""``--core=compiled|interpreted``: the core that the whole run is held to."""

from __future__ import annotations

import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

import pytest

# The documents show sessions in bash.
collect_ignore = ["test_docs.py"] if sys.platform == "win32" else []

CORE_DIR = str(Path(__file__).parents[1] / "rvhctl" / "core")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--core",
        choices=["compiled", "interpreted"],
        help="the core to test; default: whichever is there",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--core") == "interpreted":
        # A finder that knows no extension suffix does not see the compiled modules.
        finder = FileFinder(CORE_DIR, (SourceFileLoader, SOURCE_SUFFIXES))
        sys.path_importer_cache[CORE_DIR] = finder


def pytest_sessionstart(session: pytest.Session) -> None:
    from rvhctl.core.jump import COMPILED

    asked = session.config.getoption("--core")
    under_test = "compiled" if COMPILED else "interpreted"
    if asked and asked != under_test:
        pytest.exit(f"the {asked} core was asked for, but the {under_test} core is here", returncode=3)
