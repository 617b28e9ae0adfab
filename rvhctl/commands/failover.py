"""``rvhctl failover``: filter by a latency threshold, rank by latency."""

from __future__ import annotations

from typing import Annotated

import typer

from rvhctl import options
from rvhctl.answer import answer_format, asked_format
from rvhctl.api.slices import ranked
from rvhctl.api.steps import TURN, WHOLE, run, run_in_turns
from rvhctl.commands._fleet import check_threshold, given, limit_of, nobody, say_dropped
from rvhctl.flags import failover_nodes
from rvhctl.node_answer import write_nodes
from rvhctl.node_input import read_nodes
from rvhctl.nodes import Nodes, Picked
from rvhctl.options import refuse
from rvhctl.report import Report
from rvhctl.sink import Sink

NodeIds = Annotated[
    str | None,
    typer.Option(
        "--nodes", metavar="ID,...", help="Ids of nodes; goes with --latencies.", show_default=False
    ),
]
Latencies = Annotated[
    str | None,
    typer.Option(
        "--latencies",
        "--lats",
        metavar="MS,...",
        help="Their latencies in milliseconds; an empty one is no measurement.",
        show_default=False,
    ),
]

EPILOG = options.epilog(
    "rvhctl failover --nodes a,b,c --latencies 50,200,75 --threshold 100",
    "rvhctl failover --threshold 25 --top 3 nodes.json",
    "jq .nodes fleet.json | rvhctl failover --threshold 25 -o plain",
    nobody="nobody survived",
)


def failover(
    files: options.Files = None,
    threshold: options.Threshold = None,
    nodes: NodeIds = None,
    latencies: Latencies = None,
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
    """Keep the nodes within a latency threshold, the fastest first.

    Nodes come from FILEs or standard input (JSON, NDJSON, CSV, TSV) with id and latency, or from flags. Records go
    out as they came in.
    """
    report = Report(level)
    if batch:
        from rvhctl.commands._batch import run_batch

        run_batch(
            "failover",
            files,
            {"threshold": threshold, "top": top},
            report=report,
            refused={"--nodes": nodes, "--latencies": latencies},
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
    if nodes is not None or latencies is not None:
        table = given(files, input_format, lambda: failover_nodes(nodes, latencies))
    else:
        table = read_nodes(files or [], input_format, coordinates=False, on_bad=report.on_bad(on_error))
    limit = limit_of(threshold, table, report)
    picked = _ranked(table, limit, async_)
    say_dropped(report, table, limit, len(picked))
    if not len(picked):
        raise report.ending(nobody(table, limit))
    format_ = answer_format(asked, table.shape, sink)
    if format_ == "table":
        from rvhctl.formats import table as tables

        sink.draw(tables.failover(table, picked, top, limit, color))
    else:
        sink.write_all(write_nodes(format_, table, picked[: top or len(picked)]))
    sink.flush()
    report.finish()


def _ranked(nodes: Nodes, limit: float, async_: bool) -> Picked:
    """In slices, so that ^C is heard; or each a turn of an event loop."""
    steps = ranked(nodes.latencies, limit, TURN if async_ else WHOLE)
    if not async_:
        return run(steps)
    import asyncio

    return asyncio.run(run_in_turns(steps))
