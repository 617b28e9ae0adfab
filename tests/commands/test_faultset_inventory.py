"""What an inventory knows, whatever its columns are called, of nodes that come from anywhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.program import Program
from support.terminal import on_terminal

INVENTORY = "Box;Breite;Lng;Zone\na;52,1;4,1;x\nb;40,1;-74;y\nc;52,1;4,1;x\n"
COLUMNS = ("--inventory-column", "id=box,lat=breite")
BY = ("faultset", "--by", "zone", "--threshold", "5")
LINES = '{"id": "a", "latency": 3}\n{"id": "b", "latency": 4}\n{"id": "c", "latency": null}\n'


@pytest.fixture
def inventory(tmp_path: Path) -> str:
    (tmp_path / "inventory.csv").write_text(INVENTORY)
    return str(tmp_path / "inventory.csv")


@pytest.mark.parametrize("words", [BY, ("faultset", "-p", "3", "--threshold", "5")], ids=" ".join)
def test_columns_of_an_inventory_are_named_by_their_own_flag(words: tuple[str, ...], inventory: str) -> None:
    unnamed = rvhctl(*words, "--inventory", inventory, stdin=LINES.encode())
    problem = "the CSV header has no column 'id'; its columns: 'Box', 'Breite', 'Lng', 'Zone'"
    hint = "--inventory-column id=COLUMN says which it is"
    assert unnamed == (1, b"", f"rvhctl: {inventory}:1: {problem}; {hint}\n")
    named = rvhctl(*words, "--inventory", inventory, *COLUMNS, "-o", "plain", stdin=LINES.encode())
    assert named == (0, b"a\nb\n", "")


def test_each_table_has_its_own_names(inventory: str) -> None:
    table = b"Box,rtt_s,Breite\na,0.003,99\nb,0.004,99\nc,,99\n"
    words = (*BY, "--inventory", inventory, *COLUMNS, "--column", "id=box", "-o", "ndjson")
    assert [json.loads(line)["lat"] for line in rvhctl(*words, stdin=table).out.splitlines()] == [52.1, 40.1]


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("--inventory-column", "id=box"), 2, "--inventory-column makes no sense without --inventory"),
        (
            ("--inventory", "FILE", "--inventory-column", "x=box"),
            2,
            "--inventory-column knows no field 'x'; its fields: id, lat, lon",
        ),
        (
            ("--inventory", "JSON", "--inventory-column", "id=box"),
            2,
            "--inventory-column makes no sense: the input is no CSV",
        ),
        (
            ("--inventory", "SLICES", "--inventory-column", "id=box"),
            2,
            "--inventory-column makes no sense: the input is no CSV",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: tuple[str, ...], code: int, problem: str, inventory: str, tmp_path: Path
) -> None:
    texts = {"JSON": LINES, "SLICES": '{"kind": "EndpointSlice", "endpoints": []}'}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    names = {"FILE": inventory, **{name: str(tmp_path / name) for name in texts}}
    outcome = rvhctl(*BY, *[names.get(word, word) for word in words], stdin=LINES.encode())
    assert (outcome.code, outcome.out) == (code, b"")
    assert outcome.err.startswith(f"rvhctl: {problem}")


def test_requests_have_the_same_inventory(inventory: str) -> None:
    request = json.dumps({"nodes": [json.loads(line) for line in LINES.splitlines()]}).encode()
    outcome = rvhctl(*BY, "--batch", "--inventory", inventory, *COLUMNS, stdin=request)
    assert json.loads(outcome.out)["survivors"] == ["a", "b"]
    alone = rvhctl(*BY, "--batch", *COLUMNS, stdin=request)
    assert alone == (2, b"", "rvhctl: --inventory-column makes no sense without --inventory\n")


@pytest.mark.parametrize("places", ["a:::3,b:::4,c:::", "a:1:2:3,b:::4,c:::"])
def test_flags_need_no_place_that_an_inventory_knows(places: str, inventory: str) -> None:
    words = ("--inventory", inventory, *COLUMNS, "--nodes", places)
    assert rvhctl(*BY, *words).out == b"a\nb\n"
    assert rvhctl("faultset", "--threshold", "5", *words).out == b"a\nb\n"


def test_half_a_place_is_none(inventory: str) -> None:
    words = ("--inventory", inventory, *COLUMNS, "--nodes", "a:1::3")
    assert rvhctl(*BY, *words).err == "rvhctl: --nodes: node 'a': lon is missing\n"
    assert rvhctl("faultset", "--threshold", "5", "--nodes", "a:::3").code == 1


@pytest.mark.parametrize("header", ["zone", "Zone", " ZONE "])
@pytest.mark.parametrize("written", ["id;latency;{}\na;3;x\nb;4;y\n", "id,latency,{}\na,3,x\nb,4,y\n"])
def test_a_label_is_a_column_in_any_case(header: str, written: str) -> None:
    table = written.format(header).encode()
    assert rvhctl(*BY, stdin=table) == (0, table, "")
    objects = rvhctl(*BY, "-o", "ndjson", stdin=table).out
    assert [json.loads(line)["zone"] for line in objects.splitlines()] == ["x", "y"]
    twice = table.replace(b"latency", b"latency,zOnE" if b"," in table else b"latency;zOnE")
    if header != "zone":
        assert rvhctl(*BY, stdin=twice).code == 1


def test_several_labels_are_said_alike_at_every_door(tmp_path: Path) -> None:
    nodes = [
        {"id": name, "latency": 1, "region": name[0], "zone": name[1]} for name in ("ax", "ay", "bx", "by")
    ]
    by_flag = rvhctl(
        "faultset",
        "--by",
        "region, zone",
        "--th",
        "5",
        "--explain",
        "-o",
        "json",
        stdin=json.dumps(nodes).encode(),
    )
    for by in ("region,zone", " region , zone", ["region", "zone"]):
        document = json.dumps({"nodes": nodes, "by": by, "threshold": 5}).encode()
        assert rvhctl("faultset", "--explain", "-o", "json", stdin=document).out == by_flag.out
        assert b'"ok":true' in rvhctl("faultset", "--batch", stdin=document).out
    assert (
        rvhctl("faultset", stdin=json.dumps({"nodes": nodes, "by": "region,", "threshold": 5}).encode()).code
        == 1
    )


def test_a_name_with_a_comma_stands_in_quotes() -> None:
    nodes = b'[{"id":"a,1","latency":1,"zone":"x,y"},{"id":"b","latency":1,"zone":"z"}]'
    words = (*BY, "-o", "plain")
    assert rvhctl(*words, "--down-group", '"x,y"', stdin=nodes).out == b"b\n"
    assert rvhctl(*words, "--down-group", 'z, "x,y"', stdin=nodes).code == 3
    assert rvhctl(*words, "--down", '"a,1"', stdin=nodes).out == b"b\n"
    wrong = rvhctl(*words, "--down-group", '"x,y', stdin=nodes)
    assert (wrong.code, wrong.out) == (2, b"")
    slashes = b'[{"id":"a","latency":1,"r":"a/b","z":"c"},{"id":"b","latency":1,"r":"d","z":"c,e"}]'
    words = ("faultset", "--by", "r,z", "--threshold", "5", "-o", "plain")
    for name, left in (('"a/b"/c', b"b\n"), ('"a/b"', b"b\n"), ('"d/c,e"', b"a\n")):
        assert rvhctl(*words, "--down-group", name, stdin=slashes).out == left


@pytest.mark.parametrize("door", ["file", "json"])
def test_an_address_that_was_measured_tells_the_node(door: str, tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text('{"id": "10.0.0.1:80"}\n{"id": "web", "address": "10.0.0.2"}\n')
    flags = ("failover", "--threshold", "5", "-o", "plain", "--inventory", str(tmp_path / "inventory"))
    if door == "file":
        text = b"one (10.0.0.1) : 0.8 0.7\n10.0.0.2 : 0.9 0.9\n"
        assert rvhctl(*flags, "--from", "fping", stdin=text) == (0, b"10.0.0.1:80\nweb\n", "")
    else:
        text = b'{"id":"one","address":"10.0.0.1","latency":1}\n{"id":"10.0.0.2","latency":2}\n'
        assert rvhctl(*flags, stdin=text) == (0, b"10.0.0.1:80\nweb\n", "")


DRILL = ("faultset", "--by", "zone", "--drill", "both", "-o", "csv", *COLUMNS)


def test_a_drill_of_an_inventory_waits_for_nothing(inventory: str, program: Program) -> None:
    """Neither at a terminal nor where the inventory is all of standard input."""
    drilled = rvhctl(*DRILL, "--inventory", "-", stdin=INVENTORY.encode())
    assert (drilled.code, drilled.err) == (0, "")
    with Path(os.devnull).open() as nothing:
        process = program.start(*DRILL, "--inventory", inventory, stdin=nothing)
        assert (process.communicate(timeout=60)[0], process.returncode) == (drilled.out, 0)
    code, got = on_terminal(program, *DRILL, "--inventory", inventory, "--level", "info")
    assert code == 0
    assert "rvhctl: nothing was measured: the drill is that of the inventory\n" in got
    limited = rvhctl(*DRILL, "--threshold", "5", "--inventory", "-", stdin=INVENTORY.encode())
    assert limited.err == "rvhctl: standard input ('-') can be read only once; name a FILE\n"
