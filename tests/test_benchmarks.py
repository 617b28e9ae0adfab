"""The harness of benchmarks/: it notices a wrong answer and names who is absent. No time is asserted."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

# Appended: an installed rvhctl stays the one under test.
sys.path.append(str(Path(__file__).parents[1]))

from benchmarks import answers, data, inputs
from benchmarks.conduct import Result, conduct
from benchmarks.contest import ANSWER_BYTES, Call, Canonical, Contestant, Goal, Program, Role, Row
from benchmarks.processes import RunError, run
from benchmarks.report import as_json, as_markdown, as_text
from benchmarks.rows import Built, all_rows

TINY = data.Sizes(keys=100, nodes=40, requests=2, columns=30, points=100, records=50)
ECHO = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
FIRST_NODE = '{"id":"n0000000-ams","lat":52.358808,"lon":4.909064,"latency":2.306}'
SECOND_NODE = '{"id":"n0000001-iad","lat":40.175322,"lon":-80.165987,"latency":149.871}'
SHOUT = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read().upper())"


def program(name: str, code: str, **more: object) -> Program:
    made = Program(name=name, commands=lambda path: [[sys.executable, "-S", "-c", code, str(path)]])
    return replace(made, **more)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(data, "FOLDER", tmp_path / "data")
    path = tmp_path / "input.txt"
    path.write_bytes(b"a\nb\n")
    return path


def result_of(tmp_path: Path, source: Path, *contestants: Contestant, **more: object) -> Result:
    row = Row(key="T", title="tiny", contestants=list(contestants), source=lambda: source)
    return conduct(replace(row, **more), 2, tmp_path, lambda text: None)


def test_equal_answers_are_timed_in_pairs(tmp_path: Path, source: Path) -> None:
    goal = Goal("first", 1e9, "second")
    result = result_of(tmp_path, source, program("first", ECHO), program("second", ECHO), goals=[goal])
    assert result.disagreement is None
    assert [len(one.seconds) for one in result.measured] == [2, 2]
    assert "met" in as_text(result)


def test_a_wrong_answer_is_noticed_and_nothing_is_timed(tmp_path: Path, source: Path) -> None:
    result = result_of(tmp_path, source, program("right", ECHO), program("wrong", SHOUT))
    assert result.disagreement == (
        "wrong and right disagree: answer 1 is b'A\\n' where the reference has b'a\\n'"
    )
    assert not any(one.seconds for one in result.measured)
    assert "NOT TIMED" in as_text(result)
    assert "**Not timed**" in as_markdown([result], {})


def test_an_answer_that_ends_early_is_noticed(tmp_path: Path, source: Path) -> None:
    first_line = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').readline())"
    result = result_of(tmp_path, source, program("whole", ECHO), program("part", first_line))
    assert result.disagreement
    assert "answer 2 is 'nothing'" in result.disagreement


def test_answers_are_compared_within_their_group(tmp_path: Path, source: Path) -> None:
    result = result_of(
        tmp_path, source, program("small", ECHO, group="small"), program("capital", SHOUT, group="capital")
    )
    assert result.disagreement is None


def test_a_floor_answers_as_it_likes(tmp_path: Path, source: Path) -> None:
    result = result_of(tmp_path, source, program("all", ECHO), program("part", "", role=Role.FLOOR))
    assert result.disagreement is None
    assert "part (floor)" in as_text(result)


def test_a_floor_writes_as_much_as_that_of_which_it_is_the_floor(tmp_path: Path, source: Path) -> None:
    write = "import sys; print(int(sys.argv[1]))"
    floor = Program(
        name="floor",
        role=Role.FLOOR,
        floor_of="all",
        commands=lambda path: [[sys.executable, "-S", "-c", write, ANSWER_BYTES]],
    )
    result = result_of(tmp_path, source, program("all", ECHO), floor)
    assert result.commands(floor, source)[0][-1] == str(source.stat().st_size)
    assert "distance: all takes " in as_text(result)
    assert "* distance: all takes " in as_markdown([result], {})


def test_a_goal_may_be_a_time(tmp_path: Path, source: Path) -> None:
    goals = [Goal("all", 1e9, unit="us"), Goal("all", 0.1, unit="us")]
    text = as_text(result_of(tmp_path, source, program("all", ECHO), goals=goals))
    assert "all: one <= 1e+09 us: met" in text
    assert "all: one <= 0.1 us: MISSED" in text


def test_a_goal_may_be_how_much_more_memory_is_held(tmp_path: Path, source: Path) -> None:
    hold = f"held = bytearray(b'x' * 30_000_000); {ECHO}; import time; time.sleep(0.1)"
    goals = [Goal("more", 1e3, "less", "MB more"), Goal("more", 1, "less", "MB more")]
    contestants = (program("less", f"{ECHO}; import time; time.sleep(0.1)"), program("more", hold))
    result = result_of(tmp_path, source, *contestants, goals=goals, timed=False)
    text = as_text(result)
    if Path("/proc/self/smaps_rollup").exists():
        assert "more <= less and 1000 MB: met" in text
        assert "more <= less and 1 MB: MISSED" in text
    else:
        assert "more <= less and 1 MB: not measured" in text


@pytest.mark.parametrize(
    ("canonical", "one", "other"),
    [
        (
            answers.owners,
            b'[{"key":"a","bucket":1},{"key":"b","bucket":2}]\n',
            b'{"key":"a","bucket":1}\n{"key":"b","bucket":2}\n',
        ),
        (
            answers.owners,
            b'{"key":"a","bucket":1,"replicas":[{"bucket":1},{"bucket":3}]}\n',
            b'{"key":"a","bucket":1}\n',
        ),
        (answers.csv_owners, b"key,bucket\na,1\n", b'"key","bucket"\n"a",1\n'),
        (answers.csv_records, b"key,bucket\na,1\n", b"key,bucket\na,2\n"),
        (answers.csv_nodes, b"id,lat,lon,latency\na,1,2,3\n", b"id,lat,lon,latency\na,1.0,2.0,3.0\n"),
        (answers.ids_in_any_order, b'{"id":"a","kept":true}\n{"id":"c","kept":false}\n', b'{"id":"a"}\n'),
        (answers.ranked_ids, b'{"id":"a"}\n', b"\n rank   node\n ----\n    1   a   2\n\n1 of 1 nodes\n"),
        (
            answers.looks,
            b'{"precisions":[{"precision":1,"cells":2,"alone":0,"border":7}],"recommended":1}\n',
            b'{"precision":1,"cells":2,"alone":0}\n',
        ),
    ],
)
def test_answers_in_different_forms_are_the_same(canonical: Canonical, one: bytes, other: bytes) -> None:
    ours, theirs = (list(canonical(iter(text.splitlines(keepends=True)))) for text in (one, other))
    assert ours
    assert ours == theirs


def test_inputs_in_other_formats_hold_the_same(source: Path) -> None:
    assert inputs.node_csv(1).read_text() == "id,lat,lon,latency\nn0000000-ams,52.358808,4.909064,2.306\n"
    assert json.loads(inputs.node_array(2).read_text()) == [json.loads(FIRST_NODE), json.loads(SECOND_NODE)]
    assert inputs.record_csv(1).read_text() == "key,zone,size\nuser-0,zone-0,0\n"
    assert inputs.record_ndjson(1).read_text() == '{"key":"user-0","zone":"zone-0","size":0}\n'
    assert data.first_record(inputs.record_csv(2)).read_text() == inputs.record_csv(1).read_text()
    assert [len(column) for column in inputs.fleet_columns(5)] == [5, 5, 5, 5]


@pytest.mark.parametrize(
    ("absent", "why"),
    [
        (program("peer", ECHO, modules=("no_such_module",)), "not installed: no_such_module"),
        (program("peer", ECHO, tools=("no-such-tool",)), "not installed: no-such-tool"),
        (program("peer", ECHO, absent="needs another machine"), "needs another machine"),
        (program("peer", "raise SystemExit('out of luck')"), "out of luck"),
        (Call(name="peer", module="no_such_peer", case="", size=1), "ModuleNotFoundError"),
    ],
)
def test_who_cannot_be_measured_is_named_with_the_reason(
    tmp_path: Path, source: Path, absent: Contestant, why: str
) -> None:
    result = result_of(tmp_path, source, program("there", ECHO), absent, goals=[Goal("there", 1, "peer")])
    assert why in result.not_measured["peer"]
    assert why in as_text(result)
    assert why in as_markdown([result], {})
    assert why in json.dumps(as_json([result], {}))
    assert "there <= 1 x peer: not measured" in as_text(result)


def test_commands_side_by_side_answer_in_their_order(tmp_path: Path) -> None:
    slow = [sys.executable, "-S", "-c", "import time; time.sleep(0.1); print(1)"]
    quick = [sys.executable, "-S", "-c", "print(2)"]
    output = tmp_path / "answer"
    run([slow, quick], output)
    assert output.read_text() == "1\n2\n"


def test_a_failing_command_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"exit code 1 .*: no luck"):
        run([[sys.executable, "-S", "-c", "raise SystemExit('no luck')"]], tmp_path / "answer")
    with pytest.raises(RunError, match="cannot start"):
        run([["/no/such/program"]], tmp_path / "answer")


def test_memory_of_the_whole_tree_is_watched(tmp_path: Path) -> None:
    hold = "import time; held = bytearray(b'x' * 40_000_000); time.sleep(0.3)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {hold!r}])"
    peak = run([[sys.executable, "-S", "-c", child]], tmp_path / "answer", watch=True).tree_pss
    if Path("/proc/self/smaps_rollup").exists():
        assert peak
        assert 40e6 < peak < 150e6
    else:
        assert peak is None


def test_free_ties_are_free_and_the_rest_is_not() -> None:
    def node(name: str, latency: float) -> bytes:
        return json.dumps({"id": name, "lat": 0, "lon": 0, "latency": latency}).encode()

    def canonical(*lines: bytes) -> list[object]:
        return list(answers.nodes_with_free_ties(iter(lines)))

    a, b, c = node("a", 1), node("b", 1), node("c", 2)
    assert canonical(a, b, c) == canonical(b, a, c)
    assert canonical(a, b, c) != canonical(a, c, b)


def test_the_data_is_the_same_every_time(source: Path) -> None:
    # Golden: a change here needs another data.GENERATION.
    assert list(data.node_lines(2)) == [FIRST_NODE, SECOND_NODE]
    requests = list(data.request_lines(0, 2))
    assert [len(json.loads(request)["nodes"]) for request in requests] == [1000, 1000]
    assert data.key_file(3).read_text() == "user-0\nuser-1\nuser-2\n"


def test_every_goal_names_contestants_of_its_row(source: Path) -> None:
    built = Built(
        "rvhctl", {}, {"jump_lines": "not built", "floor_lines": "not built", "floor_io": "not built"}
    )
    rows = all_rows(TINY, built)
    assert len({row.key for row in rows}) == len(rows)
    for row in rows:
        names = [contestant.name for contestant in row.contestants]
        assert len(set(names)) == len(names)
        for goal in row.goals:
            assert goal.of in names
            assert goal.against is None or goal.against in names


def test_peers_that_need_nothing_give_the_survivors_in_order(source: Path, tmp_path: Path) -> None:
    from benchmarks.peers.failover_sorted import failover

    assert failover(["a", "b", "c", "d"], [5.0, 200.0, 1.0, 5.0], 100.0) == ["c", "a", "d"]
