"""What is known of each node of an inventory: which of two values counts, and how its record or row goes out."""

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

from rvhctl import Policy, evaluate
from rvhctl.errors import raise_error
from rvhctl.formats.choice import OBJECTS
from rvhctl.nodes.fields import KNOWN, read_record
from rvhctl.nodes.inventory import join as joining
from rvhctl.nodes.inventory import read as reading
from rvhctl.nodes.inventory.join import join
from rvhctl.nodes.nodes import Nodes, NodesBuilder
from rvhctl.nodes.read import read_text

pytestmark = pytest.mark.usefixtures("folder")


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


@pytest.mark.parametrize(
    ("measured", "known"), [({}, {"lat": 3, "lon": 4}), ({"lat": 3, "lon": 4}, {})], ids=["known", "measured"]
)
def test_without_details_no_record_is_looked_at(
    measured: Mapping[str, Any], known: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "merged_texts", None)
    joined = join(
        nodes_of({"a": {"latency": 1, **measured}}, True),
        nodes_of({"b": {"lat": 1, "lon": 2}, "a": known}, None),
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
