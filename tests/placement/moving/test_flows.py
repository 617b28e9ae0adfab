"""``--to ... --size``: what moves in sizes, as ``Placement.moves(..., sizes=...)`` tells it."""

from __future__ import annotations

import json
from fractions import Fraction
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl import JumpHashError, Placement
from rvhctl.placement.count import document

names = st.permutations("abcdef").map(lambda ids: ids[:4])
sizes = st.floats(0, 1e6) | st.integers(0, 9).map(float)
keyed = st.lists(st.tuples(st.integers(0, 50), sizes), max_size=30)


@given(names, names, keyed, st.none() | st.sampled_from([1.0, 1.2]))
def test_sizes_of_what_moves(
    here: list[str], there: list[str], rows: list[tuple[int, float]], bound: float | None
) -> None:
    keys, of_keys = [key for key, _ in rows], [size for _, size in rows]
    before, after = (Placement(ids).assign(keys, sizes=of_keys, max_load=bound) for ids in (here, there))
    moves = before.moves(keys, after, sizes=of_keys)
    entering, leaving = dict.fromkeys("abcdef", Fraction()), dict.fromkeys("abcdef", Fraction())
    for size, source, target in zip(of_keys, before.owners(keys), after.owners(keys), strict=True):
        if source != target:
            leaving[str(source)] += Fraction(size)
            entering[str(target)] += Fraction(size)
    total, moved = sum(map(Fraction, of_keys)), sum(entering.values())
    assert (moves.load, moves.moved_load) == (float(total), float(moved))
    for row in moves.buckets:
        name = str(row.node)
        assert (row.entering_load, row.leaving_load) == (float(entering[name]), float(leaving[name]))
    assert moves.load_share is not None
    assert isclose(moves.load_share, moved / total if total else 0)
    assert moves.excess == moves.load_share - moves.least
    plain = before.moves(keys, after)
    assert (plain.moved, plain.total, plain.load) == (moves.moved, moves.total, None)


KEYS = [f"t{number}" for number in range(40)]
SIZES = [float(number % 7) + 0.1 for number in range(40)]
BY_NAME = dict(zip(KEYS, SIZES, strict=True))
NDJSON = "".join(json.dumps({"key": key, "n": size}) + "\n" for key, size in BY_NAME.items()).encode()


@pytest.mark.parametrize("bound", [None, 1.05])
def test_each_door(bound: float | None, tmp_path: Path) -> None:
    here, there = (Placement(n).assign(KEYS, sizes=SIZES, max_load=bound) for n in (4, 5))
    expected = document(here.moves(KEYS, there, sizes=SIZES))
    assert expected["load_share"] == expected["moved_load"] / expected["load"] > 0
    (tmp_path / "sizes.json").write_text(json.dumps(BY_NAME))
    flags = ["jump-hash", "-b", "4", "--to", "5", "--json", *(["--max-load", str(bound)] if bound else [])]

    def answer(*more: str, stdin: bytes = NDJSON) -> Any:
        return json.loads(rvhctl(*flags, *more, stdin=stdin).out)

    assert answer("--field", "key", "--size", "n") == expected
    assert answer("-i", "ndjson", "--sizes", str(tmp_path / "sizes.json")) == expected
    text = "".join(f"{key}\n" for key in KEYS).encode()
    assert answer("--sizes", str(tmp_path / "sizes.json"), stdin=text) == expected
    request = {"keys": KEYS, "buckets": 4, "to": 5, "sizes": SIZES, "max_load": bound}
    for of_sizes in (SIZES, BY_NAME):
        line = json.dumps({**request, "sizes": of_sizes}).encode()
        assert json.loads(rvhctl("jump-hash", "--batch", stdin=line).out)["moves"] == expected


def test_a_table_says_it_at_any_width() -> None:
    shown = rvhctl(
        "jump-hash", "-b", "4", "--to", "5", "--field", "key", "--size", "n", "-o", "table", stdin=NDJSON
    )
    assert "in_load" in shown.out.decode()
    assert "excess over the least " in shown.out.decode()


def test_without_keys() -> None:
    moves = Placement(4).moves([], Placement(5), sizes=[])
    assert (moves.load, moves.load_share, moves.excess) == (0.0, 0.0, -moves.least)


def test_sizes_that_are_none() -> None:
    with pytest.raises(JumpHashError, match="2 keys, but 1 size"):
        Placement(4).moves(["a", "b"], Placement(5), sizes=[1])
