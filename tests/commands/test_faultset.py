"""``rvhctl faultset``: cells, their survivors, and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import rvhctl

SPECS = "a:52.37:4.90:12,b:52.371:4.901:9,c:48.86:2.35:31,::1:40.64:-73.78:130"
FLAGS = ("faultset", "--nodes", SPECS, "--threshold", "100")
NODES = b"id,lat,lon,latency\na,52.37,4.90,12\nb,52.371,4.901,9\nc,48.86,2.35,31\nd,40.64,-73.78,130\n"


def test_cells_in_order_of_appearance_and_the_fastest_first() -> None:
    assert rvhctl(*FLAGS) == (0, b"b\na\nc\n", "")


def test_async_changes_no_answer() -> None:
    assert rvhctl(*FLAGS, "--async") == rvhctl(*FLAGS)
    arguments = ("faultset", "--th", "100", "-p", "2")
    assert rvhctl(*arguments, "-a", stdin=NODES) == rvhctl(*arguments, stdin=NODES)


def test_an_id_may_hold_colons() -> None:
    out = rvhctl("faultset", "--nodes", SPECS, "--th", "200", "-o", "ndjson").out
    assert out.splitlines()[-1] == b'{"id":"::1","lat":40.64,"lon":-73.78,"latency":130}'


def test_precision_decides_what_a_cell_is() -> None:
    in_one = ("faultset", "--th", "100", "-p", "1", "--nodes", "a:52.37:4.9:12,c:48.86:2.35:3")
    assert rvhctl(*in_one).out == b"c\na\n"
    assert rvhctl(*in_one[:4], "12", *in_one[5:]).out == b"a\nc\n"


def test_a_document_states_its_precision_and_a_flag_wins() -> None:
    nodes = [
        {"id": "a", "lat": 52.37, "lon": 4.9, "latency": 12},
        {"id": "c", "lat": 48.86, "lon": 2.35, "latency": 3},
    ]
    document = json.dumps({"nodes": nodes, "threshold": 100, "precision": 1}).encode()
    assert rvhctl("faultset", "-o", "plain", stdin=document).out == b"c\na\n"
    assert rvhctl("faultset", "-o", "plain", "-p", "5", stdin=document).out == b"a\nc\n"


def test_top_cuts_each_cell() -> None:
    assert rvhctl(*FLAGS, "--top", "1").out == b"b\nc\n"


def test_records_go_out_as_they_came_in() -> None:
    assert rvhctl("faultset", "--th", "10", stdin=NODES).out == b"id,lat,lon,latency\nb,52.371,4.901,9\n"


def test_nobody_survived() -> None:
    assert rvhctl(*FLAGS[:3], "--threshold", "1") == (
        3,
        b"",
        "rvhctl: no survivors: the best of 4 nodes takes 9 ms, over 1\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--nodes", "a:1:2"), 2, "--nodes: a node is id:lat:lon:latency (got 'a:1:2')"),
        (("--nodes", "a:x:1:3"), 2, "--nodes: not a number (got 'x')"),
        (("--nodes", "a::1:3"), 1, "--nodes: node 'a': lat is missing"),
        (("--nodes", "a:91:1:3"), 1, "--nodes: node 'a': lat must lie within -90..90 degrees (got 91)"),
        (
            ("--nodes", "a:1:-180.5:3"),
            1,
            "--nodes: node 'a': lon must lie within -180..180 degrees (got -180.5)",
        ),
        (("--nodes", ":1:1:1"), 1, "--nodes: the id is empty"),
        (("--nodes", "a:1:1:1", "-p", "0"), 1, "precision must be a whole number from 1 to 12 (got 0)"),
        (("--nodes", "a:1:1:1", "-p", "13"), 1, "precision must be a whole number from 1 to 12 (got 13)"),
        (("--nodes", "a:1:1:1", "f"), 2, "give nodes with flags or in FILEs, not both"),
    ],
)
def test_what_cannot_be_answered(arguments: tuple[str, ...], code: int, message: str) -> None:
    assert rvhctl("faultset", "--threshold", "5", *arguments) == (code, b"", f"rvhctl: {message}\n")


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            b'[{"id":"a","latency":1,"lon":1}]',
            "stdin: node 1 (id 'a'): lat is missing; the node has id, latency, lon",
        ),
        (
            b'{"id":"a","lat":"1","lon":1,"latency":1}\n',
            "stdin:1:17: lat must be a number of degrees (got '1')",
        ),
        (
            b'{"id":"a","lat":1,"lon":181,"latency":1}\n',
            "stdin:1:25: lon must lie within -180..180 degrees (got 181)",
        ),
        (b"id,lat,lon,latency\na,,1,1\n", "stdin:2:3: lat is missing"),
        (b"id,lat,lon,latency\na,1,east,1\n", "stdin:2:5: lon must be a number of degrees (got 'east')"),
        (
            b"id,lon,latency\na,1,1\n",
            "stdin:1: the CSV header has no column 'lat'; its columns: 'id', 'lon', 'latency'; "
            "--column lat=COLUMN says which it is",
        ),
    ],
)
def test_coordinates_that_are_none(nodes: bytes, message: str) -> None:
    assert rvhctl("faultset", "--threshold", "5", stdin=nodes) == (1, b"", f"rvhctl: {message}\n")


ZONES = b"id,zone,region,latency\na,z1,eu,12\nb,2,eu,9\nc,z1,us,31\nd,2,us,130\n"
BY = ("faultset", "--threshold", "100", "--by", "zone")


def document(*nodes: dict[str, object], **members: object) -> bytes:
    return json.dumps({"nodes": nodes, **members}).encode()


A, B = {"id": "a", "zone": "x", "latency": 1}, {"id": "b", "latency": 2}


def test_groups_by_label_in_order_of_appearance_and_the_fastest_first() -> None:
    assert rvhctl(*BY, "-o", "plain", stdin=ZONES).out == b"a\nc\nb\n"
    assert rvhctl(*BY, "-o", "plain", "-a", stdin=ZONES).out == b"a\nc\nb\n"
    both = ("faultset", "--threshold", "100", "--by", "zone,region", "-o", "plain")
    assert rvhctl(*both, stdin=ZONES).out == b"a\nb\nc\n"
    assert rvhctl(
        "faultset", "--threshold", "100", "--by", "zone", "--by", "region", "-o", "plain", stdin=ZONES
    ) == rvhctl(*both, stdin=ZONES)


def test_views_call_a_group_a_group() -> None:
    table = rvhctl(*BY, "-o", "table", stdin=ZONES).out.decode()
    assert table.split()[0] == "group"
    assert "3 of 4 nodes within 100 ms, in 2 of 2 groups" in table
    plan = [json.loads(line) for line in rvhctl(*BY, "--plan", "-o", "ndjson", stdin=ZONES).out.splitlines()]
    assert [(row["group"], row["serve"]) for row in plan] == [
        ("z1", [{"group": "z1", "share": 100}]),
        ("2", [{"group": "2", "share": 70}, {"group": "z1", "share": 30}]),
    ]
    explained = json.loads(rvhctl(*BY, "--explain", "-o", "json", stdin=ZONES).out)
    assert explained[1] == {
        "id": "b",
        "group": "2",
        "kept": True,
        "reason": None,
        "latency": 9.0,
        "limit": 100.0,
        "margin": 91.0,
    }
    bad = rvhctl(*BY, "--min-survivors", "2", "--fail-on", "degraded", stdin=ZONES)
    assert (bad.code, bad.err) == (3, "rvhctl: groups: 1 degraded, 1 healthy\n")


def test_nodes_without_the_label_are_counted_or_left_out() -> None:
    lines = b'{"id":"a","zone":"x","latency":1}\n{"id":"b","zone":null,"latency":2}\n{"id":"c","latency":3}\n'
    lack = "rvhctl: stdin:2: 2 of 3 nodes have no 'zone', the first of them 'b' (got null)\n"
    assert rvhctl(*BY, stdin=lines) == (1, b"", lack)
    skipped = (1, lines[:34], f"{lack}rvhctl: 2 left out\n")
    assert rvhctl(*BY, "--on-error", "skip", stdin=lines) == skipped
    one = rvhctl("faultset", stdin=document(A, B, by="zone", threshold=9))
    assert one == (
        1,
        b"",
        "rvhctl: stdin: node 2: 1 of 2 nodes has no 'zone': 'b'; the node has id, latency\n",
    )


def test_flags_win_over_what_a_document_is_grouped_by() -> None:
    text = document(
        {**A, "rack": 1, "lat": 1, "lon": 1}, {**B, "rack": 1, "lat": 1, "lon": 1}, by="zone", threshold=9
    )
    assert rvhctl("faultset", "-o", "plain", "-p", "1", stdin=text).out == b"a\nb\n"
    assert rvhctl("faultset", "-o", "plain", "--by", "rack", stdin=text).out == b"a\nb\n"
    placed = document({**A, "lat": 1, "lon": 1}, precision=3, threshold=9)
    assert rvhctl("faultset", "-o", "plain", "--by", "zone", stdin=placed).out == b"a\n"
    assert rvhctl("faultset", "--batch", "--by", "zone", stdin=placed).code == 0


def test_a_document_says_for_the_next_files_too_what_they_are_grouped_by(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.ndjson"
    first.write_bytes(document(A, by="zone", threshold=9))
    second.write_text('{"id":"c","zone":"x","latency":0}')
    assert rvhctl("faultset", "-o", "plain", str(first), str(second)).out == b"c\na\n"
    second.write_text('{"id":"c","zone":"x","latency":0,"lat":1,"lon":1}')
    late = rvhctl("faultset", str(second), str(first))
    assert late == (1, b"", "rvhctl: by is stated behind nodes that were read without it; give --by\n")


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (("-p", "3"), 2, "--precision and --by exclude each other"),
        (("--advise",), 2, "--by makes no sense with --advise"),
        (("--down-cell", "u"), 2, "--down-cell makes no sense with --by; use --down-group"),
        (("--nodes", "a:1:2:3"), 2, "--nodes makes no sense with --by: name the group of a node in a FILE"),
        (("--by", ""), 2, "--by has an empty name"),
        (("--down-group", "z3"), 2, "--down-group: there is no group 'z3'; the groups are z1, 2"),
        (
            ("--merge-below", "3"),
            1,
            "merge_below joins the nearest group, and 'z1' (2 nodes) has no coordinates: give a node of it lat and lon",
        ),
        (
            ("--by", "none"),
            1,
            "stdin:1: the CSV header has no column 'none'; its columns: 'id', 'zone', 'region', 'latency'",
        ),
    ],
)
def test_what_a_label_does_not_go_with(flags: tuple[str, ...], code: int, message: str) -> None:
    assert rvhctl(*BY, *flags, stdin=ZONES) == (code, b"", f"rvhctl: {message}\n")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"by": 5}, "by must be the name of a label, or a list of names (got 5)"),
        ({"by": [""]}, "by must be the name of a label, or a list of names (got [''])"),
        ({"by": "zone", "precision": 3}, "precision makes no sense with by"),
        ({"by": "zone", "down_cell": ["u"]}, "down_cell makes no sense with by"),
        ({"down_group": ["x"]}, "down_group makes no sense without by"),
    ],
)
def test_what_a_document_may_not_state_of_labels(members: dict[str, object], message: str) -> None:
    text = document({**A, "lat": 1, "lon": 1}, threshold=9, **members)
    assert rvhctl("faultset", stdin=text) == (1, b"", f"rvhctl: stdin: {message}\n")
    assert message in rvhctl("faultset", "--batch", stdin=text).out.decode()
