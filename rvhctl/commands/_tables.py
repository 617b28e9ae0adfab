"""Tables of Arrow that jump-hash writes."""

from __future__ import annotations

from rvhctl.cli.key_options import KeyRequest
from rvhctl.columnar.answers import OnlyTables, TableAction
from rvhctl.errors import UsageError
from rvhctl.formats.choice import FORMATS, DataFormat, OutputFormat, asked_format, output_of, refuse_terminal
from rvhctl.keys.records import KeySpec
from rvhctl.placement.flags import buckets_named
from rvhctl.placement.job import Action
from rvhctl.placement.placement import Placement
from rvhctl.streams.sink import Sink


def table_action(
    request: KeyRequest,
    here: Placement,
    replicas: int | None,
    shape: DataFormat,
    format_: OutputFormat,
    sink: Sink,
    spec: KeySpec,
) -> Action:
    """Return what writes keys or whole rows with their owners.

    Raises:
        UsageError: rows of a table are to be gathered, of which only the keys are.
    """
    if FORMATS[shape].columns and request.bound.max_load is not None:
        raise UsageError(f"-o {format_} makes no sense with --max-load and a table; use -o ndjson")
    return TableAction(here, replicas, format_, sink, spec)


def selected_rows(
    request: KeyRequest, here: Placement, shape: DataFormat, sink: Sink, spec: KeySpec
) -> Action:
    """Return what writes the rows of some buckets, in a table as they came.

    Raises:
        UsageError: they are to be text, or to be split.
    """
    answer, run = request.answer, request.run
    if answer.only is None:
        raise UsageError(
            f"--split-to makes no sense with {shape}; use --only, or split what -o parquet writes by its column bucket"
        )
    asked = asked_format(run.output, run.json)
    format_ = shape if asked == "auto" else asked
    if not output_of(format_).columns:
        raise UsageError(f"rows go out as they came in: -o {asked} makes no sense here; use parquet or arrow")
    refuse_terminal(format_, sink)
    buckets = buckets_named(answer.only, here.nodes)
    return OnlyTables(here, buckets, answer.allow_empty, format_, sink, spec)
