"""``rvhctl failover``: filter by a latency threshold, rank by latency."""

from __future__ import annotations

from rvhctl.cli import options
from rvhctl.cli.node_options import Damping, Limits, NodeOptions, RankedSource, Safeguards
from rvhctl.cli.option_groups import grouped
from rvhctl.cli.options import Run
from rvhctl.cli.view_options import Views
from rvhctl.commands._nodes import answer, answer_batch

EPILOG = options.epilog(
    "rvhctl failover --nodes a,b,c --latencies 50,200,75 --threshold 100",
    "rvhctl failover --threshold 25 --top 3 nodes.json",
    "jq .nodes fleet.json | rvhctl failover --threshold 25 -o plain",
    "rvhctl failover --relative 1.5 --memory fleet.memory --rise 3 nodes.json",
    "fping -C 4 -q -f hosts 2>&1 >/dev/null | rvhctl failover --from fping --relative 2 --explain",
    nobody="nobody survived, or a group is as bad as --fail-on says",
)


@grouped
def failover(
    run: Run,
    limits: Limits,
    safeguards: Safeguards,
    damping: Damping,
    views: Views,
    source: RankedSource,
    files: options.Files = None,
    top: options.Top = None,
) -> None:
    """Keep the nodes within a latency limit, the fastest first.

    Nodes come from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id and latency, or from flags. Records go
    out as they came in.
    """
    asked = NodeOptions(limits, safeguards, damping, views, source, top=top)
    if run.batch:
        answer_batch("failover", asked, files, run)
    else:
        answer(asked, files, run)
