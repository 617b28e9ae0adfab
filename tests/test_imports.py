"""The rules of the house: imports go one way, folders stay small, and a run imports what it needs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support.program import PATIENCE, Program

import rvhctl

PACKAGE = Path(rvhctl.__file__).parent
LINES = PACKAGE.parent / "tests/data/valid/nodes/lines.ndjson"
OUTSIDE_THE_CORE = {"_build"}  # compiles it, and is not part of it
FOR_THE_CORE = sys.stdlib_module_names | {"librt", "mypy_extensions"}
NOT_FOR_THE_CORE = {"os", "sys", "io", "pathlib", "logging", "subprocess", "socket", "asyncio", "threading"}

LAYERS = (
    ("__main__",),
    ("app",),
    ("commands",),
    ("completion",),
    ("batch",),
    ("cli",),
    ("manual",),
    ("arrow", "dask"),
    ("engine",),
    ("columnar",),
    ("policy", "placement", "geohash"),
    ("nodes", "keys"),
    ("formats",),
    ("streams",),
    ("concurrency",),
    ("core",),
    ("errors",),
)
"""A folder, or a module at the top, imports what stands below it; those of one layer do not know each other."""

CORE_LAYERS = (
    ("memory",),
    ("text",),
    ("policy", "nodes", "keys"),
    ("csv",),
    ("placement", "geo", "json"),
    ("columns", "numbers", "words"),
)
"""The same inside ``core/``."""

FACES = {
    "engine": {"cluster", "job", "plan", "run", "work"},
    "columnar": {"actions", "answers", "fleet", "keys", "tables"},
    "batch": {"batch", "blocks", "key_requests"},
    "cli": {
        *(
            "key_runs",
            "help",
            "key_options",
            "node_options",
            "option_groups",
            "options",
            "policy_options",
        ),
        *("report", "usage", "version", "view_options"),
    },
    "manual": {"blocks", "roff", "schemas", "text", "topics"},
    "completion": {"answer", "scripts"},
    "concurrency": {"ahead", "fork", "locking", "processors", "signals", "steps", "waiting"},
    "formats": {"choice", "headers", "jsontext", "rows", "shapes", "wording", "write"},
    "formats.arrow": {"columns", "objects", "tables"},
    "formats.html": {"parts"},
    "formats.tools": {"expected", "measured"},
    "keys": {
        *("cells", "elements", "fields", "hashes", "jobs", "key", "lines", "records", "sizes", "stream"),
    },
    "nodes": {
        "arguments",
        "columns",
        "documents",
        "fields",
        "flags",
        "fleet",
        "given",
        "nodes",
        "probes",
        "read",
    },
    "nodes.inventory": {"given", "join", "read"},
    "nodes.tables": {"read", "text"},
    "placement": {
        *(
            "buckets",
            "count",
            "flags",
            "job",
            "jump",
            "place",
            "placement",
            "request",
            "select",
            "split_files",
        ),
    },
    "placement.bounded": {"assignment", "bounds", "gather"},
    "placement.moving": {"flows", "matrix", "steps"},
    "placement.sources": {"answer"},
    "placement.slots": {"slots", "slots_file"},
    "policy": {"advice", "decision", "memory_file", "plan", "policy", "request", "views"},
    "policy.pages": {"answer"},
    "policy.traffic": {"capacity", "demand", "drill", "routing", "sharing"},
    "streams": {
        "compress",
        "folding",
        "lines",
        "lookalike",
        "progress",
        "sink",
        "source",
        "staging",
        "state_file",
        "terminal",
    },
    "core": {"columns", "numbers", "words"},
    "core.geo": {"advise", "geohash", "joining", "kdtree", "places"},
    "core.csv": {"cells", "numbers", "objects", "rows"},
    "core.json": {"merging", "rows", "skip", "spans"},
    "core.keys": {"answers", "buffers", "cells", "fields", "lines", "owners", "rows"},
    "core.memory": {"remembered"},
    "core.nodes": {
        "csv_scan",
        "details",
        "duplicates",
        "ids",
        "json_scan",
        "prefilter",
        "record",
        "rows",
        "scan",
    },
    "core.placement": {
        *("bits", "bounding", "checksums", "choosing", "jump", "probes", "spreading", "table", "xxh64"),
    },
    "core.policy": {
        *("cells", "damping", "grouping", "health", "limits", "plan", "priority_load", "ranking"),
        *("reasons", "safeguards", "samples", "survivors"),
    },
    "core.text": {"lines"},
}
"""The modules of each folder that others import; what is not listed is the folder's own affair."""

MOST_FILES, MOST_AT_THE_TOP, MOST_LINES, MOST_BODY, MOST_PARAMETERS = 12, 9, 400, 50, 12

FORMATS = {"csv", "tsv", "ndjson", "html", "parquet"}
"""Names of formats that are nothing else; compared where formats are chosen."""


def module_of(file: Path) -> str:
    """Return ``formats.csv`` for ``rvhctl/formats/csv.py``; empty for the package itself."""
    return ".".join(part for part in file.relative_to(PACKAGE).with_suffix("").parts if part != "__init__")


FILES = {module_of(file): file for file in sorted(PACKAGE.rglob("*.py")) if file.stem not in OUTSIDE_THE_CORE}
MODULES = {module: ast.parse(file.read_text(encoding="utf-8")) for module, file in FILES.items()}
NODES = {module: tuple(ast.walk(tree)) for module, tree in MODULES.items()}
FOLDERS = sorted({file.parent for file in FILES.values()})

SHARED = {"formats.tools.expected", "formats.tools.measured"}
ONE_EACH = {
    f"formats.{name}"
    for name in ("arrow.ipc", "arrow.parquet", "csv", "html.page", "json", "ndjson", "plain", "table")
} | {module for module in MODULES if module.startswith("formats.tools.") and module not in SHARED}
"""The modules that are a format; the others of their folder are what formats share."""


def for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def imported(tree: ast.AST, *, at_once: bool = False) -> Iterator[str]:
    """The full names of imported modules.

    ``at_once``: only those that an import of the module brings along.
    """
    for node in ast.iter_child_nodes(tree):
        if for_type_checkers(node):
            continue
        if at_once and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        else:
            yield from imported(node, at_once=at_once)


@cache
def names_in(module: str) -> frozenset[str]:
    """The full names that a module imports anywhere."""
    return frozenset(imported(MODULES[module]))


@cache
def own(module: str, *, at_once: bool = False) -> frozenset[str]:
    """The modules of the package among them, by their names in ``MODULES``."""
    found = set()
    for name in imported(MODULES[module], at_once=True) if at_once else names_in(module):
        first, _, rest = name.partition(".")
        if first == "rvhctl":
            found.add(rest if rest in MODULES else rest.rpartition(".")[0])
    return frozenset(found - {""})  # the package itself is imported for its version


@cache
def code_of(module: str) -> str:
    """What it says without its comments."""
    return ast.unparse(MODULES[module])


def layer(module: str, layers: tuple[tuple[str, ...], ...]) -> int:
    """How far down a module stands."""
    return next(floor for floor, names in enumerate(layers) if module.partition(".")[0] in names)


def goes_down(module: str, other: str, layers: tuple[tuple[str, ...], ...]) -> bool:
    """Whether ``module`` may import ``other``: it stands below, or in the same folder."""
    if module.partition(".")[0] == other.partition(".")[0]:
        return True
    return layer(module, layers) < layer(other, layers) or (
        # Names, weights and states of nodes are what keys are placed on.
        module.startswith("placement.") and other.startswith("nodes.")
    )


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name))
def test_imports_go_down(module: str) -> None:
    others = own(module) - {"core"}
    wrong = {other for other in others if not goes_down(module, other, LAYERS)}
    assert not wrong


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("core.")))
def test_imports_inside_the_core_go_down(module: str) -> None:
    name = module.removeprefix("core.")
    others = {other.removeprefix("core.") for other in own(module) if other.startswith("core.")}
    wrong = {other for other in others if not goes_down(name, other, CORE_LAYERS)}
    assert not wrong


@pytest.mark.parametrize("folder", sorted(FACES))
def test_a_folder_is_entered_by_its_face(folder: str) -> None:
    """A new way in is a decision: it is listed, and what nobody uses any more is not."""
    used = {
        other
        for module in MODULES
        for other in own(module)
        if other.rpartition(".")[0] == folder and not module.startswith(f"{folder}.")
    }
    assert used == {f"{folder}.{room}" for room in FACES[folder]}


def test_every_folder_has_a_face() -> None:
    """But ``commands``, which the app finds by their names."""
    folders = {module.rpartition(".")[0] for module in MODULES} - {""}
    assert folders == FACES.keys() | {"commands"}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_name_with_an_underscore_stays_in_its_module(module: str) -> None:
    names = {name.removeprefix("rvhctl.") for name in names_in(module) if name.startswith("rvhctl.")}
    names -= MODULES.keys() | {"__version__"}
    assert not [name for name in names if name.rpartition(".")[2].startswith("_")]


def test_nothing_imports_itself_round_a_corner() -> None:
    graph = {module: own(module, at_once=True) - {module} for module in MODULES}
    assert list(TopologicalSorter(graph).static_order())  # or a CycleError that names them


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: module_of(folder / "__init__.py") or "rvhctl")
def test_a_folder_has_few_files(folder: Path) -> None:
    files = [file for file in FILES.values() if file.parent == folder and file.name != "__init__.py"]
    assert len(files) <= (MOST_AT_THE_TOP if folder == PACKAGE else MOST_FILES)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: module_of(folder / "__init__.py") or "rvhctl")
def test_a_folder_says_what_it_is(folder: Path) -> None:
    """One sentence, then a line for each module or subfolder that is there, and no other."""
    if folder == PACKAGE:
        return
    tree = MODULES[module_of(folder / "__init__.py")]
    assert not list(imported(tree))
    sign = ast.get_docstring(tree) or ""
    rooms = {
        path.stem
        for path in folder.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists())
        and path.stem not in OUTSIDE_THE_CORE | {"__init__"}
    }
    named = {line.split()[0] for line in sign.splitlines()[2:] if line and not line.startswith(" ")}
    assert named == rooms


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_is_short_and_so_are_its_functions(module: str) -> None:
    assert len(FILES[module].read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    for node in NODES[module]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            body = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node):
                docstring = node.body[0]
                assert docstring.end_lineno is not None
                body -= docstring.end_lineno - docstring.lineno + 1
            parameters = len(node.args.args) + len(node.args.kwonlyargs)
            assert body <= MOST_BODY, node.name
            assert parameters <= MOST_PARAMETERS, node.name


@pytest.mark.parametrize(
    "module", sorted(name for name in MODULES if name.partition(".")[0] not in ("formats", "cli"))
)
def test_only_formats_know_the_names_of_formats(module: str) -> None:
    named = [
        (node.value, node.lineno)
        for node in NODES[module]
        if isinstance(node, ast.Constant) and node.value in FORMATS
    ]
    assert not named


def test_errors_import_nothing_of_the_package() -> None:
    assert not own("errors")


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("core.")))
def test_the_core_knows_no_screen_and_no_file(module: str) -> None:
    packages = {name.partition(".")[0] for name in names_in(module)} - {"rvhctl"}
    assert packages <= FOR_THE_CORE - NOT_FOR_THE_CORE
    called = {
        node.func.id
        for node in NODES[module]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"print", "open", "input"}


@pytest.mark.parametrize("module", sorted(ONE_EACH))
def test_a_format_imports_no_other(module: str) -> None:
    assert not {other for other in own(module) if other in ONE_EACH} - {module}


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("commands.")))
def test_a_command_imports_no_other(module: str) -> None:
    commands = {other for other in own(module) if other.startswith("commands.")}
    assert all(other.startswith("commands._") for other in commands - {module})


def test_who_imports_rich() -> None:
    importers = {module for module in MODULES if any(name.startswith("rich") for name in names_in(module))}
    assert importers <= {"streams.folding", "streams.progress"}


def test_who_draws_past_the_filter_for_data() -> None:
    drawing = {module for module in MODULES if ".draw(" in code_of(module)}
    assert drawing == {"streams.sink", "cli.help", "formats.table"}


def test_only_the_edge_ends_the_process() -> None:
    """Worker processes end themselves; that is another process."""
    for module in MODULES:
        text = code_of(module)
        assert module == "__main__" or ("sys.exit" not in text and "raise SystemExit" not in text)
        assert module in ("__main__", "concurrency.fork", "batch.pool") or "os._exit" not in text


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"", "errors"}))
def test_values_are_quoted_by_one_function(module: str) -> None:
    """``errors.quoted`` or ``errors.shorten``, not ``repr``: bytes that are no text look alike everywhere."""
    raw = {
        node.lineno
        for node in NODES[module]
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
    }
    assert not raw


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (
            ("jump-hash", "-k", "a", "-b", "3"),
            {"rich", "asyncio", "pydantic", "importlib.metadata", "orjson", "csv", "gzip", "multiprocessing"}
            | {"pyarrow"}
            | {
                "rvhctl.commands.failover",
                "rvhctl.commands.faultset",
                "rvhctl.formats.json",
                "rvhctl.nodes.nodes",
            },
        ),
        (
            ("jump-hash", "-b", "3"),
            {"rich", "asyncio", "orjson", "csv", "gzip", "multiprocessing"}
            | {"pyarrow", "rvhctl.formats.jsontext", "rvhctl.keys.records", "rvhctl.placement.placement"},
        ),
        (
            ("failover", "--nodes", "a", "--lats", "1", "--th", "2"),
            {"rich", "asyncio", "pydantic", "importlib.metadata", "csv", "gzip", "multiprocessing"},
        ),
        (
            ("failover", "--relative", "2", "-o", "plain", str(LINES)),
            {"rich", "asyncio", "pydantic", "importlib.metadata", "csv", "gzip", "multiprocessing"}
            | {"pyarrow", "rvhctl.formats.rows", "rvhctl.formats.headers", "rvhctl.policy.plan"}
            | {"rvhctl.formats.html.parts", "rvhctl.policy.pages.answer"},
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
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    code, *modules = done.stderr.split()
    assert code == "0"
    assert "rvhctl.cli.version" in modules or "typer" in modules
    assert not absent & set(modules)
