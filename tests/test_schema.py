"""The schemas: each is one, says what the program reads and writes, and lets nothing else pass.

Something new in an answer fails here. It goes into its schema in ``docs/schema``; an option that asks for an answer of
its own goes into ``ASKED_BY`` below, with the schema, and into ``LINES`` with a command line or two.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from support.cli import rvhctl
from support.matrix_files import DATA, NODES, files
from support.schemas import allows, changed, paths, problems, references, resolved, schemas, value_at

from rvhctl.app import one_command
from rvhctl.cli.option_groups import ANSWER, WHAT_IF
from rvhctl.manual.blocks import Terms
from rvhctl.manual.topics import topic_page

ASKED_BY: Final = {
    "explain": ("explain.json", "probes.json"),
    "plan": ("plan.json",),
    "drill": ("drill.json",),
    "advise": ("advice.json",),
    "stats": ("stats.json",),
    "to": ("change.json",),
    "to_nodes": ("change.json",),
    "to_down": ("change.json",),
    "moves": ("moves.json",),
    "steps": ("moves.json",),
    "matrix": ("matrix.json",),
    "list_hashes": ("hashes.json",),
}
"""The options that ask for another answer, and its schema."""
PLAIN: Final = {
    *(
        "output",
        "json",
        "color",
        "top",
        "nearest",
        "spill",
        "fill",
        "demand",
        "down",
        "down_cell",
        "down_group",
    ),
    *("only", "allow_empty", "split_to", "force", "to_dir"),
}
"""The options of the same groups that ask for none: records go out as they came in."""

NEAR: Final = "--relative 1.2 rich.json"
LINES: Final[dict[str, tuple[str, ...]]] = {
    "nodes.json": (
        "failover --threshold 100 nodes.json",
        "faultset --threshold 100 -p 2 rich.json",
        f"failover {NEAR}",
        "failover --threshold 100 --nodes a,b,c --latencies 1,2,",
        "faultset --threshold 100 --nodes a:1:2:3,b:1:2:4",
        "failover --threshold 100 --from prometheus probes.json",
        "failover --threshold 100 --from fping probes.txt",
        "failover --threshold 9e9 --from mtr mtr.json",
        "failover --threshold 9e9 --from haproxy haproxy.csv",
    ),
    "explain.json": (
        f"failover --explain {NEAR}",
        f"faultset -p 1 --explain --max-ejection 50% --max-loss 10% {NEAR}",
        f"faultset --explain --by rack --threshold 90 --min-survivors 2 --on-degraded skip {NEAR}",
        "failover --explain --memory out/memory --threshold 200 rich.json",
        "failover --explain --memory out/memory --threshold 20 rich.json",
        "failover --explain --max-ejection 20% --max-loss 10% --threshold 20 rich.json",
        "failover --explain --inventory inventory.json --threshold 5 nodes.json",
    ),
    "plan.json": (
        f"faultset -p 1 --plan {NEAR}",
        f"faultset -p 1 --plan --spill capacity --merge-below 3 --fill 90% {NEAR}",
        f"faultset --by rack --plan --threshold 90 --min-survivors 2 {NEAR}",
        "faultset -p 1 --plan --threshold 0 --fail-on never nodes.json",
    ),
    "drill.json": (
        f"faultset -p 1 --drill both {NEAR}",
        f"faultset -p 1 --drill pairs {NEAR}",
        f"faultset -p 1 --drill both --merge-below 2 {NEAR}",
        "faultset --by rack --drill groups --demand demand.json --min-survivors 2 nodes.json",
    ),
    "advice.json": ("faultset --advise nodes.json", "faultset --advise --threshold 50 far.json"),
    "owners.json": (
        "jump-hash -b 9 -i json keys.json",
        "jump-hash --nodes a,b,c --replicas 2 -i json keys.json",
    ),
    "owners.json#/$defs/records": ("jump-hash --nodes a,b --replicas 2 --field user.id events.json",),
    "probes.json": (
        "jump-hash -b 9 --explain -i json keys.json",
        "jump-hash --nodes a,b,c,d --down b --weight a=0.5 --replicas 2 --explain -i json keys.json",
        "jump-hash --nodes rich.json --replicas 3 --spread rack --explain -k a -k b -k c",
        f"jump-hash --nodes a,b --weight a=1e-9 --down b {'-k a -k b'} --explain",
    ),
    "stats.json": (
        "jump-hash --nodes a,b --stats keys.txt",
        "jump-hash -b 2 --max-load 2 --stats keys.txt",
        "jump-hash -b 1 --stats -i json none.json",
    ),
    "change.json": (
        "jump-hash -b 9 --to 3 --sizes sizes.json keys.txt",
        "jump-hash -b 9 --to 10 keys.txt",
        "jump-hash --nodes a,b,c --to-nodes a,d keys.txt",
        "jump-hash --nodes a,b,c --to-down a keys.txt",
    ),
    "moves.json": (
        "jump-hash -b 9 --to 3 --moves keys.txt",
        "jump-hash --nodes a,b --to-nodes b,a --moves keys.txt",
        "jump-hash --nodes a,b --to-nodes b,a --moves --steps 20% --sizes sizes.json keys.txt",
    ),
    "matrix.json": (
        "jump-hash -b 2 --to 3 --matrix keys.txt",
        "jump-hash --nodes a,b --to-nodes b,a --matrix --sizes sizes.json keys.txt",
    ),
    "hashes.json": ("jump-hash --list-hashes",),
    "memory.json": (),
    "node-answer.json": (
        "failover --batch --threshold 100 requests.nodes",
        "faultset --batch --relative 1.2 -p 1 --merge-below 2 requests.views",
        "faultset --batch --threshold 100 -p 1 requests.known",
    ),
    "key-answer.json": (
        "jump-hash --batch -b 5 requests.keys",
        "jump-hash --batch --nodes a,b,c --replicas 2 --stats --explain requests.keys",
        "jump-hash --batch --nodes a,b --to-nodes a,b,c --explain requests.few-keys",
        "jump-hash --batch --nodes a,b --to-nodes b,a --matrix --steps 1% --sizes sizes.json requests.few-keys",
        "jump-hash --batch --nodes a,b --replicas 2 --explain requests.many",
    ),
}
"""By their schemas, command lines that answer with all that it says."""

INCOMING: Final = {
    *("definitions", "inventory", "demand", "keys", "sizes", "slots", "node-request", "key-request")
}
EXTRA: Final = {
    "mtr.json": (DATA.parents[1] / "examples" / "sources" / "mtr.json").read_bytes(),
    "haproxy.csv": (DATA / "valid" / "haproxy" / "loopback.csv").read_bytes(),
    "none.json": b"[]",
    "requests.views": b'{"nodes":%b,"plan":true,"drill":"both","explain":true,"id":7}'
    % json.dumps(NODES).encode(),
    "requests.known": json.dumps(
        {"nodes": NODES, "inventory": [*NODES[:3], {**NODES[0], "id": "lost"}]}
    ).encode(),
    "requests.many": b'{"keys":["a","b"]}',
    "demand.json": json.dumps({node["rack"] or "x": 1 for node in NODES}).encode(),
    "far.json": json.dumps([{"id": i, "lat": i, "lon": i * 9, "latency": 1} for i in range(9)]).encode(),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all files of the command lines."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "out").mkdir()
    for name, text in {**files(), **EXTRA}.items():
        if "/" not in name:
            (folder / name).write_bytes(text)
    # A label of each node that is no empty text.
    for name in ("nodes.json", "rich.json"):
        nodes = json.loads((folder / name).read_bytes())
        (folder / name).write_text(json.dumps([{**node, "rack": node["rack"] or "x"} for node in nodes]))
    return folder


@cache
def documents(line: str, folder: Path) -> list[Any]:
    """What a command line answers: the document of ``-o json``, and each line of NDJSON."""
    command, *words = line.split()
    words = [
        str(folder / word) if (folder / word.rstrip("/")).exists() or "/" in word else word for word in words
    ]
    if "--batch" in words:
        outs = [rvhctl(command, *words).out.splitlines()]
    else:
        outs = [
            [rvhctl(command, *words, "-o", "json").out],
            rvhctl(command, *words, "-o", "ndjson").out.splitlines(),
        ]
    found = [json.loads(text) for lines in outs for text in lines]
    assert found, line
    return found


# --- the schemas themselves -------------------------------------------------------------------------


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_one(name: str) -> None:
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema["title"]
    for reference in references(schema):
        assert isinstance(resolved(name, reference), dict)


def test_each_schema_is_in_the_manual_and_tested() -> None:
    named = {name.removesuffix(".json") for name in schemas()}
    said = {
        name.strip("`") for part in topic_page("schema") if isinstance(part, Terms) for name, _ in part.terms
    }
    assert named == said | {"definitions"}
    assert {place.partition(".")[0] for place in LINES} == named - INCOMING


# --- what comes out ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "line"), [(place, line) for place, lines in LINES.items() for line in lines]
)
def test_an_answer_is_as_its_schema_says(place: str, line: str, folder: Path) -> None:
    for document in documents(line, folder):
        assert problems(place, document) == []


OPEN: Final = {"nodes.json", "owners.json#/$defs/records"}
"""Records go out as they came in."""
CLOSED: Final = [place for place in LINES if LINES[place] and place not in OPEN]


@pytest.mark.parametrize("place", CLOSED)
def test_every_member_and_every_word_of_a_schema_is_met(place: str, folder: Path) -> None:
    """None is left of what an answer had once."""
    met = defaultdict(set)
    for line in LINES[place]:
        for document in documents(line, folder):
            for path in paths(document):
                value = value_at(document, path)
                if isinstance(value, dict):
                    met["members"].update(value)
                elif value is None or isinstance(value, str):
                    met["words"].add(value)
    own = schemas()[place.partition("#")[0]]
    assert {name for members in found_under(own, "properties") for name in members} <= met["members"]
    assert {word for words in found_under(own, "enum") for word in words} <= met["words"]


def found_under(schema: Any, name: str) -> Iterator[Any]:
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and name in schema:
        yield schema[name]
    for part in parts:
        yield from found_under(part, name)


@pytest.mark.parametrize("place", CLOSED)
def test_an_answer_that_is_changed_anywhere_is_refused(place: str, folder: Path) -> None:
    """By a member more, by a member less where each is needed, by a value of another kind."""
    for line in LINES[place]:
        for document in documents(line, folder)[:3]:
            for path in paths(document):
                if path[:1] == ("id",):
                    continue
                value = value_at(document, path)
                assert not allows(place, changed(document, path, [[{}]]))
                if isinstance(value, dict):
                    assert not allows(place, changed(document, path, {**value, "more": 1}))
                    assert not allows(place, changed(document, path, {}))


def test_each_option_that_asks_for_another_answer_has_its_schema() -> None:
    options = {
        str(parameter.name)
        for command in ("failover", "faultset", "jump-hash")
        for parameter in one_command(command).params
        if getattr(parameter, "rich_help_panel", None) in (ANSWER, WHAT_IF)
    }
    new = options - ASKED_BY.keys() - PLAIN
    assert not new, "is there a document that they answer with? Then it has a schema: see above"
    assert {schema for said in ASKED_BY.values() for schema in said} <= LINES.keys()


def test_a_memory_is_as_its_schema_says(folder: Path) -> None:
    path = str(folder / "out" / "remembered")
    for file in ("nodes.json", "later-nodes.json", "later-nodes.json"):
        rvhctl("failover", "--threshold", "100", "--memory", path, str(folder / file))
        memory = json.loads(Path(path).read_bytes())
        assert problems("memory.json", memory) == []
    for at in paths(memory):
        assert not allows("memory.json", changed(memory, at, [1]))
        assert not allows("memory.json", changed(memory, at, -1))
