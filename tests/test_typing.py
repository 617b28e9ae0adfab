"""Programs of users, in ``tests/typing``: two type checkers agree on them, also on what is wrong, and they run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import rvhctl

PROGRAMS = Path(__file__).parent / "typing"
CHECKERS = {
    "mypy": ("--strict", "--config-file=", "--cache-dir={cache}", "."),
    # Pyright, with a JavaScript engine in its package.
    "basedpyright": ("--pythonpath", sys.executable, "--project", "pyrightconfig.json"),
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_checker_agrees(checker: str, tmp_path: Path) -> None:
    """A comment that nothing is wrong with is an error, too."""
    arguments = [argument.format(cache=tmp_path) for argument in CHECKERS[checker]]
    done = subprocess.run(
        [sys.executable, "-m", checker, *arguments], cwd=PROGRAMS, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", sorted(path.name for path in PROGRAMS.glob("*.py")))
def test_a_program_runs(program: str) -> None:
    done = subprocess.run([sys.executable, program], cwd=PROGRAMS, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_programs_use_every_public_name() -> None:
    words = {word for path in PROGRAMS.glob("*.py") for word in re.findall(r"\w+", path.read_text())}
    assert set(rvhctl.__all__) - {"InputError", "LengthMismatchError", "NegativeThresholdError"} <= words
