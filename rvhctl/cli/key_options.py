"""The options of jump-hash, a group for each panel of ``--help``."""

# Annotations are no strings here: each would be evaluated at every start.

from typing import Any, NamedTuple

from typer._types import TyperChoice

from rvhctl.cli.flag_types import Milliseconds, Whole
from rvhctl.cli.option_groups import OptionGroup, option, switch
from rvhctl.cli.options import FORMATTING, INPUT_FORMAT, RECORD_FORMATS, Run, either, refuse
from rvhctl.errors import UsageError
from rvhctl.formats.choice import InputFormat
from rvhctl.keys.hashes import DIALECTS, RECIPES


class Keys(OptionGroup):
    """Keys, and how many buckets there are for them."""

    buckets: int | None = option("--buckets", "-b", metavar="N", help="How many buckets, 1..2147483647.")
    key: list[str] | None = option("--key", "-k", metavar="KEY", help="A key; may be given again and again.")
    hash: str = option(
        "--hash",
        default="xxh64",
        metavar="NAME",
        click_type=TyperChoice(tuple(RECIPES)),
        help="How text becomes 64 bits (--list-hashes); int: it is the decimal 64-bit key itself.",
        show_default=True,
    )
    null: bool = switch("--null", "-0", help="Keys end with a NUL byte instead of a line end.")


class Nodes(OptionGroup, panel="Nodes"):
    """Which nodes there are, and which are fit to own keys."""

    nodes: str | None = option(
        "--nodes",
        metavar="A,B,...|FILE",
        help="Names instead of numbers: bucket i is the i-th node, for ever, so never take a node out of the "
        "middle; mark it as down or replace it. A comma makes it names; else a FILE (or @FILE, -) of nodes as "
        "failover reads them, whose weight and state count.",
    )
    down: list[str] | None = option(
        "--down", metavar="ID,...", help="These have failed (numbers without --nodes)."
    )
    live: str | None = option(
        "--live", metavar="FILE", help="Every node not in this list, as failover writes it, is down."
    )
    threshold: float | None = option(
        "--threshold",
        "--th",
        metavar="MS",
        click_type=Milliseconds(),
        help="Nodes slower than that, or unmeasured, are down.",
    )
    weight: list[str] | None = option("--weight", metavar="ID=W,...", help="Weights other than 1, above 0.")
    replicas: int | None = option(
        "--replicas",
        metavar="K",
        click_type=Whole(min=1),
        help="The first K nodes of each key's order, the owner first.",
    )
    allow_fewer: bool = switch("--allow-fewer", help="Fewer than K where fewer are live.")


class Fields(OptionGroup, panel="Keys out of records"):
    """Which part of a record is its key."""

    field: str | None = option(
        "--field",
        metavar="PATH",
        help="The key is this field of each record (user.id, tags.0, 'labels.\"service.name\"'; a column of CSV). "
        "The format is found by looking.",
    )
    regex: str | None = option(
        "--regex",
        metavar="PATTERN",
        help=r"The key is the group of this pattern in each line of UTF-8, as in 'user=(\w+)'.",
    )


class Answer(OptionGroup, panel="What is answered"):
    """What becomes of the records."""

    only: list[str] | None = option(
        "--only",
        metavar="BUCKET,...|K/N",
        help="Only the records of these, as they came; K/N: of the K-th of N, from 1 (-b is N then).",
    )
    allow_empty: bool = switch("--allow-empty", help="With --only: no record is fine, not exit code 3.")
    split_to: str | None = option(
        "--split-to",
        metavar="TEMPLATE",
        help="A file for each bucket that has records, as in 'part-{bucket:03d}.txt' or '{node}.ndjson'.",
    )
    force: bool = switch("--force", help="With --split-to: replace files that exist.")
    stats: bool = switch("--stats", help="How evenly the keys lie.")
    to: int | None = option(
        "--to", metavar="M", help="What would move if there were M buckets, and the least that has to."
    )
    to_nodes: str | None = option("--to-nodes", metavar="A,B,...|FILE", help="The same, with these nodes.")
    to_down: list[str] | None = option(
        "--to-down", metavar="ID,...", help="The same, with these down; '' is none."
    )
    moves: bool = switch("--moves", help="With --to...: list each key that moves instead.")
    explain: bool = switch("--explain", help="The hash and the probes of each key.")


class Hashing(OptionGroup, panel="Agreeing with other systems"):
    """How keys are hashed, and jump hash rounds."""

    dialect: str = option(
        "--dialect",
        default="paper",
        click_type=TyperChoice(tuple(DIALECTS)),
        help="How the loop of jump hash rounds.",
        show_default=True,
    )
    seed: int = option(
        "--seed", default=0, metavar="N", help="For xxh64, xxh3, xxh32, murmur3-128.", show_default=True
    )
    list_hashes: bool = switch("--list-hashes", help="Print each hash and what it agrees with.")


class KeyRun(Run):
    """How jump-hash reads, answers and runs."""

    input_format: InputFormat = option(
        "--input-format",
        "-i",
        default="auto",
        metavar="FORMAT",
        click_type=INPUT_FORMAT,
        help=f"Format of the input: plain (a key a line), {either(*RECORD_FORMATS)}. Unless given: by the file's "
        "suffix, else plain.",
        panel=FORMATTING,
    )


# In the place that it has among the others.
KeyRun.options = Run.options | KeyRun.options


class KeyRequest(NamedTuple):
    """What the user asks, in the groups of options."""

    files: list[str]
    keys: Keys
    nodes: Nodes
    fields: Fields
    answer: Answer
    hashing: Hashing
    run: KeyRun

    def flags(self) -> dict[str, Any]:
        """Return what is said of nodes, by the names of the options."""
        flags: dict[str, Any] = {"hash": self.keys.hash, **self.hashing.stated(), **self.nodes.stated()}
        flags |= {name: value for name, value in self.answer.stated().items() if name.startswith("to")}
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
    flags = request.flags()
    if "buckets" not in flags and "nodes" not in flags:
        raise UsageError("--buckets is missing: give their number, as in -b 8, or --nodes")
    reads_stdin = not request.keys.key and (not request.files or any(map(is_stdin, request.files)))
    check_together(flags, reads_stdin=reads_stdin)
    if "nodes" not in flags:
        named = {**request.nodes.flags("live", "threshold"), **request.answer.flags("to_nodes")}
        refuse("without --nodes", named)
    _check_keys(request)
    _check_answer(request)


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
    if "seed" in flags and RECIPES[flags["hash"]].seeded is None:
        raise UsageError(f"--seed: the hash {flags['hash']} has none")
    from rvhctl.streams.source import is_stdin

    named = [flags[name] for name in ("nodes", "live", "to_nodes") if name in flags]
    stdin = [value for value in named if is_stdin(value.removeprefix("@"))]
    if len(stdin) + reads_stdin > 1:
        raise UsageError("standard input ('-') can be read only once; give the keys with -k or in a FILE")


def _check_keys(request: KeyRequest) -> None:
    keys, fields = request.keys, request.fields
    if keys.key and request.files:
        raise UsageError("give keys with -k or in FILEs, not both")
    if keys.key:
        refuse("with --key", {**keys.flags("null"), **request.run.flags("input_format")})
    fields.exclude("field", "regex")
    if fields.field is not None:
        refuse("with --field", keys.flags("key", "null"))


def _check_answer(request: KeyRequest) -> None:
    answer = request.answer
    compared = answer.flags("to", "to_nodes", "to_down")
    views = [*answer.flags("only", "split_to", "stats", "explain"), *(["--to"] if compared else [])]
    if len(views) > 1:
        raise UsageError(f"{views[0]} and {views[1]} exclude each other")
    if not compared:
        refuse("without --to, --to-nodes or --to-down", answer.flags("moves"))
    if answer.only is None:
        refuse("without --only", answer.flags("allow_empty"))
    if answer.split_to is None:
        refuse("without --split-to", answer.flags("force"))
    if request.nodes.replicas is None:
        refuse("without --replicas", request.nodes.flags("allow_fewer"))
