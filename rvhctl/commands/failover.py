"""``rvhctl failover``: filter by a latency threshold, rank by latency."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rvhctl.cli import options
from rvhctl.cli.node_options import Damping, Limits, RankedSource, Views, asked_of_nodes
from rvhctl.cli.option_groups import grouped
from rvhctl.cli.options import Run, refuse
from rvhctl.cli.report import Report
from rvhctl.commands._fleet import (
    answer_batch,
    check_flags,
    given,
    limit_of,
    nobody,
    read_fleet_nodes,
    say_dropped,
    there,
    wanted_of,
)
from rvhctl.concurrency import steps
from rvhctl.formats.choice import answer_format, asked_format
from rvhctl.formats.milliseconds import shown
from rvhctl.formats.wording import counted
from rvhctl.nodes.flags import failover_nodes
from rvhctl.nodes.nodes import Nodes, Picked
from rvhctl.nodes.write import write_answer
from rvhctl.policy.request import wanted
from rvhctl.policy.slices import ranked
from rvhctl.streams.sink import Sink

if TYPE_CHECKING:
    from rvhctl.formats.shapes import View

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
    report = Report(run.level)
    flags = asked_of_nodes(limits, damping, views, top=top)
    if run.batch:
        refused = {**source.flags(), **damping.flags(), **limits.flags("fail_on")}
        answer_batch("failover", files, flags, refused, run, report)
        return
    refuse("without --batch", run.flags("jobs", "unordered"))
    if damping.memory is None:
        refuse("without --memory", damping.flags())
    if views.explain:
        refuse("with --explain, which shows every node", {"--top": top})
    ask = partial(wanted, cells=False, memory=damping.memory, fail_on=limits.fail_on)
    check_flags(flags, ask)
    sink = Sink()
    asked = asked_format(run.output, run.json)
    if source.nodes is not None or source.latencies is not None:
        refuse("with --nodes", source.flags("from_"))
        table = given(files, run.input_format, lambda: failover_nodes(source.nodes, source.latencies))
    else:
        # Plain failover never looks at the others again.
        within = limits.threshold if "threshold" in flags and ask(flags).is_plain else None
        table = read_fleet_nodes(files, run, report, source.from_, None, coordinates=False, within=within)
    request = wanted_of(table, flags, ask)
    there(table, report)
    if not request.is_plain or table.has_details:
        from rvhctl.commands._policy import answer_by_policy

        answer_by_policy(table, request, run, asked, sink, report)
        return
    limit = limit_of(request.policy)
    picked = _ranked(table, limit, run.async_)
    say_dropped(report, table, limit, len(picked))
    if not len(picked):
        raise report.ending(nobody(table, limit))
    format_ = answer_format(asked, table.shape, sink)
    write_answer(
        format_,
        table,
        picked[: request.top or len(picked)],
        lambda: _view(table, picked, request.top, limit),
        sink,
        run.color,
    )
    sink.flush()
    report.finish()


def _view(nodes: Nodes, picked: Picked, top: int | None, limit: float) -> View:
    """What people see of the answer."""
    from rvhctl.policy.views import ranks_view

    caption = f"{len(picked)} of {counted(nodes.total, 'node')} within {shown(limit)} ms"
    return ranks_view(nodes.ids, nodes.latencies, picked, top, caption)


def _ranked(nodes: Nodes, limit: float, async_: bool) -> Picked:
    """In slices, so that ^C is heard; or each a turn of an event loop."""
    ranking = ranked(nodes.latencies, limit, steps.TURN if async_ else steps.WHOLE)
    if not async_:
        return steps.run(ranking)
    import asyncio

    return asyncio.run(steps.run_in_turns(ranking))
