"""The options that ask for a view in place of the survivors: explanations, plans, drills, what-if questions."""

from __future__ import annotations

from typing import Any, Literal

from rvhctl.cli.flag_types import PercentText, Whole
from rvhctl.cli.option_groups import OptionGroup, option, switch
from rvhctl.errors import UsageError
from rvhctl.nodes.flags import text_of
from rvhctl.policy.policy import Percent
from rvhctl.policy.traffic.routing import Spill

Failing = Literal["nodes", "groups", "both", "pairs", "2"]

VIEWS = "Views"


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


class Views(NamingGroup, panel=VIEWS):
    """What is shown in place of the survivors, and what-if questions."""

    explain: bool = switch("--explain", help="Every node, kept or dropped, and why.")
    down: list[str] | None = option(
        "--down", metavar="ID,...", help="Answer as if these nodes had failed; may be given again and again."
    )


class GroupViews(Views, panel=VIEWS):
    """The same, where there are groups."""

    plan: bool = switch("--plan", help="For each group its health and where its traffic goes.")
    nearest: int | None = option(
        "--nearest",
        metavar="N",
        click_type=Whole(min=0),
        help="With --plan or --drill: healthy groups a group may turn to; default 2.",
    )
    spill: Spill | None = option(
        "--spill",
        metavar="HOW",
        help="Whose shares: envoy's priority levels (the default), or capacity: no group over 100 %, nearest first.",
    )
    fill: Percent | None = option(
        "--fill",
        metavar="P%",
        click_type=PercentText(),
        help="How full each group is when all are well; default 70%.",
    )
    demand: str | None = option(
        "--demand", metavar="FILE", help="What each group is asked (group, demand), in place of --fill."
    )
    drill: Failing | None = option(
        "--drill",
        metavar="WHAT",
        help="What breaks if each of the nodes, groups or both fails; or 2 (pairs): any two groups.",
    )
    explain: bool = Views.explain
    advise: bool = switch("--advise", help="Which precision suits these nodes; needs no limit.")
    down: list[str] | None = Views.down
    down_cell: list[str] | None = option(
        "--down-cell", metavar="PREFIX,...", help="Answer as if all nodes in these geohash cells had failed."
    )
    down_group: list[str] | None = option(
        "--down-group", metavar="NAME,...", help="With --by: the same for these groups."
    )


def names_in(values: list[str], flag: str) -> tuple[str, ...]:
    """Return the names of a flag that takes several, and may be given several times.

    Raises:
        UsageError: an empty name.
    """
    names = [name.strip() for value in values for name in text_of(value, flag).split(",")]
    if "" in names:
        raise UsageError(f"{flag} has an empty name")
    return tuple(dict.fromkeys(names))
