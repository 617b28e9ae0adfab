"""``rvhctl faultset``: group by geohash or label, fail over inside each cell, merge the survivors."""

from __future__ import annotations

from rvhctl.cli import options
from rvhctl.cli.node_options import Groups, NodeOptions, PlacedSource
from rvhctl.cli.option_groups import grouped
from rvhctl.cli.options import Run
from rvhctl.cli.policy_options import Damping, Limits, Safeguards
from rvhctl.cli.view_options import GroupViews
from rvhctl.commands._nodes import advise, answer, answer_batch

EPILOG = options.epilog(
    "rvhctl faultset --relative 1.5 -p auto nodes.csv",
    "rvhctl faultset --relative 1.5 --by zone --plan nodes.csv",
    'rvhctl faultset --threshold 100 --nodes "a:52.37:4.90:12,b:52.31:4.76:9"',
    "rvhctl faultset --threshold 25 --precision 3 nodes.ndjson",
    "rvhctl faultset --threshold 25 --top 1 -o plain nodes.csv",
    "rvhctl faultset --relative 1.5 --floor 2 --min-survivors 50% --fail-on down nodes.csv",
    "rvhctl faultset --relative 1.5 --plan --down-cell u1 nodes.csv",
    "rvhctl faultset --by zone --drill both --fail-on overload inventory.csv",
    "rvhctl faultset --advise nodes.csv",
    nobody="nobody survived, or a group is as bad as --fail-on says",
)

HELP = """\
Keep the nodes that are fit to serve, region by region.

Nodes are grouped by cells of the map, or by a label, and each group is judged by itself: a far region is not
dropped because a near one is faster. The answer is one list, group by group in the order in which they first
appear, the fastest node of a group first.

Nodes are read from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id, lat, lon and latency, or given by
--nodes. Records go out as they came in.
"""


@grouped
def faultset(
    limits: Limits,
    groups: Groups,
    views: GroupViews,
    safeguards: Safeguards,
    damping: Damping,
    source: PlacedSource,
    run: Run,
    files: options.Files = None,
    top: options.Top = None,
) -> None:
    views.exclude("plan", "drill", "explain", "advise")
    views.exclude("fill", "demand")
    asked = NodeOptions(limits, safeguards, damping, views, source, groups, top)
    if run.batch:
        answer_batch("faultset", asked, files, run)
    elif views.advise:
        advise(asked, files, run)
    else:
        answer(asked, files, run)
