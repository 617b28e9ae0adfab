"""``--moves --steps``: every key that moves, in steps of at most a share that keep each node within its bound."""

from __future__ import annotations

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl import JumpHashError, Percent, Placement

NAMES = ["a", "b", "c", "d", "e", "f"]
names = st.permutations(NAMES).map(lambda ids: ids[:4])
keyed = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=40)
shares = st.sampled_from(["0.01", "0.05", "0.2", "0.5", "1"])
bounds = st.none() | st.sampled_from(["1", "1.05", "1.5"])


@given(names, names, keyed, shares, bounds, st.booleans())
def test_steps_keep_what_they_promise(
    here: list[str], there: list[str], rows: list[tuple[int, int]], share: str, bound: str | None, sized: bool
) -> None:
    keys = [key for key, _ in rows]
    amounts = [size if sized else 1 for _, size in rows]
    sizes = amounts if sized else None
    max_load = None if bound is None else float(bound)
    before, after = (Placement(ids).assign(keys, sizes=sizes, max_load=max_load) for ids in (here, there))
    steps = before.steps(keys, after, float(share), sizes=sizes)

    total = sum(amounts)
    loads, ends = Counter(dict.fromkeys(NAMES, 0)), Counter(dict.fromkeys(NAMES, 0))
    for key, size in zip(keys, amounts, strict=True):
        loads[str(before.owner(key))] += size
        ends[str(after.owner(key))] += size
    most = {name: Fraction(max(loads[name], ends[name])) for name in NAMES}
    for ids in (here, there):
        for name in ids if bound else ():
            most[name] = max(most[name], Fraction(bound) * total / len(ids))
    moved: list[tuple[Any, ...]] = []
    for step in steps:
        size = sum(1 if move.size is None else move.size for move in step.moves)
        assert size <= Fraction(share) * total or len({move.key for move in step.moves}) == 1
        assert step.share == (size / total if total else 0)
        for move in step.moves:
            assert (move.source, move.target) == (before.owner(move.key), after.owner(move.key))
            loads[str(move.source)] -= 1 if move.size is None else int(move.size)
            loads[str(move.target)] += 1 if move.size is None else int(move.size)
            moved.append((move.key, move.size))
        assert {row.node for row in step.overfull} == {name for name in NAMES if loads[name] > most[name]}
        for row in step.overfull:
            assert row.load == pytest.approx(float(loads[str(row.node)] - most[str(row.node)]))
    assert loads == ends
    expected = [
        (key, float(size) if sized else None)
        for key, size in zip(keys, amounts, strict=True)
        if before.owner(key) != after.owner(key)
    ]
    assert sorted(moved, key=str) == sorted(expected, key=str)
    # Equal keys go together, and whatever the order of the input.
    together = [{move.key for move in step.moves} for step in steps]
    assert sum(map(len, together)) == len(set().union(*together))
    backwards = before.steps(keys[::-1], after, float(share), sizes=sizes and sizes[::-1])
    assert [{move.key for move in step.moves} for step in backwards] == together


def test_shares() -> None:
    keys = range(100)
    here, there = Placement(4), Placement(5)
    expected = here.steps(keys, there, 0.07)
    assert [len(step.moves) for step in expected][:2] == [7, 7]
    assert here.steps(keys, there, Percent(7, 100)) == here.steps(keys, there, Fraction(7, 100)) == expected
    assert len(here.steps(keys, there, 1)) == 1
    for wrong in (0, -0.1, 1.01, float("nan"), True, "5%", None, Percent(0, 100), Fraction(3, 2)):
        with pytest.raises(JumpHashError, match="steps must be a share of more than 0% and at most 100%"):
            here.steps(keys, there, wrong)  # type: ignore[arg-type]
    for half in (SimpleNamespace(numerator=1), SimpleNamespace(denominator=2)):
        with pytest.raises(JumpHashError, match="steps must be a share"):
            here.steps(keys, there, half)  # type: ignore[arg-type]


KEYS = [f"t{number}" for number in range(60)]
SIZES = [float(number % 7) + 0.5 for number in range(60)]
BY_NAME = dict(zip(KEYS, SIZES, strict=True))
TEXT = "".join(f"{key}\n" for key in KEYS).encode()
NDJSON = "".join(json.dumps({"key": key, "n": size}) + "\n" for key, size in BY_NAME.items()).encode()


@pytest.mark.parametrize("bound", [None, 1.05])
@pytest.mark.parametrize("sized", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_each_door(sized: bool, named: bool, bound: float | None, tmp_path: Path) -> None:
    nodes = NAMES[:4], NAMES[1:6]
    sizes = SIZES if sized else None
    here, there = (Placement(ids if named else len(ids)) for ids in nodes)
    if bound:
        here, there = (each.assign(KEYS, sizes=sizes, max_load=bound) for each in (here, there))
    steps = here.steps(KEYS, there, 0.1, sizes=sizes)
    assert len(steps) > 1
    rows = [
        {
            "step": number,
            "key": move.key,
            "from": move.source_bucket,
            "to": move.target_bucket,
            **({"from_node": move.source, "to_node": move.target} if named else {}),
            **({"size": move.size} if sized else {}),
        }
        for number, step in enumerate(steps, 1)
        for move in step.moves
    ]
    flags = [
        *(("--nodes", ",".join(nodes[0]), "--to-nodes", ",".join(nodes[1])) if named else ("-b4", "--to=5")),
        *(("--max-load", str(bound)) if bound else ()),
        *(("--size", "n") if sized else ()),
    ]

    def shown(*more: str, stdin: bytes = NDJSON) -> list[str]:
        done = rvhctl("jump-hash", *flags, "--moves", "--steps", "10%", *more, stdin=stdin)
        assert (done.code, done.err) == (0, "")
        return done.out.decode().splitlines()

    assert json.loads("".join(shown("--json", "-i", "ndjson"))) == rows
    assert list(map(json.loads, shown("-o", "ndjson", "-i", "ndjson"))) == rows
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        table = csv.DictReader(shown("-o", name, "-i", "ndjson"), delimiter=delimiter)
        assert list(table) == [{member: str(value) for member, value in row.items()} for row in rows]
    hidden = {"from", "to"} if named else set()
    plain = ["\t".join(str(value) for name, value in row.items() if name not in hidden) for row in rows]
    assert shown("-o", "plain", "-i", "ndjson") == plain
    caption = shown("-o", "table", "-i", "ndjson")[-1]
    assert caption == f"{len(rows)} of 60 keys would move, in {len(steps)} steps"
    if sized:
        flags[-2:] = ["--sizes", str(tmp_path / "sizes.json")]
        (tmp_path / "sizes.json").write_text(json.dumps(BY_NAME))
    assert shown("-o", "plain", stdin=TEXT) == plain
    request = {
        **({"nodes": nodes[0], "to_nodes": nodes[1]} if named else {"buckets": 4, "to": 5}),
        "keys": KEYS,
        "max_load": bound,
        "sizes": sizes,
        "steps": "10%",
    }
    answer = json.loads(rvhctl("jump-hash", "--batch", stdin=json.dumps(request).encode()).out)["steps"]
    assert [{"step": step["step"], **move} for step in answer for move in step["moves"]] == rows
    assert [step["share"] for step in answer] == [step.share for step in steps]
    del request["steps"]
    default = rvhctl("jump-hash", "--batch", "--steps", "10%", stdin=json.dumps(request).encode())
    assert json.loads(default.out)["steps"] == answer


def test_sizes_of_moves() -> None:
    moves = json.loads(
        rvhctl(
            "jump-hash", "-b4", "--to=5", "--moves", "--size=n", "-i", "ndjson", "--json", stdin=NDJSON
        ).out
    )
    assert moves
    assert all(row["size"] == BY_NAME[row["key"]] for row in moves)


def swapped(*flags: str) -> Any:
    """All keys of two nodes change places."""
    here, there = Placement(["a", "b"]), Placement(["b", "a"])
    keys = [*(key for key in KEYS if here.owner(key) == "a")][:5]
    keys += [*(key for key in KEYS if here.owner(key) == "b")][:5]
    assert [move.target for step in here.steps(keys, there, 1.0) for move in step.moves].count("a") == 5
    text = "".join(f"{key}\n" for key in keys).encode()
    return rvhctl("jump-hash", "--nodes=a,b", "--to-nodes=b,a", "--moves", *flags, "-o", "plain", stdin=text)


def test_who_swaps_needs_steps_of_two() -> None:
    done = swapped("--steps=20%")
    assert (done.code, done.err) == (0, "")
    assert [line.split("\t")[0] for line in done.out.decode().splitlines()] == list("1122334455")


def test_where_no_order_is_found_it_is_said() -> None:
    done = swapped("--steps=10%")
    assert done.code == 0
    steps = [(int(line.split("\t")[0]), line.split("\t")[3]) for line in done.out.decode().splitlines()]
    assert [number for number, _ in steps] == list(range(1, 11))
    beyond = ", ".join(f"step {number} ({steps[number - 1][1]} by 1)" for number in (1, 3, 5))
    assert done.err == (
        "rvhctl: no order was found that keeps each node within its bound: "
        f"beyond it after {beyond} and 2 more\n"
    )


@pytest.mark.parametrize(
    ("flags", "code", "problem"),
    [
        (("--to", "4", "--steps", "5%"), 2, "--steps makes no sense without --moves"),
        (
            ("--to", "4", "--moves", "--steps", "5"),
            2,
            "--steps must be a percentage such as 20% (got '5'); write 5%",
        ),
        (("--to", "4", "--moves", "--steps", "0%"), 1, "more than 0% and at most 100% (got '0%')"),
        (("--to", "4", "--moves", "--steps", "101%"), 1, "--steps must be at most 100% (got '101%')"),
        (("--moves", "--steps", "5%"), 2, "--moves makes no sense without --to"),
    ],
)
def test_what_is_refused(flags: tuple[str, ...], code: int, problem: str) -> None:
    done = rvhctl("jump-hash", "-b", "3", *flags, stdin=TEXT)
    assert (done.code, done.out) == (code, b"")
    assert problem in done.err


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"steps": "5%"}, "steps is about to, to_nodes or to_down: state one of them, too"),
        ({"steps": 5, "to": 4}, "steps must be a percentage such as "),
        ({"steps": "0%", "to": 4}, "more than 0% and at most 100% (got '0%')"),
        ({"steps": "x", "to": 4}, "steps must be a percentage such as 20% (got 'x')"),
    ],
)
def test_requests_that_are_refused(members: dict[str, Any], problem: str) -> None:
    line = json.dumps({"keys": KEYS, "buckets": 3, **members}).encode()
    answer = json.loads(rvhctl("jump-hash", "--batch", stdin=line).out)
    assert answer["error"]["type"] == "JumpHashError"
    assert problem in answer["error"]["message"]
