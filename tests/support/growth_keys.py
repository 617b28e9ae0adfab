"""Keys, buckets and nodes that are more: cases of jump-hash."""

from __future__ import annotations

import json
from itertools import count

from support.growth_inputs import Cases, as_ndjson, fleet, keys, labelled, names

CASES = Cases()
case = CASES.line

HASH = "jump-hash"
FOLDERS = count()
TWENTY = names(20)
case("keys", 3000, lambda n: (f"{HASH} -b 8 -i plain", keys(n)))
case("keys named", 500, lambda n: (f"{HASH} --nodes {TWENTY} -o json", keys(n)))
case("keys, -k", 100, lambda n: (f"{HASH} -b 8 " + " ".join(f"-k k{at}" for at in range(n)), ""))
case("keys explained", 100, lambda n: (f"{HASH} -b 8 --explain -o json", keys(n)))
case("keys explained, -o table", 20, lambda n: (f"{HASH} -b 8 --explain -o table", keys(n)))
case("keys, -o table", 100, lambda n: (f"{HASH} -b 8 -o table", keys(n)))
case("length of a key", 150000, lambda n: (f"{HASH} -b 8", "k" * n + "\n"))
case("length of a key, -o json", 50000, lambda n: (f"{HASH} -b 8 -o json", "k" * n + "\n"))
case("buckets", 50000, lambda n: (f"{HASH} -b {n} --down 7", keys(100)))
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
    "nodes over a threshold",
    200,
    lambda n: (f"{HASH} --nodes nodes.csv --threshold 50", keys(50)),
    **{"nodes.csv": fleet},
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
case("--max-load, nodes", 100, lambda n: (f"{HASH} --nodes {names(n)} --max-load 2", keys(1000)))
case(
    "--max-load, more nodes than keys",
    400,
    lambda n: (f"{HASH} --nodes {names(n)} --max-load 1.1", keys(100)),
)
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
case("--matrix, keys", 400, lambda n: (f"{HASH} -b 8 --to 9 --matrix -o json", keys(n)))
case(
    "--matrix, nodes",
    100,
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
case("--steps, steps", 10, lambda n: (f"{HASH} -b 8 --to 9 --moves --steps {10 / n}%", keys(400)))
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
case("--split-to, keys", 1000, lambda n: (f"{HASH} -b 4 --force --split-to out/{{bucket}}.txt", keys(n)))
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
    500,
    lambda n: (f"{HASH} -b 8 --field tags.{n - 1}", as_ndjson([{"tags": list(range(n))}] * 5)),
)
case(
    "--field, a column of CSV",
    2000,
    lambda n: (f"{HASH} -b 8 --field note", "note,x\n" + "".join(f"k{at},1\n" for at in range(n))),
)
case("--regex, lines", 200, lambda n: (f"{HASH} -b 8 --regex user:(\\d+)", keys(n)))
case(
    "--regex, length of a line", 100000, lambda n: (f"{HASH} -b 8 --regex user=(\\w+)", "x" * n + " user=a\n")
)
case(
    "keys of a JSON array", 200, lambda n: (f"{HASH} -b 8 -i json", json.dumps([f"k{at}" for at in range(n)]))
)
case("keys of NDJSON", 400, lambda n: (f"{HASH} -b 8 -i ndjson", as_ndjson({"key": at} for at in range(n))))
case(
    "keys of CSV",
    600,
    lambda n: (f"{HASH} -b 8 -i csv -o csv", "key,x\n" + "".join(f"k{at},1\n" for at in range(n))),
)
case(
    "keys of TSV",
    600,
    lambda n: (f"{HASH} -b 8 -i tsv -o tsv", "key\tx\n" + "".join(f"k{at}\t1\n" for at in range(n))),
)
case("keys ended by NUL", 2000, lambda n: (f"{HASH} -b 8 -0", keys(n).replace("\n", "\0")))
case(
    "--batch, requests",
    50,
    lambda n: (f"{HASH} --batch -b 8 -j 1 --unordered", as_ndjson([{"key": "a"}] * n)),
)
case(
    "--batch, keys of a request",
    400,
    lambda n: (f"{HASH} --batch -b 8", as_ndjson([{"keys": [f"k{at}" for at in range(n)]}])),
)
case(
    "--batch, nodes of a request",
    100,
    lambda n: (f"{HASH} --batch", as_ndjson([{"keys": ["a", "b"], "nodes": names(n).split(",")}] * 3)),
)
case("bad keys", 50, lambda n: (f"{HASH} -b 8 --on-error skip", "a\n\n" * n))
case("--hash int", 2000, lambda n: (f"{HASH} -b 8 --hash int", "".join(f"{at}\n" for at in range(n))))
case(
    "--to-dir, files",
    20,
    lambda n: (f"{HASH} -b 8 --to-dir todir{next(FOLDERS)} " + " ".join(f"k{at}.txt" for at in range(n)), ""),
    **{f"k{at}.txt": lambda _: keys(5) for at in range(80)},
)
case("--async", 3000, lambda n: (f"{HASH} -b 8 -a --level info", keys(n)))
case("--color always", 200, lambda n: (f"{HASH} -b 8 --color always -o json", keys(n)))
case(
    "--as-text",
    400,
    lambda n: (f"{HASH} -b 8 --field key --as-text", as_ndjson({"key": at} for at in range(n))),
)
case(
    "--rename",
    100,
    lambda n: (
        f"{HASH} --nodes {names(n, 'm')} --slots full{n} --dry-run "
        + " ".join(f"--rename n{at}=m{at}" for at in range(n)),
        keys(20),
    ),
)
