"""``--slots``: what the file says, when it changes, and when it may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import rvhctl

from rvhctl.placement.slots.slots import Slots
from rvhctl.placement.slots.slots_file import read_slots
from rvhctl.streams.state_file import locked

STDIN = "".join(f"user-{number}\n" for number in range(200)).encode()


@pytest.fixture(autouse=True)
def slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file, in the folder where the program runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "slots.json"


def jump(*arguments: str, stdin: bytes = STDIN) -> list[str]:
    outcome = rvhctl("jump-hash", "--slots", "slots.json", *arguments, stdin=stdin)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out.decode().splitlines()


def refused(*arguments: str) -> tuple[int, str]:
    outcome = rvhctl("jump-hash", *arguments, stdin=STDIN)
    assert (outcome.out, outcome.err.count("\n")) == (b"", 1)
    return outcome.code, outcome.err


def test_the_first_run_makes_it_and_later_ones_follow_it(slots: Path) -> None:
    first = jump("--nodes", "a,b,c")
    assert slots.read_text() == '{\n  "max_weight": 1.0,\n  "slots": [\n    "a",\n    "b",\n    "c"\n  ]\n}\n'
    written = slots.stat()
    assert jump("--nodes", "c,a,b", "--frozen") == first
    assert jump("--nodes", "c,a,b") == first
    assert jump("--nodes", "c,a,b", "--down", "b") == jump("--nodes", "c,a")
    assert slots.stat().st_mtime_ns == written.st_mtime_ns
    renamed = jump("--nodes", "x,b,c", "--rename", "a=x")
    assert [name.replace("x", "a") for name in renamed] == first
    assert read_slots(str(slots)) == Slots(("x", "b", "c"), 1.0)
    jump("--nodes", "b,c,y,z")
    assert read_slots(str(slots)) == Slots(("y", "b", "c", "z"), 1.0)


def test_a_dry_run_and_a_comparison_change_nothing(slots: Path) -> None:
    jump("--nodes", "a,b,c")
    before = slots.read_bytes()
    moves = json.loads("".join(jump("--nodes", "a,b,c", "--to-nodes", "c,a,d,b", "--dry-run", "--json")))
    assert abs(moves["share"] - 0.25) < 0.1
    assert {row["node"] for row in moves["buckets"] if row["in"]} == {"d"}
    jump("--nodes", "a,b,q", "--dry-run")
    assert slots.read_bytes() == before


def test_max_weight_is_remembered(slots: Path) -> None:
    jump("--nodes", "a,b,c", "--max-weight", "4")
    before = jump("--nodes", "a,b,c")
    after = jump("--nodes", "a,b,c", "--weight", "b=3", "--frozen")
    assert {new for old, new in zip(before, after, strict=True) if old != new} == {"b"}
    assert read_slots(str(slots)) == Slots(("a", "b", "c"), 4.0)


def test_requests_are_about_the_same_nodes(slots: Path) -> None:
    requests = [
        {"key": "k"},
        {"key": "k", "down": ["a"]},
        {"key": "k", "nodes": ["q", "r"]},
        {"key": "k", "buckets": 3},
        {"key": "k", "nodes": ["b", "a"], "slots": ["a", "b", "c"]},
        {"key": "k", "nodes": ["b", "z"], "slots": ["a", "b", "c"]},
    ]
    jump("--nodes", "a,b,c")
    lines = "".join(json.dumps(request) + "\n" for request in requests).encode()
    outcome = rvhctl("jump-hash", "--slots", "slots.json", "--nodes", "c,b,a", "--batch", stdin=lines)
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    expected = [("-k", "k", "--nodes", "a,b,c"), ("-k", "k", "--nodes", "a,b,c", "--down", "a")]
    assert [[answer["node"]] for answer in answers[:2]] == [jump(*line, stdin=b"") for line in expected]
    assert answers[2]["node"] in ("q", "r")
    assert "node" not in answers[3]
    assert answers[4]["node"] in ("a", "b")
    assert "no slot has the name 'z'" in answers[5]["error"]["message"]


FROZEN = ("--slots", "slots.json", "--frozen")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--nodes", "a,b,d", *FROZEN), 1, "no slot has the name 'd'; run once without --frozen"),
        (("--nodes", "a,b", "--weight", "a=2", *FROZEN), 1, "the largest weight is 2, in the file 1"),
        (("--nodes", "a,b", "--slots", "none", "--frozen"), 1, "there is no slots file"),
        (("--nodes", "a,b", "--slots", "."), 1, "cannot read the slots file: Is a directory"),
        (("--nodes", "a,b", "--slots", "no/folder"), 1, "cannot make the lock of the slots file"),
        (("--nodes", "a,b", "--slots", "slots.json", "--rename", "q=z"), 1, "no slot has the name 'q'"),
        (("--nodes", "a,b", "--slots", "slots.json", "--rename", "q"), 2, "--rename is OLD=NEW"),
        (("--nodes", "a,b", *FROZEN, "--dry-run"), 2, "--dry-run makes no sense with --frozen"),
        (("--nodes", "a,b", *FROZEN, "--rename", "a=x"), 2, "--rename makes no sense with --frozen"),
        (("--nodes", "a,b", "--frozen"), 2, "--frozen makes no sense without --slots"),
        (("-b", "3", "--slots", "slots.json"), 2, "--slots makes no sense without --nodes"),
    ],
)
def test_what_is_refused_leaves_the_file(
    arguments: tuple[str, ...], code: int, says: str, slots: Path
) -> None:
    jump("--nodes", "a,b,c")
    before = slots.read_bytes()
    assert refused(*arguments)[0] == code
    assert says in refused(*arguments)[1]
    assert slots.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"slots": ["a"]}', '{"slots": [], "max_weight": 1}', "\0\0"),
        *('{"slots": ["a", "a"], "max_weight": 1}', '{"slots": ["a", 1], "max_weight": 1}'),
        *('{"slots": ["a"], "max_weight": 0}', '{"slots": ["a"], "max_weight": 1, "x": 1}'),
    ],
)
def test_another_file_is_left_as_it_is(text: str, slots: Path) -> None:
    slots.write_text(text)
    code, message = refused("--nodes", "a,b", "--slots", "slots.json")
    assert code == 1
    assert message.startswith("rvhctl: slots.json")
    assert slots.read_text() == text


def test_two_runs_never_write_one_file() -> None:
    with locked("slots.json", "slots file"):
        code, message = refused("--nodes", "a,b", "--slots", "slots.json")
    assert code == 1
    assert "another run is using this slots file" in message
