"""The options of jump-hash, in groups."""

# Annotations are no strings here: each would be evaluated at every start.

from typing import Any, NamedTuple

from typer._types import TyperChoice

from rvhctl.cli.flag_types import Milliseconds, PercentText, Whole
from rvhctl.cli.key_runs import KeyRun, Many, check_many
from rvhctl.cli.option_groups import (
    ANSWER,
    BUCKETS,
    HASHING,
    KEYS,
    WHAT_IF,
    OptionGroup,
    option,
    switch,
)
from rvhctl.cli.options import refuse
from rvhctl.errors import UsageError
from rvhctl.keys.hashes import DIALECTS, RECIPES


class Keys(OptionGroup, panel=KEYS):
    """Keys, and how many buckets there are for them."""

    buckets: int | None = option(
        "--buckets",
        "-b",
        metavar="N",
        help="How many buckets there are, 1 to 2147483647.",
        panel=BUCKETS,
        need=10,
    )
    key: list[str] | None = option(
        "--key", "-k", metavar="KEY", help="A key, in place of a FILE. May be given several times.", need=20
    )
    hash: str = option(
        "--hash",
        default="xxh64",
        metavar="NAME",
        click_type=TyperChoice(tuple(RECIPES)),
        help="How a key becomes 64 bits; --list-hashes lists them. int takes keys that are 64-bit numbers already, in "
        "decimal.",
        panel=HASHING,
    )
    null: bool = switch(
        "--null", "-0", help="Keys end with a NUL byte, as from find -print0, and not with a line."
    )


class Nodes(OptionGroup, panel=BUCKETS):
    """Which nodes there are, and which are fit to own keys."""

    nodes: str | None = option(
        "--nodes",
        metavar="A,B,...|FILE",
        help="Names for the buckets, or a FILE of nodes, as failover reads it. The i-th node has bucket i, for ever: "
        "add nodes at the end only, and name one that is gone in --down, or replace it; or let --slots remember "
        "which node has which bucket. What has no comma is a FILE (so is @FILE; - is standard input), of whose "
        "nodes the weight and the state count.",
        need=30,
    )
    slots: str | None = option(
        "--slots",
        metavar="FILE",
        help="FILE remembers which name has which bucket, so that the order of --nodes does not matter, and who is "
        "gone is down. The first run makes it.",
    )
    frozen: bool = switch("--frozen", help="With --slots: refuse nodes for which FILE would have to change.")
    dry_run: bool = switch(
        "--dry-run", help="With --slots: leave FILE as it is. --to-nodes shows what new nodes would move."
    )
    rename: list[str] | None = option(
        "--rename", metavar="OLD=NEW", help="With --slots: the node OLD is called NEW from now on."
    )
    live: str | None = option(
        "--live",
        metavar="FILE",
        help="Only nodes in FILE own keys: those that failover kept. All others count as down.",
        need=40,
    )
    down: list[str] | None = option(
        "--down",
        metavar="ID,...",
        help="These nodes have failed, and others own their keys. Without --nodes, numbers of buckets.",
        need=50,
    )
    threshold: float | None = option(
        "--threshold",
        "--th",
        metavar="MS",
        click_type=Milliseconds(),
        help="Nodes over MS milliseconds, or without a latency, are down.",
    )
    weight: list[str] | None = option(
        "--weight",
        metavar="ID=W,...",
        help="How many keys a node owns beside the others. b=0.5 owns half as many as one of weight 1.",
        show_default="1",
    )
    max_weight: float | None = option(
        "--max-weight",
        metavar="W",
        help="Weights are relative to W, not to the largest. While all stay below it, a change of one moves only the "
        "keys that it must.",
    )
    replicas: int | None = option(
        "--replicas",
        metavar="K",
        click_type=Whole(min=1),
        help="Name K nodes for each key, its owner first.",
        need=80,
    )
    allow_fewer: bool = switch(
        "--allow-fewer", help="With --replicas: name fewer where fewer than K are live."
    )
    spread: str | None = option(
        "--spread",
        metavar="FIELD",
        help="With --replicas: each replica in another zone (rack, region), while there is one with a live node. Each "
        "node of --nodes has FIELD, as in zone.",
    )


class Fields(OptionGroup, panel=KEYS):
    """Which part of a record is its key."""

    field: str | None = option(
        "--field",
        metavar="PATH,...",
        help="The key is this field of each record, as in user.id. Also tags.0, 'labels.\"service.name\"', or a column "
        "of CSV; region,user.id makes one key of several. Whether the records are JSON, NDJSON, CSV or TSV is seen by "
        "looking.",
        need=60,
    )
    as_text: bool = switch(
        "--as-text",
        help='An integer of JSON is hashed as its text, so that 42, "42" and the 42 of CSV are one key. Otherwise it '
        "is the 64-bit key itself.",
    )
    regex: str | None = option(
        "--regex",
        metavar="PATTERN",
        help=r"The key is what a regular expression finds in each line. If it has a group, what the group finds, as in "
        r"'user=(\w+)'. Lines are UTF-8.",
    )


class Bound(OptionGroup, panel=BUCKETS):
    """How much a node may own, and how large keys are."""

    max_load: float | None = option(
        "--max-load",
        metavar="C",
        help="No node owns more than C times its fair share by weight, as in 1.05. What would be too much goes to "
        "other nodes, as little of it as can be. All keys are read before any is answered.",
    )
    size: str | None = option(
        "--size",
        metavar="PATH",
        help="With --max-load, --stats or --to...: a key's size is this field of its record, named as for --field.",
        panel=KEYS,
    )
    sizes: str | None = option(
        "--sizes",
        metavar="FILE",
        help="With --max-load, --stats or --to...: keys are as large as FILE says, a JSON object of key to number, "
        "such as pytest-split's .test_durations, or a Parquet file with the columns key and size. A key that is not in "
        "it has the median of those that are.",
        panel=KEYS,
    )


class Answer(OptionGroup, panel=ANSWER):
    """What becomes of the records."""

    only: list[str] | None = option(
        "--only",
        metavar="BUCKET,...|K/N",
        help="Print only the records of these buckets, as they came. K/N is the K-th of N buckets, from 1, and stands "
        "for -b N: 3/4 is the third of four test runners.",
        need=70,
    )
    allow_empty: bool = switch(
        "--allow-empty", help="With --only: if there is no record, exit code 0, not 3."
    )
    split_to: str | None = option(
        "--split-to",
        metavar="TEMPLATE",
        help="Write a file for each bucket, as in '{bucket:03d}.txt'. Or by node, as in '{node}.ndjson'. Buckets "
        "without records have no file.",
        need=75,
    )
    force: bool = switch("--force", help="With --split-to: replace files that are there.")
    stats: bool = switch("--stats", help="Show how evenly the keys are spread.", need=90)
    to: int | None = option(
        "--to",
        metavar="M",
        help="Show how many keys would move with M buckets. And how many have to, whatever the method.",
        panel=WHAT_IF,
        need=95,
    )
    to_nodes: str | None = option(
        "--to-nodes",
        metavar="A,B,...|FILE",
        help="Show how many keys would move with these nodes in place of --nodes.",
        panel=WHAT_IF,
    )
    to_down: list[str] | None = option(
        "--to-down",
        metavar="ID,...",
        help="Show how many keys would move if these nodes failed. '' is none: all have recovered.",
        panel=WHAT_IF,
    )
    moves: bool = switch(
        "--moves",
        help="With --to, --to-nodes or --to-down: list the keys that move, each with from where and whereto.",
        panel=WHAT_IF,
    )
    matrix: bool = switch(
        "--matrix",
        help="With --to...: show how many keys go from which bucket to which, and with --size their sizes.",
        panel=WHAT_IF,
    )
    steps: Any = option(
        "--steps",
        metavar="P%",
        click_type=PercentText(zero=False),
        help="With --moves: in steps, each at most this share of all keys (or sizes), that keep nodes in bounds.",
        panel=WHAT_IF,
    )
    explain: bool = switch("--explain", help="Show how each key comes to its bucket, step by step.")


class Hashing(OptionGroup, panel=HASHING):
    """How keys are hashed, and jump hash rounds."""

    dialect: str = option(
        "--dialect",
        default="paper",
        metavar="NAME",
        click_type=TyperChoice(tuple(DIALECTS)),
        help="How jump hash rounds: paper, guava or exact. guava is as Java's Guava does, and differs for few keys. "
        "'rvhctl help hashes' has who does which.",
    )
    seed: int = option(
        "--seed",
        default=0,
        metavar="N",
        help="The seed of xxh64, xxh3, xxh32 or murmur3-128.",
        show_default="0",
    )
    list_hashes: bool = switch("--list-hashes", help="List the hashes, and the systems that agree with each.")


class KeyRequest(NamedTuple):
    """What the user asks, in the groups of options."""

    files: list[str]
    keys: Keys
    nodes: Nodes
    fields: Fields
    answer: Answer
    hashing: Hashing
    run: KeyRun
    bound: Bound
    many: Many

    def flags(self) -> dict[str, Any]:
        """Return what is said of nodes, by the names of the options."""
        flags: dict[str, Any] = {"hash": self.keys.hash, **self.hashing.stated(), **self.nodes.stated()}
        flags |= {name: value for name, value in self.answer.stated().items() if name.startswith("to")}
        if self.fields.as_text:
            flags["as_text"] = True
        buckets = self.keys.buckets
        if buckets is None and self.nodes.nodes is None and self.answer.only:
            from rvhctl.placement.flags import buckets_counted

            buckets = buckets_counted(self.answer.only)
        return flags if buckets is None else {**flags, "buckets": buckets}


def check_request(request: KeyRequest) -> None:
    """Refuse flags that are missing, do nothing or contradict one another, before anything is read.

    Raises:
        UsageError: they do.
    """
    from rvhctl.streams.source import is_stdin

    refuse("without --batch", request.run.flags("unordered"))
    _, keys, _, _, answer, _, run, bound, many = request
    check_many(many, request.files, run, {**keys.flags("key"), **answer.flags()}, bound.flags())
    flags = request.flags()
    if "buckets" not in flags and "nodes" not in flags:
        raise UsageError("--buckets is missing: give their number, as in -b 8, or --nodes")
    reads_stdin = not request.keys.key and (not request.files or any(map(is_stdin, request.files)))
    check_together({**flags, **request.bound.stated()}, reads_stdin=reads_stdin)
    if "nodes" not in flags:
        named = {
            **request.nodes.flags("live", "threshold", "spread"),
            **request.answer.flags("to_nodes"),
        }
        refuse("without --nodes", named)
    _check_keys(request)
    _check_answer(request)
    _check_bound(request)


def check_together(flags: dict[str, Any], *, reads_stdin: bool) -> None:
    """Refuse flags that contradict one another, also as defaults of requests.

    Raises:
        UsageError: they do.
    """
    if "buckets" in flags and "nodes" in flags:
        raise UsageError("--buckets and --nodes exclude each other: the nodes say how many buckets there are")
    if "to" in flags and "to_nodes" in flags:
        raise UsageError("--to and --to-nodes exclude each other")
    if "nodes" in flags:
        refuse("with --nodes; use --to-nodes", {"--to": "to" in flags})
    if flags.get("spread") == "":
        raise UsageError("--spread has an empty name")
    if "slots" not in flags:
        own = {f"--{name.replace('_', '-')}": name in flags for name in ("frozen", "dry_run", "rename")}
        refuse("without --slots", own)
    elif "nodes" not in flags:  # nor are the nodes of a request those of FILE
        refuse("without --nodes", {"--slots": True})
    if "frozen" in flags:
        refuse("with --frozen", {"--rename": "rename" in flags, "--dry-run": "dry_run" in flags})
    if flags["hash"] == "int":
        refuse("with --hash int, which takes integers", {"--as-text": "as_text" in flags})
    if "seed" in flags and RECIPES[flags["hash"]].seeded is None:
        raise UsageError(f"--seed: the hash {flags['hash']} has none")
    from rvhctl.streams.source import is_stdin

    named = [flags[name] for name in ("nodes", "live", "to_nodes", "sizes") if name in flags]
    stdin = [value for value in named if is_stdin(value.removeprefix("@"))]
    if len(stdin) + reads_stdin > 1:
        raise UsageError("standard input ('-') can be read only once; give the keys with -k or in a FILE")


def _check_keys(request: KeyRequest) -> None:
    keys, fields = request.keys, request.fields
    if keys.key and request.files:
        raise UsageError("give keys with -k or in FILEs, not both")
    if keys.key:
        refuse(
            "with --key",
            {**keys.flags("null"), **fields.flags("as_text"), **request.run.flags("input_format")},
        )
    fields.exclude("field", "regex")
    if fields.regex is not None:
        refuse("with --regex, which takes text", fields.flags("as_text"))
    if fields.field is not None:
        refuse("with --field", keys.flags("key", "null"))


def _check_answer(request: KeyRequest) -> None:
    answer = request.answer
    compared = answer.flags("to", "to_nodes", "to_down")
    views = [*answer.flags("only", "split_to", "stats", "explain"), *(["--to"] if compared else [])]
    if len(views) > 1:
        raise UsageError(f"{views[0]} and {views[1]} exclude each other")
    if not compared:
        refuse("without --to, --to-nodes or --to-down", answer.flags("moves", "matrix"))
    answer.exclude("moves", "matrix")
    if not answer.moves:
        refuse("without --moves", answer.flags("steps"))
    if answer.only is None:
        refuse("without --only", answer.flags("allow_empty"))
    if answer.split_to is None:
        refuse("without --split-to", answer.flags("force"))
    if request.nodes.replicas is None:
        refuse("without --replicas", request.nodes.flags("allow_fewer", "spread"))


def _check_bound(request: KeyRequest) -> None:
    bound, answer = request.bound, request.answer
    bound.exclude("size", "sizes")
    if request.keys.key:
        refuse("with --key", bound.flags("size"))
    if bound.max_load is None:
        if not (answer.stats or answer.flags("to", "to_nodes", "to_down")):
            refuse("without --max-load, --stats or --to...", bound.flags("size", "sizes"))
        return
    refuse("with --max-load", {**answer.flags("explain"), **request.nodes.flags("replicas")})
