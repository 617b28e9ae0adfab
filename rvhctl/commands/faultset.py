"""``rvhctl faultset``: cluster by geohash, fail over inside each cell, merge the survivors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rvhctl.cli import options
from rvhctl.cli.node_options import Cells, CellViews, Damping, Limits, PlacedSource, asked_of_nodes
from rvhctl.cli.option_groups import grouped
from rvhctl.cli.options import Run, refuse
from rvhctl.cli.report import Report
from rvhctl.commands._fleet import (
    answer_batch,
    check_flags,
    exclude,
    given,
    limit_of,
    nobody,
    read_fleet_nodes,
    say_dropped,
    there,
    wanted_of,
)
from rvhctl.concurrency import steps
from rvhctl.core.policy.cells import Faultset
from rvhctl.formats.choice import answer_format, asked_format
from rvhctl.nodes.flags import faultset_nodes
from rvhctl.nodes.nodes import Nodes
from rvhctl.nodes.write import write_answer
from rvhctl.policy.cells import each_cell, first_of_each
from rvhctl.policy.request import Wanted, advised_policy, suited, wanted
from rvhctl.policy.slices import fault_cells
from rvhctl.streams.sink import Sink

if TYPE_CHECKING:
    from rvhctl.formats.shapes import View

EPILOG = options.epilog(
    'rvhctl faultset --threshold 100 --nodes "a:52.37:4.90:12,b:52.31:4.76:9"',
    "rvhctl faultset --threshold 25 --precision 3 nodes.ndjson",
    "rvhctl faultset --threshold 25 --top 1 -o plain nodes.csv",
    "rvhctl faultset --relative 1.5 --floor 2 --min-survivors 50% --fail-on down nodes.csv",
    "rvhctl faultset --relative 1.5 --plan --down-cell u1 nodes.csv",
    "rvhctl faultset --advise nodes.csv",
    nobody="nobody survived, or a group is as bad as --fail-on says",
)


@grouped
def faultset(
    run: Run,
    limits: Limits,
    damping: Damping,
    views: CellViews,
    source: PlacedSource,
    cells: Cells,
    files: options.Files = None,
    top: options.Top = None,
) -> None:
    """Cluster nodes by geohash cell, fail over inside each cell, and merge the survivors.

    Nodes come from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id, lat, lon and latency, or from flags.
    Cells come in the order in which they first appear, in a cell the fastest node first. Records go out as they
    came in.
    """
    report = Report(run.level)
    exclude(views.flags("plan", "explain", "advise"))
    flags = asked_of_nodes(limits, damping, views, cells, top=top)
    if run.batch:
        refused = {
            **source.flags(),
            **damping.flags(),
            **views.flags("advise"),
            **limits.flags("fail_on"),
        }
        answer_batch("faultset", files, flags, refused, run, report)
        return
    refuse("without --batch", run.flags("jobs", "unordered"))
    if not views.plan:
        refuse("without --plan", views.flags("nearest"))
    if views.explain:
        refuse("with --explain, which shows every node", {"--top": top})
    if damping.memory is None:
        refuse("without --memory", damping.flags())
    ask = partial(wanted, cells=True, memory=damping.memory, fail_on=limits.fail_on)
    check_flags(flags, ask)
    if views.advise:
        refuse(
            "with --advise",
            {
                **damping.flags("memory"),
                **cells.flags("precision"),
                **limits.flags("fail_on"),
                "--top": top,
                **cells.flags("min_cell"),
                **views.flags("down", "down_cell"),
            },
        )
    sink = Sink()
    asked = asked_format(run.output, run.json)
    specs = source.nodes
    if specs is not None:
        refuse("with --nodes", source.flags("from_", "inventory"))
        table = given(files, run.input_format, lambda: faultset_nodes(specs))
    else:
        table = read_fleet_nodes(files, run, report, source.from_, source.inventory, coordinates=True)
    if views.advise:
        there(table, report)
        from rvhctl.commands._policy import answer_advice

        answer_advice(table, advised_policy(table.stated(flags)), run, asked, sink, report)
        return
    request = wanted_of(table, flags, ask)
    there(table, report)
    if request.auto:
        request = _suited(request, table, report)
    if not request.is_plain or table.has_details:
        from rvhctl.commands._policy import answer_by_policy

        answer_by_policy(table, request, run, asked, sink, report)
        return
    limit = limit_of(request.policy)
    assert request.precision is not None
    clusters = _cells(table, limit, request.precision, run.async_)
    say_dropped(report, table, limit, len(clusters.survivors))
    if not len(clusters.survivors):
        raise report.ending(nobody(table, limit))
    format_ = answer_format(asked, table.shape, sink)
    write_answer(
        format_,
        table,
        first_of_each(clusters, request.top),
        lambda: _view(table, clusters, request.top, limit),
        sink,
        run.color,
    )
    sink.flush()
    report.finish()


def _view(nodes: Nodes, cells: Faultset, top: int | None, limit: float) -> View:
    """What people see of the answer."""
    from rvhctl.policy.views import cells_view

    return cells_view(nodes, list(each_cell(cells)), top, limit)


def _suited(request: Wanted, nodes: Nodes, report: Report) -> Wanted:
    """With the precision that suits the nodes, which ``--level info`` names."""
    request, why = suited(request, nodes.fleet())
    report.info(f"-p auto takes {request.precision}: {why}")
    return request


def _cells(nodes: Nodes, limit: float, precision: int, async_: bool) -> Faultset:
    """In slices, so that ^C is heard; or each a turn of an event loop."""
    size = steps.TURN if async_ else steps.WHOLE
    clustering = fault_cells(nodes.lats, nodes.lons, nodes.latencies, limit, precision, size)
    if not async_:
        return steps.run(clustering)
    import asyncio

    return asyncio.run(steps.run_in_turns(clustering))
