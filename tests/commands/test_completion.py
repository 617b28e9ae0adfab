"""``rvhctl completion``: a script on standard output, and the answers that it asks for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.program import PATIENCE, Program


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    code, out, err = rvhctl("completion", shell)
    assert (code, err) == (0, "")
    assert b"_RVHCTL_COMPLETE" in out


def test_another_shell_gets_the_nearest_name() -> None:
    code, out, err = rvhctl("completion", "bsh")
    assert (code, out) == (2, b"")
    assert "did you mean 'bash'?" in err


@pytest.mark.parametrize(
    ("line", "fitting"),
    [
        ("rvhctl f", {"faultset", "failover"}),
        ("rvhctl failover --t", {"--th", "--threshold", "--top"}),
        ("rvhctl jump-hash -o nd", {"ndjson"}),
        ("rvhctl completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes(line: str, fitting: set[str], program: Program, tmp_path: Path) -> None:
    assert shutil.which("bash") is not None
    shim = tmp_path / "rvhctl"
    shim.write_text(f'#!/bin/sh\nexec {" ".join(map(quoted, program.command()))} "$@"\n')
    shim.chmod(0o755)
    script = """
        PATH="$1:$PATH"; eval "$(rvhctl completion bash)"
        read -ra COMP_WORDS <<< "$2"; [[ $2 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _rvhctl_completion rvhctl; printf '%s\\n' "${COMPREPLY[@]}"
    """
    answer = subprocess.run(
        ["bash", "-c", script, "bash", str(tmp_path), line],
        env=program.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (set(answer.stdout.split()), answer.stderr) == (fitting, "")


def quoted(word: str) -> str:
    return f"'{word}'"
