"""``rvhctl jump-hash --max-load``, ``--size`` and ``--sizes``: each door gives what `Placement.assign` gives."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from support.cli import rvhctl

from placement.test_request import jump
from rvhctl import Placement

KEYS = [f"t{number}" for number in range(12)]
SIZES = [float(number % 5 + 1) for number in range(12)]
BY_NAME = dict(zip(KEYS, SIZES, strict=True))
ROWS = list(BY_NAME.items())
NDJSON = "".join(json.dumps({"key": key, "n": size}) + "\n" for key, size in ROWS).encode()
CSV = ("key,n\n" + "".join(f"{key},{size}\n" for key, size in ROWS)).encode()
TEXT = "".join(f"{key}\n" for key in KEYS).encode()
ASSIGNMENT = Placement(3).assign(KEYS, sizes=SIZES, max_load=1.1)
BUCKETS = ASSIGNMENT.buckets(KEYS)
BOUND = ("-b", "3", "--max-load", "1.1")


@pytest.fixture
def sizes(tmp_path: Path) -> str:
    (tmp_path / "sizes.json").write_text(json.dumps(BY_NAME))
    return str(tmp_path / "sizes.json")


def test_the_bound_binds() -> None:
    assert Placement(3).buckets(KEYS) != BUCKETS
    assert ASSIGNMENT.overfull == 0


def test_every_format(sizes: str) -> None:
    expected = list(map(str, BUCKETS))
    assert jump(*BOUND, "--sizes", sizes, stdin=TEXT) == expected
    assert jump(*BOUND, "--size", "n", "-i", "ndjson", "-o", "plain", stdin=NDJSON) == expected
    assert jump(*BOUND, "--size", "n", "-i", "csv", "-o", "plain", stdin=CSV) == expected
    array = b"[" + b",".join(NDJSON.splitlines()) + b"]"
    assert jump(*BOUND, "--size", "n", "-i", "json", "-o", "plain", stdin=array) == expected
    keys = [word for key in KEYS for word in ("-k", key)]
    assert jump(*BOUND, "--sizes", sizes, *keys) == expected
    fields = [json.loads(line) for line in jump(*BOUND, "--field", "key", "--size", "n", stdin=NDJSON)]
    assert [row["bucket"] for row in fields] == BUCKETS
    assert jump(*BOUND, "--sizes", sizes, "-0", stdin=TEXT.replace(b"\n", b"\0")) == expected


def test_the_order_of_the_input_makes_no_difference() -> None:
    for rows in list(permutations(NDJSON.splitlines(keepends=True)[:5]))[::17]:
        rest = NDJSON.splitlines(keepends=True)[5:]
        text = b"".join([*rest, *rows])
        found = [json.loads(line) for line in jump(*BOUND, "--field", "key", "--size", "n", stdin=text)]
        assert {row["key"]: row["bucket"] for row in found} == dict(zip(KEYS, BUCKETS, strict=True))


def test_views_follow_it(sizes: str, tmp_path: Path) -> None:
    given = (*BOUND, "--sizes", sizes)
    for bucket in range(3):
        of_bucket = [key for key, owner in zip(KEYS, BUCKETS, strict=True) if owner == bucket]
        assert jump(*given, "--only", str(bucket), stdin=TEXT) == of_bucket
        part = ("--max-load", "1.1", "--sizes", sizes, "--only", f"{bucket + 1}/3")
        assert jump(*part, stdin=TEXT) == of_bucket
    jump(*given, "--split-to", f"{tmp_path}/{{bucket}}", stdin=TEXT)
    assert (tmp_path / "1").read_text().split() == [
        key for key, owner in zip(KEYS, BUCKETS, strict=True) if owner == 1
    ]
    stats = json.loads("".join(jump(*given, "--stats", "--json", stdin=TEXT)))
    assert [row["load"] for row in stats["buckets"]] == ASSIGNMENT.loads
    assert (stats["load"], stats["fullest"]) == (sum(SIZES), ASSIGNMENT.fullest)
    assert "x its fair share" in "\n".join(jump(*given, "--stats", "-o", "table", stdin=TEXT))
    there = Placement(4).assign(KEYS, sizes=SIZES, max_load=1.1)
    moves = json.loads("".join(jump(*given, "--to", "4", "--json", stdin=TEXT)))
    assert moves["moved"] == ASSIGNMENT.moves(KEYS, there).moved
    rows = [line.split("\t")[0] for line in jump(*given, "--to", "4", "--moves", stdin=TEXT)]
    pairs = zip(KEYS, BUCKETS, there.buckets(KEYS), strict=True)
    assert rows == [key for key, source, target in pairs if source != target]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_go_out_as_they_came(end: str, last: bool, tmp_path: Path) -> None:
    """As without a bound that binds, to the byte."""
    text = end.join(["a", "b", "c", "d", "e"]).encode() + end.encode() * last
    null = ["-0"] * (end == "\0")
    for flags in (["--only", "0"], ["--only", "1"], ["--split-to", "{bucket}", "--force"]):
        found = []
        for bound in ([], ["--max-load", "100"]):
            placed = [flag.replace("{bucket}", f"{tmp_path}/{{bucket}}") for flag in flags]
            done = rvhctl("jump-hash", "-b", "2", *null, *placed, *bound, stdin=text)
            files = [file.read_bytes() for file in sorted(tmp_path.iterdir())]
            found.append((done, files))
        assert found[0] == found[1]


def test_sizes_without_a_bound(sizes: str) -> None:
    stats = json.loads("".join(jump("-b", "3", "--sizes", sizes, "--stats", "--json", stdin=TEXT)))
    plain = Placement(3).assign(KEYS, sizes=SIZES)
    assert [row["load"] for row in stats["buckets"]] == plain.loads
    assert [row["count"] for row in stats["buckets"]] == [plain.buckets(KEYS).count(b) for b in range(3)]


def test_a_batch(sizes: str) -> None:
    request = {"keys": KEYS, "buckets": 3, "max_load": 1.1, "sizes": SIZES}

    def answer(*flags: str, **members: Any) -> Any:
        text = json.dumps({name: value for name, value in {**request, **members}.items() if value != "-"})
        return json.loads(rvhctl("jump-hash", "--batch", *flags, stdin=text.encode()).out)

    assert answer()["buckets"] == BUCKETS
    assert answer(sizes=BY_NAME)["buckets"] == BUCKETS
    assert answer("--max-load", "1.1", "--sizes", sizes, max_load="-", sizes="-")["buckets"] == BUCKETS
    assert answer(stats=True)["stats"]["fullest"] == ASSIGNMENT.fullest
    assert (
        answer(to=4)["moves"]["moved"]
        == json.loads("".join(jump(*BOUND, "--sizes", sizes, "--to", "4", "--json", stdin=TEXT)))["moved"]
    )
    assert answer(stats=True, max_load="-")["stats"]["load"] == sum(SIZES)
    for members, problem in (
        ({"max_load": "-"}, "sizes are for max_load, stats or to..."),
        ({"replicas": 2}, "max_load and replicas exclude each other"),
        ({"explain": True}, "max_load and explain exclude each other"),
        ({"keys": "-", "key": "a"}, "max_load is about all keys together"),
        ({"sizes": [1]}, "12 keys, but 1 size"),
        ({"max_load": 0.5}, "max_load must be"),
    ):
        assert problem in answer(**members)["error"]["message"]


def test_what_is_said(sizes: str, tmp_path: Path) -> None:
    (tmp_path / "few.json").write_text('{"t0": 4}')
    few = ("--sizes", str(tmp_path / "few.json"), "-l", "info")
    said = rvhctl("jump-hash", *BOUND, *few, stdin=TEXT).err
    assert f"{tmp_path / 'few.json'}: 11 keys of 12 not in it; each has the size 4" in said
    assert "the fullest bucket has 1 x its fair share; " in said
    said = rvhctl("jump-hash", "-b", "2", "--max-load", "1.1", stdin=b"a\nb\nc\n").err
    assert said == "rvhctl: no room within 1.1 x its fair share for 1 key: the fullest bucket has 1.333 x\n"


@pytest.mark.parametrize(
    ("flags", "code", "problem"),
    [
        (("-b", "3", "--sizes", "SIZES"), 2, "--sizes makes no sense without --max-load, --stats or --to..."),
        ((*BOUND, "--size", "n", "--sizes", "SIZES"), 2, "exclude each other"),
        ((*BOUND, "--size", "n", "-k", "a"), 2, "--size makes no sense with --key"),
        ((*BOUND, "--size", "n"), 2, "--size reads a field of records"),
        ((*BOUND, "--replicas", "2"), 2, "--replicas makes no sense with --max-load"),
        ((*BOUND, "--explain"), 2, "--explain makes no sense with --max-load"),
        ((*BOUND, "--sizes", "-"), 2, "standard input"),
        ((*BOUND, "--sizes", "missing.json"), 1, "no such file"),
        (("-b", "3", "--max-load", "0.5"), 1, "max_load must be a finite number of 1 or more"),
        (("-b", "70000", "--max-load", "2"), 1, "at most 65536 buckets"),
        ((*BOUND, "--field", "key", "--size", "m", "FILE"), 1, "sized.ndjson:1: the field 'm' is missing"),
        ((*BOUND, "--field", "key", "--size", ".", "FILE"), 2, "--size: a name is empty"),
    ],
)
def test_what_is_refused(flags: tuple[str, ...], code: int, problem: str, sizes: str, tmp_path: Path) -> None:
    (tmp_path / "sized.ndjson").write_bytes(NDJSON)
    places = {"SIZES": sizes, "FILE": str(tmp_path / "sized.ndjson")}
    done = rvhctl("jump-hash", *[places.get(flag, flag) for flag in flags], stdin=TEXT)
    assert (done.code, done.out) == (code, b"")
    assert problem in done.err


@pytest.mark.parametrize("shape", ["csv", "ndjson", "json"])
@pytest.mark.parametrize("size", ["nan", "-1", '"x"', "true"])
def test_a_bad_size_is_named_by_its_place(shape: str, size: str) -> None:
    text = {
        "csv": f"key,n\na,1\nb,{size}\n",
        "ndjson": f'{{"key":"a","n":1}}\n{{"key":"b","n":{size}}}\n',
        "json": f'[{{"key":"a","n":1}},{{"key":"b","n":{size}}}]',
    }[shape]
    done = rvhctl("jump-hash", *BOUND, "--size", "n", "-i", shape, stdin=text.encode())
    assert (done.code, done.out) == (1, b"")
    place = {"csv": "stdin:3:3: a size", "ndjson": "stdin:2", "json": "stdin:"}[shape]
    assert place in done.err
