"""``rvhctl failover`` under policies: limits, and the memory between runs."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from support.cli import Outcome, rvhctl
from support.program import Program

import rvhctl as package
from rvhctl.policy.memory_file import locked


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fleet(latency: float | None) -> bytes:
    nodes = [{"id": "a", "latency": latency}, {"id": "b", "latency": 10}, {"id": "c", "latency": 10}]
    return "".join(json.dumps(node) + "\n" for node in nodes).encode()


def after(latency: float | None, *flags: str) -> Outcome:
    """One round in which ``a`` takes so long; its limit is 15 ms, its band ends at 16.5."""
    return rvhctl(
        "failover", "--relative", "1.5", "--memory", "m", "-o", "plain", *flags, stdin=fleet(latency)
    )


def places(*latencies: float | None, flags: tuple[str, ...] = ()) -> str:
    """For each round whether ``a`` is in."""
    return "".join("+" if b"a" in after(latency, *flags).out.split() else "-" for latency in latencies)


def test_a_blip_moves_nobody_and_three_bad_rounds_do() -> None:
    assert places(10, None, None, 10, None, None, None, 10, 10) == "++++++--+"


def test_in_the_band_neither_counter_changes() -> None:
    assert places(10, 16.6, 16.4, 16.6, 16.4, 16.6) == "+++++-"
    assert places(10, 16.4, 10) == "--+"


def test_who_comes_in_the_band_is_out() -> None:
    assert places(16.4, 10, 10) == "--+"


def test_rise_fall_and_band_are_flags() -> None:
    flags = ("--rise", "1", "--fall", "1", "--hysteresis", "0%")
    assert places(10, 15.01, 15, flags=flags) == "+-+"


def test_who_is_held_in_unmeasured_comes_last() -> None:
    after(10)
    assert after(None) == (0, b"b\nc\na\n", "")
    explained = after(None, "--explain").out.splitlines()
    assert explained[0] == b"a\t\ttrue\tdamped\t\t15.0\t"


def test_a_what_if_reads_the_memory_and_leaves_it() -> None:
    after(10)
    before = Path("m").read_bytes()
    assert after(None, "--down", "b").out == b"c\na\n"
    assert Path("m").read_bytes() == before


def test_the_absent_are_forgotten_after_a_hundred_rounds() -> None:
    after(10)
    other = b'{"id":"z","latency":1}\n'
    for _ in range(100):
        assert "a" in json.loads(Path("m").read_text())["nodes"]
        rvhctl("failover", "--th", "5", "--memory", "m", stdin=other)
    assert set(json.loads(Path("m").read_text())["nodes"]) == {"z"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a memory of rvhctl: not JSON"),
        ('{"format":"other"}', "not a memory of rvhctl"),
        ('{"format":"rvhctl-memory","version":99}', "the memory is from a newer rvhctl"),
        ('{"format":"rvhctl-memory","version":1,"round":1,"nodes":{"a":{}}}', "a broken memory of rvhctl"),
    ],
)
def test_what_is_no_memory_is_named_and_left(text: str, message: str) -> None:
    Path("m").write_text(text)
    code, out, err = after(10)
    assert (code, out) == (1, b"")
    assert err.startswith("rvhctl: m:")
    assert message in err
    assert err.count("\n") == 1
    assert Path("m").read_text() == text


def test_nothing_is_remembered_of_a_run_that_fails() -> None:
    after(10)
    before = Path("m").read_bytes()
    bad = b'{"id":"a","latency":-1}\n'
    assert rvhctl("failover", "--th", "5", "--memory", "m", stdin=bad).code == 1
    assert Path("m").read_bytes() == before


def test_the_memory_advances_only_when_the_answer_was_written(folder: Path) -> None:
    program = Program(Path(package.__file__).parents[1])
    arguments = ("failover", "--relative", "1.5", "--memory", str(folder / "m"), "-o", "plain")
    reader, writer = os.pipe()
    os.close(reader)
    assert program.run(*arguments, stdin=fleet(10), stdout=writer)[0] == 141
    os.close(writer)
    if Path("/dev/full").exists():
        with open("/dev/full", "wb") as full:
            assert program.run(*arguments, stdin=fleet(10), stdout=full)[0] == 1
    assert not Path("m").exists()


@pytest.mark.parametrize("flags", [("--fail-on", "degraded", "--min-survivors", "9"), ("--th", "1")])
def test_bad_health_is_an_answer_too(flags: tuple[str, ...]) -> None:
    assert [after(10, *flags).code for _ in range(2)] == [3, 3]
    assert json.loads(Path("m").read_text())["round"] == 2


def test_fit_nodes_that_are_absent_are_named() -> None:
    after(10)
    assert rvhctl("failover", "--th", "50", "--memory", "m", stdin=b'{"id":"b","latency":1}\n') == (
        0,
        b'{"id":"b","latency":1}\n',
        "rvhctl: not in the input, though fit by the memory: 2 nodes ('a', 'c')\n",
    )
    many = "".join(json.dumps({"id": f"n{row}", "latency": 1}) + "\n" for row in range(9)).encode()
    assert rvhctl("failover", "--th", "50", "--memory", "n", stdin=many).err == ""
    one = b'{"id":"n8","latency":1}\n'
    assert "8 nodes ('n0', 'n1', 'n2', 'n3', 'n4' and 3 more)" in (
        rvhctl("failover", "--th", "50", "--memory", "n", "--down", "n8", stdin=one).err
    )


def test_a_second_run_fails_at_once_while_another_process_holds_the_memory(folder: Path) -> None:
    program = Program(Path(package.__file__).parents[1])
    arguments = ("failover", "--relative", "1.5", "--memory", str(folder / "m"), "-o", "plain")
    with locked(str(folder / "m")):
        code, out, err = program.run(*arguments, stdin=fleet(10))
    assert (code, out) == (1, b"")
    assert "another run is using this memory" in err
    assert not Path("m").exists()
    assert program.run(*arguments, stdin=fleet(10)) == (0, b"a\nb\nc\n", "")


def test_of_many_runs_at_once_each_counts_or_says_that_it_does_not(folder: Path) -> None:
    program = Program(Path(package.__file__).parents[1])
    arguments = ("failover", "--relative", "1.5", "--memory", str(folder / "m"), "-o", "plain")
    outcomes: list[tuple[int, bytes, str]] = []
    runs = [
        threading.Thread(target=lambda: outcomes.append(program.run(*arguments, stdin=fleet(10))))
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert {code for code, _, _ in outcomes} <= {0, 1}
    answered = sum(code == 0 for code, _, _ in outcomes)
    assert answered >= 1
    assert json.loads(Path("m").read_text())["round"] == answered
    assert sorted(os.listdir(folder)) == ["m", "m.lock"]


def test_limits_and_reasons() -> None:
    nodes = (
        b'[{"id":"a","samples":[1,null,3]},{"id":"b","latency":9,"state":"down"},'
        b'{"id":"c","latency":3,"samples":[9,9]},{"id":"d","latency":null}]'
    )

    def reasons(*flags: str) -> list[str | None]:
        out = rvhctl("failover", "--explain", "-o", "json", *flags, stdin=nodes).out
        return [row["reason"] for row in json.loads(out)]

    assert reasons("--th", "2") == [None, "down", "over_threshold", "no_measurement"]
    assert reasons("--th", "9", "--max-loss", "33%") == ["loss", "down", None, "no_measurement"]
    assert reasons("--relative", "1", "--aggregate", "max") == [
        None,
        "down",
        "over_relative",
        "no_measurement",
    ]
    assert reasons("--relative", "1", "--floor", "3") == [None, "down", None, "no_measurement"]


def test_a_state_decides_without_any_new_option() -> None:
    nodes = b'{"id":"a","latency":1,"state":"drain"}\n{"id":"b","latency":2,"state":"up"}\n'
    assert rvhctl("failover", "--th", "5", stdin=nodes).out == nodes.splitlines(keepends=True)[1]
