"""``rvhctl faultset``: cluster by geohash, fail over inside each cell, merge the survivors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rvhctl.cli import options
from rvhctl.cli.flag_types import Letters
from rvhctl.cli.node_options import (
    Advise,
    DampingOptions,
    Down,
    DownCell,
    Explain,
    From,
    Inventory,
    MinCell,
    Nearest,
    Plan,
    PolicyOptions,
    names_in,
)
from rvhctl.cli.option_groups import bundled
from rvhctl.cli.options import refuse
from rvhctl.cli.report import Report
from rvhctl.cli.run_options import RunOptions
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
from rvhctl.formats.members import stated
from rvhctl.nodes.flags import faultset_nodes
from rvhctl.nodes.nodes import Nodes
from rvhctl.nodes.write import write_answer
from rvhctl.policy.cells import each_cell, first_of_each
from rvhctl.policy.request import Wanted, advised_policy, suited, wanted
from rvhctl.policy.slices import fault_cells
from rvhctl.streams.sink import Sink

if TYPE_CHECKING:
    from rvhctl.policy.views import View

NodeSpecs = Annotated[
    str | None,
    typer.Option(
        "--nodes",
        metavar="ID:LAT:LON:MS,...",
        help="Nodes; an empty MS is no measurement, an id may hold colons.",
        show_default=False,
    ),
]
Precision = Annotated[
    Any,
    typer.Option(
        "--precision",
        "-p",
        click_type=Letters(),
        metavar="1..12|auto",
        help="Letters of a cell's geohash: 3 is about 156 km, 5 (the default) about 5 km; auto: as --advise says.",
        show_default=False,
    ),
]

EPILOG = options.epilog(
    'rvhctl faultset --threshold 100 --nodes "a:52.37:4.90:12,b:52.31:4.76:9"',
    "rvhctl faultset --threshold 25 --precision 3 nodes.ndjson",
    "rvhctl faultset --threshold 25 --top 1 -o plain nodes.csv",
    "rvhctl faultset --relative 1.5 --floor 2 --min-survivors 50% --fail-on down nodes.csv",
    "rvhctl faultset --relative 1.5 --plan --down-cell u1 nodes.csv",
    "rvhctl faultset --advise nodes.csv",
    nobody="nobody survived, or a group is as bad as --fail-on says",
)


@bundled
def faultset(
    run: RunOptions,
    limits: PolicyOptions,
    damping: DampingOptions,
    files: options.Files = None,
    threshold: options.Threshold = None,
    nodes: NodeSpecs = None,
    precision: Precision = None,
    top: options.Top = None,
    min_cell: MinCell = None,
    plan: Plan = False,
    nearest: Nearest = None,
    explain: Explain = False,
    advise: Advise = False,
    down: Down = None,
    down_cell: DownCell = None,
    from_: From = None,
    inventory: Inventory = None,
) -> None:
    """Cluster nodes by geohash cell, fail over inside each cell, and merge the survivors.

    Nodes come from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id, lat, lon and latency, or from flags.
    Cells come in the order in which they first appear, in a cell the fastest node first. Records go out as they
    came in.
    """
    report = Report(run.level)
    exclude({"--plan": plan, "--explain": explain, "--advise": advise})
    flags = stated(
        {
            "threshold": threshold,
            "precision": precision,
            "top": top,
            "min_cell": min_cell,
            "plan": plan or None,
            "nearest": nearest,
            "explain": explain or None,
            "down": names_in(down, "--down") or None,
            "down_cell": names_in(down_cell, "--down-cell") or None,
            **limits.members(),
            **damping.members(),
        }
    )
    sources = {"--nodes": nodes, "--from": from_, "--inventory": inventory}
    if run.batch:
        refused = {**sources, **damping.flags(), "--advise": advise, "--fail-on": limits.fail_on}
        answer_batch("faultset", files, flags, refused, run, report)
        return
    refuse("without --batch", {"--jobs": run.jobs, "--unordered": run.unordered})
    if not plan:
        refuse("without --plan", {"--nearest": nearest is not None})
    if explain:
        refuse("with --explain, which shows every node", {"--top": top})
    damping.check()
    ask = partial(wanted, cells=True, memory=damping.memory, fail_on=limits.fail_on)
    check_flags(flags, ask)
    if advise:
        refuse(
            "with --advise",
            {
                "--memory": damping.memory,
                "--precision": precision is not None,
                "--fail-on": limits.fail_on,
                "--top": top,
                "--min-cell": min_cell,
                "--down": down,
                "--down-cell": down_cell,
            },
        )
    sink = Sink()
    asked = asked_format(run.output, run.json)
    if nodes is not None:
        refuse("with --nodes", {"--from": from_, "--inventory": inventory})
        table = given(files, run.input_format, lambda: faultset_nodes(nodes))
    else:
        table = read_fleet_nodes(files, run, report, from_, inventory, coordinates=True)
    if advise:
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
    cells = _cells(table, limit, request.precision, run.async_)
    say_dropped(report, table, limit, len(cells.survivors))
    if not len(cells.survivors):
        raise report.ending(nobody(table, limit))
    format_ = answer_format(asked, table.shape, sink)
    write_answer(
        format_,
        table,
        first_of_each(cells, request.top),
        lambda: _view(table, cells, request.top, limit),
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
