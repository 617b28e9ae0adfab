"""``--core=compiled|interpreted``: the core that the whole run is held to."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.program import Program, copy_without_compiled

# The documents show sessions in bash; signals, terminals and pipes without a reader are of POSIX.
POSIX_ONLY = [
    "test_action.py",
    "test_compare.py",
    "test_docs.py",
    "test_doors.py",
    "test_doors_views.py",
    "test_process.py",
    "test_release.py",
    "test_tables.py",
    "test_terminal.py",
    "completion/test_scripts.py",
]
collect_ignore = POSIX_ONLY if sys.platform == "win32" else []
# The type checkers, and the libraries that their programs use, come with the extra dev.
if not all(map(find_spec, ("mypy", "basedpyright", "pandas", "polars", "pyarrow"))):
    collect_ignore = [*collect_ignore, "columnar", "test_libraries.py", "test_typing.py"]
if not find_spec("pyarrow"):
    collect_ignore = [*collect_ignore, "formats/arrow", "test_faults.py", "test_growth.py", "test_kept.py"]
if not find_spec("distributed"):
    collect_ignore = [*collect_ignore, "engine"]

CORE = Path(__file__).parents[1] / "rvhctl" / "core"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--core",
        choices=["compiled", "interpreted"],
        help="the core to test; default: whichever is there",
    )
    parser.addoption(
        "--all-faults",
        action="store_true",
        help="let every system call fail, one after another, not only some (test_faults.py); it takes minutes",
    )
    parser.addoption(
        "--all-growth",
        action="store_true",
        help="count the instructions of everything that can grow, not only of some (test_growth.py)",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Background jobs of a shell ignore ^C, and nohup's hangups; so would the programs that tests send signals.
    default = signal.SIG_DFL
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", default), ("SIGQUIT", default)):
        number = getattr(signal, name, None)  # Windows has no hangups
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    # No clock decides over a property, on a loaded machine either.
    steady = settings(settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("steady", steady)
    settings.load_profile("steady")
    if config.getoption("--core") == "interpreted":
        # A finder that knows no extension suffix does not see the compiled modules.
        for folder in [CORE, *(path for path in CORE.iterdir() if path.is_dir())]:
            finder = FileFinder(str(folder), (SourceFileLoader, SOURCE_SUFFIXES))
            sys.path_importer_cache[str(folder)] = finder


def pytest_sessionstart(session: pytest.Session) -> None:
    from rvhctl.core.words import COMPILED

    asked = session.config.getoption("--core")
    under_test = "compiled" if COMPILED else "interpreted"
    if asked and asked != under_test:
        pytest.exit(f"the {asked} core was asked for, but the {under_test} core is here", returncode=3)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """The program as a process of its own, on the core under test."""
    import rvhctl
    from rvhctl.core.words import COMPILED

    package = Path(rvhctl.__file__).parent
    if COMPILED:
        return Program(package.parent)
    # A process of its own would find compiled modules that lie beside the sources.
    folder = tmp_path_factory.mktemp("interpreted")
    copy_without_compiled(package, folder)
    return Program(folder)


@pytest.fixture(autouse=True)
def _signal_handlers() -> Iterator[None]:
    """A run of the program leaves handlers behind, since its process would end."""
    from rvhctl.concurrency.signals import ENDING

    saved = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in saved.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)
