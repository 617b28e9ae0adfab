"""Every view says the same in every output: each format of the registry, the table of a colour terminal, the page.

JSON is what the others are held to; ``test_doors_nodes`` and ``test_doors_keys`` hold it to Python.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.cli import rvhctl
from support.foreign import READ
from support.pages import read_page
from support.screens import lines_of, said, screen_of
from support.terminal import forked_on_terminal
from test_doors import NAMES

from rvhctl import geohash
from rvhctl.cli.key_options import Answer
from rvhctl.cli.view_options import GroupViews
from rvhctl.formats.choice import FOR_PEOPLE

Rows = list[dict[str, Any]]

AMS, PAR, ROM = {"lat": 52.3, "lon": 4.9}, {"lat": 48.8, "lon": 2.3}, {"lat": 41.9, "lon": 12.5}
NODES = [
    {"id": "a-1", **AMS, "latency": 10, "zone": "ams/1"},
    {"id": "b,2", **AMS, "latency": 12.5, "zone": "ams/2"},
    {"id": "c", **AMS, "latency": 95.25, "zone": "ams/2"},
    {"id": "d", **PAR, "latency": 40, "zone": "par"},
    {"id": "é", **PAR, "latency": None, "zone": "par"},
    {"id": "f", **ROM, "latency": 300, "zone": "rom"},
]
KEYS = ["foo", "bar,baz", "user 1", "é", "42", *"abcdef"]
OWNERS = [{"id": "n1"}, {"id": "n2", "weight": 0.5}, {"id": "n3", "state": "down"}, {"id": "n4"}]


class Shown(NamedTuple):
    """A question and what its answer in JSON becomes in tables."""

    command: str
    rows: Callable[[Any], Rows] = lambda document: document
    """The rows of CSV, out of the document."""
    plain: tuple[str, ...] | None = None
    """The columns of plain; None for all."""
    title: str = ""
    """That of the page's table."""
    people: Callable[[Rows], dict[str, list[Any]]] | None = None
    """The columns of the table that people see, where they are others."""


def columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def dropped_first(rows: Rows) -> dict[str, list[Any]]:
    kind = list(rows[0])[1]
    groups = list(dict.fromkeys(row[kind] for row in rows))
    seen = columns(sorted(rows, key=lambda row: (row["kept"], groups.index(row[kind]))))
    if groups == [None]:  # people see no column that says nothing
        del seen[kind]
    return seen


def ranked(rows: Rows) -> dict[str, list[Any]]:
    return {
        "rank": list(range(1, len(rows) + 1)),
        "node": [row["id"] for row in rows],
        "latency ms": [row["latency"] for row in rows],
    }


def in_cells(rows: Rows) -> dict[str, list[Any]]:
    cells: dict[str, Rows] = {}
    for node in NODES:
        cells.setdefault(geohash.encode(node["lat"], node["lon"], 5), []).append(node)
    found = [[row for row in rows if row["id"] in {n["id"] for n in nodes}] for nodes in cells.values()]
    return {
        "cell": list(cells),
        "nodes": list(map(len, cells.values())),
        "survivors": list(map(len, found)),
        "best ms": [some[0]["latency"] if some else None for some in found],
        "ids": [[row["id"] for row in some] for some in found],
    }


def probes(document: Any) -> Rows:
    return [
        {
            "key": row["key"],
            "step": probe["probe"],
            "hash": probe["hash"],
            "bucket": probe["bucket"],
            "node": probe["node"],
            "verdict": probe["verdict"],
        }
        for row in document
        for probe in row["probes"]
    ]


def replicas(document: Any) -> Rows:
    return [
        {
            **{name: row[name] for name in ("key", "bucket", "node")},
            **{f"replica_{at}": entry["node"] for at, entry in enumerate(row["replicas"], 1)},
        }
        for row in document
    ]


def buckets(document: Any) -> Rows:
    rows: Rows = document["buckets"]
    return rows


def histogram(rows: Rows) -> dict[str, list[Any]]:
    return {"bucket": [row["node"] for row in rows], "keys": [row["count"] for row in rows]}


def grid(rows: Rows) -> dict[str, list[Any]]:
    """From where to where, a cell each; zero is left out."""
    sources = list(dict.fromkeys(row["from_node"] for row in rows))
    targets = sorted({row["to_node"] for row in rows})
    found = {(row["from_node"], row["to_node"]): row["keys"] for row in rows}
    return {"from/to": sources} | {to: [found.get((source, to)) for source in sources] for to in targets}


NODE_VIEWS = {
    "": [Shown("failover --threshold 50", plain=("id",), title="Survivors", people=ranked)],
    "explain": [
        Shown("failover --threshold 50 --explain", title="Nodes", people=dropped_first),
        Shown("faultset --threshold 50 --explain", title="Nodes", people=dropped_first),
        Shown("faultset --relative 1.2 --by zone --explain", title="Nodes", people=dropped_first),
    ],
    "plan": [
        Shown("faultset --threshold 50 --plan", title="Plan"),
        Shown("faultset --threshold 50 --by zone --merge-below 2 --plan --spill capacity", title="Plan"),
    ],
    "drill": [
        Shown("faultset --threshold 50 --drill both", title="Drill"),
        Shown("faultset --threshold 50 --by zone --drill pairs --top 3", title="Drill"),
    ],
    "advise": [Shown("faultset --advise", lambda document: document["precisions"], title="Precisions")],
}
NODE_VIEWS[""].append(Shown("faultset --threshold 50", plain=("id",), title="", people=in_cells))
KEYED = "jump-hash --nodes owners.json"
KEY_VIEWS = {
    "": [
        Shown(KEYED, plain=("node",)),
        Shown(f"{KEYED} --replicas 2", replicas, ("replica_1", "replica_2")),
    ],
    "stats": [Shown(f"{KEYED} --stats", buckets, people=histogram)],
    "explain": [Shown(f"{KEYED} --explain", probes)],
    "to": [Shown("jump-hash -b 3 --to 4", buckets)],
    "to_nodes": [Shown(f"{KEYED} --to-nodes n2,n1,n5", buckets)],
    "to_down": [Shown(f"{KEYED} --to-down n1", buckets)],
    "moves": [Shown(f"{KEYED} --to-down n1,n3 --moves", plain=("key", "from_node", "to_node"))],
    "matrix": [
        Shown(f"{KEYED} --to-down n1,n3 --matrix", plain=("from_node", "to_node", "keys"), people=grid)
    ],
    "steps": [
        Shown(f"{KEYED} --to-down n1,n3 --moves --steps 20%", plain=("step", "key", "from_node", "to_node"))
    ],
}
ALL = [
    *(shown for several in NODE_VIEWS.values() for shown in several),
    *(shown for several in KEY_VIEWS.values() for shown in several),
    Shown("jump-hash --list-hashes"),
]
NO_VIEWS = {
    *("nearest", "spill", "fill", "demand", "down", "down_cell", "down_group"),
    *("only", "allow_empty", "split_to", "force"),
}
"""Options of answers that are no views by themselves."""


def test_every_view_is_here() -> None:
    assert FOR_PEOPLE.keys() == {"table", "html"}
    assert {*GroupViews.options, *Answer.options} - NO_VIEWS == {*NODE_VIEWS, *KEY_VIEWS} - {""}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("nodes", NODES), ("keys", KEYS), ("owners", OWNERS)):
        Path(f"{name}.json").write_text(json.dumps(value))


def arguments(shown: Shown) -> list[str]:
    words = shown.command.split()
    if "--list-hashes" in words:
        return words
    return [*words, "keys.json" if words[0] == "jump-hash" else "nodes.json"]


def document_of(shown: Shown) -> Any:
    run = rvhctl(*arguments(shown), "-o", "json")
    assert run.code == 0, run.err
    return json.loads(run.out)


def text_of(value: Any) -> str:
    """A value as a cell has it; numbers are compared as such."""
    if isinstance(value, list):
        parts = map(text_of, value)
        return ",".join(f'"{part}"' if "," in part else part for part in parts)
    if isinstance(value, dict):  # a share of a plan
        return "=".join(map(text_of, value.values()))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def is_same(cell: Any, value: Any) -> bool:
    if not isinstance(cell, str) or isinstance(value, str):
        return bool(cell == value)
    if type(value) in (int, float):
        return Decimal(cell) == Decimal(str(value))
    return cell == text_of(value)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("output", NAMES)
@pytest.mark.parametrize("shown", ALL, ids=lambda shown: shown.command)
def test_a_view_is_the_same_in_every_format(shown: Shown, output: str) -> None:
    document = document_of(shown)
    rows = shown.rows(document)
    run = rvhctl(*arguments(shown), "-o", output)
    assert run.code == 0, run.err
    found = READ[output](run.out)
    if output == "ndjson":
        assert found == (document if isinstance(document, list) else [document])
    elif output == "json":
        assert found == document
    elif output == "plain":
        same_plain(found, document, rows, shown.plain)
    else:
        if rows != document and found and list(found[0]) != list(rows[0]):
            rows = document  # nested, where the format can
        assert len(found) == len(rows)
        for row, values in zip(found, rows, strict=True):
            assert list(row) == list(values)
            assert all(is_same(row[name], values[name]) for name in values), (row, values)


def same_plain(found: list[list[str]], document: Any, rows: Rows, names: tuple[str, ...] | None) -> None:
    if "buckets" in document:  # its totals
        rows = [
            {"name": name, "value": value} for name, value in document.items() if not isinstance(value, list)
        ]
    for row, values in zip(found, rows, strict=True):
        wanted = list(values.values()) if names is None else [values[name] for name in names]
        assert all(map(is_same, row, wanted)), (row, wanted)
        assert len(row) == len(wanted)


def pattern_of(value: Any) -> str:
    """What a table shows of a value, less all blanks; of a number three decimals, and noughts as the others have."""
    if value is None:
        return "-?"
    if type(value) in (int, float):
        number = format(round(Decimal(str(value)), 3).normalize(), "f")
        return re.escape(number) + ("0*" if "." in number else r"(?:\.0*)?")
    return re.escape(re.sub(r"\s", "", text_of(value)))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("shown", ALL, ids=lambda shown: shown.command)
def test_a_terminal_shows_the_same_view(shown: Shown) -> None:
    rows = shown.rows(document_of(shown))
    wanted = (shown.people or columns)(rows)
    for width in (46, 80, 200):
        code, got = forked_on_terminal(*arguments(shown), "-o", "table", "--level", "error", columns=width)
        assert code == 0
        assert "\x1b[" in got
        found = said(lines_of(screen_of(got, width)))
        assert found.pop("caption")
        found.pop("", None)
        assert list(found) == list(wanted), width
        for title, values in wanted.items():
            assert re.fullmatch("".join(map(pattern_of, values)), found[title]), (width, title, found[title])


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "shown", [s for s in ALL if s.title or s.people is in_cells], ids=lambda shown: shown.command
)
def test_a_page_shows_the_same_view(shown: Shown) -> None:
    rows = shown.rows(document_of(shown))
    wanted = (shown.people or columns)(rows)
    page = read_page(rvhctl(*arguments(shown), "-o", "html").out)
    sections = {section.all("h2")[0].text: section for section in page.all("section")}
    table = sections[shown.title or "Cells"].all("table")[0]
    titles = [cell.text for cell in table.all("thead")[0].all("th")]
    cells = dict(zip(titles, zip(*table.rows, strict=True), strict=True))
    for title, values in wanted.items():
        for cell, value in zip(cells[title], values, strict=True):
            assert re.fullmatch(pattern_of(value), re.sub(r"\s", "", cell)), (title, cell, value)
