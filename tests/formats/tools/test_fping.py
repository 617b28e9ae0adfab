"""fping: real output on loopback, and lines that are none."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from rvhctl.errors import InputError, OnBad
from rvhctl.formats.tools import fping
from rvhctl.formats.tools.measured import Asked, Text
from rvhctl.nodes.probes import check_target

DATA = Path(__file__).parents[2] / "data"


def fail(error: InputError) -> None:
    raise error


def read(text: bytes, on_bad: OnBad = fail) -> list[tuple[str, list[float | None], int | None]]:
    """Id, samples and line of each target."""
    targets = fping.read([Text("f", text)], Asked(on_bad, check_target)).targets
    return [(target.fields["id"], target.fields["samples"], target.line) for target in targets]


def test_loopback() -> None:
    assert read((DATA / "valid/fping/loopback.txt").read_bytes()) == [
        ("127.0.0.1", [0.407, 0.045, 0.051], 1),
        ("::1", [0.129, 0.030, 0.040], 2),
        ("localhost", [0.018, 0.004, 0.024], 3),
    ]


def test_losses() -> None:
    ids, samples, _ = zip(*read((DATA / "valid/fping/lossy.txt").read_bytes()), strict=True)
    assert ids == ("127.0.0.1", "127.0.0.2", "::1", "240.0.0.1")
    assert all(len(some) == 8 for some in samples)
    assert samples[3] == [None] * 8
    assert any(0 < some.count(None) < 8 for some in samples)


@pytest.mark.parametrize(
    ("name", "line"), [("invalid/fping/not_quiet.txt", 1), ("invalid/fping/summary.txt", 1)]
)
def test_other_output_of_fping_is_refused_with_its_line(name: str, line: int) -> None:
    with pytest.raises(InputError, match=rf"f:{line}: not a line of fping -C N -q .*fping -C N -q"):
        read((DATA / name).read_bytes())


def test_bad_lines_can_be_left_out() -> None:
    text = b"a : 1.5 -\n\nnosuch.invalid: Name or service not known\n[fe80::1%lo]:53 : 2\r\nb :\nc : 1 x\n"
    bad: list[InputError] = []
    assert read(text, bad.append) == [("a", [1.5, None], 1), ("[fe80::1%lo]:53", [2.0], 4)]
    assert [error.line for error in bad] == [3, 5, 6]


def test_not_utf8_is_named() -> None:
    with pytest.raises(InputError, match="f:2:1: not UTF-8"):
        read(b"a : 1\n\xff : 1\n")


def test_the_tool_itself() -> None:
    program = shutil.which("fping")
    if program is None:
        warnings.warn("fping is not installed: not tried for real", stacklevel=1)
        return
    run = subprocess.run(
        [program, "-C", "2", "-q", "-p", "20", "127.0.0.1"], capture_output=True, timeout=60, check=False
    )
    ((target, samples, _),) = read(run.stderr)
    assert (target, len(samples)) == ("127.0.0.1", 2)
