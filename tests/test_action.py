"""The composite action: its script splits a list of tests, and its inputs and outputs are what the script has."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.program import PATIENCE, Program

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".github" / "split-tests.sh"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]

TESTS = [
    *(f"tests/test_{number}.py" for number in range(20)),
    "tests/test two\nlines.py",
    "tests/unit/test_ü.py",
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    for name in [*TESTS, "tests/conftest.py"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for command in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    (folder / "tests" / "test_not_in_git.py").touch()
    return folder


class Runner:
    """Runs the script as the action does."""

    def __init__(self, program: Program, checkout: Path) -> None:
        self.folder = checkout
        temporary = checkout.parent / "temporary files"
        temporary.mkdir()
        self.list, self.output = temporary / "list", temporary / "output"
        shim = temporary / "rvhctl"
        shim.write_text(
            f'#!/bin/sh\nexec {" ".join(f"{chr(39)}{w}{chr(39)}" for w in program.command())} "$@"\n'
        )
        shim.chmod(0o755)
        self.environment = program.environment | {
            "PATH": f"{temporary}{os.pathsep}{program.environment['PATH']}",
            "LIST": str(self.list),
            "GITHUB_OUTPUT": str(self.output),
        }

    def split(
        self, files: str, runners: str, index: str, durations: str = ""
    ) -> subprocess.CompletedProcess[str]:
        inputs = {"FILES": files, "RUNNERS": runners, "INDEX": index, "DURATIONS": durations}
        return subprocess.run(
            ["bash", str(SCRIPT)],
            cwd=self.folder,
            env=self.environment | inputs,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    def share(self, files: str, runners: int, index: int, durations: str = "") -> list[str]:
        done = self.split(files, str(runners), str(index), durations)
        assert (done.returncode, done.stderr) == (0, "")
        names = self.list.read_text(encoding="utf-8").split("\0")
        assert names.pop() == ""
        assert self.output.read_text().splitlines()[-2:] == [f"list={self.list}", f"count={len(names)}"]
        return names


@pytest.fixture
def runner(program: Program, checkout: Path) -> Runner:
    return Runner(program, checkout)


FILES = "tests/test*.py\n\ntests/unit/test_*.py\n"


def test_each_test_has_one_runner(runner: Runner) -> None:
    shares = [runner.share(FILES, 3, index) for index in (1, 2, 3)]

    assert sorted(name for share in shares for name in share) == sorted(TESTS)


def test_another_runner_takes_its_share_and_leaves_the_rest(runner: Runner) -> None:
    before = [runner.share(FILES, 2, index) for index in (1, 2)]
    after = [runner.share(FILES, 3, index) for index in (1, 2, 3)]

    assert all({*new} <= {*old} for old, new in zip(before, after, strict=False))
    assert after[2]


def test_a_runner_may_have_nothing_to_do(runner: Runner) -> None:
    assert [] in [runner.share("tests/test_1.py", 2, index) for index in (1, 2)]


def test_durations_even_out_the_runners(runner: Runner) -> None:
    seconds = {name: float(1 + number % 7) for number, name in enumerate(TESTS)}
    by_test = {f"{name}::test_it": each for name, each in seconds.items()}
    (runner.folder / ".test_durations").write_text(json.dumps(by_test), encoding="utf-8")
    shares = [runner.share(FILES, 3, index, ".test_durations") for index in (1, 2, 3)]

    assert sorted(name for share in shares for name in share) == sorted(TESTS)
    loads = [sum(seconds[name] for name in share) for share in shares]
    assert max(loads) <= 1.05 * sum(loads) / 3


def test_the_recipe_of_the_readme(runner: Runner) -> None:
    """All of its runners together take each test once."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"^git ls-files .* \| xargs -0 -r pytest$", readme, re.MULTILINE)
    (runner.folder / ".test_durations").write_text('{"tests/test_1.py::test_it": 3, "tests/test_2.py": 1.5}')
    named: list[str] = []
    for index in (1, 2, 3, 4):
        line = recipe.replace("2/4", f"{index}/4").replace("xargs -0 -r pytest", "cat")
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=runner.folder,
            env=runner.environment,
            capture_output=True,
            timeout=PATIENCE,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        named += done.stdout.decode().split("\0")[:-1]
    assert sorted(named) == sorted(name for name in TESTS if fnmatch(name, "tests/test_*.py"))


@pytest.mark.parametrize("text", [None, "[]", '{"a": "1"}', "{"])
def test_wrong_durations_are_no_green_job(text: str | None, runner: Runner) -> None:
    if text is not None:
        (runner.folder / "durations").write_text(text)
    done = runner.split(FILES, "2", "1", "durations")
    assert done.returncode == 1
    assert "::error title=Split tests::durations must be a JSON file" in done.stderr
    assert not runner.output.exists()


@pytest.mark.parametrize(
    ("files", "runners", "index", "said"),
    [
        ("tests/tset_*.py", "2", "1", "a pattern of files finds no file"),
        (f"{FILES}tests/tset_*.py", "2", "1", "a pattern of files finds no file"),
        (" \n", "2", "1", "files has no pattern"),
        (FILES, "2", "0", "index must be a number from 1 to runners .got index 0"),
        (FILES, "2", "3", "index must be a number from 1 to runners .got index 3"),
        (FILES, "two", "1", "got index 1, runners two"),
        (FILES, "2", "1,2/2", "index must be"),
        (FILES, "2", "$(touch harm)", "index must be"),
    ],
)
def test_a_wrong_input_is_no_green_job(
    files: str, runners: str, index: str, said: str, runner: Runner
) -> None:
    done = runner.split(files, runners, index)

    assert done.returncode == 1
    assert re.search(f"^::error title=Split tests::.*{said}", done.stderr, re.MULTILINE)
    assert not runner.output.exists()
    assert not (runner.folder / "harm").exists()


def test_without_a_checkout_it_says_what_is_missing(runner: Runner) -> None:
    shutil.rmtree(runner.folder / ".git")
    done = runner.split(FILES, "2", "1")
    assert done.returncode == 1
    assert "::error title=Split tests::there is no git repository here: actions/checkout" in done.stderr


def test_the_inputs_and_outputs_are_those_of_the_script() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    given = {name for step in STEPS for name in step["env"]}

    assert {name.lower() for name in given} >= ACTION["inputs"].keys()
    for name in ACTION["inputs"]:
        assert ACTION["inputs"][name]["description"]
        assert f"${name.upper()}" in script
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.split.outputs.{name} }}}}"
        assert f"{name}=%s" in script


def test_nothing_of_an_input_is_pasted_into_a_script() -> None:
    assert [step["shell"] for step in STEPS] == ["bash"] * len(STEPS)
    assert not [step for step in STEPS if "${{" in step["run"]]
