"""The options of failover and faultset: groups and sources, and all that is asked of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from typer._types import TyperChoice

from rvhctl.cli.flag_types import Letters, Whole
from rvhctl.cli.option_groups import GROUPS, SOURCES, OptionGroup, option
from rvhctl.cli.options import either, refuse
from rvhctl.cli.policy_options import Damping, Limits, Safeguards
from rvhctl.cli.view_options import NamingGroup, Views, names_in
from rvhctl.errors import UsageError, listed, quoted
from rvhctl.formats.choice import TOOLS
from rvhctl.formats.shapes import COLUMN_FIELDS
from rvhctl.nodes.documents import ASKED_OF_NODES, ROUTING
from rvhctl.policy.request import Request, has_limit, requested
from rvhctl.streams.source import STDIN, is_stdin, nothing_was_meant

OF_INVENTORIES: Final = frozenset({"--inventory", "--inventory-column"})
"""Options of sources that say nothing of what is measured."""

WITH_EXPLAIN: Final = "with --explain, which shows every node"

Unit = Literal["ms", "s"]


class Groups(NamingGroup, panel=GROUPS):
    """Which nodes make a group."""

    precision: int | str | None = option(
        "--precision",
        "-p",
        click_type=Letters(),
        metavar="1..12|auto",
        help="Group by cells of the map; auto finds their size. A cell is a geohash of 1 to 12 letters: 1 is about "
        "5,000 km wide, 3 about 156, 5 about 5. auto takes what --advise recommends for these nodes.",
        show_default="5",
        need=20,
    )
    by: list[str] | None = option(
        "--by",
        metavar="LABEL,...",
        help="Group by a label of the nodes, such as zone. region,zone takes both together; no coordinates are needed.",
        need=30,
    )
    merge_below: int | None = option(
        "--merge-below",
        metavar="K",
        click_type=Whole(min=1),
        help="Let groups of fewer than K nodes join the nearest. A cell joins one at its border only, which mends a "
        "precision that is a little too fine.",
    )


class NodeSource(OptionGroup, panel=SOURCES):
    """Where nodes come from, other than FILEs."""

    nodes: str | None
    latencies: str | None = None
    from_: str | None = option(
        "--from",
        metavar="TOOL",
        click_type=TyperChoice(tuple(TOOLS)),
        help=f"Read what {either(*TOOLS)} says. 'rvhctl help sources' has an example of each.",
        need=95,
    )
    unit: Unit | None = option(
        "--unit",
        metavar="ms|s",
        help="With --from prometheus: the unit of values, where the name of a series does not say it.",
    )
    id_label: str | None = option(
        "--id-label",
        metavar="LABEL",
        help="With --from prometheus: the label that is the id of a node.",
        show_default="instance",
    )
    column: list[str] | None = option(
        "--column",
        metavar="FIELD=COLUMN,...",
        help="Say which column of a CSV file, or of --from haproxy, is the id, lat, lon, latency, ... The usual names "
        "are known.",
    )
    inventory: str | None = option(
        "--inventory",
        metavar="FILE",
        help="Read from FILE which nodes there ought to be. Nodes with all you know of them, or what kubectl says of "
        "EndpointSlices, or Envoy of its clusters. One that is not measured is dropped, and one that is not in "
        "FILE is left out.",
    )

    inventory_column: list[str] | None = option(
        "--inventory-column",
        metavar="FIELD=COLUMN,...",
        help="The same as --column, for the FILE of --inventory.",
    )

    @property
    def by_flags(self) -> bool:
        """Whether flags give the nodes."""
        return self.nodes is not None or self.latencies is not None

    def columns(self) -> dict[str, str]:
        """Return the columns of FILEs by the fields that the user says they are.

        Raises:
            UsageError: a text is no FIELD=COLUMN, or a field is unknown or there twice.
        """
        return _columns(self.column or [], "--column")

    def inventory_columns(self) -> dict[str, str]:
        """Return those of the inventory."""
        return _columns(self.inventory_column or [], "--inventory-column")


def _columns(values: list[str], flag: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    for pair in names_in(values, flag):
        field, _, column = pair.partition("=")
        if not field or not column:
            raise UsageError(f"{flag} takes FIELD=COLUMN (got {quoted(pair)})")
        if field not in COLUMN_FIELDS:
            raise UsageError(f"{flag} knows no field {quoted(field)}; its fields: {listed(COLUMN_FIELDS)}")
        if field in columns or column in columns.values():
            raise UsageError(f"{flag} names {quoted(field if field in columns else column)} twice")
        columns[field] = column
    return columns


class RankedSource(NodeSource):
    """The same, for nodes with a latency."""

    nodes: str | None = option(
        "--nodes", metavar="ID,...", help="Ids of nodes, in place of a FILE. Needs --latencies.", need=96
    )
    latencies: str | None = option(
        "--latencies",
        "--lats",
        metavar="MS,...",
        help="The latencies of --nodes in milliseconds. An empty one is no measurement.",
        need=97,
    )


class PlacedSource(NodeSource):
    """The same, for nodes with a place, too."""

    nodes: str | None = option(
        "--nodes",
        metavar="ID:LAT:LON:MS,...",
        help="Nodes, in place of a FILE. An empty MS is no measurement; an id may hold colons.",
        need=96,
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

    @property
    def command(self) -> str:
        """What is called, in words."""
        return f"rvhctl {'failover' if self.groups is None else 'faultset'}"

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
        if source.by_flags:
            refuse("with --nodes", source.flags("from_", "unit", "id_label", "column"))
        elif source.from_ is None:
            refuse("without --from", source.flags("unit", "id_label"))
        else:
            for name in {"unit", "id_label", "column"} - TOOLS[source.from_].options:
                refuse(f"with --from {source.from_}", source.flags(name))

    def nothing_measured(self, files: list[str] | None) -> bool:
        """Whether a drill without limits is that of the inventory, as nothing else comes from anywhere."""
        source, limits = self.source, self.limits
        if files or source.by_flags or source.from_ or source.inventory is None:
            return False
        if getattr(self.views, "drill", None) is None or limits.flags("threshold", "relative"):
            return False
        return is_stdin(source.inventory) or nothing_was_meant()

    def refuse_stdin_twice(self, files: list[str] | None) -> None:
        """Refuse two options or FILEs that are standard input; without a FILE that is read, too.

        Raises:
            UsageError: there are two.
        """
        nodes = [] if self.source.by_flags or self.nothing_measured(files) else [STDIN]
        names = [self.source.inventory, getattr(self.views, "demand", None), *(files or nodes)]
        if sum(name is not None and is_stdin(name) for name in names) > 1:
            raise UsageError("standard input ('-') can be read only once; name a FILE")

    def only_without_batch(self) -> dict[str, bool]:
        """Return the flags that the user gave and that mean nothing to requests."""
        named = self.views.flags("advise") | self.safeguards.flags("fail_on")
        sources = {flag: True for flag in self.source.flags() if flag not in OF_INVENTORIES}
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
        if self.groups is None:
            overload = {"--fail-on overload": self.safeguards.fail_on == "overload"}
            refuse("with failover; faultset --plan has it", overload)
        if self.views.explain:
            refuse(WITH_EXPLAIN, {"--top": self.top})
        if self.damping.memory is None:
            refuse("without --memory", self.damping.flags())
        if "precision" in members:
            refuse("without --by", self.views.flags("down_group"))
        if self.source.by_flags or self.source.from_ is not None:
            self.check_together(members)
        self.request(self._completed(members))
        return members

    def check_together(self, members: Mapping[str, Any]) -> None:
        """Refuse flags that do nothing with what they and documents state together.

        Raises:
            UsageError: there is one.
        """
        if members.get("explain"):
            refuse(WITH_EXPLAIN, {"--top": self.top})
        if "by" not in members:
            refuse("without --by", self.views.flags("down_group"))
        if not members.get("plan") and "drill" not in members:
            overload = {"--fail-on overload": self.safeguards.fail_on == "overload"}
            refuse("without --plan or --drill", {**self.views.flags(*ROUTING), **overload})
        if "relative" not in members:
            refuse("without --relative", self.limits.flags("floor"))

    def _completed(self, members: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members with what a document may state, so that they can be judged before it is read."""
        completed = dict(members)
        if not has_limit(members):
            completed["threshold"] = 0.0
        if "floor" in members:
            completed.setdefault("relative", 1.0)
        if self.groups is not None and "drill" not in members and not members.keys().isdisjoint(ROUTING):
            completed["plan"] = True
        if "down_group" in members and "precision" not in members:
            completed.setdefault("by", ["zone"])
        return completed
