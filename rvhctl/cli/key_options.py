"""The options of ``jump-hash`` that go beyond keys and a number of buckets, in panels of ``--help``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rvhctl.cli.flag_types import Milliseconds, Whole

if TYPE_CHECKING:
    from rvhctl.commands._keys import Wish
    from rvhctl.placement.request import Fleet

NODES = "Nodes"
RECORDS = "Keys out of records"
ANSWERS = "What is answered"
HASHES = "Agreeing with other systems"


def _text(*names: str, metavar: str, help: str, panel: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        *names, metavar=metavar, help=help, rich_help_panel=panel, show_default=False
    )
    return option


Dialect = Literal["paper", "guava", "exact"]

Nodes = Annotated[
    str | None,
    _text(
        "--nodes",
        metavar="A,B,...|FILE",
        panel=NODES,
        help="Names instead of numbers: bucket i is the i-th node, for ever, so never take a node out of the "
        "middle; mark it as down or replace it. A comma makes it names; else a FILE (or @FILE, -) of nodes as "
        "failover reads them, whose weight and state count.",
    ),
]
Down = Annotated[
    list[str] | None,
    _text("--down", metavar="ID,...", panel=NODES, help="These have failed (numbers without --nodes)."),
]
Live = Annotated[
    str | None,
    _text(
        "--live",
        metavar="FILE",
        panel=NODES,
        help="Every node not in this list, as failover writes it, is down.",
    ),
]
MaxLatency = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        "--th",
        metavar="MS",
        click_type=Milliseconds(),
        help="Nodes slower than that, or unmeasured, are down.",
        rich_help_panel=NODES,
        show_default=False,
    ),
]
Weight = Annotated[
    list[str] | None,
    _text("--weight", metavar="ID=W,...", panel=NODES, help="Weights other than 1, above 0."),
]
Replicas = Annotated[
    int | None,
    typer.Option(
        "--replicas",
        metavar="K",
        click_type=Whole(min=1),
        help="The first K nodes of each key's order, the owner first.",
        rich_help_panel=NODES,
        show_default=False,
    ),
]
AllowFewer = Annotated[
    bool,
    typer.Option("--allow-fewer", help="Fewer than K where fewer are live.", rich_help_panel=NODES),
]
Field = Annotated[
    str | None,
    _text(
        "--field",
        metavar="PATH",
        panel=RECORDS,
        help="The key is this field of each record (user.id, tags.0, 'labels.\"service.name\"'; a column of CSV). "
        "The format is found by looking.",
    ),
]
Regex = Annotated[
    str | None,
    _text(
        "--regex",
        metavar="PATTERN",
        panel=RECORDS,
        help=r"The key is the group of this pattern in each line of UTF-8, as in 'user=(\w+)'.",
    ),
]
Only = Annotated[
    list[str] | None,
    _text(
        "--only",
        metavar="BUCKET,...|K/N",
        panel=ANSWERS,
        help="Only the records of these, as they came; K/N: of the K-th of N, from 1 (-b is N then).",
    ),
]
AllowEmpty = Annotated[
    bool,
    typer.Option(
        "--allow-empty", help="With --only: no record is fine, not exit code 3.", rich_help_panel=ANSWERS
    ),
]
SplitTo = Annotated[
    str | None,
    _text(
        "--split-to",
        metavar="TEMPLATE",
        panel=ANSWERS,
        help="A file for each bucket that has records, as in 'part-{bucket:03d}.txt' or '{node}.ndjson'.",
    ),
]
Force = Annotated[
    bool,
    typer.Option("--force", help="With --split-to: replace files that exist.", rich_help_panel=ANSWERS),
]
Stats = Annotated[bool, typer.Option("--stats", help="How evenly the keys lie.", rich_help_panel=ANSWERS)]
To = Annotated[
    int | None,
    typer.Option(
        "--to",
        metavar="M",
        help="What would move if there were M buckets, and the least that has to.",
        rich_help_panel=ANSWERS,
        show_default=False,
    ),
]
ToNodes = Annotated[
    str | None,
    _text("--to-nodes", metavar="A,B,...|FILE", panel=ANSWERS, help="The same, with these nodes."),
]
ToDown = Annotated[
    list[str] | None,
    _text("--to-down", metavar="ID,...", panel=ANSWERS, help="The same, with these down; '' is none."),
]
Moves = Annotated[
    bool,
    typer.Option("--moves", help="With --to...: list each key that moves instead.", rich_help_panel=ANSWERS),
]
Explain = Annotated[
    bool,
    typer.Option("--explain", help="The hash and the probes of each key.", rich_help_panel=ANSWERS),
]
DialectChoice = Annotated[
    Dialect,
    typer.Option("--dialect", help="How the loop of jump hash rounds.", rich_help_panel=HASHES),
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="N", help="For xxh64, xxh3, xxh32, murmur3-128.", rich_help_panel=HASHES),
]
ListHashes = Annotated[
    bool,
    typer.Option("--list-hashes", help="Print each hash and what it agrees with.", rich_help_panel=HASHES),
]


Asked = dict[str, Any]
"""Every option of the command, by the name of its parameter."""

_FLEET = ("nodes", "down", "live", "threshold", "weight", "to", "to_nodes", "to_down", "dialect", "seed")
_WISH = (
    "replicas",
    "allow_fewer",
    "field",
    "regex",
    "only",
    "allow_empty",
    "split_to",
    "force",
    "stats",
    "moves",
    "explain",
)
_RUN = ("null", "output", "json", "input_format", "color", "jobs")

# What the plain path, a number of buckets and no more, has in these.
_PLAIN = {"dialect": "paper", "seed": 0}
_PLAIN_HASHES = ("xxh64", "int")


def goes_beyond(asked: Asked) -> bool:
    """Whether anything is asked that the plain path has not."""
    # An empty list is an answer too (``--to-down ''``), and 0 a number; only None and defaults are nothing.
    changed = any(_is_set(name, asked[name]) for name in (*_FLEET, *_WISH))
    return changed or asked["hash_"] not in _PLAIN_HASHES


def _is_set(name: str, value: Any) -> bool:
    return value is not None and value is not False and value != _PLAIN.get(name)


def fleet_and_wish(asked: Asked) -> tuple[Fleet, Wish]:
    """The options in two parts: which nodes, and what becomes of which keys."""
    from rvhctl.commands._keys import Wish
    from rvhctl.placement.request import Fleet, buckets_counted

    buckets = asked["buckets"]
    if buckets is None and asked["nodes"] is None:
        buckets = buckets_counted(asked["only"], "--only")
    fleet = {name: asked[name] for name in _FLEET}
    wish = {name: asked[name] for name in (*_WISH, *_RUN)}
    return (
        Fleet(buckets=buckets, hash=asked["hash_"], **fleet),
        Wish(files=asked["files"] or [], keys=asked["key"] or [], **wish),
    )


def not_in_batch(asked: Asked) -> dict[str, object]:
    """The flags that make no sense with ``--batch``, by name."""
    names = ("field", "regex", "only", "allow_empty", "split_to", "force", "moves")
    return {
        f"--{name.replace('_', '-')}": asked[name] is not None and asked[name] is not False for name in names
    }


def batch_defaults(asked: Asked) -> dict[str, Any]:
    """What requests need not state, read once.

    Raises:
        UsageError: flags contradict one another, or name a node that there is not.
        RvhctlError: a list of nodes cannot be read.
    """
    from rvhctl.formats.members import stated
    from rvhctl.placement.request import check_together, members_of, placements

    fleet, _ = fleet_and_wish(asked)
    check_together(fleet, reads_stdin=not asked["files"])
    views = {name: asked[name] or None for name in ("allow_fewer", "stats", "explain")}
    defaults = stated({**members_of(fleet), **views, "replicas": asked["replicas"]})
    if fleet.buckets is not None or fleet.nodes is not None:
        defaults["placements"] = placements(defaults)
    return defaults
