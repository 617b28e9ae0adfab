"""``--matrix``: what goes from where to where, as counted one by one, in every format."""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl import JumpHashError, Placement

names = st.permutations(["a", "b", "host:80:r", "é", "e"]).map(lambda ids: ids[:4])
keyed = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=30)


@given(names, names, keyed)
def test_flows_are_counted_one_by_one(here: list[str], there: list[str], rows: list[tuple[int, int]]) -> None:
    before, after = Placement(here), Placement(there)
    keys, sizes = [key for key, _ in rows], [size for _, size in rows]
    counts: Counter[Any] = Counter()
    loads: Counter[Any] = Counter()
    for key, size in rows:
        pair = (before.bucket(key), after.bucket(key), before.owner(key), after.owner(key))
        if pair[2] != pair[3]:
            counts[pair] += 1
            loads[pair] += size
    flows = before.matrix(keys, after, sizes=sizes)
    assert [tuple(flow) for flow in flows] == [(*pair, counts[pair], loads[pair]) for pair in sorted(counts)]
    assert [flow.keys for flow in before.matrix(keys, after)] == [flow.keys for flow in flows]
    moves = before.moves(keys, after)
    assert sum(flow.keys for flow in flows) == moves.moved
    for row in moves.buckets:
        assert row.entering == sum(flow.keys for flow in flows if flow.target == row.node)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(JumpHashError, match="with names cannot be compared"):
        Placement(["a"]).matrix([], Placement(2))


KEYS = [f"t{number}" for number in range(60)]
SIZES = [float(number % 7) + 0.5 for number in range(60)]
TEXT = "".join(f"{key}\n" for key in KEYS).encode()
NDJSON = "".join(
    json.dumps({"key": key, "n": size}) + "\n" for key, size in zip(KEYS, SIZES, strict=True)
).encode()
NODES = ("--nodes", "a,b,host:80:r", "--to-nodes", "a,b,host:80:r,é,d")


def shown(*flags: str, stdin: bytes = TEXT) -> str:
    done = rvhctl("jump-hash", *NODES, "--matrix", *flags, stdin=stdin)
    assert (done.code, done.err) == (0, "")
    return done.out.decode()


@pytest.mark.parametrize("sized", [False, True])
def test_each_door(sized: bool) -> None:
    here, there = Placement(NODES[1].split(",")), Placement(NODES[3].split(","))
    flows = here.matrix(KEYS, there, sizes=SIZES if sized else None)
    assert flows
    rows = [
        {
            "from": flow.source_bucket,
            "to": flow.target_bucket,
            "from_node": flow.source,
            "to_node": flow.target,
            "keys": flow.keys,
            **({} if flow.load is None else {"load": flow.load}),
        }
        for flow in flows
    ]
    flags = ("-i", "ndjson", "--size", "n") if sized else ("-i", "ndjson")
    assert json.loads(shown("--json", *flags, stdin=NDJSON)) == rows
    assert [json.loads(line) for line in shown("-o", "ndjson", *flags, stdin=NDJSON).splitlines()] == rows
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        table = csv.DictReader(shown("-o", name, *flags, stdin=NDJSON).splitlines(), delimiter=delimiter)
        assert list(table) == [{member: str(value) for member, value in row.items()} for row in rows]
    plain = ["\t".join(map(str, list(row.values())[2:])) for row in rows]
    assert shown("-o", "plain", *flags, stdin=NDJSON).splitlines() == plain
    request = {"keys": KEYS, "nodes": here.nodes.ids, "to_nodes": there.nodes.ids, "matrix": True}
    line = json.dumps(request | ({"sizes": SIZES} if sized else {})).encode()
    assert json.loads(rvhctl("jump-hash", "--batch", stdin=line).out)["matrix"] == rows


def test_buckets_without_names() -> None:
    flags = ("jump-hash", "-b", "2", "--to", "3", "--matrix")
    flows = Placement(2).matrix(KEYS, Placement(3))
    rows = [[flow.source, flow.target, flow.keys] for flow in flows]
    assert rvhctl(*flags, "-o", "plain", stdin=TEXT).out.decode().splitlines() == [
        "\t".join(map(str, row)) for row in rows
    ]
    assert [list(row.values()) for row in json.loads(rvhctl(*flags, "--json", stdin=TEXT).out)] == rows


@pytest.mark.parametrize("width", [46, 80, 200])
@pytest.mark.parametrize("sized", [False, True])
def test_a_table_fits(width: int, sized: bool) -> None:
    """A matrix where the terminal is as wide, and a row for each pair where not."""
    columns = str(width)
    for nodes in (3, 60):
        flags = ("-i", "ndjson", "--size", "n") if sized else ("-i", "ndjson")
        done = rvhctl(
            "jump-hash",
            "-b",
            "2",
            "--to",
            str(nodes),
            "--matrix",
            "-o",
            "table",
            *flags,
            stdin=NDJSON,
            COLUMNS=columns,
        )
        lines = done.out.decode().splitlines()
        assert max(map(len, lines)) <= width
        assert width == 200 or ("from/to" in lines[1]) == (nodes == 3)
    done = rvhctl("jump-hash", *NODES, "--matrix", "-o", "table", stdin=TEXT, COLUMNS=columns)
    assert " é " in done.out.decode()


def test_a_table_without_moves() -> None:
    done = rvhctl("jump-hash", "-b", "3", "--to", "3", "--matrix", "-o", "table", stdin=TEXT)
    assert "0 of 60 keys move" in done.out.decode()


@pytest.mark.parametrize(
    ("flags", "code", "problem"),
    [
        (("-b", "3", "--matrix"), 2, "--matrix makes no sense without --to, --to-nodes or --to-down"),
        (("-b", "3", "--to", "4", "--matrix", "--moves"), 2, "--moves and --matrix exclude each other"),
    ],
)
def test_what_is_refused(flags: tuple[str, ...], code: int, problem: str) -> None:
    done = rvhctl("jump-hash", *flags, stdin=TEXT)
    assert (done.code, done.out) == (code, b"")
    assert problem in done.err


def test_requests_that_ask_for_nothing() -> None:
    line = json.dumps({"keys": KEYS, "buckets": 3, "matrix": True}).encode()
    answer = json.loads(rvhctl("jump-hash", "--batch", stdin=line).out)
    assert answer["error"]["message"].startswith("matrix is about to, to_nodes or to_down")
    asked = json.loads(rvhctl("jump-hash", "--batch", "--matrix", stdin=line.replace(b"true", b"null")).out)
    assert asked["ok"]
    assert "matrix" not in asked
