"""``rvhctl failover``: filter by a latency threshold, rank by latency."""

from __future__ import annotations

from rvhctl.cli import options
from rvhctl.cli.node_options import NodeOptions, RankedSource
from rvhctl.cli.option_groups import grouped
from rvhctl.cli.options import Run
from rvhctl.cli.policy_options import Damping, Limits, Safeguards
from rvhctl.cli.view_options import Views
from rvhctl.commands._nodes import answer, answer_batch

EPILOG = options.epilog(
    "rvhctl failover --relative 1.5 nodes.json",
    "rvhctl failover --nodes a,b,c --latencies 50,200,75 --threshold 100",
    "rvhctl failover --threshold 25 --top 3 nodes.json",
    "jq .nodes fleet.json | rvhctl failover --threshold 25 -o plain",
    "rvhctl failover --relative 1.5 --memory fleet.memory --rise 3 nodes.json",
    "fping -C 4 -q -f hosts 2>&1 >/dev/null | rvhctl failover --from fping --relative 2 --explain",
    nobody="nobody survived, or a group is as bad as --fail-on says",
)

HELP = """\
Keep the nodes that are fit to serve, the fastest first.

Nodes are read from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id and latency, or given by --nodes
and --latencies. Records go out as they came in. All nodes are judged together; faultset does so by region.
"""


@grouped
def failover(
    limits: Limits,
    views: Views,
    safeguards: Safeguards,
    damping: Damping,
    source: RankedSource,
    run: Run,
    files: options.Files = None,
    top: options.Top = None,
) -> None:
    asked = NodeOptions(limits, safeguards, damping, views, source, top=top)
    if run.batch:
        answer_batch("failover", asked, files, run)
    else:
        answer(asked, files, run)
