"""The targets of fuzz/: each still runs on the inputs it begins with, on the core under test."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from support.program import PATIENCE

# Appended: an installed rvhctl stays the one under test.
sys.path.append(str(Path(__file__).parents[1]))

from fuzz import corpus, targets
from fuzz.keeping import worth_keeping
from fuzz.target import TARGETS, Given

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


def test_a_wrong_answer_fails_the_run_and_is_shown(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from pathlib import Path
import fuzz.__main__ as fuzz
from fuzz.cores import Core
from fuzz.target import Target

def answer(data):
    assert data != b"wrong"

fuzz.FOUND = Path({str(tmp_path)!r})
fuzz.corpus.inputs = lambda name: [b"wrong"]
core = Core({{"one": Target(answer, (), 9)}}, {{}})
sys.exit(not fuzz.fuzzed([core], "one", ["-runs=10"], False))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert (run.returncode, run.stderr) == (1, "")
    assert "one is WRONG for the input in" in run.stdout
    assert "b'wrong'" in run.stdout
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"wrong"]
