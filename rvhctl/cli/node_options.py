"""The options of failover and faultset: limits, safeguards, memory, views and sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from typer._types import TyperChoice

from rvhctl.cli.flag_types import CountOrPercentText, Letters, Milliseconds, PercentText, Whole
from rvhctl.cli.option_groups import OptionGroup, option
from rvhctl.cli.options import either, refuse
from rvhctl.cli.view_options import NamingGroup, Views, names_in
from rvhctl.errors import UsageError, listed, quoted
from rvhctl.formats.choice import TOOLS
from rvhctl.nodes.documents import ASKED_OF_NODES, ROUTING
from rvhctl.nodes.fields import COLUMN_FIELDS
from rvhctl.policy.policy import Aggregate, OnDegraded, OnDown, Percent
from rvhctl.policy.request import Request, has_limit, requested

FailOn = Literal["degraded", "down", "overload", "never"]
Unit = Literal["ms", "s"]

OPTIONS = "Options"
SAFEGUARDS = "Safeguards"
SOURCES = "Sources"


class Limits(OptionGroup, panel="Limits"):
    """Limits of latency and loss."""

    threshold: float | None = option(
        "--threshold",
        "--th",
        metavar="MS",
        click_type=Milliseconds(),
        help="Keep nodes with a latency of at most MS milliseconds.",
        panel=OPTIONS,
    )
    relative: float | None = option(
        "--relative",
        metavar="X",
        help="Keep nodes within X times the median of their group: in faultset the cell or label.",
    )
    floor: float | None = option(
        "--floor",
        metavar="MS",
        click_type=Milliseconds(),
        help="With --relative: a limit is never lifted to less than MS.",
    )
    aggregate: Aggregate | None = option(
        "--aggregate",
        metavar="HOW",
        help="A node's latency by its samples: median, mean, min, max, p95 or p99.",
    )
    max_loss: Percent | None = option(
        "--max-loss",
        metavar="P%",
        click_type=PercentText(),
        help="A node that lost a greater share of its samples is out.",
    )


class Safeguards(OptionGroup, panel=SAFEGUARDS):
    """How many nodes a group needs, and what is done where it has fewer."""

    min_survivors: int | Percent | None = option(
        "--min-survivors",
        metavar="N|P%",
        click_type=CountOrPercentText(),
        help="Fewer fit nodes (or a smaller share of all) and the group is degraded; default 1.",
    )
    fail_on: FailOn | None = option(
        "--fail-on",
        metavar="HEALTH",
        help="Exit code 3 if a group is degraded (or down, or overload with --plan or --drill), or never.",
    )
    max_ejection: Percent | None = option(
        "--max-ejection",
        metavar="P%",
        click_type=PercentText(),
        help="At most this share is out for its latency; the best of the others come back.",
    )
    on_degraded: OnDegraded | None = option(
        "--on-degraded",
        metavar="WHAT",
        help="What a degraded group gives: keep (its fit nodes), skip (nothing) or all (everyone measured).",
    )
    on_down: OnDown | None = option(
        "--on-down", metavar="WHAT", help="What a group without a fit node gives: skip (nothing) or all."
    )


class Damping(OptionGroup, panel="Memory"):
    """The memory between runs."""

    memory: str | None = option(
        "--memory", metavar="FILE", help="Remember each node in FILE, so that a blip moves nobody."
    )
    rise: int | None = option(
        "--rise", metavar="N", help="Good rounds in a row that bring a node back; default 2."
    )
    fall: int | None = option(
        "--fall", metavar="N", help="Bad rounds in a row that take a node out; default 3."
    )
    hysteresis: Percent | None = option(
        "--hysteresis",
        metavar="P%",
        click_type=PercentText(),
        help="A round is bad from this share above the limit; default 10%.",
    )


class Groups(NamingGroup):
    """Which nodes make a group."""

    precision: int | str | None = option(
        "--precision",
        "-p",
        click_type=Letters(),
        metavar="1..12|auto",
        help="Letters of a cell's geohash: 3 is about 156 km, 5 (the default) about 5 km; auto: as --advise says.",
    )
    by: list[str] | None = option(
        "--by",
        metavar="LABEL,...",
        help="Group nodes by a label of theirs (zone; or region,zone for both together) in place of a geohash.",
    )
    merge_below: int | None = option(
        "--merge-below",
        metavar="K",
        click_type=Whole(min=1),
        help="A group of fewer nodes joins the nearest: of cells a neighbour (mends precision 3, not 5).",
        panel=SAFEGUARDS,
    )


class NodeSource(OptionGroup, panel=SOURCES):
    """Where nodes come from, other than FILEs."""

    nodes: str | None
    latencies: str | None = None
    from_: str | None = option(
        "--from",
        metavar="TOOL",
        click_type=TyperChoice(tuple(TOOLS)),
        help=f"Read what a measuring tool says: {either(*TOOLS)}.",
    )
    unit: Unit | None = option(
        "--unit",
        metavar="ms|s",
        help="With --from prometheus: what durations are in whose name does not end in _seconds.",
    )
    id_label: str | None = option(
        "--id-label",
        metavar="LABEL",
        help="With --from prometheus: the label that names a target; default instance.",
    )
    column: list[str] | None = option(
        "--column",
        metavar="FIELD=COLUMN,...",
        help="Which column of a CSV file, or of --from haproxy, is the id, lat, lon, latency, ...; the usual names are "
        "known.",
    )
    inventory: str | None = option(
        "--inventory",
        metavar="FILE",
        help="Nodes that ought to exist: records, kubectl's EndpointSlices or Envoy's clusters. "
        "Absent ones are without measurement, others left out.",
    )

    @property
    def by_flags(self) -> bool:
        """Whether flags give the nodes."""
        return self.nodes is not None or self.latencies is not None

    def columns(self) -> dict[str, str]:
        """Return the columns by the fields that the user says they are.

        Raises:
            UsageError: a text is no FIELD=COLUMN, or a field is unknown or there twice.
        """
        columns: dict[str, str] = {}
        for pair in names_in(self.column or [], "--column"):
            field, _, column = pair.partition("=")
            if not field or not column:
                raise UsageError(f"--column takes FIELD=COLUMN (got {quoted(pair)})")
            if field not in COLUMN_FIELDS:
                raise UsageError(
                    f"--column knows no field {quoted(field)}; its fields: {listed(COLUMN_FIELDS)}"
                )
            if field in columns or column in columns.values():
                raise UsageError(f"--column names {quoted(field if field in columns else column)} twice")
            columns[field] = column
        return columns


class RankedSource(NodeSource):
    """The same, for nodes with a latency."""

    nodes: str | None = option("--nodes", metavar="ID,...", help="Ids of nodes; goes with --latencies.")
    latencies: str | None = option(
        "--latencies",
        "--lats",
        metavar="MS,...",
        help="Their latencies in milliseconds; an empty one is no measurement.",
    )


class PlacedSource(NodeSource):
    """The same, for nodes with a place, too."""

    nodes: str | None = option(
        "--nodes",
        metavar="ID:LAT:LON:MS,...",
        help="Nodes; an empty MS is no measurement, an id may hold colons.",
    )


class NodeOptions(NamedTuple):
    """All that is asked of nodes on a command line."""

    limits: Limits
    safeguards: Safeguards
    damping: Damping
    views: Views
    source: NodeSource
    groups: Groups | None = None
    """None where nodes are not grouped."""
    top: int | None = None

    def members(self) -> dict[str, Any]:
        """Return what is stated, by the names that documents and requests have for it.

        Raises:
            UsageError: a name is empty.
        """
        stated: dict[str, Any] = {} if self.top is None else {"top": self.top}
        for group in (self.limits, self.safeguards, self.damping, self.views, self.groups):
            stated |= {} if group is None else group.stated()
        members = {name: value for name, value in stated.items() if name in ASKED_OF_NODES}
        if "demand" in members:
            from rvhctl.policy.traffic.demand import read_demand

            members["demand"] = read_demand(members["demand"])
        return members

    def request(self, members: Mapping[str, Any]) -> Request:
        """Return what the members ask for, together with what only flags may state.

        Raises:
            FaultsetError: a value is of a wrong type or out of range, or does nothing here.
        """
        return requested(
            members,
            cells=self.groups is not None,
            memory=self.damping.memory,
            fail_on=self.safeguards.fail_on,
        )

    def refuse_source(self) -> None:
        """Refuse options of sources that the one in hand does not take.

        Raises:
            UsageError: one of them is given.
        """
        source = self.source
        if source.from_ is None:
            refuse("without --from", source.flags("unit", "id_label", "column"))
        else:
            for name in {"unit", "id_label", "column"} - TOOLS[source.from_].options:
                refuse(f"with --from {source.from_}", source.flags(name))

    def only_without_batch(self) -> dict[str, bool]:
        """Return the flags that the user gave and that mean nothing to requests."""
        named = self.views.flags("advise") | self.safeguards.flags("fail_on")
        sources = {flag: True for flag in self.source.flags() if flag != "--inventory"}
        return sources | self.damping.flags() | named

    def refuse_with_advice(self) -> None:
        """Refuse flags that say which nodes serve.

        Raises:
            UsageError: one of them is given.
        """
        assert self.groups is not None
        refuse(
            "with --advise",
            {
                **self.damping.flags("memory"),
                **self.groups.flags("precision", "by"),
                **self.safeguards.flags("fail_on"),
                "--top": self.top,
                **self.groups.flags("merge_below"),
                **self.views.flags("down", "down_cell", "down_group", *ROUTING),
            },
        )

    def check(self) -> dict[str, Any]:
        """Judge all flags before any input is read, and return what they state.

        Raises:
            UsageError: a flag would do nothing.
            FaultsetError: a value is out of range.
        """
        members = self.members()
        if self.groups is not None:
            self.groups.exclude("by", "precision")
        if "by" in members:
            refuse("with --by; use --down-group", self.views.flags("down_cell"))
            if self.source.inventory is None:
                refuse("with --by: name the group of a node in a FILE", self.source.flags("nodes"))
        else:
            refuse("without --by", self.views.flags("down_group"))
        if members.keys().isdisjoint(("plan", "drill")):
            refuse("without --plan or --drill", self.views.flags(*ROUTING))
            refuse("without --plan or --drill", {"--fail-on overload": self.safeguards.fail_on == "overload"})
        if self.views.explain:
            refuse("with --explain, which shows every node", {"--top": self.top})
        if self.damping.memory is None:
            refuse("without --memory", self.damping.flags())
        if self.limits.relative is None:
            refuse("without --relative", self.limits.flags("floor"))
        self.request(members if "drill" in members or has_limit(members) else {"threshold": 0.0, **members})
        return members
