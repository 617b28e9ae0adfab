"""The input files of the matrix of command lines, made by code: small, and the same every time."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parents[1] / "data"

NODES: Final[Sequence[Mapping[str, Any]]] = (
    {"id": "ams-1", "lat": 52.37, "lon": 4.90, "latency": 12, "rack": "r7"},
    {"id": "ams-2", "lat": 52.31, "lon": 4.76, "latency": 9.5, "rack": "007"},
    {"id": "zürich", "lat": 47.38, "lon": 8.54, "latency": 21.25, "rack": "a,b"},
    {"id": "10", "lat": 52.36, "lon": 4.95, "latency": 95, "rack": 'say "so"'},
    {"id": "paris", "lat": 48.86, "lon": 2.35, "latency": 31, "rack": ""},
    {"id": "nyc-1", "lat": 40.64, "lon": -73.78, "latency": 130, "rack": "r4"},
    {"id": "nyc-2", "lat": 40.66, "lon": -73.79, "latency": 130, "rack": "r4"},
    {"id": "nyc-3", "lat": 40.70, "lon": -74.00, "latency": 88.125, "rack": "r4"},
    {"id": "sfo", "lat": 37.62, "lon": -122.38, "latency": None, "rack": "r1"},
    {"id": "tokyo", "lat": 35.55, "lon": 139.78, "latency": 250.25, "rack": "日本"},
    {"id": "pole", "lat": 90, "lon": 180, "latency": 0, "rack": "north"},
    {"id": "null-island", "lat": 0.0, "lon": -0.0, "latency": 1e2, "rack": "r0"},
)

DETAILS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ams-1": {"samples": [12, None, 11.5, 40], "weight": 20},
    "ams-2": {"state": "drain"},
    "10": {"samples": [], "state": "up"},
    "nyc-1": {"samples": [130, 131], "weight": 0.5},
    "nyc-2": {"state": "down", "weight": 3},
    "sfo": {"samples": [None, None]},
    "pole": {"samples": [0, 1, 2], "state": "up", "weight": 1},
}

BAD_NODES: Final[Mapping[str, str]] = {
    "no-object": "12",
    "no-member": "{}",
    "no-id": '{"lat":1,"lon":1,"latency":1}',
    "null-id": '{"id":null,"lat":1,"lon":1,"latency":1}',
    "empty-id": '{"id":"","lat":1,"lon":1,"latency":1}',
    "true-id": '{"id":true,"lat":1,"lon":1,"latency":1}',
    "float-id": '{"id":1.5,"lat":1,"lon":1,"latency":1}',
    "large-id": '{"id":123456789012345678901234567890,"lat":1,"lon":1,"latency":1}',
    "control-id": '{"id":"a\\tb","lat":1,"lon":1,"latency":1}',
    "surrogate-id": '{"id":"\\ud800","lat":1,"lon":1,"latency":1}',
    "same-id": '{"id":"paris","lat":1,"lon":1,"latency":1}',
    "id-twice": '{"id":"x","id":"y","lat":1,"lon":1,"latency":1}',
    "no-latency": '{"id":"x","lat":1,"lon":1}',
    "text-latency": '{"id":"x","lat":1,"lon":1,"latency":"fast"}',
    "true-latency": '{"id":"x","lat":1,"lon":1,"latency":true}',
    "negative-latency": '{"id":"x","lat":1,"lon":1,"latency":-1}',
    "nan-latency": '{"id":"x","lat":1,"lon":1,"latency":NaN}',
    "large-latency": '{"id":"x","lat":1,"lon":1,"latency":1e999}',
    "no-lat": '{"id":"x","lon":1,"latency":1}',
    "null-lat": '{"id":"x","lat":null,"lon":1,"latency":1}',
    "large-lat": '{"id":"x","lat":90.5,"lon":1,"latency":1}',
    "text-lon": '{"id":"x","lat":1,"lon":"east","latency":1}',
    "small-lon": '{"id":"x","lat":1,"lon":-181,"latency":1}',
    "text-samples": '{"id":"x","lat":1,"lon":1,"samples":"1,2"}',
    "negative-sample": '{"id":"x","lat":1,"lon":1,"samples":[1,-2]}',
    "odd-state": '{"id":"x","lat":1,"lon":1,"latency":1,"state":"maybe"}',
    "no-weight": '{"id":"x","lat":1,"lon":1,"latency":1,"weight":0}',
    "text-weight": '{"id":"x","lat":1,"lon":1,"latency":1,"weight":"heavy"}',
    "near-name": '{"id":"x","lat":1,"lng":1,"latencies":1}',
    "open-text": '{"id":"x',
    "two-values": '{"id":"x","lat":1,"lon":1,"latency":1} {}',
}
"""By what is wrong; some are fine, and look odd."""

BAD_ROWS: Final[Mapping[str, str]] = {
    "short": "x,1,1",
    "long": "x,1,1,1,r,more",
    "empty": "",
    "empty-id": ",1,1,1,r",
    "control-id": "a\x01b,1,1,1,r",
    "same-id": "paris,1,1,1,r",
    "text-latency": "x,1,1,fast,r",
    "unit-latency": "x,1,1,5ms,r",
    "comma-latency": 'x,1,1,"1,5",r',
    "negative-latency": "x,1,1,-1,r",
    "nan-latency": "x,1,1,nan,r",
    "underscore-latency": "x,1,1,1_0,r",
    "empty-lat": "x,,1,1,r",
    "large-lat": "x,91,1,1,r",
    "text-lon": "x,1,east,1,r",
    "open-quote": 'x,1,1,1,"r',
    "stray-quote": 'x"y,1,1,1,r',
}

KEYS: Final = [
    "foo",
    "user:41",
    "user:42",
    "{",
    '"quoted"',
    "two words",
    " space before",
    "schlüssel",
    "鍵",
    "a,b",
    "tab\there",
    "42",
    "-7",
    *(f"key-{number}" for number in range(12)),
]
INTEGERS: Final = [0, 1, 42, -7, 2**63, 2**64 - 1, -(2**63), 10**6]

BAD_KEYS: Final[Mapping[str, str]] = {
    "empty": '""',
    "null": "null",
    "true": "true",
    "float": "1.5",
    "large": "18446744073709551616",
    "object": '{"id":1}',
    "array": "[]",
    "surrogate": '"\\ud800"',
    "open": '"x',
}

EVENTS: Final = [
    {
        "user": {"id": f"user:{number % 5}"},
        "at": number,
        "tag.name": "x",
        "tags": ["a", number],
        "flat": number * 7,
    }
    for number in range(9)
]


def files() -> Mapping[str, bytes]:
    """All files by their names."""
    return _files()


@cache
def _files() -> Mapping[str, bytes]:
    found: dict[str, bytes] = {"given/mine": b"mine\n", "given/0.txt": b"old\n", "given/damaged": b"{"}
    found |= _nodes("nodes", NODES) | _nodes("rich", [node | DETAILS.get(node["id"], {}) for node in NODES])
    found |= _nodes("few", NODES[:2]) | _nodes(
        "other", [{**node, "id": f"o-{node['id']}"} for node in NODES[:3]]
    )
    found |= {f"later-{name}": text for name, text in _nodes("nodes", _later()).items()}
    found |= _keys() | _events() | _bad() | _requests() | _probes() | _large()
    for name in (
        "nodes.json",
        "nodes.ndjson",
        "nodes.csv",
        "nodes.tsv",
        "document.json",
        "keys.txt",
        "keys.json",
    ):
        found |= _compressed(name, found[name])
    for name in ("events.ndjson", "events.csv", "keys.ndjson", "keys.csv"):
        found |= _compressed(name, found[name])
    for path in sorted(DATA.glob("*/*/*")):
        if path.is_file() and path.suffix != ".expected":
            found[str(path.relative_to(DATA.parent))] = path.read_bytes()
    return found


def _later() -> list[dict[str, Any]]:
    """The next round: one is gone, one is slow, one is new."""
    later = [{**node, "latency": 900 if node["id"] == "paris" else node["latency"]} for node in NODES[1:]]
    return [*later, {"id": "new", "lat": 52.3, "lon": 4.9, "latency": 5, "rack": "r9"}]


def _nodes(name: str, nodes: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    columns = list(dict.fromkeys(column for node in nodes for column in node))
    document = {"threshold": 100, "precision": 2, "nodes": nodes}
    prefix = "" if name == "nodes" else f"{name}-"
    return {
        f"{name}.json": _json(nodes),
        f"{name}.ndjson": _ndjson(nodes),
        f"{name}.csv": _table(columns, nodes, ","),
        f"{name}.tsv": _table(columns, nodes, "\t"),
        f"{prefix}document.json": _json(document),
        f"{prefix}pretty.json": json.dumps(nodes, indent=2).encode(),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _ndjson(values: Iterable[Any]) -> bytes:
    return b"".join(map(_json, values))


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], delimiter: str) -> bytes:
    def cell(value: Any) -> str:
        text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        return '"' + text.replace('"', '""') + '"' if set(text) & {delimiter, '"'} else text

    lines = [columns, *([row.get(column) for column in columns] for row in rows)]
    return "".join(delimiter.join(map(cell, line)) + "\n" for line in lines).encode()


def _compressed(name: str, text: bytes) -> dict[str, bytes]:
    return {
        f"{name}.gz": gzip.compress(text, mtime=0),
        f"{name}.zst": _zstd(text),
        f"{name}.xz": lzma.compress(text),
        f"{name}.bz2": bz2.compress(text),
        f"cut-{name}.gz": gzip.compress(text, mtime=0)[:-12],
        f"cut-{name}.zst": _zstd(text)[:-12],
    }


def _zstd(text: bytes) -> bytes:
    """A frame of one raw block: a content size of four bytes, no checksum."""
    block = (len(text) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\xa0" + len(text).to_bytes(4, "little") + block + text


def _keys() -> dict[str, bytes]:
    lines = [key.encode() for key in KEYS]
    mixed = [*KEYS, *INTEGERS]
    rows = [{"n": number, "key": key} for number, key in enumerate(KEYS)]
    return {
        "keys.txt": b"\n".join(lines) + b"\n",
        "crlf.txt": b"\r\n".join(lines),
        "keys.nul": b"\0".join([*lines, b"two\nlines", b"\xff\xfe"]) + b"\0",
        "integers.txt": "".join(f"{number}\n" for number in INTEGERS).encode(),
        "keys.json": _json(mixed),
        "keys.ndjson": _ndjson([*mixed, {"key": "of an object", "other": 1}]),
        "keys.csv": _table(["n", "key"], rows, ","),
        "keys.tsv": _table(["n", "key"], [row for row in rows if "\t" not in str(row["key"])], "\t"),
    }


def _events() -> dict[str, bytes]:
    flat = [{"user": event["user"]["id"], "at": event["at"], "note": "a,b"} for event in EVENTS]  # type: ignore[index]
    return {
        "events.ndjson": _ndjson(EVENTS),
        "events.json": _json(EVENTS),
        "events.csv": _table(["at", "user", "note"], flat, ","),
        "events.tsv": _table(["at", "user", "note"], flat, "\t"),
        "events.log": "".join(f"GET /{row['at']} user={row['user']} end\n" for row in flat).encode(),
        "reserved.ndjson": _ndjson([{"user": {"id": "a"}, "bucket": 1}, {"user": {"id": "b"}}]),
        "gaps.ndjson": _ndjson(
            [{"user": {"id": "a"}}, {"user": 1}, {}, 5, {"user": {"id": None}}, {"user": {"id": 7}}]
        ),
        "gaps.log": b"user=a\nnobody\nuser=jos\xe9\n\nuser=b\n",
        "ids.txt": b"a\nb\nc\nd\n",
        "sizes.json": b'{"user:1": 2.5, "foo": 3, "1": 0}',
        "sizes-bad.json": b'{"user:1": 2.5, "foo": -1}',
        "live.txt": b"a\nc\nelsewhere\n",
    }


def _bad() -> dict[str, bytes]:
    found = {}
    good = [_json(node)[:-1] for node in (NODES[4], NODES[5])]
    for name, text in BAD_NODES.items():
        bad = text.encode()
        found[f"bad/node-{name}.ndjson"] = b"\n".join([good[0], bad, good[1], b""])
        found[f"bad/node-{name}.json"] = b"[%b]" % b",".join([good[0], bad, good[1]])
    rows = ["id,lat,lon,latency,rack", "paris,48.86,2.35,31,r", "", "nyc-1,40.64,-73.78,130,r", ""]
    for name, row in BAD_ROWS.items():
        text = "\n".join([*rows[:2], row, *rows[3:]]).encode()
        found |= {f"bad/row-{name}.csv": text, f"bad/row-{name}.tsv": text.replace(b",", b"\t")}
    for name, key in BAD_KEYS.items():
        found[f"bad/key-{name}.ndjson"] = f'"a"\n{key}\n{{"key":{key}}}\n"b"\n'.encode()
        found[f"bad/key-{name}.json"] = f'["a",{key},{{"key":{key}}},"b"]'.encode()
    return found | {
        "bad/line-empty.txt": b"a\n\nb\n",
        "bad/line-latin1.txt": b"a\njos\xe9\nb\n",
        "bad/line-utf16.txt": "a\n".encode("utf-16"),
        "bad/line-zeros.txt": bytes(1000),
        "bad/key-header.csv": b"a,b\n1,2\n",
        "bad/key-empty.csv": b"key,b\n,2\nx,3\n",
        "bad/key-short.csv": b"b,key\n1\n2,x\n",
    }


def _requests() -> dict[str, bytes]:
    plain = [{name: node[name] for name in ("id", "lat", "lon", "latency")} for node in NODES[:8]]
    fleet = {"nodes": plain, "threshold": 100}
    policies = [
        {"threshold": 1}, {"threshold": -1}, {"threshold": "1"}, {"relative": 1.5}, {"relative": 0.5}, {"floor": 20},
        {"relative": 1.2, "floor": 500}, {"aggregate": "max"}, {"aggregate": "sum"}, {"max_loss": "20%"},
        {"max_loss": 20}, {"min_survivors": 3}, {"min_survivors": "60%"}, {"max_ejection": "20%"}, {"precision": 1},
        {"on_degraded": "all", "min_survivors": 9}, {"on_down": "all", "threshold": 1}, {"precision": 13},
        {"merge_below": 2}, {"down": ["ams-1"]}, {"down": "ams-1"}, {"down_cell": ["u1"]}, {"down_cell": ["a"]},
        {"plan": True}, {"plan": 1}, {"nearest": 1, "plan": True}, {"explain": True}, {"treshold": 5}, {"top": 1},
        {"nodes": []}, {"nodes": {}}, {"nodes": None}, {"id": "eu"}, {"id": 1.0}, {"id": [2**70]}, {"threshold": None},
    ]  # fmt: skip
    columns = {"ids": ["a", "b", 7], "latencies": [12, None, 80]}
    bad = [
        f'{{"threshold":100,"nodes":[{json.dumps(NODES[4])},{node}]}}'.encode() for node in BAD_NODES.values()
    ]
    lines = [_json(fleet | policy)[:-1] for policy in policies]
    columns_too = [columns, {**columns, "threshold": 50}, {"threshold": 50, "ids": ["a"], "latencies": []}]
    broken = [b"", b"12", b"{", b"{}", b"\xff", b'{"threshold": 5}']
    nodes = b"\n".join([*lines, *(_json(line)[:-1] for line in columns_too), *broken, *bad, b""])
    members = [
        {}, {"buckets": 3}, {"buckets": 0}, {"buckets": "3"}, {"nodes": ["a", "b", "c"]}, {"nodes": ["a", "a"]},
        {"nodes": plain}, {"nodes": ["a", "b"], "down": ["a"]}, {"nodes": ["a"], "down": ["a"]}, {"down": [0, 1]},
        {"down": ["x"]}, {"weights": {"0": 0.5}}, {"nodes": ["a", "b"], "weights": {"a": 2}}, {"weights": {"a": -1}},
        {"replicas": 2}, {"replicas": 99}, {"replicas": 99, "allow_fewer": True}, {"hash": "crc32"}, {"hash": "md5"},
        {"seed": 7}, {"dialect": "guava"}, {"dialect": "x"}, {"stats": True}, {"explain": True}, {"to": 11}, {"to": 0},
        {"to_nodes": ["a"]}, {"nodes": ["a", "b"], "to_nodes": ["a", "b", "c"]}, {"to_down": [1]}, {"id": None},
    ]  # fmt: skip
    keyed = [{"buckets": 10} | {"key": "user:41"} | more for more in members]
    keyed += [{"buckets": 10, "keys": ["a", "b", 7]} | more for more in members]
    keys = [
        f'{{"buckets":10,"key":{key}}}\n{{"buckets":10,"keys":["a",{key}]}}\n' for key in BAD_KEYS.values()
    ]
    return {
        "requests.nodes": nodes,
        "requests.good": _ndjson([fleet, fleet | {"threshold": 15, "id": "b"}, {"nodes": plain}]),
        "requests.keys": _ndjson([*keyed, {"key": "a"}, {"keys": "a"}, {"buckets": 2}])
        + "".join(keys).encode(),
        "requests.few-keys": _ndjson(
            [{"key": "a"}, {"keys": ["a", "b"], "id": 1}, {"key": "b", "buckets": 7}]
        ),
    }


def _probes() -> dict[str, bytes]:
    def answer(*series: tuple[str, str, str]) -> bytes:
        metrics = (
            {"metric": {"__name__": n, "instance": i}, "value": [1795302251.374, v]} for n, i, v in series
        )
        return _json({"status": "success", "data": {"resultType": "vector", "result": list(metrics)}})

    duration, success = "probe_duration_seconds", "probe_success"
    both = [(duration, "a", "0.012"), (duration, "b", "0.003"), (success, "a", "1"), (success, "b", "0")]
    return {
        "probes.json": answer(*both),
        "probes-alone.json": answer(*both[:2]),
        "probes-bad.json": answer(*both, (duration, "c", "soon"), (duration, "a", "1")),
        "probes.txt": b"a : 12.1 - 11.9 12.4\nb : 9.80 9.91\nc : - -\n",
        "probes-bad.txt": b"a : 12.1\nICMP Host Unreachable\nb : x\na : 3\n",
        "inventory.csv": b"id,lat,lon,rack\na,52.37,4.90,r1\nb,52.31,4.76,r2\nc,40.6,-73.7,r3\n",
        "inventory.json": _json(
            [{"id": "a", "lat": 52.37, "lon": 4.9, "weight": 2}, {"id": "b", "lat": 1, "lon": 1}]
        ),
        "inventory-bad.csv": b"id,lat,lon\na,91,4\n",
    }


def _large() -> dict[str, bytes]:
    """Large enough for several blocks, and for workers."""
    nodes = [{**NODES[n % 8], "id": f"n{n}", "latency": n * 7919 % 2000 / 8} for n in range(20_000)]
    request = {
        "threshold": 100,
        "nodes": [{k: node[k] for k in ("id", "lat", "lon", "latency")} for node in nodes[:40]],
    }
    return {
        "large/keys.txt": "".join(f"key-{number:07}\n" for number in range(400_000)).encode(),
        "large/nodes.ndjson": _ndjson(nodes),
        "large/requests": _ndjson({**request, "id": number} for number in range(200)),
    }
