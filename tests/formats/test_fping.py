"""fping: real output on loopback, and lines that are none."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from rvhctl.errors import InputError
from rvhctl.formats.fping import read_probes
from rvhctl.formats.shapes import Probe
from rvhctl.nodes.probes import check_probe

DATA = Path(__file__).parents[1] / "data"


def fail(error: InputError) -> None:
    raise error


def test_loopback() -> None:
    probes, _ = read_probes((DATA / "valid/fping/loopback.txt").read_bytes(), "f", fail, check_probe)
    assert probes == [
        Probe("127.0.0.1", samples=(0.407, 0.045, 0.051), line=1),
        Probe("::1", samples=(0.129, 0.030, 0.040), line=2),
        Probe("localhost", samples=(0.018, 0.004, 0.024), line=3),
    ]
    assert probes[0].fields() == {"id": "127.0.0.1", "samples": [0.407, 0.045, 0.051]}


def test_losses() -> None:
    probes, _ = read_probes((DATA / "valid/fping/lossy.txt").read_bytes(), "f", fail, check_probe)
    assert [probe.id for probe in probes] == ["127.0.0.1", "127.0.0.2", "::1", "240.0.0.1"]
    assert all(len(probe.samples or ()) == 8 for probe in probes)
    assert probes[3].samples == (None,) * 8
    assert any(0 < (probe.samples or ()).count(None) < 8 for probe in probes)


@pytest.mark.parametrize(
    ("name", "line"), [("invalid/fping/not_quiet.txt", 1), ("invalid/fping/summary.txt", 1)]
)
def test_other_output_of_fping_is_refused_with_its_line(name: str, line: int) -> None:
    with pytest.raises(InputError, match=rf"f:{line}: not a line of fping -C N -q .*fping -C N -q"):
        read_probes((DATA / name).read_bytes(), "f", fail, check_probe)


def test_bad_lines_can_be_left_out() -> None:
    text = b"a : 1.5 -\n\nnosuch.invalid: Name or service not known\n[fe80::1%lo]:53 : 2\r\nb :\nc : 1 x\n"
    bad: list[InputError] = []
    probes, _ = read_probes(text, "f", bad.append, check_probe)
    assert probes == [
        Probe("a", samples=(1.5, None), line=1),
        Probe("[fe80::1%lo]:53", samples=(2.0,), line=4),
    ]
    assert [error.line for error in bad] == [3, 5, 6]


def test_not_utf8_is_named() -> None:
    with pytest.raises(InputError, match="f:2:1: not UTF-8"):
        read_probes(b"a : 1\n\xff : 1\n", "f", fail, check_probe)


def test_the_tool_itself() -> None:
    fping = shutil.which("fping")
    if fping is None:
        warnings.warn("fping is not installed: not tried for real", stacklevel=1)
        return
    run = subprocess.run(
        [fping, "-C", "2", "-q", "-p", "20", "127.0.0.1"], capture_output=True, timeout=60, check=False
    )
    probes, _ = read_probes(run.stderr, "fping", fail, check_probe)
    assert [probe.id for probe in probes] == ["127.0.0.1"]
    assert len(probes[0].samples or ()) == 2
