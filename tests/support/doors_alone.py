"""Options that no request states, for the matrix of doors: how each is typed, and what of a run it changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from support.doors_nodes import INVENTORY, MEMORY, NODES
from support.foreign import WRITTEN

FPING: Final = b"b : 9.1 9.2 - 9.0\ne : - - - -\nh : 60 61 59 60\n"
MTR: Final = json.dumps(
    {"report": {"mtr": {"dst": "b"}, "hubs": [{"count": 1, "host": "b", "Loss%": 0.0, "Snt": 4, "Avg": 9.5}]}}
).encode()
HAPROXY: Final = b"# pxname,svname,status,check_status,check_duration,weight,rtime\nweb,b,UP,L7OK,9,1,3\n"


def _prometheus(*series: tuple[str, str, str]) -> bytes:
    """The answer to an instant query: names, instances and values."""
    result = [
        {"metric": {"__name__": name, "instance": target, "job": f"{target}-job"}, "value": [0, value]}
        for name, target, value in series
    ]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


PROMETHEUS: Final = _prometheus(("x_seconds", "b", "0.01"), ("x_seconds", "h", "0.2"))
UNNAMED: Final = _prometheus(("x", "b", "0.01"), ("x", "h", "0.2"))
LINES: Final = WRITTEN["ndjson"](NODES)
ARRAY: Final = WRITTEN["json"](NODES)
BAD_LINE: Final = LINES.replace(b'"latency": 10}', b'"latency": -1}')
REQUESTS: Final = b"".join(
    json.dumps({"nodes": NODES, "threshold": threshold}).encode() + b"\n" for threshold in (20, 50)
)
EVENTS: Final = [{"key": f"k{n}", "n": n, "user": {"id": f"user-{n % 3}"}} for n in range(8)]
KEYS: Final = "".join(f"id=k{n}; n={n}\n" for n in range(8)).encode()
KEY_REQUESTS: Final = b'{"key":"a","buckets":7}\n{"keys":["b","c"],"buckets":9}\n'

FILES: Final[Mapping[str, bytes]] = {
    "inventory.json": json.dumps([*INVENTORY, {**INVENTORY[0], "id": "web/b"}]).encode(),
    "inventory.csv": b"id,host,lat,lon,zone,rack\n"
    + b"".join(b"%d,%s,52.3,4.9,ams-1,1\n" % (row, name) for row, name in enumerate((b"b", b"h"))),
    "memory": MEMORY,
    "keys.txt": KEYS,
    "part-3": b"",
    "out/readme": b"",
    "slots.json": json.dumps({"max_weight": 1.0, "slots": ["a", "b", "c"]}).encode(),
}
"""What lies in the folder of a run."""


class Alone(NamedTuple):
    """An option as it is typed, and a run that it changes."""

    typed: str
    beside: str
    changes: frozenset[str]
    """Of the ``code``, ``out``, ``err`` and ``files``; the others stay as they are."""
    stdin: bytes


def _alone(typed: str, beside: str, changes: str = "", stdin: bytes = LINES) -> Alone:
    return Alone(typed, beside, frozenset(changes.split()), stdin)


def _runs(beside: str, stdin: bytes, bad: bytes, requests: bytes) -> dict[str, list[Alone]]:
    """How a command reads, answers and runs; ``stdin`` is NDJSON, ``bad`` has a bad line."""
    refused = "code out err"
    return {
        "json": [_alone("--json", beside, "out", stdin)],
        "color": [
            _alone("--color always", f"{beside} -o json", "out", stdin),
            _alone("--color never", f"{beside} -o json", "", stdin),
            _alone("--color auto", f"{beside} -o json", "", stdin),
        ],
        "level": [
            _alone("--level debug", beside, "err", stdin),
            _alone("--level info", beside, "err", stdin),
            _alone("--level warn", beside, "", stdin),
            _alone("--level error", beside, "", stdin),
        ],
        "async": [_alone("--async", beside, "", stdin)],
        "batch": [_alone("--batch", beside, refused, requests)],
        "jobs": [_alone("--jobs 2", f"{beside} --batch", "", requests)],
        "unordered": [_alone("--unordered", f"{beside} --batch", "", requests)],
        "on_error": [
            _alone("--on-error skip", beside, "out err", bad),
            _alone("--on-error fail", beside, "", bad),
        ],
    }


def _of_nodes(command: str) -> dict[str, list[Alone]]:
    known = "--threshold 50 --inventory inventory.json"  # which has a place for each node
    refused = "code out err"
    options = {
        **_runs("--threshold 50", LINES, BAD_LINE, REQUESTS),
        "input_format": [
            *(_alone(f"-i {name}", "--threshold 50") for name in ("auto", "ndjson")),
            *(
                _alone(f"-i {name}", "--threshold 50", refused)
                for name in ("json", "csv", "tsv", "plain", "parquet", "arrow")
            ),
        ],
        "output": [
            _alone(f"--output {name}", "--threshold 50", changes)
            for name, changes in (
                *(("auto", ""), ("ndjson", "")),
                *(
                    (name, "out")
                    for name in ("json", "csv", "tsv", "plain", "table", "html", "parquet", "arrow")
                ),
            )
        ],
        "memory": [_alone("--memory memory --rise 1", "--threshold 50", "out files")],
        "fail_on": [
            _alone("--fail-on degraded", "--threshold 11 --min-survivors 3", "code err"),
            _alone("--fail-on down", "--threshold 1 --on-down all", "code err"),
            _alone("--fail-on never", "--threshold 1", "code err"),
        ],
        "from": [
            _alone(f"--from {tool}", known, refused, stdin)
            for tool, stdin in (
                ("fping", FPING),
                ("mtr", MTR),
                ("haproxy", HAPROXY),
                ("prometheus", PROMETHEUS),
            )
        ],
        "unit": [
            _alone("--unit ms", f"{known} --from prometheus", refused, UNNAMED),
            _alone("--unit s", f"{known} --from prometheus", refused, UNNAMED),
        ],
        "id_label": [
            _alone("--id-label job", f"{known} --from prometheus --fail-on never", "out err", PROMETHEUS)
        ],
        "column": [_alone("--column id=zone", "--threshold 11 -o plain", "out", WRITTEN["csv"](NODES[:2]))],
        "inventory_column": [
            _alone(
                "--inventory-column id=host",
                "--threshold 50 --inventory inventory.csv --from fping --fail-on never",
                "out err",
                FPING,
            )
        ],
        "nodes": [_alone("--nodes x,y --latencies 5,60", "--threshold 50", "out")],
        "latencies": [_alone("--latencies 5,60", "--threshold 50 --nodes x,y", refused)],
        "advise": [],
    }
    if command == "faultset":
        options["nodes"] = [_alone("--nodes x:1:2:5", "--threshold 50", "out")]
        options["advise"] = [_alone("--advise", "--threshold 50", "out")]
        options["fail_on"].append(_alone("--fail-on overload", "--threshold 11 --plan", "code"))
        del options["latencies"]
    else:
        options["fail_on"].append(_alone("--fail-on overload", "--threshold 50", refused))
        del options["advise"]
    return options


def _of_keys() -> dict[str, list[Alone]]:
    refused = "code out err"
    events = WRITTEN["ndjson"](EVENTS)
    slots = "--slots slots.json --nodes c,b,a"
    return {
        **_runs("-b 9 -i ndjson", events, events.replace(b'"k1"', b"null"), KEY_REQUESTS),
        "input_format": [
            _alone("-i plain", "-b 9", "", events),
            _alone("-i auto", "-b 9", "", events),
            *(
                _alone(f"-i {name}", "-b 9", refused, events)
                for name in ("json", "csv", "tsv", "parquet", "arrow")
            ),
            _alone("-i ndjson", "-b 9", "out", events),
        ],
        "output": [
            _alone(f"--output {name}", "-b 9 -i ndjson", changes, events)
            for name, changes in (
                *(("auto", ""), ("ndjson", "")),
                *((name, "out") for name in ("json", "csv", "tsv", "plain", "table", "parquet", "arrow")),
            )
        ],
        "level": [
            _alone("--level debug", "-b 9 -i ndjson", "err", events),
            _alone("--level info", "-b 9 -i ndjson --field user.id,n", "err", events),
            *(_alone(f"--level {name}", "-b 9 -i ndjson", "", events) for name in ("warn", "error")),
        ],
        "key": [_alone("-k a -k b", "-b 9", "out", KEYS)],
        "null": [_alone("--null", "-b 9", "out", KEYS.replace(b"\n", b"\0"))],
        "field": [_alone("--field user.id", "-b 9 -i ndjson", "out", events)],
        "regex": [_alone("--regex id=([^;]+)", "-b 9", "out", KEYS)],
        "size": [_alone("--size n", "-b 3 -i ndjson --max-load 1.2", "out", events)],
        "only": [_alone("--only 1,7", "-b 9", "out", KEYS), _alone("--only 2/9", "-b 9", "out", KEYS)],
        "allow_empty": [_alone("--allow-empty", "-b 999 --only 1", "code err", KEYS)],
        "split_to": [_alone("--split-to part-{bucket}.txt", "-b 9", "out files", KEYS)],
        "force": [_alone("--force", "-b 4 --split-to part-{bucket}", "code err files", KEYS)],
        "moves": [_alone("--moves", "-b 9 --to 11", "out", KEYS)],
        "to_dir": [_alone("--to-dir out", "-b 9 keys.txt", "out files", b"")],
        "frozen": [_alone("--frozen", f"{slots},d", "code out err files", KEYS)],
        "dry_run": [_alone("--dry-run", f"{slots},d", "files", KEYS)],
        "rename": [_alone("--rename b=d", "--nodes c,d --slots slots.json", "out files", KEYS)],
        "list_hashes": [_alone("--list-hashes", "-b 9", "out", KEYS)],
    }


ALONE: Final[Mapping[str, Mapping[str, Sequence[Alone]]]] = {
    "failover": _of_nodes("failover"),
    "faultset": _of_nodes("faultset"),
    "jump-hash": _of_keys(),
}
ELSEWHERE: Final[Mapping[str, str]] = {
    "engine": "tests/engine starts clusters, and holds what they write to what one process writes",
    "resume": "tests/commands/test_files.py and tests/engine lose runs and go on with them",
}
"""Options that need more than a run of this process."""
