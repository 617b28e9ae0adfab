"""Options that no request states: each changes of a run what it is to change, and nothing else.

The options are those that are declared and are no members; how each is typed stands in ``support/doors_alone.py``. That
documents and requests refuse them is held by ``policy/test_request.py`` and ``batch/test_key_requests.py``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.cli import rvhctl
from support.doors import Declared, declared
from support.doors_alone import ALONE, ELSEWHERE, EVENTS, FILES, KEYS, Alone
from support.doors_nodes import MEMORY, NODES
from support.foreign import READ, WRITTEN
from test_doors import NAMES, RECORDS

from rvhctl import Memory, Placement, Policy, advise, evaluate, failover, faultset, jump_hash_many
from rvhctl.nodes.documents import ASKED_OF_NODES, FLAGS_OF_KEYS, FLAGS_OF_NODES, OF_KEYS

OPTIONS = [
    option
    for option in declared(*ALONE)
    if option.name
    not in (OF_KEYS - {"key"} | {"weight"} if option.command == "jump-hash" else ASKED_OF_NODES)
]
LINES = KEYS.decode().splitlines()
SIZED = [{"key": line, "n": at + 1} for at, line in enumerate(LINES)]


def remembered(precision: int | None) -> list[str | int]:
    return evaluate(
        NODES, Policy(threshold=50, rise=1), precision=precision, memory=Memory.from_json(MEMORY)
    ).answer


def lines_of(*buckets: int) -> list[str]:
    """The lines that these buckets of nine own."""
    return [line for line, bucket in zip(LINES, jump_hash_many(LINES, 9), strict=True) if bucket in buckets]


def moved() -> list[tuple[object, ...]]:
    pairs = zip(LINES, jump_hash_many(LINES, 9), jump_hash_many(LINES, 11), strict=True)
    return [(line, here, there) for line, here, there in pairs if here != there]


PYTHON: Mapping[str, Callable[[], list[Any]]] = {
    "failover --nodes": lambda: failover(["x", "y"], [5, 60], 50),
    "failover --latencies": lambda: failover(["x", "y"], [5, 60], 50),
    "faultset --nodes": lambda: faultset([("x", 1, 2, 5)], 50),
    "failover --memory": lambda: remembered(None),
    "faultset --memory": lambda: remembered(5),
    "faultset --advise": lambda: list(advise(NODES, Policy(threshold=50)).precisions),
    "jump-hash --key": lambda: jump_hash_many(["a", "b"], 9),
    "jump-hash --null": lambda: jump_hash_many(LINES, 9),
    "jump-hash --field": lambda: jump_hash_many([event["user"]["id"] for event in EVENTS], 9),
    "jump-hash --regex": lambda: list(
        zip(LINES, jump_hash_many(re.findall("id=([^;]+)", KEYS.decode()), 9), strict=True)
    ),
    "jump-hash --size": lambda: (
        Placement(3)
        .assign([event["key"] for event in EVENTS], sizes=[event["n"] for event in EVENTS], max_load=1.2)
        .buckets([event["key"] for event in EVENTS])
    ),
    "jump-hash --only": lambda: lines_of(1, 7),
    "jump-hash --moves": moved,
    "jump-hash --rename": lambda: Placement(["a", "d", "c"], down=["a"]).owners(LINES),
    "jump-hash --dry-run": lambda: Placement(["a", "b", "c", "d"]).owners(LINES),
}
"""What Python says in place of an option; no other has an equal in it."""


class Left(NamedTuple):
    """All that a run leaves behind."""

    code: int
    out: bytes
    err: str
    files: dict[str, bytes]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str, words: str, stdin: bytes) -> Left:
    """Run it where the files lie as they did at first."""
    for file in files():
        file.unlink()
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(text)
    outcome = rvhctl(command, *shlex.split(words), stdin=stdin)
    left = Left(*outcome, {str(file): file.read_bytes() for file in files()})
    assert not (outcome.code == 2 and outcome.out)
    assert outcome.err == "" or outcome.err.startswith("rvhctl: ")
    return left


def files() -> Iterator[Path]:
    return iter(sorted(path for path in Path().rglob("*") if path.is_file()))


def ways_of(option: Declared) -> list[Alone]:
    assert option.name in ALONE[option.command], f"{option} has no run in support/doors_alone.py"
    return list(ALONE[option.command][option.name])


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.name not in ELSEWHERE], ids=str)
def test_an_option_changes_what_it_says_and_nothing_else(option: Declared) -> None:
    ways = ways_of(option)
    assert {word for way in ways for word in shlex.split(way.typed)} >= set(option.choices)
    for way in ways:
        assert shlex.split(way.typed)[0] in option.flags
        without = run(option.command, way.beside, way.stdin)
        changed = run(option.command, f"{way.beside} {way.typed}", way.stdin)
        found = {name for name in Left._fields if getattr(without, name) != getattr(changed, name)}
        assert found == way.changes, f"{way.typed} after {way.beside}: {without[:3]}, then {changed[:3]}"


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.name not in ELSEWHERE], ids=str)
def test_a_batch_takes_an_option_or_refuses_it(option: Declared) -> None:
    """As documents and requests say of it, which name the way to give it."""
    keys = option.command == "jump-hash"
    way = (FLAGS_OF_KEYS if keys else FLAGS_OF_NODES).get(option.name)
    if way is None or option.name == "batch":
        return  # a member by another name: key, nodes, latencies
    for alone in ways_of(option):
        text = (
            b'{"id": 7, "key": "a", "buckets": 3}'
            if keys
            else b'{"ids": ["a"], "latencies": [1], "threshold": 2}'
        )
        left = run(option.command, f"--batch {alone.typed}", text)
        refused = f"rvhctl: {way.split(',')[0]} makes no sense with --batch"
        assert (left.code, left.err.strip().startswith(refused)) == (
            (2, True) if way.endswith("without --batch") else (left.code, False)
        ), alone.typed


def keys_in(format_: str, data: bytes) -> list[object]:
    """Of records, or of lines."""
    rows = READ[format_](data)
    return [row[0] if format_ == "plain" else row["key"] for row in rows]


@pytest.mark.parametrize("format_", NAMES)
@pytest.mark.parametrize("typed", ["--only 1,7", "--only 2/9", "--split-to part-{bucket}"])
def test_rows_are_taken_as_they_came_in_every_format(typed: str, format_: str, folder: Path) -> None:
    data = WRITTEN[format_]([{"key": line, "n": at} for at, line in enumerate(LINES)])
    outcome = rvhctl("jump-hash", "-b", "9", "-i", format_, *typed.split(), stdin=data)
    assert (outcome.code, outcome.err) == (0, "")
    if typed.startswith("--only"):
        assert keys_in(format_, outcome.out) == lines_of(*((1, 7) if "," in typed else (1,)))
    else:
        parts = {path.name: keys_in(format_, path.read_bytes()) for path in folder.iterdir()}
        assert parts == {f"part-{bucket}": lines_of(bucket) for bucket in set(jump_hash_many(LINES, 9))}


@pytest.mark.parametrize(
    ("typed", "format_"),
    [
        *(("--moves --to 11", name) for name in NAMES),
        *(("--max-load 1.2 --size n", name) for name in RECORDS),  # a line has no size
        *(("--stats --size n", name) for name in RECORDS),
    ],
)
def test_views_and_sizes_are_the_same_in_every_format(typed: str, format_: str) -> None:
    wanted, found = (
        rvhctl("jump-hash", "-b", "9", "-i", name, "-o", "json", *typed.split(), stdin=WRITTEN[name](SIZED))
        for name in ("ndjson", format_)
    )
    assert found == wanted
    assert wanted.code == 0


@pytest.mark.parametrize("name", PYTHON)
def test_python_says_the_same(name: str) -> None:
    (option,) = [option for option in OPTIONS if str(option) == name]
    way = ways_of(option)[0]
    output = "" if "--only" in name or "-o plain" in way.beside else "-o plain"
    left = run(option.command, f"{way.beside} {way.typed} {output}", way.stdin)
    rows = [row if isinstance(row, tuple) else (row,) for row in PYTHON[name]()]
    assert left.out.decode().splitlines() == ["\t".join(map(str, row)) for row in rows]
