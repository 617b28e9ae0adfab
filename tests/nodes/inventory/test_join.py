"""Measured nodes and those of an inventory as one fleet, at every door: which nodes there are, and what is decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl import Memory, Policy, evaluate

pytestmark = pytest.mark.usefixtures("folder")

ABSENT = "rvhctl: in the inventory, but not measured: 3 nodes ('a2', 'n1', 'n2')\n"
OUTSIDE = "rvhctl: left out, as not in the inventory: 1 node ('x')\n"


def explained(*arguments: str, stdin: bytes = b"") -> list[tuple[str, str | None]]:
    """Id and reason of each node."""
    outcome = rvhctl(*arguments, "--inventory", "inventory.csv", "--explain", "-o", "json", stdin=stdin)
    assert (outcome.code, outcome.err) == (0, ABSENT + OUTSIDE)
    return [(row["id"], row["reason"]) for row in json.loads(outcome.out)]


NODES = [{"id": "a3", "latency": 2}, {"id": "x", "latency": 1}, {"id": "a1", "latency": 30}]
REASONS = [
    ("a3", None),
    ("a1", "over_threshold"),
    ("a2", "no_measurement"),
    ("n1", "no_measurement"),
    ("n2", "no_measurement"),
]
TEXTS = {
    "csv": "id,latency\na3,2\nx,1\na1,30\n",
    "tsv": "id\tlatency\na3\t2\nx\t1\na1\t30\n",
    "json": json.dumps(NODES),
    "ndjson": "\n".join(map(json.dumps, NODES)),
    "document": json.dumps({"nodes": NODES}),
    "lists": json.dumps({"ids": ["a3", "x", "a1"], "latencies": [2, 1, 30]}),
}


@pytest.mark.parametrize("command", ["failover", "faultset"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_same_whatever_the_nodes_came_in(command: str, text: str) -> None:
    assert explained(command, "--th", "10", stdin=TEXTS[text].encode()) == REASONS
    Path("file").write_text(TEXTS[text])
    assert explained(command, "--th", "10", "file", "--async") == REASONS
    Path("one.csv").write_text("id,latency\na3,2\n")
    Path("two.json").write_text('[{"id":"x","latency":1},{"id":"a1","latency":30}]')
    assert explained(command, "--th", "10", "one.csv", "two.json") == REASONS


def test_the_same_by_flags_and_tools() -> None:
    assert explained("failover", "--th", "10", "--nodes", "a3,x,a1", "--latencies", "2,1,30") == REASONS
    placed = "a3:52.36:4.91:2,x:1:1:1,a1:52.37:4.90:30"
    assert explained("faultset", "--th", "10", "--nodes", placed) == REASONS
    pings = b"a3 : 2 2\nx : 1 1\na1 : 30 30\n"
    for command in ("failover", "faultset"):
        assert explained(command, "--th", "10", "--from", "fping", stdin=pings) == REASONS


def test_the_same_of_a_document_that_states_its_inventory() -> None:
    records = [{"id": "a1"}, {"id": "a2"}, {"id": "a3"}, {"id": "n1"}, {"id": "n2"}]
    text = json.dumps({"nodes": NODES, "inventory": records, "threshold": 10}).encode()
    code, out, err = rvhctl("failover", "--explain", "-o", "json", stdin=text)
    assert (code, err) == (0, ABSENT + OUTSIDE)
    assert [(row["id"], row["reason"]) for row in json.loads(out)] == REASONS
    placed = [{**record, "lat": 1, "lon": 1} for record in records]
    text = json.dumps({"nodes": NODES, "inventory": placed, "threshold": 10}).encode()
    assert rvhctl("faultset", stdin=text) == (
        0,
        b'[{"id":"a3","latency":2,"lat":1,"lon":1}]\n',
        ABSENT + OUTSIDE,
    )
    assert explained("faultset", stdin=text) == REASONS  # the flag wins


def test_the_same_in_a_batch() -> None:
    records = [{"id": "a1"}, {"id": "a2"}, {"id": "a3"}, {"id": "n1"}, {"id": "n2"}]
    request = {"nodes": NODES, "threshold": 10, "explain": True}
    by_flag = rvhctl(
        "failover", "--batch", "--inventory", "inventory.csv", stdin=json.dumps(request).encode()
    )
    assert (by_flag.code, by_flag.err) == (0, "")
    answer = json.loads(by_flag.out)
    assert answer["survivors"] == ["a3"]
    assert answer["warnings"] == [
        "in the inventory, but not measured: 3 nodes ('a2', 'n1', 'n2')",
        "left out, as not in the inventory: 1 node ('x')",
    ]
    assert [(row["id"], row["reason"]) for row in answer["explain"]] == REASONS
    stated = rvhctl("failover", "--batch", stdin=json.dumps({**request, "inventory": records}).encode())
    assert stated == by_flag
    line = json.dumps(request).encode()
    nobody = json.dumps({**request, "nodes": [], "explain": False}).encode()
    error = json.loads(rvhctl("failover", "--batch", "--inventory", "inventory.csv", stdin=nobody).out)[
        "error"
    ]
    assert error["message"].endswith(
        "; in the inventory, but not measured: 5 nodes ('a1', 'a2', 'a3', 'n1', 'n2')"
    )
    placed = rvhctl("faultset", "--batch", "--inventory", "inventory.csv", "-j", "2", stdin=line)
    assert [(row["id"], row["reason"]) for row in json.loads(placed.out)["explain"]] == REASONS


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"inventory": "i.csv"}, "inventory must be an array of nodes (got 'i.csv')"),
        ({"inventory": []}, "the inventory is empty"),
        ({"inventory": [{"id": "a1"}, {"id": "a1"}]}, "inventory: node 2 (id 'a1'): the id was there before"),
        ({"inventory": [{"zone": 1}]}, "inventory: node 1: the id is missing"),
        (
            {"inventory": [{"id": "http://a1"}], "nodes": [{"id": "a1:80", "latency": 1}, {"id": "A1:80"}]},
            "two",
        ),
        ({"inventroy": []}, "there is no member 'inventroy'; did you mean 'inventory'?"),
    ],
)
def test_a_bad_inventory_of_a_request_is_named(more: Mapping[str, Any], message: str) -> None:
    request = {"nodes": NODES, "threshold": 10, **more}
    outcome = rvhctl("failover", "--batch", stdin=json.dumps(request).encode())
    assert outcome.code == 1
    assert json.loads(outcome.out)["error"]["message"].startswith(message)


def test_groups_are_those_of_the_inventory() -> None:
    arguments = (
        "faultset",
        "--by",
        "zone",
        "--th",
        "9",
        "--inventory",
        "inventory.csv",
        "--plan",
        "-o",
        "csv",
    )

    def healths(*more: str, stdin: bytes = b"") -> list[list[str]]:
        rows = rvhctl(*arguments, *more, stdin=stdin).out.decode().splitlines()
        return [row.split(",")[:3] for row in rows[1:]]

    wanted = [["ams", "healthy", "3"], ["nyc", "down", "2"]]
    assert healths(stdin=b'{"id":"a3","latency":2}\n') == wanted
    assert healths(stdin=b"id,latency,zone\na3,2,\n") == wanted
    assert healths("--from", "fping", stdin=b"a3 : 2\n") == wanted
    assert healths("--nodes", "a3:1:1:2") == wanted
    records = [{"id": "a3", "zone": "ams"}, {"id": "n1", "zone": "nyc"}]
    document = {"nodes": [{"id": "a3", "latency": 2}], "inventory": records, "by": "zone", "threshold": 9}
    assert rvhctl("faultset", stdin=json.dumps(document).encode()).out == (
        b'[{"id":"a3","latency":2,"zone":"ams"}]\n'
    )
    answer = json.loads(
        rvhctl("faultset", "--batch", stdin=json.dumps({**document, "plan": True}).encode()).out
    )
    assert [(row["group"], row["health"]) for row in answer["plan"]] == [("ams", "healthy"), ("nyc", "down")]
    evaluation = evaluate(document["nodes"], Policy(threshold=9), by="zone", inventory=records)  # type: ignore[arg-type]
    assert list(evaluation.names) == ["ams", "nyc"]
    Path("inventory.csv").write_text("id,zone\na3,ams\nn1,\nn2,\n")
    code, out, err = rvhctl(*arguments, stdin=b'{"id":"a3","latency":2}\n')
    assert (code, out) == (1, b"")
    assert err == "rvhctl: inventory.csv: 2 of 3 nodes have no 'zone', the first of them 'n1' (got '')\n"


def test_a_drill_without_limits_needs_no_latency() -> None:
    arguments = ("faultset", "--by", "zone", "--drill", "groups", "--inventory", "inventory.csv", "-o", "csv")
    rest = ("--down", "a1,a2,n2")
    named = rvhctl(*arguments[:-4], "inventory.csv", "-o", "csv", *rest)
    assert (named.code, named.err) == (0, "")
    code, out, err = rvhctl(*arguments, stdin=b'{"id":"a3"}\n{"id":"n1","rack":"r"}\n')
    assert (code, out, err) == (
        0,
        named.out,
        "rvhctl: in the inventory, but not measured: 3 nodes ('a1', 'a2', 'n2')\n",
    )


def test_the_id_is_that_of_the_inventory() -> None:
    Path("inventory.csv").write_text('[{"id":"10.0.0.1:80"},{"id":7},{"id":"10.0.0.1:81","zone":"z"}]')
    nodes = b'[{"id":"10.0.0.1","latency":1},{"id":"7","latency":2}]'
    code, out, err = rvhctl(
        "failover", "--th", "9", "--inventory", "inventory.csv", "-l", "info", stdin=nodes
    )
    assert (code, out) == (
        0,
        b'[{"id":"10.0.0.1:80","latency":1},{"id":"10.0.0.1:81","latency":1,"zone":"z"},{"id":7,"latency":2}]\n',
    )
    matched = "matched by host: 2 nodes ('10.0.0.1 is 10.0.0.1:80', '10.0.0.1 is 10.0.0.1:81')"
    assert f"rvhctl: {matched}\n" in err
    arguments = ("failover", "--th", "9", "--inventory", "inventory.csv", "--explain", "-o", "ndjson")
    assert b'{"id":7,' in rvhctl(*arguments, stdin=nodes).out


def test_two_measurements_of_one_node_are_named() -> None:
    Path("inventory.csv").write_text("id\n10.0.0.1\nb\n")
    nodes = b"id,latency\n10.0.0.1:80,1\n10.0.0.1:81,2\nb,3\n"
    named = (
        "rvhctl: inventory.csv: two measurements could be that of '10.0.0.1': '10.0.0.1:80' and '10.0.0.1:81'; "
        "the inventory must name one of them\n"
    )
    arguments = ("failover", "--th", "9", "--inventory", "inventory.csv")
    assert rvhctl(*arguments, stdin=nodes) == (1, b"", named)
    code, out, err = rvhctl(*arguments, "--on-error", "skip", stdin=nodes)
    assert (code, out) == (1, b"id,latency\nb,3\n")
    assert err == (
        f"{named}rvhctl: in the inventory, but not measured: 1 node ('10.0.0.1')\nrvhctl: 1 left out\n"
    )


def test_a_place_may_be_known_by_either() -> None:
    Path("inventory.csv").write_text("id,lat,lon\na1,52,4\na2,,\na3,52,4\n")
    nodes = (
        b'{"id":"a1","latency":1}\n{"id":"a2","latency":2,"lat":1,"lon":1}\n'
        b'{"id":"a3","latency":3,"lat":2,"lon":2}\n'
    )
    arguments = ("faultset", "--th", "9", "--inventory", "inventory.csv", "-p", "1", "--explain", "-o", "csv")
    cells = [line.split(",")[1] for line in rvhctl(*arguments, stdin=nodes).out.decode().splitlines()[1:]]
    assert cells == ["u", "s", "u"]
    without = b'{"id":"a1","latency":1}\n{"id":"a3","latency":3}\n'
    message = (
        "rvhctl: inventory.csv: node 'a2': nobody knows where it stands; "
        "lat and lon are missing in the inventory, and in what was measured\n"
    )
    assert rvhctl(*arguments, stdin=without) == (1, b"", message)
    code, out, _ = rvhctl(*arguments, "--on-error", "skip", stdin=without)
    assert code == 1
    assert out.count(b"\n") == 3


def test_health_plan_and_end_count_who_is_absent() -> None:
    pings = b"a1 : 1.0 1.1\n"
    arguments = ("faultset", "--from", "fping", "--inventory", "inventory.csv", "--th", "10", "-p", "2")
    code, out, _ = rvhctl(*arguments, "--plan", "--json", "--min-survivors", "50%", stdin=pings)
    assert [(row["cell"], row["health"], row["nodes"]) for row in json.loads(out)] == [
        ("u1", "degraded", 3),
        ("dr", "down", 2),
    ]
    code, out, err = rvhctl(*arguments, "--fail-on", "down", stdin=pings)
    assert (code, out.count(b"\n")) == (3, 1)
    assert err.splitlines()[-1] == "rvhctl: cells: 1 down, 1 healthy"
    code, out, err = rvhctl(*arguments, stdin=b"")
    assert (code, out) == (3, b"")
    assert err == (
        "rvhctl: stdin: empty, so fping measured nothing\n"
        "rvhctl: in the inventory, but not measured: 5 nodes ('a1', 'a2', 'a3', 'n1', 'n2')\n"
        "rvhctl: no survivors: none of 5 nodes has a measurement\n"
    )


def test_a_blip_moves_nobody() -> None:
    """With a memory and an inventory, a node that is absent for a round is one without measurement."""
    rounds = ("--memory", "m", "--fall", "3", "--rise", "2")
    arguments = ("failover", "--th", "10", "--inventory", "inventory.csv", *rounds)
    all_of_them = b"id,latency\na1,1\na2,2\na3,3\nn1,4\nn2,5\n"
    blip = b"id,latency\na1,1\na3,3\nn1,4\nn2,5\n"

    def answer(stdin: bytes) -> list[str]:
        return rvhctl(*arguments, "-o", "plain", stdin=stdin).out.decode().split()

    assert answer(all_of_them) == ["a1", "a2", "a3", "n1", "n2"]
    assert answer(blip) == answer(blip) == ["a1", "a3", "n1", "n2", "a2"]
    assert answer(all_of_them) == ["a1", "a2", "a3", "n1", "n2"]
    assert [answer(blip) for _ in range(3)][-1] == ["a1", "a3", "n1", "n2"]
    assert answer(all_of_them) == ["a1", "a3", "n1", "n2"]
    assert answer(all_of_them) == ["a1", "a2", "a3", "n1", "n2"]
    record = rvhctl(*arguments, "--json", stdin=blip)
    assert {"id": "a2", "lat": 52.31, "lon": 4.76, "zone": "ams", "latency": None} in json.loads(record.out)


ROUNDS = st.lists(st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers(0, 3)), max_size=8)


@given(ROUNDS, st.integers(1, 3), st.integers(1, 3))
def test_an_absent_node_is_remembered_as_an_unmeasured_one(
    rounds: Sequence[Mapping[str, int | None]], rise: int, fall: int
) -> None:
    policy = Policy(threshold=1, rise=rise, fall=fall)
    inventory = [{"id": name} for name in "abcd"]
    absent, unmeasured = Memory(), Memory()
    for measured in rounds:
        given = [{"id": name, "latency": latency} for name, latency in measured.items()]
        whole = [*given, *({"id": name, "latency": None} for name in "abcd" if name not in measured)]
        one = evaluate(given, policy, memory=absent, inventory=inventory)
        other = evaluate(whole, policy, memory=unmeasured)
        assert one.answer == other.answer
        assert list(one.explanations()) == list(other.explanations())
        assert one.memory is not None
        assert other.memory is not None
        absent, unmeasured = one.memory, other.memory
        assert absent == unmeasured
