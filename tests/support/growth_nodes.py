"""Nodes that are more: cases of failover and faultset."""

from __future__ import annotations

import json

from support.growth_inputs import (
    Cases,
    address,
    as_csv,
    as_ndjson,
    cells,
    fleet,
    labelled,
    names,
    nodes,
    one_place,
    spread,
)

CASES = Cases()
case = CASES.line

for form, written in {
    "csv": as_csv,
    "ndjson": as_ndjson,
    "json": json.dumps,
    "tsv": lambda records: as_csv(records).replace(",", "\t"),
}.items():
    case(
        f"failover: nodes in {form}",
        400,
        lambda n, w=written, f=form: (f"failover --relative 1.5 -i {f} -o {f}", w(nodes(n))),
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
    400,
    lambda n: ("failover --threshold 1e6", fleet(n, latency=lambda at: 1e5 - at)),
)
case(
    "failover: all over the limit but --max-ejection",
    400,
    lambda n: ("failover --threshold 0.5 --max-ejection 50%", fleet(n)),
)
case("failover: nobody left", 400, lambda n: ("failover --threshold 0.5", fleet(n)))
case("failover: --top", 400, lambda n: (f"failover --relative 2 --top {n // 2}", fleet(n)))
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
    500,
    lambda n: (
        "failover --threshold 50",
        as_ndjson([{"id": 1, "latency": 1} | {f"f{i}": i for i in range(n)}]),
    ),
)
case(
    "failover: columns of CSV",
    100,
    lambda n: ("failover --threshold 50", "id,latency," + names(n, "c") + "\n" + ("1,1" + ",x" * n + "\n")),
)
case(
    "failover: length of a field",
    100000,
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
        "".join(f'{{"id":{at},"latency":1,"note":{"[" * n}{"]" * n}}}\n' for at in range(20)),
    ),
)
case(
    "failover: blank before a document",
    20000,
    lambda n: ("failover --threshold 50", " " * n + '[{"id":"a","latency":1}]'),
)
case(
    "failover: blank lines",
    200000,
    lambda n: ("failover --threshold 50 -i ndjson", '{"id":"a","latency":1}\n' + "\n" * n),
)
case(
    "failover: sources",
    20,
    lambda n: ("failover --threshold 99 " + " ".join(f"s{at}.csv" for at in range(n)), ""),
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
        fleet(n, id=lambda at: f"{address(at)}:9100"),
    ),
    **{"inventory.csv": lambda n: fleet(n, id=address)},
)
case("failover: --memory", 100, lambda n: ("failover --relative 1.5 --memory memory", fleet(n)))
case(
    "failover: --batch requests",
    20,
    lambda n: ("failover --batch -j 1 --relative 1.5", as_ndjson([{"nodes": nodes(5)}] * n)),
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
        "".join(f"{address(at)} : 0.82 0.76 {at % 97}\n" for at in range(n)),
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
        fleet(n, id=lambda at: f"{address(at)}:80"),
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
                                        "address": address(at),
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
        fleet(n, id=address),
    ),
    **{
        "slices.json": lambda n: json.dumps(
            {
                "kind": "EndpointSlice",
                "endpoints": [
                    {
                        "addresses": [address(at)],
                        "conditions": {"ready": True},
                        "zone": "a",
                    }
                    for at in range(n)
                ],
            }
        )
    },
)

for command in ("failover", "faultset -p 2"):
    name = command.split()[0]
    case(f"{name}: --async", 200, lambda n, c=command: (f"{c} --relative 1.5 -a --level info", fleet(n)))
    case(
        f"{name}: --color always",
        200,
        lambda n, c=command: (f"{c} --relative 1.5 --color always -o json", fleet(n)),
    )
    case(
        f"{name}: --on-degraded",
        400,
        lambda n, c=command: (f"{c} --threshold 50 --min-survivors 90% --on-degraded keep", fleet(n)),
    )
case("faultset: explained", 100, lambda n: ("faultset --relative 1.5 -p 5 --explain -o json", fleet(n)))
case("faultset: --down", 100, lambda n: (f"faultset --relative 1.5 -p 5 --down {names(n)}", fleet(2 * n)))
case("faultset: --top", 200, lambda n: (f"faultset --relative 1.5 -p 1 --top {n // 2}", fleet(n)))
case(
    "faultset: --batch requests",
    20,
    lambda n: (
        "faultset --batch --relative 1.5 -p 2 --unordered --color always",
        as_ndjson([{"nodes": nodes(5)}] * n),
    ),
)
case(
    "faultset: nodes of a request",
    50,
    lambda n: ("faultset --batch --relative 1.5 -p 2", as_ndjson([{"nodes": nodes(n), "plan": True}])),
)
case("faultset: cells", 100, lambda n: ("faultset --relative 1.5 -p 5", fleet(n)))
case("faultset: one cell", 200, lambda n: ("faultset --relative 1.5 -p 1", as_csv(one_place(n))))
case(
    "faultset: -p auto, all over the map",
    1200,  # below, how far the nearest other is grows by steps
    lambda n: ("faultset --relative 1.5 -p auto", fleet(n)),
)
case("faultset: -p auto, one place", 150, lambda n: ("faultset --relative 1.5 -p auto", as_csv(one_place(n))))
case("faultset: --advise", 150, lambda n: ("faultset --advise", fleet(n)))
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
    2000,
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
        240,  # below, a group more may give all others room at once
        lambda n, h=how: (
            f"faultset --threshold 60 --by zone --drill groups --spill {h} -o json",
            labelled(n),
        ),
    )
case(
    "faultset: --nearest",
    20,
    lambda n: (f"faultset --threshold 60 --by zone --plan --nearest {n} -o json", labelled(400)),
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
    150,
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
