"""Tables of Arrow that jump-hash writes."""

from __future__ import annotations

from contextlib import ExitStack

from rvhctl.cli.key_options import KeyRequest
from rvhctl.columnar.actions import OnlyTables, SplitTables
from rvhctl.errors import UsageError
from rvhctl.formats.choice import DataFormat, asked_format, output_of, refuse_terminal
from rvhctl.keys.records import KeySpec
from rvhctl.placement.flags import buckets_named
from rvhctl.placement.job import Action
from rvhctl.placement.placement import Placement
from rvhctl.streams.sink import Sink


def selected_rows(
    request: KeyRequest, here: Placement, shape: DataFormat, sink: Sink, spec: KeySpec, stack: ExitStack
) -> Action:
    """Return what writes the rows of some buckets, in a table as they came, or of each in a file of its own.

    Raises:
        UsageError: they are to be text.
    """
    answer, run = request.answer, request.run
    asked = asked_format(run.output, run.json)
    format_ = shape if asked == "auto" else asked
    if not output_of(format_).columns:
        raise UsageError(f"rows go out as they came in: -o {asked} makes no sense here; use parquet or arrow")
    if answer.only is None:
        assert answer.split_to is not None
        action = SplitTables(here, answer.split_to, answer.force, format_, sink, spec)
        stack.enter_context(action.files.writing())
        return action
    refuse_terminal(format_, sink)
    buckets = buckets_named(answer.only, here.nodes)
    return OnlyTables(here, buckets, answer.allow_empty, format_, sink, spec)
