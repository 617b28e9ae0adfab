"""The rules of the house: imports go one way, and a run imports what it needs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support.program import PATIENCE, Program

import rvhctl

PACKAGE = Path(rvhctl.__file__).parent
OUTSIDE_THE_CORE = {"_build"}  # compiles it, and is not part of it
FOR_THE_CORE = sys.stdlib_module_names | {"librt", "mypy_extensions"}
NOT_FOR_THE_CORE = {"os", "sys", "io", "pathlib", "logging", "subprocess", "socket", "asyncio", "threading"}


def module_of(file: Path) -> str:
    """``formats.csv`` for ``rvhctl/formats/csv.py``; empty for the package itself."""
    return ".".join(part for part in file.relative_to(PACKAGE).with_suffix("").parts if part != "__init__")


MODULES = {
    module_of(file): ast.parse(file.read_text(encoding="utf-8"))
    for file in PACKAGE.rglob("*.py")
    if file.stem not in OUTSIDE_THE_CORE
}


def imported(tree: ast.AST, *, at_once: bool = False) -> Iterator[str]:
    """The full names of imported modules; ``at_once``: only those that an import of the module brings along."""
    for node in ast.iter_child_nodes(tree):
        if at_once and (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
        ):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        else:
            yield from imported(node, at_once=at_once)


def own(tree: ast.AST, *, at_once: bool = False) -> set[str]:
    """The modules of the package among them, by their names in ``MODULES``."""
    found = set()
    for name in imported(tree, at_once=at_once):
        first, _, rest = name.partition(".")
        if first == "rvhctl":
            found.add(rest if rest in MODULES else rest.rpartition(".")[0])
    return found


def rank(module: str) -> int:
    """Errors, the core, what stands between, the commands, the app, the edge."""
    if module in ("", "errors"):  # the package itself is imported for its version
        return 0
    order = {"core": 1, "commands": 3, "app": 4, "usage": 5, "__main__": 5}
    return order.get(module.partition(".")[0], 2)


def test_there_is_something_to_look_at() -> None:
    assert {
        "__main__",
        "app",
        "commands.failover",
        "formats.csv",
        "core.failover",
        "errors",
    } <= MODULES.keys()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_one_way(module: str) -> None:
    wrong = {other for other in own(MODULES[module]) if rank(other) > rank(module)}
    assert not wrong or module == ""


def test_nothing_imports_itself_round_a_corner() -> None:
    graph = {module: own(tree, at_once=True) - {module, ""} for module, tree in MODULES.items()}
    assert list(TopologicalSorter(graph).static_order())  # or a CycleError that names them


def test_errors_import_nothing_of_the_package() -> None:
    assert not own(MODULES["errors"])


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("core.")))
def test_the_core_knows_no_screen_and_no_file(module: str) -> None:
    tree = MODULES[module]
    packages = {name.partition(".")[0] for name in imported(tree)} - {"rvhctl"}
    assert packages <= FOR_THE_CORE - NOT_FOR_THE_CORE
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"print", "open", "input"}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("formats.")))
def test_a_format_imports_no_other(module: str) -> None:
    assert not {other for other in own(MODULES[module]) if other.startswith("formats.")} - {module}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("commands.")))
def test_a_command_imports_no_other(module: str) -> None:
    commands = {other for other in own(MODULES[module]) if other.startswith("commands.")}
    assert all(other.startswith("commands._") for other in commands - {module})


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("api.")))
def test_the_functions_of_the_package_know_no_command_line(module: str) -> None:
    roots = {other.partition(".")[0] for other in own(MODULES[module])}
    assert not roots & {"formats", "source", "sink", "report", "options", "answer", "batch", "flags"}


def test_who_imports_rich() -> None:
    importers = {
        module for module, tree in MODULES.items() if any(n.startswith("rich") for n in imported(tree))
    }
    assert importers <= {"formats.table", "progress", "formats.plan_table"}


def test_who_draws_past_the_filter_for_data() -> None:
    drawing = {module for module, tree in MODULES.items() if ".draw(" in ast.unparse(tree)}
    assert drawing == {"sink", "helptext", "formats.table"}


def test_only_the_edge_ends_the_process() -> None:
    """Worker processes end themselves; that is another process."""
    for module, tree in MODULES.items():
        text = ast.unparse(tree)
        assert module == "__main__" or ("sys.exit" not in text and "raise SystemExit" not in text)
        assert module in ("__main__", "crew", "workers") or "os._exit" not in text


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"", "errors"}))
def test_values_are_quoted_by_one_function(module: str) -> None:
    """``errors.quoted`` or ``errors.shorten``, not ``repr``: bytes that are no text look alike everywhere."""
    raw = {
        node.lineno
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
    }
    assert not raw


@pytest.mark.parametrize("module", sorted(MODULES))
def test_files_are_short(module: str) -> None:
    file = PACKAGE.joinpath(*module.split("."))
    file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    assert len(file.read_text(encoding="utf-8").splitlines()) < 400


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (
            ("jump-hash", "-k", "a", "-b", "3"),
            {"rich", "asyncio", "pydantic", "importlib.metadata", "orjson", "csv", "gzip", "multiprocessing"}
            | {
                "rvhctl.commands.failover",
                "rvhctl.commands.faultset",
                "rvhctl.formats.json",
                "rvhctl.nodes.nodes",
            },
        ),
        (
            ("failover", "--nodes", "a", "--lats", "1", "--th", "2"),
            {"rich", "asyncio", "pydantic", "importlib.metadata", "csv", "gzip", "multiprocessing"},
        ),
        (("-V",), {"rich", "typer", "typing", "rvhctl.app", "rvhctl.errors"}),
    ],
)
def test_a_run_imports_what_it_needs(program: Program, arguments: tuple[str, ...], absent: set[str]) -> None:
    script = (
        "import sys; from rvhctl.__main__ import main; code = main(sys.argv[1:]);"
        "print(code, *sys.modules, file=sys.stderr)"
    )
    # -S: what site-packages' own .pth files import is not the program's doing.
    paths = [path for path in sys.path if "site-packages" in path]
    environment = program.environment | {
        "PYTHONPATH": os.pathsep.join([program.environment["PYTHONPATH"], *paths])
    }
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    code, *modules = done.stderr.split()
    assert code == "0"
    assert "rvhctl.cli.version" in modules or "typer" in modules
    assert not absent & set(modules)
