"""The names of the package: all there, imported only when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import rvhctl


@pytest.mark.parametrize("name", rvhctl.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(rvhctl, name).__doc__
    assert name in dir(rvhctl)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'fail_over'"):
        rvhctl.fail_over  # noqa: B018


def test_import_alone_brings_nothing_in() -> None:
    script = "import sys; before = set(sys.modules); import rvhctl; print(*sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["rvhctl"]
