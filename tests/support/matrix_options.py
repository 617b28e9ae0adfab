"""Every option of every command with values that it takes, and values that it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

OUTPUTS: Final = ("auto", "table", "json", "ndjson", "csv", "tsv", "plain")


class Option(NamedTuple):
    """An option by all its spellings. Values are as a shell has them; without any it is a flag."""

    spellings: tuple[str, ...]
    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()


def _option(spellings: str, values: str = "") -> Option:
    """``values``: valid ones, a bar, invalid ones. In double quotes stand several words.

    ``\\xff`` is the byte that is no text.
    """
    valid, _, invalid = (
        tuple(quoted or word for quoted, word in re.findall(r"\"([^\"]*)\"|((?:'[^']*'|[^\s'])+)", part))
        for part in values.replace(r"\xff", "\udcff").partition(" | ")
    )
    return Option(tuple(spellings.split()), valid, invalid)


RUNNING: Final = (
    _option("--json"),
    _option("--input-format -i", "ndjson auto json csv tsv plain parquet arrow | yaml"),
    _option("--color", "always auto never | red"),
    _option("--level -l", "info debug warn error | loud"),
    _option("--async -a"),
    _option("--batch"),
    _option("--jobs -j", "2 1 | 0 -1 x"),
    _option("--unordered"),
    _option("--on-error", "skip fail | stop"),
    _option("--help"),
    _option("-h"),
    _option("--version -V"),
)
ON_NODES: Final = (
    _option("--output -o", "json auto table ndjson csv tsv plain html parquet arrow | xml '' JSON"),
    *RUNNING,
    _option("--threshold --th", "50 0 1e3 95 | -1 nan inf 50ms 1,5 ''"),
    _option("--top -n", "2 1 99 | 0 -1 x"),
    _option("--relative", "1.5 1 3 | 0.5 -1 nan x"),
    _option("--floor", "40 0 | -1 inf x"),
    _option("--aggregate", "max median mean min p95 p99 | sum"),
    _option("--max-loss", "25% 0% 100% 12.5% | 25 101% -1% x"),
    _option("--min-survivors", "3 1 50% 0% | 0 -1 101% x"),
    _option("--fail-on", "degraded down overload never | healthy"),
    _option("--max-ejection", "20% 0% 100% | 20 x"),
    _option("--on-degraded", "all keep skip | none"),
    _option("--on-down", "all skip | keep"),
    _option("--memory", "out/memory | out out/missing/memory out/damaged ''"),
    _option("--rise", "3 | 0 x"),
    _option("--fall", "1 | 0 x"),
    _option("--hysteresis", "25% 0% | 25 -1%"),
    _option("--explain"),
    _option("--down", r"""ams-1 ams-1,paris "ams-1 --down sfo" | nobody ams-11 a,,b '' \xff"""),
    _option("--from", "fping prometheus mtr haproxy | ping"),
    _option("--inventory", "inventory.csv inventory.json | inventory-bad.csv missing.csv nodes.ndjson"),
    _option("--unit", "ms s | x"),
    _option("--id-label", "instance job | ''"),
    _option("--column", "id=host latency=rtt,id=name | id nobody=x ''"),
    _option("--inventory-column", "id=host latency=rtt,id=name | id nobody=x ''"),
)
OPTIONS: Final[Mapping[str, tuple[Option, ...]]] = {
    "failover": (
        *ON_NODES,
        _option("--nodes", r"a,b,c 'a, b ,c' | a,b a,a,c a,,c '' a,b,\xff"),
        _option("--latencies --lats", "50,200,75 50,,75 | 1,2 1,2,x 1,2,-3 1,2,nan ''"),
    ),
    "faultset": (
        *ON_NODES,
        _option("--nodes", "a:52.3:4.9:12,b:1:2:3 x:y:1:2:3 a:1:2: | a:1:2 a:91:2:3 a:x:2:3 ''"),
        _option("--precision -p", "2 1 12 | 0 13 x 2.5"),
        _option("--by", "zone region,zone 'zone --by region' | none zone,none '' zone,"),
        _option("--merge-below", "2 5 | 0 x"),
        _option("--plan"),
        _option("--nearest", "1 0 9 | -1 x"),
        _option("--spill", "envoy capacity | even"),
        _option("--fill", "70% 12.5% 100% | 0% 101% 70 x"),
        _option("--demand", "inventory.csv | missing.csv nodes.ndjson"),
        _option("--drill", "nodes groups both pairs 2 | 3 all"),
        _option("--advise"),
        _option("--down-group", "eu eu/a | x '' eu,,x"),
        _option("--down-cell", """u1 u "u1,d --down-cell x" | a '' u1,,d zzzz"""),
    ),
    "jump-hash": (
        _option("--output -o", "json auto table ndjson csv tsv plain parquet arrow | html xml '' JSON"),
        *RUNNING,
        _option("--buckets -b", "10 1 2147483647 | 0 -1 2147483648 x 1.5"),
        _option("--key -k", r"""foo "foo --key bar" '{' 42 | '' \xff"""),
        _option(
            "--hash",
            "crc32 xxh64 xxh3 xxh32 int fnv1 fnv1a crc64-xz md5-be md5-le sha256-le murmur3-128 | md5 XXH64",
        ),
        _option("--null -0"),
        _option("--nodes", r"a,b,c,d ids.txt @ids.txt nodes.json rich.csv | a a,a missing '' \xff,b"),
        _option("--down", r'1 1,2 "1 --down 3" | 99 x 1,,2 0,1,2,3,4,5,6,7,8,9 \xff'),
        _option("--live", "live.txt few.json | missing nodes.csv.gz"),
        _option("--threshold --th", "100 | -1 x"),
        _option("--weight", '1=0.5 1=2,2=3 "1=2 --weight 2=3" | 1 1=0 1=-1 1=x 99=1 =1 1=inf'),
        _option("--replicas", "2 1 10 | 0 11 x"),
        _option("--allow-fewer"),
        _option("--spread", "zone region | none '' zone,region"),
        _option("--max-weight", "2 1.5 1 | 0 -1 inf x"),
        _option("--max-load", "1.05 1 2 | 0.5 -1 nan inf x"),
        _option("--size", "at | user missing ''"),
        _option("--sizes", "sizes.json | sizes-bad.json missing.json nodes.ndjson"),
        _option("--slots", "out/slots | out out/missing/slots out/damaged ''"),
        _option("--frozen"),
        _option("--dry-run"),
        _option("--rename", "a=z 'a=z,b=y' | a a=b =z nobody=z ''"),
        _option("--as-text"),
        _option("--field", "user.id user at user.id,at | missing user..id '' user.id.more"),
        _option("--regex", r"'user=(\S+)' '(?P<key>\d+) (.)' . | '(' '(a)(b)' nothing 'x*'"),
        _option("--only", "1 1,2 '0, 3' | 10 x '' 1,,2 -1"),
        _option("--allow-empty"),
        _option(
            "--split-to", "out/part-{bucket} out/{bucket}.txt | out/all out/{x} out/no/{bucket} out/{ ''"
        ),
        _option("--force"),
        _option("--to-dir", "out/dir out | keys.txt ''"),
        _option("--engine", " | ray dask:// ''"),
        _option("--resume"),
        _option("--stats"),
        _option("--to", "11 1 10 | 0 x 2147483648"),
        _option("--to-nodes", "a,b,c,d,e b,a ids.txt | a,a missing"),
        _option("--to-down", "2 '' 1,2 | 99 x"),
        _option("--moves"),
        _option("--matrix"),
        _option("--steps", "'5% --moves' 100% | 5 0% 101% x"),
        _option("--explain"),
        _option("--dialect", "guava paper exact | java"),
        _option("--seed", "7 0 18446744073709551615 | -1 18446744073709551616 x"),
        _option("--list-hashes"),
    ),
    "completion": (_option("--help"), _option("-h"), _option("--version -V")),
    "help": (
        _option("--man", "out/man | rich.json/man"),
        _option("--schema", "out/schema | rich.json/schema"),
        _option("--help"),
        _option("-h"),
        _option("--version -V"),
    ),
}

BASES: Final[Mapping[str, tuple[str, ...]]] = {
    "failover": (
        "--threshold 100 rich.ndjson",
        "--relative 1.5 --explain rich.csv",
        "--threshold 100 --batch requests.good",
        "--threshold 100 --nodes a,b,c --latencies 50,200,75",
        "--threshold 100 --from fping probes.txt",
    ),
    "faultset": (
        "--threshold 100 -p 2 rich.ndjson",
        "--relative 1.5 --plan rich.json",
        "--threshold 100 --batch requests.good",
        "--advise rich.csv",
        "--threshold 100 --from fping --inventory inventory.csv probes.txt",
    ),
    "jump-hash": (
        "-b 10 keys.txt",
        "--nodes a,b,c,d -k foo -k bar",
        "-b 10 --field user.id events.ndjson",
        "-b 10 --batch requests.few-keys",
        "-b 10 --to 11 keys.txt",
    ),
    "completion": ("bash",),
    "help": ("faultset", "formats"),
}
"""Command lines to which each option is added."""
