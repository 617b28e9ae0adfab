"""A question about keys, asked by each door that there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from support.cli import Outcome, rvhctl
from support.doors import RefusedError, one_line
from support.doors_keys import KEYS

from rvhctl import JumpHashError, Percent, Placement

COMPARED: Final = ("to", "to_nodes", "to_down")
VIEWS: Final = ("stats", "explain", "steps", "matrix", *COMPARED)
"""What is shown in place of owners, that which wins first."""


class Said(NamedTuple):
    """What a door says; it may leave out one or the other."""

    owners: list[dict[str, Any]] | None
    """Of each key."""
    views: dict[str, Any]


def keys_of(members: Mapping[str, Any]) -> list[Any]:
    keys: list[Any] = members.get("keys", KEYS)
    return keys


def known_keys(members: Mapping[str, Any]) -> list[Any]:
    """The keys as they are hashed and answered: an integer as its text, if that is asked for."""
    return [str(key) if members.get("as_text") else key for key in keys_of(members)]


def view_of(members: Mapping[str, Any]) -> str | None:
    """The name that requests have for the view."""
    view = next((view for view in VIEWS if members.get(view) not in (None, False)), None)
    return "moves" if view in COMPARED else view


def as_flags(members: Mapping[str, Any], folder: Path, spelt: Mapping[str, str] | None = None) -> list[str]:
    """The members as a user types them, keys left out; what is read from a file is written into the folder."""
    flags: list[str] = []
    for name, value in members.items():
        flag = (spelt or {}).get(name, f"--{name.replace('_', '-')}")
        if name == "keys":
            continue
        if value is True:
            flags.append(flag)
        elif name == "weights":
            flags += ["--weight", ",".join(f"{node}={weight}" for node, weight in value.items())]
        else:
            flags += [flag, _argument(name, value, folder)]
    if "steps" in members and "--moves" not in flags:
        flags.append("--moves")
    return flags


def _argument(name: str, value: Any, folder: Path) -> str:
    file = folder / f"{name}.json"
    if name in ("nodes", "to_nodes") and all(isinstance(node, str) for node in value):
        return ",".join([*value, ""])
    if name == "slots":
        file.write_text(json.dumps({"max_weight": 1.0, "slots": value}))
    elif name in ("nodes", "to_nodes", "live", "sizes"):
        file.write_text("\n".join(value) if name == "live" else json.dumps(value))
    else:
        return ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return str(file)


def said_by(run: Outcome, members: Mapping[str, Any]) -> Said:
    """The answer of a run that writes one JSON document."""
    if run.code:
        raise RefusedError(one_line(run))
    found, view = json.loads(run.out), view_of(members)
    if view is None:
        assert [row.pop("key") for row in found] == known_keys(members)
        return Said(found, {})
    return Said(None, {view: found})


def by_flags(members: Mapping[str, Any], folder: Path, *more: str) -> Said:
    text = json.dumps(keys_of(members)).encode()
    flags = [*as_flags(members, folder), *more]
    return said_by(rvhctl("jump-hash", "-i", "json", "-o", "json", *flags, stdin=text), members)


def by_flags_async(members: Mapping[str, Any], folder: Path) -> Said:
    return by_flags(members, folder, "-a")


def by_document(members: Mapping[str, Any], folder: Path) -> Said:
    """Nodes as a document, which may say who is down; what would move has nodes of its own."""
    if "nodes" not in members:
        return by_flags(members, folder)
    nodes = [{"id": node} if isinstance(node, str) else node for node in members["nodes"]]
    inside = ("nodes",) if members.keys() & set(COMPARED) else ("nodes", "down")
    document = {name: members[name] for name in inside if name in members} | {"nodes": nodes}
    file = folder / "document.json"
    file.write_text(json.dumps(document))
    rest = {name: value for name, value in members.items() if name not in inside}
    return by_flags(rest | {"keys": keys_of(members)}, folder, "--nodes", str(file))


def said_in_batch(run: Outcome, members: Mapping[str, Any]) -> Said:
    if not run.out:
        raise RefusedError(one_line(run))
    answer = json.loads(run.out)
    if not answer["ok"]:
        raise RefusedError(answer["error"]["message"])
    plural = {"bucket": "buckets", "node": "nodes", "replicas": "replicas"}
    names = [name for name in plural if plural[name] in answer]
    columns = [answer[plural[name]] for name in names]
    owners = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    views = {name: answer[name] for name in ("stats", "moves", "matrix", "explain") if name in answer}
    if "explain" in views:
        views["explain"] = [
            {"key": key, **row} for key, row in zip(known_keys(members), views["explain"], strict=True)
        ]
    if "steps" in answer:
        views["steps"] = [
            {"step": step["step"], **move} for step in answer["steps"] for move in step["moves"]
        ]
    return Said(owners, views)


def by_request(members: Mapping[str, Any], folder: Path) -> Said:
    text = json.dumps({"keys": KEYS, **members}).encode()
    return said_in_batch(rvhctl("jump-hash", "--batch", stdin=text), members)


def batch_flags(members: Mapping[str, Any], folder: Path) -> list[str]:
    return [flag for flag in as_flags(members, folder) if flag != "--moves"]


def by_defaults_of_a_batch(members: Mapping[str, Any], folder: Path) -> Said:
    text = json.dumps({"keys": keys_of(members)}).encode()
    return said_in_batch(rvhctl("jump-hash", "--batch", *batch_flags(members, folder), stdin=text), members)


def by_request_and_defaults(members: Mapping[str, Any], folder: Path) -> Said:
    """The last member in the request, the others as flags."""
    *stated, last = members
    flags = batch_flags({name: members[name] for name in stated}, folder)
    text = json.dumps({"keys": keys_of(members), last: members[last]}).encode()
    return said_in_batch(rvhctl("jump-hash", "--batch", *flags, stdin=text), members)


def in_python(members: Mapping[str, Any], folder: Path) -> Said:
    try:
        return _in_python(members)
    except JumpHashError as error:
        raise RefusedError(str(error)) from None


def _down(members: Mapping[str, Any], nodes: Any) -> list[Any]:
    """Who is down besides those whose state says so: Python has neither ``live`` nor ``threshold``."""
    if isinstance(nodes, int):
        return []
    known = [node if isinstance(node, dict) else {"id": node} for node in nodes]
    judged = [node if isinstance(node, str) else node["id"] for node in members.get("nodes", [])]
    ids = [node["id"] for node in known]
    down = [node for node in ids if "live" in members and node in judged and node not in members["live"]]
    if "threshold" in members:
        latencies = {"d": 85.0} | {node["id"]: node["latency"] for node in known if "latency" in node}
        slow = [node["id"] for node in known if latencies.get(node["id"], 1e9) > members["threshold"]]
        down += slow
    return down


def _in_python(members: Mapping[str, Any]) -> Said:
    nodes = members["nodes"] if "nodes" in members else members["buckets"]
    there = members.get("to_nodes", members.get("to", nodes))
    settings = {
        name: members[name]
        for name in ("weights", "max_weight", "slots", "hash", "seed", "dialect")
        if name in members
    }
    if isinstance(nodes, int) and "weights" in settings:
        settings["weights"] = {int(bucket): weight for bucket, weight in settings["weights"].items()}
    keys = known_keys(members)
    down = members.get("down", [])
    placement = Placement(
        nodes, down=[*_down(members, nodes), *down], spread=members.get("spread"), **settings
    )
    other = None
    if members.keys() & set(COMPARED):
        ids = (
            None
            if isinstance(there, int)
            else {node["id"] if isinstance(node, dict) else node for node in there}
        )
        down_there = members.get("to_down", [node for node in down if ids is None or node in ids])
        other = Placement(there, down=[*_down(members, there), *down_there], **settings)
    sizes = members.get("sizes")
    if "max_load" in members or sizes is not None:
        placement = placement.assign(keys, sizes=sizes, max_load=members.get("max_load"))
        other = other and other.assign(keys, sizes=sizes, max_load=members.get("max_load"))
    return Said(_owners(placement, keys, members), dict(_views(placement, other, keys, members)))


def _entry(placement: Placement, node: Any) -> dict[str, Any]:
    return {"bucket": node} if type(node) is int else {"bucket": placement.nodes.rows[node], "node": node}


def _owners(placement: Placement, keys: list[Any], members: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "replicas" not in members:
        return [_entry(placement, node) for node in placement.owners(keys)]
    many = placement.replicas_many(keys, members["replicas"], allow_fewer=members.get("allow_fewer", False))
    rows = [[_entry(placement, node) for node in nodes] for nodes in many]
    return [{**row[0], "replicas": row} for row in rows]


def _views(placement: Placement, other: Placement | None, keys: list[Any], members: Mapping[str, Any]) -> Any:
    def entry(bucket: int) -> dict[str, Any]:
        return _entry(placement, placement.nodes.name_of(bucket))

    if members.get("stats"):
        found = placement.stats(keys)
        yield "stats", _document(found, [_count_row(row) for row in found.buckets])
    if members.get("explain"):
        rows = []
        for key in keys:
            how = placement.explain(key, members.get("replicas", 1))
            rows.append(
                {
                    "key": key,
                    "h0": how.h0,
                    **entry(how.buckets[0]),
                    "replicas": [entry(bucket) for bucket in how.buckets],
                    "probes": [
                        {"probe": p.number, "hash": p.hash, **entry(p.bucket), "verdict": p.verdict}
                        for p in how.probes
                    ],
                    "scored": [{**entry(bucket), "r": r} for bucket, r in how.scored.items()],
                }
            )
        yield "explain", rows
    if other is None:
        return
    sizes = members.get("sizes")
    moves = placement.moves(keys, other, sizes=sizes)
    yield "moves", _document(moves, [_move_row(row) for row in moves.buckets])
    if members.get("matrix"):
        flows = placement.matrix(keys, other, sizes=sizes)
        yield "matrix", [_pair(flow, keys=flow.keys, load=flow.load) for flow in flows]
    if "steps" in members:
        share = Percent(round(float(members["steps"].removesuffix("%")) * 10), 1000)
        steps = placement.steps(keys, other, share, sizes=sizes)
        yield (
            "steps",
            [
                {"step": number, "key": move.key, **_pair(move, size=move.size)}
                for number, step in enumerate(steps, 1)
                for move in step.moves
            ],
        )


def _document(found: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    sized = ("load", "fullest", "moved_load", "load_share", "excess")
    members = {name: getattr(found, name) for name in found.__slots__ if name != "buckets"}
    members = {name: value for name, value in members.items() if value is not None or name not in sized}
    return {**members, "buckets": rows}


def _stated(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _count_row(row: Any) -> dict[str, Any]:
    return _stated(bucket=row.bucket, node=row.node, count=row.keys, share=row.share, load=row.load)


def _move_row(row: Any) -> dict[str, Any]:
    loads = _stated(in_load=row.entering_load, out_load=row.leaving_load)
    return {**_stated(bucket=row.bucket, node=row.node), "in": row.entering, "out": row.leaving, **loads}


def _pair(move: Any, **more: Any) -> dict[str, Any]:
    """From where to where."""
    names = {} if type(move.source) is int else {"from_node": move.source, "to_node": move.target}
    return {"from": move.source_bucket, "to": move.target_bucket, **names, **_stated(**more)}


Door = Callable[[Mapping[str, Any], Path], Said]
PLAIN_DOORS: Final[tuple[Door, ...]] = (by_request, by_defaults_of_a_batch, in_python)
MIXED_DOORS: Final[tuple[Door, ...]] = (by_flags_async, by_document, by_request_and_defaults)
"""Two doors at a time, or one in another way."""
