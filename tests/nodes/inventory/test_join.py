"""Measured nodes and those of an inventory as one fleet, at every door of the program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import nan
from operator import or_
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl import Memory, Policy, evaluate
from rvhctl.errors import raise_error
from rvhctl.formats.choice import OBJECTS
from rvhctl.nodes.fields import KNOWN, read_record
from rvhctl.nodes.inventory import join as joining
from rvhctl.nodes.inventory import read as reading
from rvhctl.nodes.inventory.join import join
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.read import read_text

INVENTORY = """\
id,lat,lon,zone
a1,52.37,4.90,ams
a2,52.31,4.76,ams
a3,52.36,4.91,ams
n1,40.64,-73.78,nyc
n2,40.65,-73.79,nyc
"""
ABSENT = "rvhctl: in the inventory, but not measured: 3 nodes ('a2', 'n1', 'n2')\n"
OUTSIDE = "rvhctl: left out, as not in the inventory: 1 node ('x')\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("inventory.csv").write_text(INVENTORY)


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


def test_a_record_goes_out_as_it_came_in_with_what_the_inventory_adds() -> None:
    nodes = b'{"latency": 2.50, "id": "a3", "rack": "r1", "zone": null}\n'
    quiet = ("--inventory", "inventory.csv", "--level", "error", "--th", "10")
    assert rvhctl("failover", *quiet, stdin=nodes).out == (
        b'{"latency":2.50,"id":"a3","rack":"r1","zone":"ams","lat":52.36,"lon":4.91}\n'
    )
    rows = b"latency,id,zone,rack\n2.50,a3,,007\n"
    wanted = b"latency,id,zone,rack,lat,lon\n2.50,a3,ams,007,52.36,4.91\n"
    assert rvhctl("failover", *quiet, stdin=rows).out == wanted
    assert rvhctl("faultset", *quiet, stdin=rows).out == wanted
    assert rvhctl("failover", *quiet, "-o", "tsv", stdin=rows).out == wanted.replace(b",", b"\t")
    assert rvhctl("failover", *quiet, "-o", "plain", stdin=rows).out == b"a3\n"
    assert b"a3" in rvhctl("failover", *quiet, "-o", "table", stdin=rows).out
    flags = ("--nodes", "a3", "--latencies", "2")
    assert rvhctl("failover", *quiet, *flags).out == b"a3\n"
    assert rvhctl("failover", *quiet, *flags, "--json").out == (
        b'[{"id":"a3","latency":2,"lat":52.36,"lon":4.91,"zone":"ams"}]\n'
    )


def test_rows_have_a_header_if_nobody_serves() -> None:
    arguments = ("failover", "--th", "0", "--inventory", "inventory.csv", "--fail-on", "down", "-l", "error")
    header = b"id,latency,lat,lon,zone\n"
    assert rvhctl(*arguments, stdin=b"id,latency\na1,2\n").out == header
    assert rvhctl(*arguments, stdin=b"sep=;\nid;latency\na1;2\n").out == b"sep=;\n" + header.replace(
        b",", b";"
    )
    assert rvhctl(*arguments, "-o", "csv", stdin=b'[{"id":"a1","latency":2}]').out == header


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


@pytest.mark.parametrize("by", [(), ("--by", "zone")], ids=["cells", "by"])
def test_what_the_inventory_says_counts_and_what_was_measured_otherwise_is_told(by: tuple[str, ...]) -> None:
    """At every door, by columns and by records."""
    known = [
        {"id": "a", "lat": 1.0, "lon": 1.0, "zone": "x"},
        {"id": "b", "lat": 2.0, "lon": 2.0, "zone": "x"},
        {"id": "c", "lat": 3.0, "lon": 3.0, "zone": "y"},
    ]
    measured = [
        {"id": "a", "latency": 1, "lat": 1.5, "lon": 1.0, "zone": "z"},
        {"id": "b", "latency": 2, "lat": None, "lon": None, "zone": "x"},
        {"id": "c", "latency": 3, "lat": 3.0, "lon": 3.0},
    ]
    Path("inventory.json").write_text(json.dumps(known))
    flags = (*by, "--th", "9", "-o", "json")
    begun = "measured otherwise than in the inventory, which counts: "
    parts = {"lat of 'a' is 1.0, not 1.5", *(["zone of 'a' is 'x', not 'z'"] if by else [])}
    for records in (measured, [{**measured[0], "weight": 1}, *measured[1:]]):
        texts = [json.dumps(records), "".join(json.dumps(record) + "\n" for record in records)]
        texts.append(json.dumps({"nodes": records, "inventory": known}))
        for text in texts:
            given = ("--inventory", "inventory.json") if text is not texts[2] else ()
            code, out, err = rvhctl("faultset", *flags, *given, stdin=text.encode())
            assert code == 0
            assert [(node["id"], node["lat"], node["zone"]) for node in json.loads(out)] == [
                ("a", 1.0, "x"),
                ("b", 2.0, "x"),
                ("c", 3.0, "y"),
            ]
            assert err.startswith(f"rvhctl: {begun}")
            assert {part for part in parts if part in err} == parts
            assert len(err) == len("rvhctl: " + begun + ", ".join(parts) + "\n")
        request = {"nodes": records, "inventory": known, "threshold": 9, **({"by": "zone"} if by else {})}
        answer = json.loads(rvhctl("faultset", "--batch", stdin=json.dumps(request).encode()).out)
        (warning,) = answer["warnings"]
        assert len(warning) == len(begun + ", ".join(parts))
        place = {"by": "zone"} if by else {"precision": 5}
        evaluation = evaluate(records, Policy(threshold=9), inventory=known, **place)  # type: ignore[arg-type]
        assert list(evaluation.warnings) == answer["warnings"]
    alike = rvhctl(
        "faultset", *flags, "--inventory", "inventory.json", stdin=json.dumps(measured[1:]).encode()
    )
    assert alike.err == "rvhctl: in the inventory, but not measured: 1 node ('a')\n"


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


IDS = st.sampled_from(["a", "b", "a:1", "http://a/", "B", "7", "é"])
PLACES = st.sampled_from([{}, {"lat": 1.5, "lon": 2}, {"lat": None, "lon": None}])
MORE = st.sampled_from(
    [
        *({}, {}, {"zone": "z"}, {"zone": ""}, {"state": "drain"}, {"state": "up"}),
        *({"weight": 2}, {"capacity": 3}, {"samples": [1, None]}),
    ]
)


def nodes_of(records: Mapping[str, Mapping[str, Any]], latency: bool | None) -> Nodes:
    text = b"\n".join(orjson.dumps({**record, "id": name}) for name, record in records.items())
    return read_text(text, "f", OBJECTS, coordinates=KNOWN, on_bad=raise_error, latency=latency)


@given(
    st.dictionaries(IDS, st.builds(or_, PLACES, MORE)),
    st.dictionaries(IDS, st.builds(or_, PLACES, MORE)),
    st.booleans(),
)
def test_columns_say_what_the_merged_records_say(
    measured: Mapping[str, Mapping[str, Any]], inventory: Mapping[str, Mapping[str, Any]], placed: bool
) -> None:
    theirs = nodes_of({name: {"latency": 1, **record} for name, record in measured.items()}, True)
    ours = nodes_of(inventory, None)
    coordinates = KNOWN if placed else False
    joined = join(theirs, ours, coordinates=coordinates, on_bad=lambda _: None, inform=str)
    builder = NodesBuilder()
    for row in range(len(joined.fleet)):
        record = joined.records[row]
        builder.add(read_record(orjson.loads(record), lambda: None, coordinates=coordinates), record)
    fleet = builder.build(OBJECTS).fleet
    assert list(joined.fleet.ids) == list(fleet.ids)
    for column in (
        "latencies",
        "lats",
        "lons",
        "states",
        "weights",
        "capacities",
        "samples",
        "sample_starts",
    ):
        one, other = getattr(joined.fleet, column), getattr(fleet, column)
        if column in ("lats", "lons"):  # without any, the column may be empty
            one, other = ([*values] or [nan] * len(joined.fleet) for values in (one, other))
        assert repr(one) == repr(other), column


def test_without_details_no_record_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "merged_texts", None)
    joined = join(
        nodes_of({"a": {"latency": 1}}, True),
        nodes_of({"b": {"lat": 1, "lon": 2}, "a": {"lat": 3, "lon": 4}}, None),
        coordinates=True,
        on_bad=raise_error,
        inform=str,
    )
    assert list(joined.fleet.ids) == ["a", "b"]
    assert (joined.fleet.lats, joined.fleet.lons) == ([3, 1], [4, 2])


@pytest.mark.parametrize("format_", ["json", "ndjson", "csv", "tsv", "plain", "table"])
def test_an_inventory_that_adds_nothing_changes_nothing(format_: str) -> None:
    rows = b"id,lat,lon,latency,rack\na2,52.310,4.76,3,007\nn1,40.64,-73.78,2,\na1,52.37,4.90,1,x\n"
    Path("ids").write_text("id\na1\nn1\na2\n")
    for command in ("failover", "faultset"):
        for view in ([], ["--explain"], ["--plan"]) if command == "faultset" else ([], ["--explain"]):
            arguments = (command, "--th", "10", "-o", format_, *view)
            assert rvhctl(*arguments, "--inventory", "ids", stdin=rows) == rvhctl(*arguments, stdin=rows)


@pytest.mark.parametrize("delimiter", [";", ",", "|", "\t"])
@pytest.mark.parametrize("sep", [False, True])
def test_rows_stay_as_they_came_and_get_more_columns(delimiter: str, sep: bool) -> None:
    """By their own names and numbers; what an inventory adds is written in the same way."""
    lines = [
        "Host;rtt_s;Rack;state",
        "a1;0,0020;r;",
        'b1;"0,003";"x;y";drain',
        "10.0.0.1;0,001;;up",
        "c1;N/A;q;up",
    ]
    Path("inventory.csv").write_text(
        "id|zone|lat|lon|state\na1|ams|52.5|4.5|\nb1|ams|||up\n10.0.0.1:80||||drain\nc1|x|||up\nd1|y|1.5|2|\n"
    )
    if delimiter != ";":
        lines = [line.replace(",", ".").replace(";", delimiter) for line in lines]
    text = "\n".join([f"sep={delimiter}"] * sep + [*lines, ""])
    words = ("failover", "--th", "9", "--on-degraded", "all", "--min-survivors", "5")
    words = (*words, "--inventory", "inventory.csv")
    outcome = rvhctl(*words, stdin=text.encode())
    expected = [lines[0] + ";zone;lat;lon", "a1;0,0020;r;;ams;52,5;4,5"]
    if delimiter != ";":
        expected = [lines[0] + f"{delimiter}zone{delimiter}lat{delimiter}lon".replace(";", delimiter)]
        expected.append(delimiter.join(["a1", "0.0020", "r", "", "ams", "52.5", "4.5"]))
    assert outcome.out.decode().splitlines() == [f"sep={delimiter}"] * sep + expected
    again = rvhctl("failover", "--th", "9", stdin=outcome.out)
    assert (again.code, again.out) == (0, outcome.out)


def test_what_an_inventory_changes_in_a_row_is_written_in_its_way() -> None:
    rows = b"Host;RTT;weight;state\n10.0.0.1;1,50;;up\nb;2,50;0,50;up\nc;;1;up\n"
    Path("inventory.csv").write_text("id|weight\n10.0.0.1:80|2.5\nb|9\nc|\nd|0.5\n")
    words = ("failover", "--th", "9", "--inventory", "inventory.csv")
    out = rvhctl(*words, stdin=rows).out
    assert out == b"Host;RTT;weight;state\n10.0.0.1:80;1,50;2,5;up\nb;2,50;9;up\n"
    tsv = rvhctl(*words, "-o", "tsv", stdin=rows).out
    assert tsv == b"Host\tRTT\tweight\tstate\n10.0.0.1:80\t1.50\t2.5\tup\nb\t2.50\t9\tup\n"


@pytest.mark.parametrize("place", ["1|", "|"], ids=["half a place", "no place"])
def test_rows_are_found_where_others_are_left_out(place: str) -> None:
    rows = b"Host;RTT\na;1,5\nb;2,50\n"
    Path("inventory.csv").write_text(f"id|lat|lon\na|{place}\nb|1|2\n")
    words = ("faultset", "--th", "9", "-p", "3", "--inventory", "inventory.csv", "--on-error", "skip")
    assert rvhctl(*words, stdin=rows).out == b"Host;RTT;lat;lon\nb;2,50;1;2\n"


@pytest.mark.parametrize("extra", ["", "sep=,\n"])
@pytest.mark.parametrize(
    "known",
    [
        'id,zone,rack\na,x,1\nb,"y,z",\nc,,é\n',
        'id,zone,rack\na,"say ""x""",1\nb,y,\nc,z,2\n',
        "id,zone\na,x\nb,y\nc,z\n",
        "id,zone,note,state\na,x,1,up\nb,y,2,up\nc,z,3,drain\n",
        "id,zone,latency,rack\na,x,9,1\nb,y,9,2\nc,z,9,3\n",
        "id,zone,rack\na,x,1\nb,y,2\nc,z,3\nd,z,4\n",
    ],
)
def test_rows_are_longer_by_the_same_cells_however_they_are_made(
    known: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inventory.csv").write_text(known)
    rows = f'{extra}id,latency,note\na,1.50,"x, y"\nb,3,\nc,0.002 s,z\n'.encode()
    words = ("failover", "--th", "9", "--inventory", "inventory.csv")
    written = rvhctl(*words, stdin=rows)
    monkeypatch.setattr("rvhctl.formats.csv.COMPILED", False)
    assert written == rvhctl(*words, stdin=rows)
    assert written.code == 0


@pytest.mark.parametrize("by", [(), ("--by", "zone"), ("--by", "zone,rack")], ids=" ".join)
@pytest.mark.parametrize(
    "columns", ["zone,rack", "lat,lon,zone,rack", "zone,rack,state,weight", "rack,zone,capacity"]
)
@pytest.mark.parametrize(
    "measured", ["id,latency", "id,latency,lat,lon", "id,latency,state", "id,rack,latency"]
)
def test_columns_join_as_records_do(
    by: tuple[str, ...], columns: str, measured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In any order, with nodes that are absent, unknown or unmeasured."""
    values = {
        "lat": "{}.5",
        "lon": "1",
        "zone": "z{}",
        "rack": "r",
        "weight": "{}",
        "capacity": "2",
        "latency": "{}",
    }
    states = ["up", "drain", "down", ""]

    def table(header: str, ids: Sequence[int], shift: int) -> str:
        names = header.split(",")
        rows = [
            [
                f"n{row}"
                if name == "id"
                else states[row % 4]
                if name == "state"
                else values[name].format(row % 3 + shift)
                for name in names
            ]
            for row in ids
        ]
        return "\n".join([header, *map(",".join, rows), ""])

    if not by and "lon" not in columns:
        columns += ",lat,lon"
    Path("inventory.csv").write_text(table("id," + columns, range(12), 1))
    stdin = table(measured, [7, 3, 1, 0, 13, 11, 4], 2).encode()
    words = ("faultset", *by, "--threshold", "3", "--inventory", "inventory.csv", "-o", "json")
    for more in ((), ("--plan", "--nearest", "1"), ("--explain",)):
        joined = rvhctl(*words, *more, stdin=stdin)
        with monkeypatch.context() as patch:
            patch.setattr(joining, "_by_columns", lambda *_, **__: None)
            assert rvhctl(*words, *more, stdin=stdin) == joined
        with monkeypatch.context() as patch:
            for module in (joining, reading):
                patch.setattr(module, "COMPILED", True)
            assert rvhctl(*words, *more, stdin=stdin) == joined
        assert joined.code == 0
