"""``rvhctl faultset``: cluster by geohash, fail over inside each cell, merge the survivors."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from rvhctl import options
from rvhctl.answer import answer_format, asked_format
from rvhctl.api.slices import fault_cells
from rvhctl.api.steps import TURN, WHOLE, run, run_in_turns
from rvhctl.cells import each_cell, first_of_each
from rvhctl.commands._fleet import check_threshold, given, limit_of, nobody, say_dropped
from rvhctl.core.faultset import Faultset
from rvhctl.core.geohash import whole_precision
from rvhctl.flags import faultset_nodes
from rvhctl.node_answer import write_nodes
from rvhctl.node_input import read_nodes
from rvhctl.nodes import Nodes
from rvhctl.options import refuse
from rvhctl.report import Report
from rvhctl.sink import Sink

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
    int | None,
    typer.Option(
        "--precision",
        "-p",
        metavar="1..12",
        help="Letters of a cell's geohash: 3 is about 156 km, 5 (the default) about 5 km.",
        show_default=False,
    ),
]
DEFAULT_PRECISION: Final = 5

EPILOG = options.epilog(
    'rvhctl faultset --threshold 100 --nodes "a:52.37:4.90:12,b:52.31:4.76:9"',
    "rvhctl faultset --threshold 25 --precision 3 nodes.ndjson",
    "rvhctl faultset --threshold 25 --top 1 -o plain nodes.csv",
    nobody="nobody survived",
)


def faultset(
    files: options.Files = None,
    threshold: options.Threshold = None,
    nodes: NodeSpecs = None,
    precision: Precision = None,
    top: options.Top = None,
    output: options.Output = "auto",
    json: options.Json = False,
    input_format: options.Input = "auto",
    color: options.Color = "auto",
    level: options.LogLevel = "warn",
    async_: options.Async = False,
    batch: options.Batch = False,
    jobs: options.Jobs = None,
    unordered: options.Unordered = False,
    on_error: options.OnErrorChoice = None,
) -> None:
    """Cluster nodes by geohash cell, fail over inside each cell, and merge the survivors.

    Nodes come from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id, lat, lon and latency, or from flags.
    Cells come in the order in which they first appear, in a cell the fastest node first. Records go out as they
    came in.
    """
    report = Report(level)
    if batch:
        from rvhctl.commands._batch import run_batch

        run_batch(
            "faultset",
            files,
            {
                "threshold": threshold,
                "precision": DEFAULT_PRECISION if precision is None else precision,
                "top": top,
            },
            report=report,
            refused={"--nodes": nodes},
            output=output,
            input_format=input_format,
            async_=async_,
            jobs=jobs,
            unordered=unordered,
            on_error=on_error,
        )
        return
    refuse("without --batch", {"--jobs": jobs, "--unordered": unordered})
    sink = Sink()
    asked = asked_format(output, json)
    check_threshold(threshold)
    whole_precision(DEFAULT_PRECISION if precision is None else precision)
    if nodes is not None:
        table = given(files, input_format, lambda: faultset_nodes(nodes))
    else:
        table = read_nodes(files or [], input_format, coordinates=True, on_bad=report.on_bad(on_error))
    limit = limit_of(threshold, table, report)
    letters = whole_precision(_first_stated(precision, table.precision, DEFAULT_PRECISION))
    cells = _cells(table, limit, letters, async_)
    say_dropped(report, table, limit, len(cells.survivors))
    if not len(cells.survivors):
        raise report.ending(nobody(table, limit))
    format_ = answer_format(asked, table.shape, sink)
    if format_ == "table":
        from rvhctl.formats import table as tables

        sink.draw(tables.faultset(table, list(each_cell(cells)), top, limit, color))
    else:
        sink.write_all(write_nodes(format_, table, first_of_each(cells, top)))
    sink.flush()
    report.finish()


def _first_stated(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _cells(nodes: Nodes, limit: float, precision: int, async_: bool) -> Faultset:
    """In slices, so that ^C is heard; or each a turn of an event loop."""
    steps = fault_cells(nodes.lats, nodes.lons, nodes.latencies, limit, precision, TURN if async_ else WHOLE)
    if not async_:
        return run(steps)
    import asyncio

    return asyncio.run(run_in_turns(steps))
