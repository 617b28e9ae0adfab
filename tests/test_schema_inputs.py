"""Documents and requests: what their schemas allow is read, and what is read they allow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from support.cli import rvhctl
from support.matrix_files import BAD_KEYS, BAD_NODES
from support.schemas import allows, problems, schemas

from rvhctl.nodes.documents import ASKED_OF_NODES, DAMPING, OF_KEYS, OF_NODES, ROUTING


def test_requests_have_the_members_that_are_read() -> None:
    """A new one fails here: say in its schema what it may be."""
    defined = schemas()["definitions.json"]["$defs"]
    nodes = {name for part in ("limits", "groups") for name in defined[part]["properties"]}
    assert nodes == ASKED_OF_NODES - set(DAMPING)
    assert nodes | schemas()["node-request.json"]["properties"].keys() == OF_NODES
    assert schemas()["key-request.json"]["properties"].keys() == OF_KEYS
    assert defined["damping"]["properties"].keys() == set(DAMPING)


UNSAID: Final = {
    "same-id",
    "id-twice",
    "surrogate-id",
    "open-text",
    "two-values",
    "nan-latency",
    "large-latency",
}
"""Faults that no schema can name, or that are no JSON."""


@pytest.mark.parametrize("fault", sorted(BAD_NODES.keys() - UNSAID))
def test_nodes_are_read_that_the_schema_allows(fault: str) -> None:
    text = f'[{{"id":"paris","lat":1,"lon":1,"latency":1}},{BAD_NODES[fault]}]'
    document = json.loads(text)
    assert allows("nodes.json", document) == allows("nodes.json", document[1])
    code = rvhctl("faultset", "--threshold", "9", stdin=text.encode()).code
    without_place = fault in ("no-lat", "null-lat")  # failover needs none
    assert (code == 0) == (allows("nodes.json", document) and not without_place)


@pytest.mark.parametrize("fault", sorted(BAD_KEYS.keys() - {"surrogate", "open"}))
def test_keys_are_read_that_the_schema_allows(fault: str) -> None:
    text = f'["a",{BAD_KEYS[fault]}]'
    assert not allows("keys.json", json.loads(text))
    assert rvhctl("jump-hash", "-b", "9", "-i", "json", stdin=text.encode()).code == 1


@pytest.mark.parametrize("key", [2**64, -(2**63) - 1, ["a", 10**30], {"key": 10**30}, {"key": [10**30, 1]}])
@pytest.mark.parametrize("as_text", [True, False, None])
def test_integers_are_of_any_size_where_they_are_text(key: Any, as_text: bool | None) -> None:
    flags = ["--as-text"] if as_text else []
    code = rvhctl("jump-hash", "-b", "9", "-i", "json", *flags, stdin=json.dumps([key]).encode()).code
    place = "keys.json#/$defs/as_text" if as_text else "keys.json"
    assert (code == 0) == allows(place, [key]) == allows(place, key) == bool(as_text)
    for member in ({"key": key}, {"keys": [key]}):
        request = {**member, "buckets": 9, "as_text": as_text}
        answer = json.loads(rvhctl("jump-hash", "--batch", stdin=json.dumps(request).encode()).out)
        assert answer["ok"] == allows("key-request.json", request) == bool(as_text)


@pytest.mark.parametrize("kind", ["nodes", "keys"])
@pytest.mark.parametrize("worth", ["valid", "invalid"])
def test_the_files_of_the_tests(kind: str, worth: str) -> None:
    unsaid = {
        "utf16.json",
        "same-id.json",
        "lone-surrogate.json",
        "empty-array.json",
        "float-id.json",
        "empty.json",
        "columns-differ.json",
    }
    for path in sorted((Path(__file__).parent / "data" / worth / kind).glob("*.json")):
        try:
            document = json.loads(path.read_bytes(), parse_constant=lambda name: name)
        except (ValueError, RecursionError):
            continue
        if path.name not in unsaid:
            assert (problems(f"{kind}.json", document) == []) == (worth == "valid"), path.name


VALUES: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        False,
        0,
        1,
        2,
        -1,
        1.5,
        13,
        2**31,
        2**64,
        "",
        "x",
        "a",
        "1",
        "20%",
        "0%",
        "101%",
        "20",
        "auto",
    ),
    *("max", "keep", "skip", "all", "envoy", "capacity", "nodes", "pairs", "2", "zone", "crc32", "guava"),
    *(
        [],
        ["a"],
        [1],
        [1.5],
        ["x"],
        ["a", 1],
        ["", ""],
        [["a"]],
        {},
        {"a": 1},
        {"a": -1},
        {"a": "1"},
        {"id": "a"},
        [{"id": "a"}],
    ),
)
LABELS: Final = {value: "l" for value in VALUES if isinstance(value, str) and value}
NODE: Final = {"lat": 52.3, "lon": 4.9, "latency": 1, "samples": [1], **LABELS, "capacity": 1}
FLEET: Final = {"nodes": [{"id": "a", **NODE}, {"id": "b", **NODE}]}
LIMITS: Final = {"threshold": 9, "relative": 2}
NAMES: Final = {"nodes": ["a", "b", "c"]}
NUMBERED: Final = {"key": "k", "buckets": 7}
LONE: Final = {"drill": "nodes", "inventory": [{"id": "a", **NODE}]}
NODE_BASES: Final = {
    **{name: [FLEET | LIMITS] for name in sorted(OF_NODES)},
    **{name: [FLEET | LIMITS | {"plan": True}] for name in ROUTING},
    "down_group": [FLEET | LIMITS | {"by": "zone"}],
    "nodes": [FLEET | LIMITS, LONE],
    "drill": [FLEET | LIMITS, LONE],
    "threshold": [FLEET | LIMITS, LONE],
}
"""Of each member, requests that it completes."""
KEY_BASES: Final = {
    **{name: [NAMES | {"key": "k"}, NAMES | {"keys": ["k"]}] for name in sorted(OF_KEYS)},
    "key": [NAMES, NUMBERED],
    "keys": [NAMES, NUMBERED],
    "threshold": [FLEET | {"key": "k"}],
    "nodes": [{"key": "k"}],
    "to": [NUMBERED],
    "replicas": [NUMBERED | {"allow_fewer": True}],
    "spread": [FLEET | {"key": "k", "replicas": 2}],
    "max_weight": [NUMBERED, NAMES | {"key": "k"}],
    "slots": [{"key": "k", "nodes": ["a"]}],
    "max_load": [NAMES | {"keys": ["k"]}],
    "sizes": [NAMES | {"keys": ["k"], "max_load": 2}],
    "matrix": [NUMBERED | {"to": 8}],
    "steps": [NUMBERED | {"to": 8}],
    "weights": [NUMBERED, NAMES | {"key": "k"}],
}
CASES: Final = [
    *(("faultset", name, base) for name, bases in NODE_BASES.items() for base in bases),
    *(("jump-hash -b 5", name, base) for name, bases in KEY_BASES.items() for base in bases),
]
CONTENT: Final = ("UnknownNodeError", "NoSurvivorsError", "NoLiveNodeError")
"""Errors about what a member names, which no schema knows."""


@pytest.mark.parametrize(("command", "member", "base"), CASES)
def test_requests_are_answered_that_the_schema_allows(
    command: str, member: str, base: dict[str, Any]
) -> None:
    """One member, with a value of every kind."""
    kind = "node" if command == "faultset" else "key"
    requests = [{**base, member: value} for value in VALUES]
    text = "".join(json.dumps(request) + "\n" for request in requests)
    lines = rvhctl(*command.split(), "--batch", stdin=text.encode()).out.splitlines()
    for request, answer in zip(requests, map(json.loads, lines), strict=True):
        assert problems(f"{kind}-answer.json", answer) == []
        if answer["ok"] or answer["error"]["type"] not in CONTENT:
            assert answer["ok"] == allows(f"{kind}-request.json", request), (request[member], answer)


def entries(*members: str) -> list[Any]:
    """A node with each of these members in turn, of every kind of value."""
    return [[{"id": "a", member: value}] for member in members for value in VALUES]


DEMANDS: Final = [
    *({"a": value} for value in VALUES),
    *([{"group": "a", "demand": value}] for value in (*VALUES, "1.5", " 2e1 ", "+1", ".5", "5.", "-1")),
    *VALUES,
    *(
        [{"a": 1}],
        [{"a": 1}, {"l": 1}],
        [{"group": "a"}],
        {"group": "a", "demand": 1},
        [{"group": 1, "demand": 1}],
    ),
]
INVENTORIES: Final = [
    *VALUES,
    *entries("id", "lat", "lon", "state", "weight", "capacity", "latency", "samples", "zone"),
    *([{"id": "a", "lat": 1, "lon": 1} | entry[0]] for entry in entries("lat", "lon")),
    *({"nodes": value} for value in VALUES),
    *({"ids": ["a"], "latencies": value} for value in ([1], 1, "x")),
]


@pytest.mark.parametrize("document", DEMANDS)
def test_demands_are_read_that_the_schema_allows(document: Any, tmp_path: Path) -> None:
    file = tmp_path / "demand.json"
    file.write_text(json.dumps(document))
    nodes = json.dumps([{"id": "a", "latency": 1, "zone": "a"}]).encode()
    flags = ("--threshold", "9", "--by", "zone", "--plan", "--demand", str(file))
    code, _, err = rvhctl("faultset", *flags, stdin=nodes)
    if "there is no group" not in err:
        assert (code == 0) == allows("demand.json", document), err


@pytest.mark.parametrize("document", [*VALUES, *({"a": value} for value in VALUES), {}, {"a::b": 1e301}])
def test_sizes_are_read_that_the_schema_allows(document: Any, tmp_path: Path) -> None:
    file = tmp_path / "sizes.json"
    file.write_text(json.dumps(document))
    code, _, err = rvhctl("jump-hash", "-b", "3", "--stats", "--sizes", str(file), stdin=b"a\n")
    assert (code == 0) == allows("sizes.json", document), err


SLOTS: Final = {"max_weight": 1.0, "slots": ["a", "b"]}


@pytest.mark.parametrize(
    "document",
    [
        *VALUES,
        *({**SLOTS, member: value} for member in SLOTS for value in VALUES),
        *({**SLOTS, "slots": value} for value in ([], [""], ["a", "a"], ["a", "b", "c"])),
        *({"slots": ["a"]}, {"max_weight": 1}, {**SLOTS, "more": 1}, SLOTS),
    ],
)
def test_slots_are_read_that_the_schema_allows(document: Any, tmp_path: Path) -> None:
    file = tmp_path / "slots.json"
    file.write_text(json.dumps(document))
    code, _, err = rvhctl("jump-hash", "--nodes", "a,", "--slots", str(file), "-k", "x")
    assert (code == 0) == allows("slots.json", document), err
    if code == 0:
        assert problems("slots.json", json.loads(file.read_text())) == []


@pytest.mark.parametrize("document", INVENTORIES)
def test_inventories_are_read_that_the_schema_allows(document: Any, tmp_path: Path) -> None:
    file = tmp_path / "inventory.json"
    file.write_text(json.dumps(document))
    code, _, err = rvhctl(
        "failover", "--threshold", "9", "--inventory", str(file), stdin=b'[{"id":"a","latency":1}]'
    )
    assert (code in (0, 3)) == allows("inventory.json", document), err
