"""mtr: the last hop counts only if it is the destination; reports of all kinds, and texts that are none."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rvhctl.errors import InputError, OnBad
from rvhctl.formats.tools import mtr
from rvhctl.formats.tools.measured import Asked, Measured, Text
from rvhctl.nodes.probes import check_target

DATA = Path(__file__).parents[2] / "data"


def fail(error: InputError) -> None:
    raise error


def read(*texts: bytes, on_bad: OnBad = fail) -> Measured:
    named = [Text(f"f{number}", text) for number, text in enumerate(texts, 1)]
    return mtr.read(named, Asked(on_bad, check_target))


def report(destination: Any, *hosts: str, **values: Any) -> bytes:
    hop = {"Loss%": 0.0, "Snt": 3, "Avg": 2.0, "Best": 1.0, "Wrst": 4.0} | {
        name.replace("Loss", "Loss%"): value for name, value in values.items()
    }
    hubs = [{"count": at, "host": host, **hop} for at, host in enumerate(hosts, 1)]
    return json.dumps({"report": {"mtr": {"src": "me", "dst": destination}, "hubs": hubs}}).encode()


def test_real_reports_follow_each_other() -> None:
    found = read((DATA / "valid/mtr/several.json").read_bytes())
    assert [(target.fields["id"], None not in target.fields["samples"]) for target in found.targets] == [
        ("127.0.0.1", True),
        ("::1", True),
        ("127.0.0.2", True),
        ("127.0.0.1", False),
        ("localhost", True),
        ("192.0.2.9", False),
    ]
    lines = (DATA / "valid/mtr/several.json").read_text().splitlines()
    assert all(lines[target.line - 1] == "{" for target in found.targets if target.line)
    assert found.warnings == [
        "f1: nobody can tell whether the last hop 'localhost' is '127.0.0.1', so it counts as no measurement; "
        "run mtr -j -n with addresses"
    ]


def test_a_gateway_is_not_the_destination() -> None:
    found = read((DATA / "valid/mtr/gateway_last.json").read_bytes())
    assert [target.fields for target in found.targets] == [{"id": "192.0.2.9", "samples": [None]}]
    assert "'gw.example' is '192.0.2.9'" in found.warnings[0]


@pytest.mark.parametrize(
    ("destination", "host", "reached"),
    [
        ("192.0.2.9", "192.0.2.9", True),
        ("192.0.2.9", "edge.example (192.0.2.9)", True),
        ("Edge.Example.", "edge.example", True),
        ("edge.example", "edge.example (192.0.2.9)", True),
        ("2001:db8::1", "2001:0db8:0::1", True),
        ("192.0.2.9", "192.0.2.1", False),
        ("192.0.2.9", "gw.example (192.0.2.1)", False),
        ("192.0.2.9", "???", False),
        ("edge.example", "???", False),
        ("192.0.2.9", "gw.example", None),
        ("edge.example", "192.0.2.9", None),
        ("edge.example", "other.example", None),
    ],
)
def test_the_last_hop_counts_only_if_it_is_the_destination(
    destination: str, host: str, reached: bool | None
) -> None:
    found = read(report(destination, "192.0.2.254", host))
    assert found.targets[0].fields["samples"] == ([1.0, 2.0, 4.0] if reached else [None])
    assert len(found.warnings) == (reached is None)


def test_losses_are_lost_samples() -> None:
    found = read(report("10.0.0.1", "10.0.0.1", Loss=25.0, Snt=4))
    assert found.targets[0].fields["samples"] == [1.0, 2.0, 4.0, None]
    found = read(report("10.0.0.1", "10.0.0.1", Loss=100.0, Snt=2, Avg=0.0, Best=0.0, Wrst=0.0))
    assert found.targets[0].fields["samples"] == [None, None]


def test_unknown_ones_are_counted_in_one_warning() -> None:
    (warning,) = read(report("a.example", "b"), report("c.example", "d"), report("e", "e")).warnings
    assert warning.startswith("f1: nobody can tell whether the last hop 'b' is 'a.example'")
    assert ", and 1 more alike; run" in warning


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "f1: the text is empty; give what mtr -j prints"),
        (b"[1, 2", "f1:1:6: not JSON"),
        (b"[" * 100_000, "f1: nested too deeply"),
        (b"[]", "f1:1: not a report of mtr; give what mtr -j prints"),
        (b'{"report": []}', "f1:1: not a report of mtr"),
        (b'{"report": {"mtr": {"dst": "a"}, "hubs": {}}}', "f1:1: not a report of mtr"),
        (b'{"report": {"mtr": {"dst": "a"}, "hubs": [1]}}', "f1:1: the last hop has no host (got 1)"),
        (report(7, "7"), "f1:1: not a report of mtr"),
        (report("", "x"), "f1:1: the id is empty"),
        (
            report("a", "a", Avg=None),
            "f1:1: the last hop has no number Avg; run mtr -j with its usual columns",
        ),
        (report("a", "a", Snt="3"), "f1:1: the last hop has no number Snt"),
        (report("a", "a", Loss=True), "f1:1: the last hop has no number Loss%"),
        (report("a", "a", Loss=float("nan")), "f1:1: the last hop has no number Loss%"),
        (report("a", "a", Loss=10**90), "f1:1: the last hop has no number Loss%"),
        (report("a", "a", Snt=float("inf")), "f1:1: the last hop has no number Snt"),
        (report("a", "a", Snt=7).replace(b"7", b"7" * 5000), "f1:1: the last hop has no number Snt"),
        (b"7" * 5000, "f1:1: not a report of mtr"),
        (report("a", "a") + b"\n{}\n", "f1:2: not a report of mtr"),
        (report("a", "a") + b"\nmtr: oh no\n", "f1:2:1: not JSON"),
    ],
)
def test_other_texts_are_refused(text: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        read(text)


def test_a_report_for_people_is_refused() -> None:
    with pytest.raises(InputError, match=r"f1:1:1: not JSON.*; give what mtr -j prints"):
        read((DATA / "invalid/mtr/wide.txt").read_bytes())


def test_a_bad_report_can_be_left_out() -> None:
    bad: list[InputError] = []
    found = read(report("a", "a", Avg=None) + b"\n" + report("b", "b"), on_bad=bad.append)
    assert [target.fields["id"] for target in found.targets] == ["b"]
    assert [error.line for error in bad] == [1]


PROGRAM = shutil.which("mtr")


@pytest.mark.skipif(PROGRAM is None, reason="mtr is not installed")
@pytest.mark.parametrize("options", ["-n", "-b", "-n -z", "-n -e", "-n -o LSRABW", "-n -T -P 9", "-n -u"])
def test_the_tool_itself(options: str) -> None:
    assert PROGRAM is not None
    # Without -G it waits for five seconds more at each destination.
    command = [PROGRAM, "-j", "-c", "2", "-i", "0.1", "-G", "0.5", *options.split(), "127.0.0.1", "127.0.0.2"]
    found = read(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)
    assert [target.fields["id"] for target in found.targets] == ["127.0.0.1", "127.0.0.2"]
    assert all(len(target.fields["samples"]) == 2 for target in found.targets)
    assert not found.warnings
