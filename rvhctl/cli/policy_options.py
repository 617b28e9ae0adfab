"""The options of failover and faultset that say which nodes are fit: limits, safeguards and memory."""

from __future__ import annotations

from typing import Literal

from rvhctl.cli.flag_types import CountOrPercentText, Milliseconds, PercentText
from rvhctl.cli.option_groups import LIMITS, MEMORY, SAFEGUARDS, OptionGroup, option
from rvhctl.policy.policy import Aggregate, OnDegraded, OnDown, Percent

FailOn = Literal["degraded", "down", "overload", "never"]


class Limits(OptionGroup, panel=LIMITS):
    """Limits of latency and loss."""

    relative: float | None = option(
        "--relative",
        metavar="X",
        help="Keep nodes within X times their group's median. 1.5 is a good start; a far group is not measured by a "
        "near one. In failover all nodes are one group.",
        need=10,
    )
    floor: float | None = option(
        "--floor",
        metavar="MS",
        click_type=Milliseconds(),
        help="With --relative: no limit is less than MS milliseconds. So 0.4 ms beside a median of 0.2 ms is no "
        "fault.",
    )
    threshold: float | None = option(
        "--threshold",
        "--th",
        metavar="MS",
        click_type=Milliseconds(),
        help="Keep nodes within MS milliseconds, near or far. With --relative, a node has to be within both.",
        need=40,
    )
    aggregate: Aggregate | None = option(
        "--aggregate",
        metavar="HOW",
        help="Make the latency out of a node's samples: median, mean, min, max, p95 or p99.",
        show_default="the latency that is given, else the median",
    )
    max_loss: Percent | None = option(
        "--max-loss",
        metavar="P%",
        click_type=PercentText(),
        help="Drop nodes that lost more than P% of their samples.",
        show_default="100%",
    )


class Safeguards(OptionGroup, panel=SAFEGUARDS):
    """How many nodes a group needs, and what is done where it has fewer."""

    min_survivors: int | Percent | None = option(
        "--min-survivors",
        metavar="N|P%",
        click_type=CountOrPercentText(),
        help="Call a group with fewer fit nodes degraded. A number, or a share of all nodes of the group.",
        show_default="1",
        need=110,
    )
    fail_on: FailOn | None = option(
        "--fail-on",
        metavar="HEALTH",
        help="Exit code 3 if a group is HEALTH, degraded or down. overload, with --plan or --drill, is more traffic "
        "than a group can take. The answer is printed all the same. never gives 0 even if nobody is left.",
        show_default="exit code 3 if nobody is left",
        need=115,
    )
    max_ejection: Percent | None = option(
        "--max-ejection",
        metavar="P%",
        click_type=PercentText(),
        help="Drop at most P% of a group for their latency. The best of those over the limit stay.",
        show_default="no limit",
    )
    on_degraded: OnDegraded | None = option(
        "--on-degraded",
        metavar="WHAT",
        help="What a degraded group gives: keep, skip or all. keep gives its fit nodes, skip none, all every node that "
        "is up and measured.",
        show_default="keep",
    )
    on_down: OnDown | None = option(
        "--on-down",
        metavar="WHAT",
        help="What a group without a fit node gives: skip or all. skip gives none (or those that --max-ejection "
        "keeps, unless this is given), all every node that is up and measured.",
        show_default="skip",
    )


class Damping(OptionGroup, panel=MEMORY):
    """The memory between runs."""

    memory: str | None = option(
        "--memory",
        metavar="FILE",
        help="Remember nodes in FILE, so that a blip moves none. It is made by the first run; a node then leaves "
        "after --fall bad runs in a row, and comes back after --rise good ones.",
        need=120,
    )
    rise: int | None = option(
        "--rise",
        metavar="N",
        help="With --memory: good runs in a row that bring a node back.",
        show_default="2",
    )
    fall: int | None = option(
        "--fall", metavar="N", help="With --memory: bad runs in a row that drop a node.", show_default="3"
    )
    hysteresis: Percent | None = option(
        "--hysteresis",
        metavar="P%",
        click_type=PercentText(),
        help="With --memory: a run is bad for a node only from P% above its limit.",
        show_default="10%",
    )
