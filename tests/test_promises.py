"""Promises of the documents about the program as a whole, and those that no test of one module holds."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from support.arrow_files import in_parquet, in_stream
from support.cli import rvhctl
from support.program import Program

from rvhctl import (
    FleetPlan,
    Memory,
    Placement,
    Policy,
    evaluate,
    jump_hash,
    jump_hash_async,
)

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
DOTLESS = "\u0131"
"""What a Turkish locale takes for the small letter of I."""
KEYS = f"user:41\né\n日本\nI\n{DOTLESS}\n".encode() + b"\xff\n"
LINES = [
    f"jump-hash -b 100000 -k é -k I -k {DOTLESS}",
    f"jump-hash --nodes é,{DOTLESS},I,z --down z --replicas 2 -o plain -",
    f"faultset --relative 1.5 -p 1 --plan -o csv {EXAMPLES / 'nodes.json'}",
    f"failover --relative 1.5 --explain -o json --down é --nodes é,{DOTLESS},b --latencies 9,8,7.5",
    f"faultset --relative 1.5 -p 2 --merge-below 2 --explain -o html {EXAMPLES / 'nodes.json'}",
]
ELSEWHERE = [
    {
        "PYTHONHASHSEED": "1",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Asia/Kolkata",
    },
    {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONOPTIMIZE": "2"},
    {"PYTHONHASHSEED": "3", "PYTHONDEVMODE": "1", "PYTHONINTMAXSTRDIGITS": "640", "PYTHONUNBUFFERED": "1"},
]


@pytest.mark.parametrize("line", LINES)
def test_an_answer_is_the_same_in_every_process_and_everywhere(line: str, program: Program) -> None:
    here = program.run(*line.split(), stdin=KEYS, environment={"SOURCE_DATE_EPOCH": "1700000000"})
    assert here[0] == 0
    for environment in ELSEWHERE:
        again = program.run(
            *line.split(), stdin=KEYS, environment={"SOURCE_DATE_EPOCH": "1700000000", **environment}
        )
        assert again == here


def test_one_limit_for_all_leaves_nobody_far_away() -> None:
    """As README.md says of 100 ms from Amsterdam: nobody in the Americas, East Asia or Australia."""
    nodes = json.loads((EXAMPLES / "nodes.json").read_text())
    text = rvhctl("failover", "--threshold", "100", "-o", "json", str(EXAMPLES / "nodes.json")).out
    lons = [node["lon"] for node in json.loads(text)]
    assert {(node["lon"] < -30, node["lon"] > 95) for node in nodes} > {(False, False)}
    assert min(lons) > -30
    assert max(lons) < 95


def test_an_at_makes_a_file_of_it_always(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a,b").write_text("x\ny\n")
    Path("a").write_text("z\n")
    assert rvhctl("jump-hash", "--nodes", "@a,b", "-k", "user:42").out in (b"x\n", b"y\n")
    assert rvhctl("jump-hash", "--nodes", "a,b", "-k", "user:42").out in (b"a\n", b"b\n")
    assert rvhctl("jump-hash", "--nodes", "a", "-k", "user:42").out == b"z\n"


def test_who_takes_a_node_out_of_the_list_moves_most_keys() -> None:
    ids = [f"n{number}" for number in range(10)]
    keys = range(2000)
    moves = Placement(ids).moves(keys, Placement(ids[:1] + ids[2:]))
    assert moves.moved > len(keys) / 2
    assert Placement(ids).moves(keys, Placement(ids, down=["n1"])).moved < len(keys) / 5


def test_no_method_changes_a_placement() -> None:
    ring = Placement(
        [{"id": name, "zone": name < "c", "weight": 2} for name in "abcd"], down=["b"], spread="zone"
    )
    other = Placement(["a", "x"])
    before = pickle.dumps(ring)
    keys = ["k1", "k2", "k3"]
    for call in (
        lambda: (ring.owners(keys), ring.replicas("k1", 2), ring.explain("k1"), ring.stats(keys)),
        lambda: (ring.with_down(["a"]).owners(keys), ring.assign(keys, max_load=1.5).owners(keys)),
        lambda: (ring.moves(keys, other), ring.matrix(keys, other), ring.steps(keys, other, 0.5)),
    ):
        assert call()
    assert pickle.dumps(ring) == before


def test_with_down_these_are_down_and_no_others() -> None:
    nodes: list[Any] = [{"id": "a", "state": "down"}, {"id": "b", "state": "drain"}, "c", "d"]
    ring = Placement(nodes, down=["c"])
    assert ring.with_down(["d"]).nodes.down == {3}
    assert ring.with_down([]).is_jump
    assert ring.nodes.down == {0, 1, 2}


def test_a_placement_says_whether_it_is_plain() -> None:
    assert Placement(9).is_jump
    assert Placement(["a", "b"], weights={"a": 3, "b": 3}).is_jump
    for other in (
        Placement(9, down=[1]),
        Placement(9, weights={1: 2}),
        Placement(9, max_weight=2),
        Placement(9, dialect="guava"),
    ):
        assert not other.is_jump


def test_a_round_leaves_the_memory_before_it_as_it_was() -> None:
    nodes = [{"id": "a", "latency": 1}, {"id": "b", "latency": 9}]
    first = evaluate(nodes, Policy(threshold=5), memory=Memory()).memory
    assert first is not None
    before = first.to_json()
    for latency in (1, 7, 7, 7):
        after = evaluate([{"id": "a", "latency": latency}], Policy(threshold=5), memory=first).memory
        assert after is not None
        assert after.round == 2
        assert first.to_json() == before
    assert Memory() == Memory(0, {})


def test_the_coroutine_of_one_key_never_suspends() -> None:
    coroutine = jump_hash_async("foo", 5)
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    assert end.value.value == jump_hash("foo", 5)


@pytest.mark.parametrize("where", [{}, {"precision": 3}, {"by": "zone"}])
def test_an_empty_answer_raises_nothing(where: Any) -> None:
    nodes = [{"id": "a", "lat": 1, "lon": 1, "zone": "x", "latency": 9}]
    evaluation = evaluate(nodes, Policy(threshold=5), **where)
    assert evaluation.answer == []
    assert evaluation.worst == "down"


@pytest.mark.parametrize("spill", ["envoy", "capacity"])
def test_where_nobody_in_reach_is_fit_a_group_keeps_its_traffic_if_it_has_an_answer(spill: Any) -> None:
    nodes = [{"id": f"{zone}{n}", "zone": zone, "latency": 50 + n} for zone in "xy" for n in (1, 2)]
    kept = FleetPlan(evaluate(nodes, Policy(threshold=5, on_down="all"), by="zone"), spill=spill)
    assert [[tuple(part) for part in group.serve] for group in kept] == [[("x", 100)], [("y", 100)]]
    none = FleetPlan(evaluate(nodes, Policy(threshold=5), by="zone"), spill=spill)
    assert [(list(group.serve), group.load) for group in none] == [([], None)] * 2
    assert [list(none.amounts(group)) for group in range(2)] == [[], []]
    text = json.dumps(nodes).encode()
    rows = rvhctl(
        *("faultset", "--by", "zone", "--threshold", "5", "--plan", "--spill", spill, "-o", "csv"), stdin=text
    )
    assert [row.split(",")[-1] for row in rows.out.decode().splitlines()] == ["load", "", ""]


def test_traffic_that_envoy_spreads_lacks_nothing() -> None:
    """Its levels know no capacity, and so no shortage."""
    nodes = [{"id": zone, "zone": zone, "latency": 1, "capacity": n} for n, zone in enumerate("xyz", 1)]
    evaluation = evaluate(nodes, Policy(threshold=5), by="zone")
    demand = {"x": 100, "y": 100, "z": 100}
    assert not FleetPlan(evaluation, spill="envoy", demand=demand).shortage
    assert FleetPlan(evaluation, spill="capacity", demand=demand).shortage


@pytest.mark.parametrize("command", [("failover", "--threshold", "5"), ("jump-hash", "-b", "5")])
def test_parquet_and_arrow_are_never_found_by_looking(command: tuple[str, ...], tmp_path: Path) -> None:
    table = pa.table({"id": ["a"], "key": ["a"], "latency": [1.0]})
    for format_, text in (("parquet", in_parquet(table)), ("arrow", in_stream(table))):
        (tmp_path / "unnamed").write_bytes(text)
        (tmp_path / f"named.{format_}").write_bytes(text)
        assert rvhctl(*command, "-i", format_, stdin=text).code == 0
        assert rvhctl(*command, str(tmp_path / f"named.{format_}")).code == 0
        for outcome in (rvhctl(*command, stdin=text), rvhctl(*command, str(tmp_path / "unnamed"))):
            # Bytes may be keys; what is not Parquet's is taken for these, as any text is.
            assert outcome.code == 1 or (format_, command[0]) == ("arrow", "jump-hash")
            assert b'"key"' not in outcome.out
