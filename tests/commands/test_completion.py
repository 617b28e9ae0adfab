"""``rvhctl completion``: a script on standard output."""

from __future__ import annotations

import pytest
from support.cli import rvhctl


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    code, out, err = rvhctl("completion", shell)
    assert (code, err) == (0, "")
    assert b"_RVHCTL_COMPLETE" in out


def test_another_shell_gets_the_nearest_name() -> None:
    code, out, err = rvhctl("completion", "bsh")
    assert (code, out) == (2, b"")
    assert "did you mean 'bash'?" in err
