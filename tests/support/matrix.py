"""The command lines by which two installations of the program are compared, as lines of shell, made from tables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, combinations, product
from typing import Final, NamedTuple

from support.matrix_files import BAD_KEYS, BAD_NODES, BAD_ROWS, files
from support.matrix_options import BASES, OPTIONS, OUTPUTS


class Case(NamedTuple):
    """One or several command lines, ``;`` between them, and what they are about."""

    kind: str
    line: str


Cases = Iterator[Case]

SOURCES: Final = (
    "rvhctl {command} {file}",
    "rvhctl {command} < {file}",
    "rvhctl {command} - < {file}",
    "cat {file} | rvhctl {command}",
    "cat {file} | rvhctl {command} /dev/stdin",
    "rvhctl {command} <(cat {file})",
    "cat {file}.gz | rvhctl {command}",
    "rvhctl {command} {file}.zst",
    "rvhctl {command} cut-{file}.gz",
    "rvhctl {command} {file}.xz",
    "rvhctl {command} {file} {file}",
    "rvhctl {command} {file} missing-{file}",
)
"""Every way in which a file reaches the program, and some in which it does not."""

NODE_FILES: Final = ("nodes.json", "document.json", "nodes.ndjson", "nodes.csv", "nodes.tsv")
RICH_FILES: Final = (
    "rich.json",
    "rich-document.json",
    "rich-pretty.json",
    "rich.ndjson",
    "rich.csv",
    "rich.tsv",
)
KEY_FILES: Final = ("keys.txt", "keys.json", "keys.ndjson", "keys.csv", "keys.tsv")
EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "--field user.id": ("events.ndjson", "events.json"),
    "--field user": ("events.csv", "events.tsv"),
    r"--regex 'user=(\S+)'": ("events.log",),
}
ON_ERROR: Final = ("", " --on-error skip")
ON_NODES: Final = ("failover", "faultset")


def cases(*, pairs: bool = False) -> list[Case]:
    """The matrix; with ``pairs`` also every two options of a command."""
    made: list[Callable[[], Cases]] = [usage, options, node_answers, node_sources, bad_nodes, memory, probes]
    made += [keys, records, bad_keys, views, batches, data_files]
    if pairs:
        made.append(option_pairs)
    found: dict[str, Case] = {}
    for case in chain.from_iterable(make() for make in made):
        found.setdefault(case.line, case)
    return list(found.values())


def _each(kind: str, line: str, *parts: Iterable[str]) -> Cases:
    """The line with all combinations of the parts in its braces."""
    return (Case(kind, line.format(*some)) for some in product(*parts))


def usage() -> Cases:
    """Helps, misspelt words, completion."""
    words = [
        "",
        "-h",
        "--help",
        "fail",
        "failovr -h",
        "--bad",
        "completion bsh",
        "completion zsh",
        "completion fish",
    ]
    words += [
        f"{command} {word}"
        for command in OPTIONS
        for word in ("", "-h", "--bad", "--thresold 5", "--h", "--")
    ]
    yield from _each("usage", "rvhctl {}", words)
    yield from _each("usage", "COLUMNS={} rvhctl {} -h", ("46", "200"), OPTIONS)
    for line in ("f", "failover --t", "faultset -o ", "jump-hash --hash f", "completion "):
        cursor = line.count(" ") + 1
        setting = f"_RVHCTL_COMPLETE=complete_bash COMP_WORDS='rvhctl {line}' COMP_CWORD={cursor}"
        yield Case("usage", f"{setting} rvhctl")


def options() -> Cases:
    """Each option alone: every value on the first base, one of a kind on the second, a valid one on the others.

    Of an option that another command has as well, one of a kind will do.
    """
    done = set()
    for command, its_options in OPTIONS.items():
        for option in its_options:
            (first, *others), valid, invalid = option
            wrong = [f"{first} {value}" for value in invalid] or [f"{first}=x"]
            right = [f"{first} {value}" for value in valid] or [first]
            few = [right[0], wrong[0], *(f"{other} {valid[0]}" if valid else other for other in others)]
            many = few if option in done else [*right, *wrong, *few, first]
            done.add(option)
            for base, lines in zip(BASES[command], (many, few[:2], *[few[:1]] * 9), strict=False):
                yield from _each("options", f"rvhctl {command} {{}} {{}}", [base], lines)


def option_pairs() -> Cases:
    """Every two options together."""
    for command, its_options in OPTIONS.items():
        each = [" ".join([option.spellings[0], *option.valid[:1]]) for option in its_options]
        for pair in combinations(each, 2):
            yield Case("pairs", f"rvhctl {command} {BASES[command][0]} {' '.join(pair)}")


def node_answers() -> Cases:
    """Every format in and out, plain and under a policy; and every view."""
    plain = ("failover --threshold 100", "faultset --threshold 100 -p 2")
    bent = (
        "failover --relative 1.2 --max-ejection 20%",
        "faultset --relative 1.2 -p 1 --top 1 --merge-below 2",
    )
    yield from _each(
        "answers", "rvhctl {} -o {} {}", plain, OUTPUTS, (*NODE_FILES, "pretty.json", "rich.csv")
    )
    yield from _each("answers", "rvhctl {} -a --top 3 -o {} nodes.json", plain, OUTPUTS)
    yield from _each("answers", "rvhctl {} -o {} {}", bent, OUTPUTS, RICH_FILES)
    asked = ["failover --relative 1.2 --explain", "faultset --threshold 100 -p 1 --plan", "faultset --advise"]
    asked += [
        "faultset --relative 1.2 -p 2 --explain",
        "faultset --th 100 -p 1 --plan --down-cell u --nearest 1",
    ]
    yield from _each("views", "rvhctl {} -o {} {}", asked, OUTPUTS, ("rich.json", "rich.csv"))
    yield from _each("views", "COLUMNS={} rvhctl {} -o table --color always rich.json", ("46", "200"), asked)


def node_sources() -> Cases:
    """Every source of every format, several of them, and limits of documents."""
    for source, command, file in product(SOURCES, ON_NODES, NODE_FILES):
        yield Case("sources", source.format(command=f"{command} --threshold 100 -o plain", file=file))
    for source, file in product(SOURCES, NODE_FILES[:3]):
        yield Case("sources", source.format(command="failover --relative 2", file=file))
    mixed = ["few.json other.csv", "few.csv other.csv", "few.csv few.tsv", "document.json few-document.json"]
    yield from _each(
        "sources", "rvhctl {}{} {}", ON_NODES, ("", " --threshold 100"), [*mixed, "rich.csv other.csv"]
    )
    more = ("", "--threshold 1", "-i ndjson", "-i csv", "-i json")
    yield from _each(
        "sources", "rvhctl {} {} {}", ON_NODES, more, ("nodes.ndjson", "document.json", "nodes.csv")
    )
    outputs = ("plain", "ndjson", "csv")
    yield from _each("sources", "rvhctl {} --threshold 60 -o {} large/nodes.ndjson", ON_NODES, outputs)


def bad_nodes() -> Cases:
    """Every fault of a node in every format, as a node and as a bucket."""
    near, far = "failover --threshold 200", "faultset --threshold 200 -p 2"
    yield from _each(
        "bad nodes", "rvhctl {}{} bad/node-{}.{}", [near], ON_ERROR, BAD_NODES, ("json", "ndjson")
    )
    yield from _each("bad nodes", "rvhctl {}{} bad/node-{}.ndjson", [far], ON_ERROR, BAD_NODES)
    yield from _each("bad nodes", "rvhctl faultset --relative 9 --on-error skip bad/node-{}.json", BAD_NODES)
    yield from _each("bad nodes", "rvhctl {}{} bad/row-{}.csv", (near, far), ON_ERROR, BAD_ROWS)
    yield from _each("bad nodes", "rvhctl {} bad/row-{}.tsv", [far], BAD_ROWS)
    yield from _each("bad nodes", "rvhctl jump-hash --nodes bad/node-{}.ndjson -k foo", BAD_NODES)
    yield from _each("bad nodes", "rvhctl jump-hash --nodes bad/row-{}.csv -k foo", BAD_ROWS)


def memory() -> Cases:
    """Rounds, in which a node slows down, goes and comes."""
    commands = ("failover --threshold 100", "faultset --relative 2 -p 2")
    bent = ("", " --fall 1", " --rise 1 --hysteresis 0%", " --explain", " --down ams-1", " --level info")
    for command, format_, more in product(commands, ("json", "ndjson", "csv"), bent):
        one, other = f"nodes.{format_}", f"later-nodes.{format_}"
        run = f"rvhctl {command} --memory out/memory{more}"
        yield Case("memory", " ; ".join(f"{run} {file}" for file in (one, other, other, other, one, one)))


def probes() -> Cases:
    """What measuring tools say."""
    said = [
        "probes.json",
        "probes-alone.json",
        "probes-bad.json",
        "probes.txt",
        "probes-bad.txt",
        "nodes.json",
    ]
    line = "failover --threshold 100 --from"
    yield from _each("probes", "rvhctl {} {} -o table{} {}", [line], ("prometheus", "fping"), ON_ERROR, said)
    yield from _each(
        "probes", "rvhctl {} {} -o {}", [line], ("prometheus probes.json", "fping probes.txt"), OUTPUTS
    )
    inventories, more = ("csv", "json"), (*ON_ERROR, " --explain", " --aggregate max", " -o csv")
    for tool, file in (("prometheus", "probes.json"), ("fping", "probes.txt")):
        line = f"rvhctl faultset --threshold 100 --from {tool} --inventory inventory.{{}}{{}}"
        yield from _each("probes", f"{line} {file}", inventories, more)
        yield from _each("probes", f"cat {file} | {line}", inventories, more[:1])


def keys() -> Cases:
    """Keys in every format, from every source, by every way to say where they belong."""
    ways = ("-b 10", "--nodes a,b,c --down b", "-b 7 --replicas 2 --hash crc32 --dialect exact")
    yield from _each("keys", "rvhctl jump-hash {} -o {} {}", ways, OUTPUTS, KEY_FILES)
    for source, way, file in product(SOURCES, ways[:2], KEY_FILES[:4]):
        yield Case("keys", source.format(command=f"jump-hash {way}", file=file))
    formats = ("plain", "json", "ndjson", "csv", "tsv")
    yield from _each(
        "keys", "rvhctl jump-hash {} -i {} < keys.{}", ways[:2], formats, ("txt", "ndjson", "csv")
    )
    yield from _each("keys", "rvhctl jump-hash {} -o {} {}", ways[:2], OUTPUTS, ("-0 keys.nul", "crlf.txt"))
    numbers = ("integers.txt", "keys.json", "keys.txt")
    yield from _each("keys", "rvhctl jump-hash -b 99 --hash {} {}", ("int", "fnv1a", "murmur3-128"), numbers)
    ways = (
        "-b 8",
        "-b 9 -j 2",
        "-b 9 -j 1 --hash crc32",
        "--nodes a,b,c --stats",
        "-b 5 --to 6",
        "-b 5 --only 3",
    )
    yield from _each("keys", "rvhctl jump-hash {} large/keys.txt", (*ways, "-b 3 -o json"))


def records() -> Cases:
    """Keys out of records."""
    ways = ("-b 10", "--nodes a,b,c,d --down b", "-b 5 --replicas 2")
    for taken, some in EVENTS.items():
        yield from _each("records", "rvhctl jump-hash {} -o {} {} {}", ways, OUTPUTS, [taken], some)
    for source, taken in product(SOURCES, ("--field user.id", "--field user")):
        yield Case("records", source.format(command=f"jump-hash -b 10 {taken}", file=EVENTS[taken][0]))


def bad_keys() -> Cases:
    """Every fault of a key and of a record."""
    ways = ("-b 10", "--nodes a,b", "-b 10 --stats", "-b 10 -o json")
    yield from _each("bad keys", "rvhctl jump-hash {}{} bad/key-{}.ndjson", ways, ON_ERROR, BAD_KEYS)
    yield from _each("bad keys", "rvhctl jump-hash {}{} bad/key-{}.json", ways[:2], ON_ERROR, BAD_KEYS)
    others = [name for name in files() if re.match(r"bad/(line|key)-\w+\.(txt|csv)", name)]
    yield from _each(
        "bad keys", "rvhctl jump-hash {}{} {}", ("-b 10 --hash int", *ways[:2]), ON_ERROR, others
    )
    taken = ["--field user.id gaps.ndjson", "--field user.id reserved.ndjson", "--regex 'user=(.*)' gaps.log"]
    more = ("", "-o plain", "--only 1", "--stats", "--split-to out/{bucket}")
    yield from _each("bad keys", "rvhctl jump-hash -b 3 {}{} {}", more, ON_ERROR, [*taken, "gaps.log"])


def views() -> Cases:
    """What jump-hash can answer beyond where a key belongs."""
    fleets = (
        "-b 10",
        "--nodes a,b,c,d --down b --weight c=0.5",
        "--nodes rich.json --th 120 --live few.json",
    )
    asked = [
        "--stats",
        "--explain",
        "--only 1",
        "--only 0,1 --allow-empty",
        "--to-down 1",
        "--replicas 2 --explain",
    ]
    asked += ["--split-to out/{bucket}.txt", "--split-to out/{bucket}.txt --force", "--to-down '' --moves"]
    yield from _each(
        "views", "rvhctl jump-hash {} {} -o {} keys.txt", fleets, asked, ("auto", "json", "table")
    )
    yield from _each("views", "rvhctl jump-hash {} {} {}", fleets, asked, ("keys.csv", "-k foo -k user:41"))
    changes = ("-b 10 --to 11", "--nodes a,b,c --to-nodes b,c,d", "--nodes ids.txt --to-nodes nodes.csv")
    more = ("", " --moves", " --matrix", " --moves --steps 5%", " --to-down b")
    yield from _each("views", "rvhctl jump-hash {}{} -o {} keys.txt", changes, more, OUTPUTS)
    yield from _each("views", "rvhctl jump-hash --list-hashes -o {}", OUTPUTS)
    tables = ("--stats", "--explain", "--to 11", "--to 11 --matrix", "--replicas 2")
    line = "COLUMNS={} rvhctl jump-hash -b 10 {} -o table --color always keys.txt"
    yield from _each("views", line, ("46", "200"), tables)


def batches() -> Cases:
    """Requests that state everything or nothing, under flags that do."""
    defaults = {
        "failover": ("", "--threshold 60", "--relative 1.5 --top 2", "--threshold 60 --explain --down ams-2"),
        "faultset": (
            "",
            "--threshold 60 -p 2",
            "--relative 1.5 -p 1 --plan",
            "--threshold 60 --merge-below 2 --floor 5",
        ),
        "jump-hash": (
            "",
            "-b 5",
            "--nodes a,b,c --down b --replicas 2",
            "-b 5 --hash crc32 --stats",
            "--explain",
        ),
    }
    ways = ("", "-j 2", "-a", "--on-error fail", "--unordered", "-l debug")
    others = [
        "nodes.json",
        "nodes.csv",
        "keys.txt",
        "data/invalid/nodes/empty.json",
        "missing",
        "nodes.json.gz",
    ]
    for command, flags in defaults.items():
        file = "requests.keys" if command == "jump-hash" else "requests.nodes"
        yield from _each("batch", f"rvhctl {command} --batch {{}} {{}} {file}", flags, ways)
        yield from _each("batch", f"cat {file} | rvhctl {command} --batch {{}} {{}}", flags, ways[:2])
        yield from _each(
            "batch", "rvhctl {} --batch {} {}", [command], flags[1:2], [*others, f"{file} {file}"]
        )
    yield from _each("batch", "rvhctl {} --batch {} large/requests", ON_NODES, ways[:3])


def data_files() -> Cases:
    """The files of the tests themselves, valid and invalid."""
    commands = {
        "nodes": ("failover --threshold 100", "faultset --threshold 100 -p 2 -o csv"),
        "keys": ("jump-hash -b 10 -o ndjson", "jump-hash --nodes a,b,c"),
        "prometheus": ("failover --threshold 100 --from prometheus",),
        **{tool: (f"failover --threshold 100 --from {tool}",) for tool in ("fping", "haproxy", "mtr")},
        "plans": ("faultset --threshold 100 -p 1 --plan",),
        "inventories": ("faultset --threshold 100 --by zone --inventory",),
    }
    for name in sorted(files()):
        if found := re.match(r"data/(valid|invalid)/(\w+)/", name):
            errors = ON_ERROR if found[1] == "invalid" else ON_ERROR[:1]
            yield from _each("data", "rvhctl {}{} {}", commands[found[2]], errors, [shlex.quote(name)])
