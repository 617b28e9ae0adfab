"""What runs cost when their input is twice as large, counted in instructions and not in seconds.

Under valgrind, ``PYTHONPATH=tests python -m support.growth FOLDER [NAME ...]`` runs each case below with inputs of
three sizes, each twice the last, and calls ``sys.setswitchinterval`` before a run and ``sys.setrecursionlimit``
after it, so that callgrind writes down what came between. :func:`counted` starts that and reads the counts.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from itertools import count
from pathlib import Path

START, END = "_PyEval_SetSwitchInterval", "Py_SetRecursionLimit"
"""Functions of C that every build of Python exports, and nothing else here calls."""

CODES = {
    "failover: nobody left": 3,
    "failover: bad records": 1,
    "failover: the same id twice": 1,
    "bad keys": 1,
}
"""Exit codes of runs that do not end in 0."""

Run = Callable[[], object]
Case = Callable[[int], Run]
CASES: dict[str, tuple[int, Case]] = {}
"""By what grows: the least of the three sizes, and what makes the run of a size."""


def case(
    name: str, least: int, make: Callable[[int], tuple[str, str | bytes]], **files: Callable[[int], str]
) -> None:
    """A command line and its standard input; FILE in the line is a file that ``files`` writes."""

    def prepared(size: int) -> Run:
        from support.cli import rvhctl

        line, stdin = make(size)
        for file, text in files.items():
            Path(file).write_text(text(size))
        arguments, data = line.split(), stdin.encode() if isinstance(stdin, str) else stdin

        def run() -> object:
            return rvhctl(*arguments, stdin=data)

        return run

    CASES[name] = (least, prepared)


def calls(name: str, least: int, prepared: Case) -> None:
    """Calls of the package."""
    CASES[name] = (least, prepared)


# ---- What comes in ---------------------------------------------------------------------------------


def spread(at: int) -> tuple[float, float]:
    """Places all over the map, no two the same."""
    return round(at * 37.7 % 160 - 80, 4), round(at * 101.3 % 360 - 180, 4)


def nodes(size: int, **more: Callable[[int], object]) -> list[dict[str, object]]:
    def node(at: int) -> dict[str, object]:
        lat, lon = spread(at)
        usual: dict[str, object] = {"id": f"n{at}", "lat": lat, "lon": lon, "latency": at * 31 % 97 + 1}
        return usual | {name: value(at) for name, value in more.items()}

    return [node(at) for at in range(size)]


def as_csv(records: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def as_ndjson(records: Iterable[object]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def keys(size: int) -> str:
    return "".join(f"user:{at}\n" for at in range(size))


def names(size: int, prefix: str = "n", step: int = 1) -> str:
    return ",".join(f"{prefix}{at}" for at in range(0, size, step))


def one_place(size: int) -> list[dict[str, object]]:
    return nodes(size, lat=lambda _: 52.3, lon=lambda _: 4.9)


def fleet(size: int, **more: Callable[[int], object]) -> str:
    return as_csv(nodes(size, **more))


def labelled(size: int, members: int = 4) -> str:
    return fleet(size, zone=lambda at: f"z{at // members}", capacity=lambda at: 10 + at % 7)


def cells(size: int) -> str:
    from rvhctl import geohash

    return ",".join(geohash.encode(*spread(at), 6) for at in range(size))


# ---- failover and faultset -------------------------------------------------------------------------

for form, written in {
    "csv": as_csv,
    "ndjson": as_ndjson,
    "json": json.dumps,
}.items():
    case(
        f"failover: nodes in {form}",
        200,
        lambda n, w=written, f=form: (f"failover --relative 1.5 -i {f}", w(nodes(n))),
    )
for output in ("table", "html", "json", "tsv", "plain"):
    case(
        f"faultset: nodes, -o {output}",
        50 if output in ("table", "html") else 200,
        lambda n, o=output: (f"faultset --relative 1.5 -p 2 -o {o}", fleet(n)),
    )
    case(
        f"failover: nodes explained, -o {output}",
        50 if output in ("table", "html") else 200,
        lambda n, o=output: (f"failover --relative 1.5 --explain -o {o}", fleet(n)),
    )
case("failover: equal latencies", 200, lambda n: ("failover --relative 1.5", fleet(n, latency=lambda _: 9)))
case(
    "failover: falling latencies",
    200,
    lambda n: ("failover --threshold 1e6", fleet(n, latency=lambda at: 1e5 - at)),
)
case(
    "failover: all over the limit but --max-ejection",
    200,
    lambda n: ("failover --threshold 0.5 --max-ejection 50%", fleet(n)),
)
case("failover: nobody left", 200, lambda n: ("failover --threshold 0.5", fleet(n)))
case("failover: --top", 200, lambda n: (f"failover --relative 2 --top {n // 2}", fleet(n)))
for how in ("median", "p95"):
    case(
        f"failover: samples of a node, {how}",
        100,
        lambda n, h=how: (
            f"failover --relative 1.5 --aggregate {h} --max-loss 90%",
            as_ndjson(
                {"id": at, "samples": [*(i * 7 % 31 + at for i in range(n)), None]} for at in range(10)
            ),
        ),
    )
case(
    "failover: --nodes and --latencies",
    200,
    lambda n: (
        f"failover --threshold 50 --nodes {names(n)} --latencies {','.join(str(at % 97) for at in range(n))}",
        "",
    ),
)
case("failover: --down", 100, lambda n: (f"failover --relative 1.5 --down {names(n)}", fleet(2 * n)))
case(
    "failover: --down, again and again",
    100,
    lambda n: ("failover --relative 1.5 " + " ".join(f"--down n{at}" for at in range(n)), fleet(2 * n)),
)
case(
    "failover: bad records",
    50,
    lambda n: (
        "failover --threshold 50 --on-error skip",
        fleet(2 * n, latency=lambda at: at if at % 2 else "x"),
    ),
)
case(
    "failover: the same id twice",
    50,
    lambda n: ("failover --threshold 50 --on-error skip", fleet(2 * n, id=lambda at: f"n{at // 2}")),
)
case(
    "failover: fields of a record",
    100,
    lambda n: (
        "failover --threshold 50",
        as_ndjson([{"id": 1, "latency": 1} | {f"f{i}": i for i in range(n)}] * 1),
    ),
)
case(
    "failover: columns of CSV",
    100,
    lambda n: ("failover --threshold 50", "id,latency," + names(n, "c") + "\n" + ("1,1" + ",x" * n + "\n")),
)
case(
    "failover: length of a field",
    20000,
    lambda n: ("failover --threshold 50", f'id,latency,note\na,1,"{"x" * n}"\n'),
)
case(
    "failover: quotes in a field",
    2000,
    lambda n: ("failover --threshold 50 -o json", f'id,latency,note\na,1,"{chr(34) * 2 * n}"\n'),
)
case(
    "failover: escapes in a field",
    20000,
    lambda n: ("failover --threshold 50 -o csv", '{"id":"a","latency":1,"note":"%s"}\n' % ("\\n" * n)),
)
case(
    "failover: depth of a field",
    100,
    lambda n: (
        "failover --threshold 50 -i ndjson",
        '{"id":"a","latency":1,"note":' + "[" * n + "]" * n + "}\n",
    ),
)
case(
    "failover: blank before a document",
    20000,
    lambda n: ("failover --threshold 50", " " * n + '[{"id":"a","latency":1}]'),
)
case(
    "failover: blank lines",
    2000,
    lambda n: ("failover --threshold 50 -i ndjson", '{"id":"a","latency":1}\n' + "\n" * n),
)
case(
    "failover: sources",
    20,
    lambda n: ("failover --threshold 99 " + "few.csv " * 0 + " ".join(f"s{at}.csv" for at in range(n)), ""),
    **{f"s{at}.csv": lambda _, at=at: f"id,latency\nn{at},{at}\n" for at in range(80)},
)
case(
    "failover: --inventory",
    100,
    lambda n: ("failover --relative 1.5 --inventory inventory.csv", fleet(n)),
    **{"inventory.csv": lambda n: fleet(n, site=lambda at: f"s{at}")},
)
case(
    "failover: --inventory, by name and port",
    100,
    lambda n: (
        "failover --relative 1.5 --inventory inventory.csv",
        fleet(n, id=lambda at: f"10.0.{at // 200}.{at % 200}:9100"),
    ),
    **{"inventory.csv": lambda n: fleet(n, id=lambda at: f"10.0.{at // 200}.{at % 200}")},
)
case("failover: --memory", 100, lambda n: ("failover --relative 1.5 --memory memory", fleet(n)))
case(
    "failover: --batch requests",
    20,
    lambda n: ("failover --batch --relative 1.5", as_ndjson([{"nodes": nodes(5)}] * n)),
)
case(
    "failover: nodes of a request",
    100,
    lambda n: ("failover --batch --relative 1.5", as_ndjson([{"nodes": nodes(n), "explain": True}])),
)
case(
    "failover: --from prometheus",
    100,
    lambda n: (
        "failover --threshold 50 --from prometheus --unit ms",
        json.dumps(
            {
                "status": "success",
                "data": {
                    "resultType": "vector",
                    "result": [
                        {
                            "metric": {"__name__": "ping_average_response_ms", "instance": f"h{at}:1"},
                            "value": [1, str(at % 97)],
                        }
                        for at in range(n)
                    ],
                },
            }
        ),
    ),
)
case(
    "failover: --from fping",
    100,
    lambda n: (
        "failover --threshold 50 --from fping",
        "".join(f"10.0.{at // 200}.{at % 200} : 0.82 0.76 {at % 97}\n" for at in range(n)),
    ),
)
case(
    "failover: --from mtr",
    60,
    lambda n: (
        "failover --threshold 50 --from mtr",
        as_ndjson(
            {
                "report": {
                    "mtr": {"src": "a", "dst": f"10.0.0.{at}", "tests": 3},
                    "hubs": [
                        {
                            "count": 1,
                            "host": f"10.0.0.{at}",
                            "Loss%": 0.0,
                            "Snt": 3,
                            "Last": 1.0,
                            "Avg": 1.0,
                            "Best": 1.0,
                            "Wrst": 1.0,
                            "StDev": 0.0,
                        }
                    ],
                }
            }
            for at in range(n)
        ),
    ),
)
case(
    "failover: --from haproxy",
    100,
    lambda n: (
        "failover --threshold 50 --from haproxy",
        "# pxname,svname,status,weight,type,check_status,check_duration,\n"
        + "".join(f"p,s{at},UP,1,2,L4OK,{at % 97},\n" for at in range(n)),
    ),
)
case(
    "failover: --inventory of Envoy",
    50,
    lambda n: (
        "failover --threshold 50 --inventory envoy.json",
        fleet(n, id=lambda at: f"10.0.{at // 200}.{at % 200}:80"),
    ),
    **{
        "envoy.json": lambda n: json.dumps(
            {
                "cluster_statuses": [
                    {
                        "name": "api",
                        "host_statuses": [
                            {
                                "address": {
                                    "socket_address": {
                                        "address": f"10.0.{at // 200}.{at % 200}",
                                        "port_value": 80,
                                    }
                                },
                                "health_status": {"eds_health_status": "HEALTHY"},
                                "weight": 1,
                            }
                            for at in range(n)
                        ],
                    }
                ]
            }
        )
    },
)
case(
    "failover: --inventory of Kubernetes",
    50,
    lambda n: (
        "failover --threshold 50 --inventory slices.json",
        fleet(n, id=lambda at: f"10.0.{at // 200}.{at % 200}"),
    ),
    **{
        "slices.json": lambda n: json.dumps(
            {
                "kind": "EndpointSlice",
                "endpoints": [
                    {
                        "addresses": [f"10.0.{at // 200}.{at % 200}"],
                        "conditions": {"ready": True},
                        "zone": "a",
                    }
                    for at in range(n)
                ],
            }
        )
    },
)

case("faultset: cells", 100, lambda n: ("faultset --relative 1.5 -p 5", fleet(n)))
case("faultset: one cell", 200, lambda n: ("faultset --relative 1.5 -p 1", as_csv(one_place(n))))
case("faultset: -p auto, all over the map", 300, lambda n: ("faultset --relative 1.5 -p auto", fleet(n)))
case("faultset: -p auto, one place", 50, lambda n: ("faultset --relative 1.5 -p auto", as_csv(one_place(n))))
case("faultset: --advise", 50, lambda n: ("faultset --advise", fleet(n)))
case("faultset: --by, groups", 100, lambda n: ("faultset --relative 1.5 --by zone -o json", labelled(n)))
case(
    "faultset: --by, labels",
    20,
    lambda n: (
        f"faultset --relative 1.5 --by {names(n, 'l')}",
        fleet(50, **{f"l{i}": lambda at: at % 3 for i in range(n)}),
    ),
)
case(
    "faultset: --by, length of a label",
    500,
    lambda n: ("faultset --relative 1.5 --by zone", fleet(20, zone=lambda at: "z" * n + str(at % 3))),
)
case(
    "faultset: --merge-below, cells", 50, lambda n: ("faultset --relative 1.5 -p 4 --merge-below 3", fleet(n))
)
case(
    "faultset: --merge-below, groups",
    50,
    lambda n: ("faultset --relative 1.5 --by zone --merge-below 3", labelled(n, 2)),
)
for how in ("envoy", "capacity"):
    case(
        f"faultset: --plan --spill {how}, groups",
        200,
        lambda n, h=how: (f"faultset --threshold 60 --by zone --plan --spill {h} -o json", labelled(n)),
    )
    case(
        f"faultset: --drill groups --spill {how}, groups",
        60,
        lambda n, h=how: (
            f"faultset --threshold 60 --by zone --drill groups --spill {h} -o json",
            labelled(n),
        ),
    )
case(
    "faultset: --nearest",
    20,
    lambda n: (f"faultset --threshold 60 --by zone --plan --nearest {n} -o json", labelled(100)),
)
case(
    "faultset: --plan by cells, -o table",
    25,
    lambda n: ("faultset --threshold 60 -p 4 --plan -o table", fleet(n)),
)
case(
    "faultset: --plan by cells, -o html",
    25,
    lambda n: ("faultset --threshold 60 -p 4 --plan -o html", fleet(n)),
)
case(
    "faultset: --demand",
    50,
    lambda n: ("faultset --threshold 60 --by zone --plan --demand demand.csv -o json", labelled(n, 1)),
    **{"demand.csv": lambda n: "group,demand\n" + "".join(f"z{at},5\n" for at in range(n))},
)
case(
    "faultset: --down-cell",
    50,
    lambda n: (f"faultset --threshold 60 -p 6 --down-cell {cells(n)}", fleet(2 * n)),
)
case(
    "faultset: --down-group",
    50,
    lambda n: (f"faultset --threshold 60 --by zone --down-group {names(n, 'z')}", labelled(2 * n, 1)),
)
case(
    "faultset: --memory, groups",
    50,
    lambda n: ("faultset --relative 1.5 --by zone --memory groups", labelled(n)),
)
case(
    "faultset: --nodes",
    100,
    lambda n: (
        "faultset --threshold 60 --nodes "
        + ",".join(f"n{at}:{spread(at)[0]}:{spread(at)[1]}:{at % 97}" for at in range(n)),
        "",
    ),
)

# ---- jump-hash -------------------------------------------------------------------------------------

HASH = "jump-hash"
FOLDERS = count()
TWENTY = names(20)
case("keys", 1000, lambda n: (f"{HASH} -b 8", keys(n)))
case("keys named", 500, lambda n: (f"{HASH} --nodes {TWENTY} -o json", keys(n)))
case("keys, -k", 100, lambda n: (f"{HASH} -b 8 " + " ".join(f"-k k{at}" for at in range(n)), ""))
case("keys explained", 100, lambda n: (f"{HASH} -b 8 --explain -o json", keys(n)))
case("keys explained, -o table", 20, lambda n: (f"{HASH} -b 8 --explain -o table", keys(n)))
case("keys, -o table", 100, lambda n: (f"{HASH} -b 8 -o table", keys(n)))
case("length of a key", 50000, lambda n: (f"{HASH} -b 8", "k" * n + "\n"))
case("length of a key, -o json", 50000, lambda n: (f"{HASH} -b 8 -o json", "k" * n + "\n"))
case("buckets", 1000, lambda n: (f"{HASH} -b {n}", keys(100)))
case("buckets, --stats", 200, lambda n: (f"{HASH} -b {n} --stats -o json", keys(100)))
case("buckets, --to", 200, lambda n: (f"{HASH} -b {n} --to {n + 1} -o json", keys(100)))
case("nodes", 200, lambda n: (f"{HASH} --nodes {names(n)}", keys(50)))
case(
    "nodes of a file",
    200,
    lambda n: (f"{HASH} --nodes nodes.csv", keys(50)),
    **{"nodes.csv": lambda n: fleet(n, weight=lambda at: 1 + at % 3)},
)
case(
    "nodes that are down",
    200,
    lambda n: (f"{HASH} --nodes {names(2 * n)} --down {names(2 * n, step=2)}", keys(50)),
)
case("buckets that are down", 200, lambda n: (f"{HASH} -b {2 * n} --down {names(2 * n, '', 2)}", keys(50)))
case(
    "nodes of --live",
    200,
    lambda n: (f"{HASH} --nodes {names(2 * n)} --live live.csv", keys(50)),
    **{"live.csv": fleet},
)
case(
    "weights",
    100,
    lambda n: (f"{HASH} --nodes {names(n)} --weight " + ",".join(f"n{at}=0.5" for at in range(n)), keys(50)),
)
case("replicas", 10, lambda n: (f"{HASH} --nodes {names(100)} --replicas {n}", keys(20)))
case(
    "zones",
    50,
    lambda n: (f"{HASH} --nodes zones.csv --replicas 3 --spread zone", keys(50)),
    **{"zones.csv": lambda n: labelled(n, 2)},
)
case(
    "replicas in zones",
    10,
    lambda n: (f"{HASH} --nodes zones.csv --replicas {n} --spread zone", keys(20)),
    **{"zones.csv": lambda _: labelled(800, 2)},
)
case("nodes of --slots", 100, lambda n: (f"{HASH} --nodes {names(n)} --slots slots{next(FOLDERS)}", keys(50)))
case(
    "nodes gone from --slots",
    100,
    lambda n: (f"{HASH} --nodes {names(2 * n, step=2)} --slots full{n} --dry-run", keys(50)),
)
case("--max-load, keys", 200, lambda n: (f"{HASH} -b 10 --max-load 1.05", keys(n)))
case("--max-load, nodes", 100, lambda n: (f"{HASH} --nodes {names(n)} --max-load 1.1", keys(1000)))
case(
    "--max-load, nodes that are nearly full",
    20,
    lambda n: (f"{HASH} --nodes {names(n)} --max-load 1.001", keys(10 * n)),
)
case(
    "--sizes",
    200,
    lambda n: (f"{HASH} -b 10 --max-load 1.1 --sizes sizes.json", keys(n)),
    **{"sizes.json": lambda n: json.dumps({f"user:{at}": at % 50 + 1 for at in range(n)})},
)
case(
    "--size",
    200,
    lambda n: (
        f"{HASH} -b 10 --field k --size s --stats -o json",
        as_ndjson({"k": f"u{at}", "s": at % 50 + 1} for at in range(n)),
    ),
)
case("--moves", 200, lambda n: (f"{HASH} -b 8 --to 9 --moves", keys(n)))
case("--matrix, keys", 200, lambda n: (f"{HASH} -b 8 --to 9 --matrix -o json", keys(n)))
case(
    "--matrix, nodes",
    50,
    lambda n: (f"{HASH} --nodes {names(n)} --to-nodes {names(n + 1)} --matrix -o json", keys(200)),
)
case(
    "--to-nodes in another order",
    50,
    lambda n: (
        f"{HASH} --nodes {names(n)} --to-nodes {','.join(reversed(names(n).split(',')))} -o json",
        keys(200),
    ),
)
case("--to-down", 50, lambda n: (f"{HASH} --nodes {names(2 * n)} --to-down {names(n)} -o json", keys(200)))
case("--steps, keys", 200, lambda n: (f"{HASH} -b 8 --to 9 --moves --steps 5%", keys(n)))
case("--steps, steps", 5, lambda n: (f"{HASH} -b 8 --to 9 --moves --steps {10 / n}%", keys(400)))
case(
    "--steps, nodes",
    60,
    lambda n: (
        f"{HASH} --nodes {names(n)} --to-nodes {names(n + 1)} --moves --steps 10% --max-load 1.5",
        keys(1000),
    ),
)
case(
    "--split-to, files",
    20,
    lambda n: (f"{HASH} -b {n} --split-to out{next(FOLDERS)}/{{bucket}}.txt", keys(200)),
)
case("--split-to, keys", 200, lambda n: (f"{HASH} -b 4 --force --split-to out/{{bucket}}.txt", keys(n)))
case("--only", 100, lambda n: (f"{HASH} -b {2 * n} --only {names(n, '')}", keys(200)))
case(
    "--field, depth",
    20,
    lambda n: (f"{HASH} -b 8 --field {'.'.join('a' * n)}", '{"a":' * n + "1" + "}" * n + "\n"),
)
case(
    "--field, fields",
    5,
    lambda n: (f"{HASH} -b 8 --field {names(n, 'f')}", as_ndjson([{f"f{i}": i for i in range(80)}] * 20)),
)
case(
    "--field, fields of a record",
    100,
    lambda n: (f"{HASH} -b 8 --field last", as_ndjson([{f"f{i}": i for i in range(n)} | {"last": 1}] * 5)),
)
case(
    "--field, an element",
    100,
    lambda n: (f"{HASH} -b 8 --field tags.{n - 1}", as_ndjson([{"tags": list(range(n))}] * 5)),
)
case(
    "--field, a column of CSV",
    2000,
    lambda n: (f"{HASH} -b 8 --field note", "note,x\n" + "".join(f"k{at},1\n" for at in range(n))),
)
case("--regex, lines", 200, lambda n: (f"{HASH} -b 8 --regex user:(\\d+)", keys(n)))
case("--regex, length of a line", 2000, lambda n: (f"{HASH} -b 8 --regex user=(\\w+)", "x" * n + " user=a\n"))
case(
    "keys of a JSON array", 200, lambda n: (f"{HASH} -b 8 -i json", json.dumps([f"k{at}" for at in range(n)]))
)
case("keys of NDJSON", 200, lambda n: (f"{HASH} -b 8 -i ndjson", as_ndjson({"key": at} for at in range(n))))
case(
    "keys of CSV",
    200,
    lambda n: (f"{HASH} -b 8 -i csv -o csv", "key,x\n" + "".join(f"k{at},1\n" for at in range(n))),
)
case("keys ended by NUL", 500, lambda n: (f"{HASH} -b 8 -0", keys(n).replace("\n", "\0")))
case("--batch, requests", 50, lambda n: (f"{HASH} --batch -b 8", as_ndjson([{"key": "a"}] * n)))
case(
    "--batch, keys of a request",
    200,
    lambda n: (f"{HASH} --batch -b 8", as_ndjson([{"keys": [f"k{at}" for at in range(n)]}])),
)
case(
    "--batch, nodes of a request",
    50,
    lambda n: (f"{HASH} --batch", as_ndjson([{"keys": ["a", "b"], "nodes": names(n).split(",")}] * 3)),
)
case("bad keys", 50, lambda n: (f"{HASH} -b 8 --on-error skip", "a\n\n" * n))
case("--hash int", 500, lambda n: (f"{HASH} -b 8 --hash int", "".join(f"{at}\n" for at in range(n))))
case(
    "--to-dir, files",
    20,
    lambda n: (f"{HASH} -b 8 --to-dir todir{next(FOLDERS)} " + " ".join(f"k{at}.txt" for at in range(n)), ""),
    **{f"k{at}.txt": lambda _: keys(5) for at in range(80)},
)

# ---- The package -----------------------------------------------------------------------------------


def _failover(size: int) -> Run:
    import rvhctl

    ids, latencies = list(range(size)), [at * 31 % 97 + 1.0 for at in range(size)]
    return lambda: rvhctl.failover(ids, latencies, 50)


def _faultset(size: int) -> Run:
    import rvhctl

    given = nodes(size)
    return lambda: rvhctl.faultset(given, 50)


def _many(size: int) -> Run:
    import rvhctl

    given = [f"k{at}" for at in range(size)]
    return lambda: rvhctl.jump_hash_many(given, 8)


def _geohash(size: int) -> Run:
    from rvhctl import geohash

    lats, lons = zip(*map(spread, range(size)), strict=True)
    return lambda: geohash.encode_many(lats, lons, 6)


def _cluster(size: int) -> Run:
    from rvhctl import geohash

    given = nodes(size)
    return lambda: geohash.geohash_cluster(given, 4)


def _placement(size: int) -> Run:
    from rvhctl import Placement

    given = names(size).split(",")
    return lambda: Placement(given, down=given[::2], weights=dict.fromkeys(given, 0.5)).owner("a")


def _moves(size: int) -> Run:
    from rvhctl import Placement

    given = [f"k{at}" for at in range(size)]
    return lambda: Placement(list("abcd")).moves(given, Placement(list("abcde"))).moved


for name, least, prepared in (
    ("failover()", 500, _failover),
    ("faultset()", 100, _faultset),
    ("jump_hash_many()", 1000, _many),
    ("geohash.encode_many()", 500, _geohash),
    ("geohash.geohash_cluster()", 100, _cluster),
    ("Placement(), nodes", 1000, _placement),
    ("Placement.moves()", 200, _moves),
):
    calls(name, least, prepared)


# ---- Counting --------------------------------------------------------------------------------------


def main(folder: str, *wanted: str) -> None:
    os.chdir(folder)
    from support.cli import rvhctl

    from rvhctl import app

    # Typer makes a command line in as many instructions as ours take for thousands of nodes.
    app.one_command = cache(app.one_command)
    for size in (100, 200, 400):
        rvhctl("jump-hash", "--nodes", names(2 * size), "--slots", f"full{size}", "-k", "a")
    for _ in range(3):  # what is made once
        CASES["failover: nodes in csv"][1](400)()
        gc.collect()
    gc.disable()
    interval, limit = sys.getswitchinterval(), sys.getrecursionlimit()
    with open("ran", "w") as ran:
        for name in wanted or CASES:
            least, prepared = CASES[name]
            prepared(least)()
            # The first of these is not counted: it still pays for imports, and for what Python specialises.
            for size in (least, least, 2 * least, 4 * least):
                run = prepared(size)
                gc.collect()
                sys.setswitchinterval(interval)
                outcome = run()
                sys.setrecursionlimit(limit)
                code = getattr(outcome, "code", 0)
                assert code == CODES.get(name, 0), outcome
                print(name, file=ran, flush=True)


def counted(folder: Path, *wanted: str) -> dict[str, list[int]]:
    """The instructions of each case at its three sizes."""
    valgrind = [
        "valgrind",
        "-q",
        "--tool=callgrind",
        f"--callgrind-out-file={folder}/count",
        f"--zero-before={START}",
        f"--dump-before={END}",
    ]
    done = subprocess.run(
        [*valgrind, sys.executable, "-m", "support.growth", str(folder), *wanted],
        env=os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert done.returncode == 0, done.stderr
    counts: dict[str, list[int]] = {}
    for at, line in enumerate((folder / "ran").read_text().splitlines()):
        text = (folder / f"count.{at + 1}").read_text()
        found = re.search(r"^totals: (\d+)$", text, re.MULTILINE)
        assert found
        counts.setdefault(line, []).append(int(found[1]))
    return {name: each[1:] for name, each in counts.items()}


if __name__ == "__main__":
    main(*sys.argv[1:])
