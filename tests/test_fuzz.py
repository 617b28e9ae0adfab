"""The targets of fuzz/: each still runs on the inputs it begins with, on the core under test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

import pytest
from support.program import PATIENCE

# Appended: an installed rvhctl stays the one under test.
sys.path.append(str(Path(__file__).parents[1]))

from fuzz import corpus, targets
from fuzz.cores import Core
from fuzz.keeping import worth_keeping
from fuzz.target import TARGETS, Given, Target

ROOT = Path(__file__).parents[1]
MOST_BYTES = 300_000

for _, name, _ in walk_packages(targets.__path__, "fuzz.targets."):
    import_module(name)


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_of(name: str) -> None:
    texts = corpus.inputs(name)
    assert texts
    for text in texts:
        TARGETS[name].answer(text)


def test_the_corpus_is_that_of_the_targets_and_small() -> None:
    files = list(corpus.FOLDER.iterdir())
    assert {file.name for file in files} == {f"{name}.txt" for name in TARGETS}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_choices_and_text_out_of_an_input() -> None:
    given = Given(b"\x05\x01\x02\x00rest")
    assert [given.below(4), given.flag(), given.one_of("a", "b", "c")] == [1, True, "c"]
    assert [given.number(), given.text(2), given.more(), given.text(), given.more()] == [
        0,
        b"re",
        True,
        b"st",
        False,
    ]
    assert [given.number(8), given.flag(), given.text()] == [0, False, b""]


def test_an_input_is_kept_that_goes_a_new_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "__name__", "rvhctl.of_a_test")

    def answer(text: bytes) -> int:
        if text.startswith(b"a"):
            return 1
        return 2

    assert worth_keeping([b"b"], [b"bb", b"a", b"ab", b"c"], answer) == [b"b", b"a"]


@pytest.fixture
def fuzzed(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Fuzzes a function of Python that nothing counts the branches of; what it finds is in ``tmp_path``."""
    pytest.importorskip("atheris")

    def run(answer: str) -> subprocess.CompletedProcess[str]:
        code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from pathlib import Path
import fuzz.__main__ as fuzz
from fuzz.cores import Core
from fuzz.target import Target

{answer}

fuzz.FOUND = Path({str(tmp_path)!r})
fuzz.corpus.inputs = lambda name: [b"wrong"]
core = Core({{"one": Target(answer, (), 9)}}, {{}})
sys.exit(not fuzz.fuzzed([core], "one", ["-runs=10"], False))
"""
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)

    return run


def test_a_wrong_answer_fails_the_run_and_is_shown(
    fuzzed: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    run = fuzzed('def answer(data):\n    assert data != b"wrong"')
    assert (run.returncode, run.stderr) == (1, "")
    assert "one is WRONG for the input in" in run.stdout
    assert "b'wrong'" in run.stdout
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"wrong"]


def test_a_target_that_reaches_nothing_compiled_is_named(
    fuzzed: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    """Under sanitizers, which watch nothing else: the engine is blind, and finds nothing however long it looks."""
    run = fuzzed("def answer(data):\n    return data")
    assert (run.returncode, run.stderr) == (0, "")
    assert " ".join(run.stdout.split()) == "one 10 inputs, none of which reaches compiled code"


def test_modules_are_put_back_where_another_core_answered_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is imported while a target runs is of the core that answers; to put it back each time takes half a run."""
    name = "support.of_a_core"
    monkeypatch.setitem(sys.modules, name, ModuleType("before"))

    def core() -> Core:
        own = ModuleType(name)
        return Core({"one": Target(lambda _: sys.modules[name] is own, (), 9)}, {name: own})

    one, other = core(), core()
    assert [each.answer("one", b"") for each in (one, one, other, one, other, other)] == [True] * 6
