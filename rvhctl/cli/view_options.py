"""The options that ask for a view in place of the survivors: explanations, plans, drills, what-if questions."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from rvhctl.cli.flag_types import PercentText, Whole
from rvhctl.cli.option_groups import ANSWER, WHAT_IF, OptionGroup, option, switch
from rvhctl.errors import UsageError
from rvhctl.nodes.flags import text_of
from rvhctl.policy.policy import Percent
from rvhctl.policy.traffic.routing import Spill

Failing = Literal["nodes", "groups", "both", "pairs", "2"]


# Compiled when a name has quotes: most runs do not need them.
_COMMA: Final = r',(?=(?:[^"]*"[^"]*")*[^"]*\Z)'
_QUOTED: Final = r'"[^"]*"'


class NamingGroup(OptionGroup):
    """Options of which some take names with commas between them."""

    def stated(self) -> dict[str, Any]:
        """Return what the user gave; of texts with commas, their names.

        Raises:
            UsageError: a name is empty.
        """
        return {
            name: names_in(value, self.flag(name)) if isinstance(value, list) else value
            for name, value in super().stated().items()
        }


class Views(NamingGroup, panel=ANSWER):
    """What is shown in place of the survivors, and what-if questions."""

    explain: bool = switch("--explain", help="Show every node, kept or dropped, and why.", need=60)
    down: list[str] | None = option(
        "--down",
        metavar="ID,...",
        help="Answer as if these nodes had failed. May be given several times.",
        panel=WHAT_IF,
        need=90,
    )


class GroupViews(Views, panel=ANSWER):
    """The same, where there are groups."""

    plan: bool = switch("--plan", help="Show where the traffic of each group should go.", need=50)
    nearest: int | None = option(
        "--nearest",
        metavar="N",
        click_type=Whole(min=0),
        help="With --plan or --drill: how many healthy groups may take over from one.",
        show_default="2",
    )
    spill: Spill | None = option(
        "--spill",
        metavar="HOW",
        help="With --plan or --drill: how groups share, envoy or capacity. envoy goes by the "
        "share of nodes that are fit, as Envoy's priority levels do; "
        "capacity sends no group more than it can take, the nearest first.",
        show_default="envoy",
    )
    fill: Percent | None = option(
        "--fill",
        metavar="P%",
        click_type=PercentText(zero=False),
        help="With --plan or --drill: how full each group is while all are well.",
        show_default="70%",
    )
    demand: str | None = option(
        "--demand",
        metavar="FILE",
        help="With --plan or --drill: read from FILE how much traffic each group has. Its fields are group and demand, "
        "in the unit of capacities. It takes the place of --fill.",
    )
    explain: bool = Views.explain
    advise: bool = switch(
        "--advise", help="Compare the sizes of cells, and recommend one. Needs no limit.", need=70
    )
    drill: Failing | None = option(
        "--drill",
        metavar="WHAT",
        help="Show what breaks when anything fails, one by one. WHAT is nodes, groups or both, or 2 (pairs) for any "
        "two groups at once.",
        panel=WHAT_IF,
        need=92,
    )
    down: list[str] | None = Views.down
    down_cell: list[str] | None = option(
        "--down-cell",
        metavar="PREFIX,...",
        help="Answer as if all nodes in these geohash cells had failed. u1 is also each cell whose name begins so.",
        panel=WHAT_IF,
    )
    down_group: list[str] | None = option(
        "--down-group",
        metavar="NAME,...",
        help="With --by: answer as if all nodes of these groups had failed.",
        panel=WHAT_IF,
    )


def names_in(values: list[str], flag: str) -> tuple[str, ...]:
    """Return the names of a flag that takes several, and may be given several times.

    A name with a comma stands in double quotes, as in CSV.

    Raises:
        UsageError: an empty name.
    """
    names = [name.strip() for value in values for name in _parted(text_of(value, flag))]
    if "" in names:
        raise UsageError(f"{flag} has an empty name")
    return tuple(dict.fromkeys(names))


def _parted(text: str) -> list[str]:
    """Return what stands between commas outside of quotes; what has a comma itself comes without its quotes."""
    if '"' not in text or text.count('"') % 2:
        return text.split(",")
    parts = [part.strip() for part in re.split(_COMMA, text)]
    return [part[1:-1] if "," in part and re.fullmatch(_QUOTED, part) else part for part in parts]
