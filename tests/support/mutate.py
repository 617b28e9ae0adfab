"""Changes the program in one place at a time and runs the tests that get there: what they let through, it prints.

``python tests/support/mutate.py [--sample N] [--seed S] [PATHS]`` works in copies, on the interpreted core; paths are
of folders or modules below ``rvhctl/``. The first run notes which test calls which function
(``--map FILE`` keeps that).
A survivor is printed as the line it was and the line it became. Those of ``equivalent_mutants.txt``, where nothing can
be told from the program as it is, are left out.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from copy import deepcopy
from hashlib import sha256
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from types import CodeType, FrameType
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[2]
EQUIVALENTS = Path(__file__).with_name("equivalent_mutants.txt")
FOLDERS = ("core", "policy", "placement", "nodes", "keys")
DOORS = ("batch", "columnar", "commands", "formats", "streams/test_lookalike.py", "test_data_files.py")
"""Below ``tests/``: what else gets there, in this process."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
NOT_CODE = {"annotation", "returns", "type_params", "decorator_list"}
PATIENCE, BUDGET, LAST_BUDGET = 30, 10, 60
"""Seconds of processor that a mutant's tests may take more than they do, and that they may take in all when nothing
fails: at first, and once more."""
BUSY = 8
"""So many times longer may it take by the clock: on a busy machine the tests are slow, and the mutant is not killed."""


class Mutant(NamedTuple):
    """A module below ``rvhctl/``, the function around the place (if any), the text, the lines as they differ."""

    path: str
    function: str
    text: str
    was: str
    becomes: str


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of a node, each a little wrong."""
    match node:
        case ast.Compare(ops=ops):
            for number, op in enumerate(ops):
                other = deepcopy(node)
                other.ops[number] = SWAPS[type(op)]()  # type: ignore[call-overload]
                yield other
        case ast.BinOp(left=left, right=right) if is_text(left) or is_text(right):
            return
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPS:
            other = deepcopy(node)
            other.op = SWAPS[type(op)]()
            yield other
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            yield from (
                ast.Constant(value) for value in (node.value + 1, node.value - 1) if value != node.value
            )
        case ast.If() | ast.While() | ast.IfExp():
            other = deepcopy(node)
            other.test = ast.UnaryOp(ast.Not(), node.test)
            yield other.test
        case ast.Break() | ast.Continue():
            yield SWAPS[type(node)]()
        case ast.Return(value=ast.expr()) if not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Assign() | ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield ast.Pass()


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )


def places(node: ast.AST, scope: str = "", function: str = "") -> Iterator[tuple[ast.AST, str]]:
    """The nodes that may be changed, each with the qualified name of the function around it."""
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if field in NOT_CODE or not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.Raise | ast.Assert | ast.Import | ast.ImportFrom | ast.JoinedStr):
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":
                continue  # as good as an assertion
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            within, inner = scope, function
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = scope + child.name
                within = f"{inner}.<locals>."
            elif isinstance(child, ast.ClassDef):
                within = f"{scope}{child.name}."
            # What a module sets once is a threshold of speed, most often, or a type.
            if function or not isinstance(child, ast.Assign | ast.Expr):
                yield child, function
            yield from places(child, within, inner)


def mutants(path: str) -> Iterator[Mutant]:
    """All of a module."""
    source = (ROOT / "rvhctl" / path).read_text()
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    raw = source.encode()
    for node, function in places(ast.parse(source)):
        for other in changed(node):
            old: Any = node.test if isinstance(node, ast.If | ast.While | ast.IfExp) else node
            begin, end = (
                starts[old.lineno - 1] + old.col_offset,
                starts[old.end_lineno - 1] + old.end_col_offset,
            )
            new = ast.unparse(other)
            if isinstance(other, ast.BinOp | ast.UnaryOp | ast.BoolOp):
                new = f"({new})"
            text = raw[:begin] + new.encode() + raw[end:]
            first, last = starts[old.lineno - 1], starts[old.end_lineno]
            was, becomes = (
                " ".join(part.decode().split())
                for part in (raw[first:last], text[first : last + len(text) - len(raw)])
            )
            if was != becomes:
                yield Mutant(path, function, text.decode(), was, becomes)


Calls = dict[str, tuple[float, list[str]]]
"""Of each test its seconds of processor, and the functions it calls: module and name."""


class Plugin:
    """Notes what each test calls, in a run of the program as it is; else lets Hypothesis end with what fails first."""

    def __init__(self, note: Path | None = None) -> None:
        self._note, self._failed = note, set[str]()
        self.calls: Calls = {}

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        first = settings(
            settings.default, phases=[Phase.explicit, Phase.generate], derandomize=True, database=None
        )
        settings.register_profile("mutation", first)
        settings.load_profile("mutation")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._note is None:
            return (yield)
        seen: set[CodeType] = set()

        def called(frame: FrameType, event: str, _: object) -> None:
            if event == "call":
                seen.add(frame.f_code)

        begin = time.process_time()
        threading.setprofile(called)
        sys.setprofile(called)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
            here = f"{Path.cwd()}/rvhctl/"
            # A copy: threads that a test leaves behind still call.
            ours = [code for code in list(seen) if code.co_filename.startswith(here)]
            names = {f"{code.co_filename.removeprefix(here)}:{code.co_qualname}" for code in ours}
            self.calls[item.nodeid] = (time.process_time() - begin, sorted(names))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if self._note is not None:
            passed = {test: called for test, called in self.calls.items() if test not in self._failed}
            self._note.write_text(json.dumps(passed))


def run(copy: Path, tests: list[str], patience: float, note: Path | None = None) -> int:
    """How tests end in a child of this process, which has imported the libraries but not the program."""
    child = os.fork()
    if not child:
        try:
            os.setsid()
            os.chdir(copy)
            null = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(null, number)
            sys.path[:0] = [str(copy), str(copy / "tests")]
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
            resource.setrlimit(resource.RLIMIT_CPU, (int(patience), int(patience)))
            options = ["-q", "--core=interpreted", "-p", "no:cacheprovider", *([] if note else ["-x"])]
            os._exit(pytest.main([*options, *tests], plugins=[Plugin(note)]))
        finally:
            os._exit(pytest.ExitCode.INTERNAL_ERROR)
    end = time.monotonic() + BUSY * patience
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what its tests started
    return os.waitstatus_to_exitcode(ended[1])


def copied(folder: Path) -> Path:
    """A copy of the project, without the compiled core."""
    ignored = shutil.ignore_patterns(".*", "*.so", "*.pyd", "build", "dist", "site")
    return shutil.copytree(ROOT, folder, ignore=ignored)


def read_map(file: Path, copies: list[Path]) -> Calls:
    """What each test calls; of files of tests that are not as they were, it is noted again."""
    parts = [ROOT / "tests" / part for part in (*FOLDERS, *DOORS)]
    tests = [
        path for part in parts for path in (sorted(part.rglob("test_*.py")) if part.is_dir() else [part])
    ]
    digests = {str(path.relative_to(ROOT)): sha256(path.read_bytes()).hexdigest() for path in tests}
    known = json.loads(file.read_text()) if file.exists() else {}
    known = {path: entry for path, entry in known.items() if digests.get(path) == entry["digest"]}
    missing = sorted(digests.keys() - known)

    def note(copy: Path, paths: list[str]) -> dict[str, Any]:
        calls: Calls = {}
        if paths:
            ended = run(copy, paths, 3600, copy / "calls.json")
            if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
                raise RuntimeError(f"not all tests were run; pytest ended with {ended}")
            calls = json.loads((copy / "calls.json").read_text())
        entries: dict[str, Any] = {path: {"digest": digests[path], "calls": {}} for path in paths}
        for test, called in calls.items():
            entries[test.partition("::")[0]]["calls"][test] = called
        return entries

    with ThreadPoolExecutor() as pool:
        for entries in pool.map(note, copies, [missing[at :: len(copies)] for at in range(len(copies))]):
            known |= entries
    file.write_text(json.dumps(known))
    return {test: call for entry in known.values() for test, call in entry["calls"].items()}


def tests_of(mutant: Mutant, calls: Calls, budget: float) -> tuple[list[str], float]:
    """The tests that get to the mutant, its module's own and the fast ones first, and the seconds that they take."""
    place = f"{mutant.path}:{mutant.function}"
    own = f"tests/{Path(mutant.path).parent}/test_{Path(mutant.path).stem}"
    there = [test for test, (_, called) in calls.items() if mutant.function and place in called]
    if not there:  # what a module has when it is imported may also be looked at without a call
        place = f"{mutant.path}:"
        there = [
            test
            for test, (_, called) in calls.items()
            if test.startswith(own) or any(name.startswith(place) for name in called)
        ]
    beside = own.rpartition("/")[0] + "/test_"
    there.sort(key=lambda test: calls[test][0])
    # One test of each file after the other: those of one are alike.
    turns: dict[str, Iterator[int]] = defaultdict(count)
    turn = {test: next(turns[test.partition("::")[0]]) for test in there}
    there.sort(key=lambda test: (not test.startswith(own), turn[test], not test.startswith(beside)))
    seconds, taken = 0.0, []
    for test in there:
        if taken and seconds + calls[test][0] > budget:
            break
        seconds += calls[test][0]
        taken.append(test)
    return taken, seconds


def survives(mutant: Mutant, calls: Calls, copies: SimpleQueue[Path], budget: float) -> bool:
    tests, seconds = tests_of(mutant, calls, budget)
    if not tests:
        return True
    copy = copies.get()
    file = copy / "rvhctl" / mutant.path
    file.write_text(mutant.text)
    try:
        return run(copy, tests, 3 * seconds + PATIENCE) == pytest.ExitCode.OK
    finally:
        shutil.copy2(
            ROOT / "rvhctl" / mutant.path, file
        )  # with its time, so that what is compiled of it holds again
        copies.put(copy)


def listed(file: Path) -> set[tuple[str, ...]]:
    """Mutants as they are printed; lines that begin with # say why."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return {(path, was[2:], becomes[2:]) for path, was, becomes in zip(*[iter(lines)] * 3, strict=True)}


def key(mutant: Mutant) -> tuple[str, ...]:
    return mutant.path, mutant.was, mutant.becomes


def sample(modules: Iterable[list[Mutant]], size: int) -> list[Mutant]:
    """Of each module as large a share as of the others, but one at least."""
    modules = [module for module in modules if module]
    share = min(1.0, size / sum(map(len, modules)))
    return [
        mutant for module in modules for mutant in random.sample(module, max(1, round(share * len(module))))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=FOLDERS, metavar="PATHS", help="default: %(default)s")
    parser.add_argument(
        "--sample", type=int, default=400, metavar="N", help="how many mutants; default: %(default)s"
    )
    parser.add_argument("--seed", default="0", metavar="S", help="of the sample")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N")
    parser.add_argument(
        "--only", type=Path, metavar="FILE", help="try no others than those of a file of survivors"
    )
    parser.add_argument("--map", type=Path, metavar="FILE", help="where it is noted what each test calls")
    asked = parser.parse_args()
    random.seed(asked.seed)
    package = ROOT / "rvhctl"
    files = sorted(
        {
            file
            for path in asked.paths
            for file in [package / path, *(package / path).rglob("*.py")]
            if file.suffix == ".py"
        }
    )
    every = [list(mutants(str(file.relative_to(package)))) for file in files if file.name != "_build.py"]
    if asked.only:
        only = listed(asked.only)
        chosen = [mutant for module in every for mutant in module if key(mutant) in only]
    else:
        chosen = sample(every, asked.sample)
    known = listed(EQUIVALENTS)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        copies = [copied(Path(folder, str(number))) for number in range(asked.jobs)]
        calls = read_map(asked.map or Path(folder, "map"), copies)
        idle: SimpleQueue[Path] = SimpleQueue()
        for copy in copies:
            idle.put(copy)

        def outcome(mutant: Mutant) -> str:
            if survives(mutant, calls, idle, BUDGET):
                if key(mutant) in known:
                    return "equivalent"
                if survives(mutant, calls, idle, LAST_BUDGET):
                    return "survived"
            return "killed"

        counts: dict[str, int] = defaultdict(int)
        for mutant, became in zip(chosen, pool.map(outcome, chosen), strict=True):
            counts[became] += 1
            if became == "survived":
                print(mutant.path, f"- {mutant.was}", f"+ {mutant.becomes}", "", sep="\n", flush=True)
    print(
        "#",
        len(chosen),
        "mutants:",
        ", ".join(f"{count} {became}" for became, count in sorted(counts.items())),
    )


if __name__ == "__main__":
    sys.path[0] = str(ROOT / "tests")
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    main()
