"""``rvhctl faultset``: cells, their survivors, and what is said."""

from __future__ import annotations

import json

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
            "stdin:1: the CSV header has no column 'lat'; its columns: 'id', 'lon', 'latency'",
        ),
    ],
)
def test_coordinates_that_are_none(nodes: bytes, message: str) -> None:
    assert rvhctl("faultset", "--threshold", "5", stdin=nodes) == (1, b"", f"rvhctl: {message}\n")
