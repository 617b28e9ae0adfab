"""fping: real output on loopback, and lines that are none."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rvhctl.errors import InputError, OnBad
from rvhctl.formats.tools import fping
from rvhctl.formats.tools.measured import Asked, Measured, Text
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


SAMPLES = {
    "alive": {"127.0.0.1": [0.04], "240.0.0.1": [None]},
    "c_2": {"127.0.0.1": [0.017, 0.057]},
    "duplicate": {"10.0.0.1": [0.82, 0.76, 0.88], "10.0.0.2": [5.82, 5.76, 5.88]},
    "everything": {"localhost": [0.032, 0.037], "240.0.0.1": [None, None]},
    "icmp": {"10.0.0.1": [0.82, 0.76, 0.88], "10.0.0.9": [None] * 3},
    "intervals": {"127.0.0.1": [0.038, 0.047, 0.037, 0.078], "240.0.0.1": [None] * 4},
    "json": {"10.0.0.1": [0.82, 0.85, 0.9], "10.0.0.9": [None] * 3},
    "not_quiet": {"nosuch.invalid": [None], "127.0.0.1": [0.027, 0.043], "240.0.0.1": [None, None]},
    "summary": {"10.0.0.1": [0.82, 0.85, 0.9], "10.0.0.9": [None] * 3},
    "vsum": {"127.0.0.1": [0.074, None, 0.080], "127.0.0.2": [0.058, 0.060, 0.061]},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_of_report_is_read(name: str) -> None:
    (file,) = (DATA / "valid/fping").glob(f"{name}.*")
    assert {target: samples for target, samples, _ in read(file.read_bytes())} == SAMPLES[name]


def measured(*texts: str) -> Measured:
    return fping.read(
        [Text(f"f{number}", text.encode()) for number, text in enumerate(texts, 1)], Asked(fail, check_target)
    )


def test_what_is_passed_over_is_counted() -> None:
    text = (DATA / "valid/fping/not_quiet.txt").read_text()
    assert measured(text, "a : 1\n").notes == ["f1: passed over 4 single pings, 2 ICMP messages"]


def test_a_text_that_reports_on_nobody_is_refused() -> None:
    text = (DATA / "invalid/fping/not_quiet.txt").read_bytes()
    with pytest.raises(
        InputError, match=r"f: no report of fping -C N -q, only 2 single pings; run fping -C N -q"
    ):
        read(text)


def test_names_and_addresses_are_told_apart() -> None:
    (target,) = measured("localhost (127.0.0.1) : 0.82 0.76\n").targets
    assert target.fields == {"id": "localhost", "address": "127.0.0.1", "samples": [0.82, 0.76]}


def test_only_intervals_replace_each_other() -> None:
    twice = "a : 1\na : 2\n"
    assert [target.fields["samples"] for target in measured(twice).targets] == [[1.0], [2.0]]
    assert [target.fields["samples"] for target in measured(f"[01:02:03]\n{twice}").targets] == [[2.0]]
    assert len(measured(f"[01:02:03]\n{twice}", "a : 3").targets) == 2


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nobody at home", "f:2: not a line of fping -C N -q (got 'nobody at home'); run fping -C N -q"),
        ("b :", "f:2: not a line of fping"),
        ("c : 1 x", "f:2: not a line of fping"),
        ("a is alive", "f:2: not a line of fping"),
        ("a : xmt/rcv/%loss = 3/2/33%", "f:2: pings arrived, but their time is missing (got '2 of 3')"),
        ("a : xmt/rcv/%loss = 99999999999/0/100%", "f:2: no number of pings"),
        (f"a : xmt/rcv/%loss = {'9' * 5000}/0/100%", "f:2: not a line of fping"),
        (f"a : xmt/rcv/%loss = 1/{'9' * 5000}/100%", "f:2: not a line of fping"),
        ('{"vSum": {"host": "a"}}', "f:2: not a line of fping -J -C N"),
        ('{"vSum": {"host": 1, "values": []}}', "f:2: not a line of fping -J -C N"),
        ('{"summary": {"host": "a", "xmt": "1", "rcv": 1}}', "f:2: not a line of fping -J -C N"),
        ('{"other": 1}', "f:2: not a line of fping -J -C N"),
        ("{}", "f:2: not a line of fping -J -C N"),
        ('{"vSum": {"host": "a"', "f:2:22: not JSON"),
        ('{"vSum": {"host": "", "values": [1]}}', "f:2: the id is empty"),
    ],
)
def test_a_wrong_line_is_named_and_can_be_left_out(line: str, problem: str) -> None:
    text = f"x : 1\n{line}\ny : 2\n".encode()
    with pytest.raises(InputError, match=re.escape(problem)):
        read(text)
    bad: list[InputError] = []
    assert [target for target, _, _ in read(text, bad.append)] == ["x", "y"]
    assert [error.line for error in bad] == [2]


def test_not_utf8_is_named() -> None:
    with pytest.raises(InputError, match="f:2:1: not UTF-8"):
        read(b"a : 1\n\xff : 1\n")


PROGRAM = shutil.which("fping")


@pytest.mark.skipif(PROGRAM is None, reason="fping is not installed")
@pytest.mark.parametrize(
    "options",
    ["-C 2 -q", "-c 2 -q", "-C 2", "-c 2", "-e", "-a -e"]
    + [
        f"-C 2 -q {more}"
        for more in ("-D", "-A", "-n", "-A -n", "-s", "-e", "-d", "-o", "-N", "-D -A -n -s -e")
    ]
    + [f"-c 2 -q {more}" for more in ("-D -A -n -s -e", "-o")]
    + ["-C 2 -Q 1 -q", "-c 2 -Q 1 -q", "-l -Q 1 -q"],
)
def test_the_tool_itself(options: str) -> None:
    assert PROGRAM is not None
    command = [PROGRAM, "-p", "700" if "-Q" in options else "20", *options.split(), "127.0.0.1", "127.0.0.2"]
    if "-l" in options:
        command = ["timeout", "-s", "INT", "2.5", *command]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    targets = read(run.stdout)
    assert len(targets) == 2
    assert all(0 < len(samples) <= 4 and None not in samples for _, samples, _ in targets)


@pytest.mark.skipif(PROGRAM is None, reason="fping is not installed")
def test_the_tool_itself_in_json() -> None:
    assert PROGRAM is not None
    for options in ("-J -C 2 -q", "-J -c 2 -s"):
        command = [PROGRAM, "-p", "20", *options.split(), "127.0.0.1"]
        run = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
        )
        if b"invalid option" in run.stdout:
            pytest.skip("this fping is older than 5.3 and has no -J")
        assert [target for target, _, _ in read(run.stdout)] == ["127.0.0.1"]
