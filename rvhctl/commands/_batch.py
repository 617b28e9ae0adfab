"""``--batch`` of every command: which flags go with it, and how many processes answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rvhctl.batch.batch import Batch
from rvhctl.batch.blocks import Kind, Work
from rvhctl.cli.options import Run, refuse
from rvhctl.cli.report import Report
from rvhctl.cli.version import core_name
from rvhctl.concurrency.processors import usable_processors
from rvhctl.errors import UsageError
from rvhctl.formats.choice import FORMATS, output_of
from rvhctl.formats.wording import counted
from rvhctl.streams.sink import Sink


def run_batch(
    kind: Kind,
    files: list[str] | None,
    defaults: dict[str, Any],
    run: Run,
    report: Report,
    refused: Mapping[str, object],
) -> None:
    """Answer every request.

    Args:
        defaults: what a request need not state.
        refused: flags that make no sense here, by name; one that is set is an error.

    Raises:
        UsageError: a flag does not go with ``--batch``.
        RvhctlError: some requests failed.
    """
    refuse("with --batch", refused)
    if run.output != "auto" and not output_of(run.output).objects:
        raise UsageError(f"--batch answers in NDJSON, not in {run.output}")
    if run.input_format != "auto" and FORMATS[run.input_format].objects != "lines":
        raise UsageError(f"--batch reads NDJSON, not {run.input_format}")
    jobs = run.jobs or (usable_processors() if run.async_ else 1)
    sink = Sink()
    sink.show_json(run.color, lines=True)
    batch = Batch(Work(kind, defaults, stop_at_failure=run.on_error == "fail"), sink)
    try:
        batch.run(files or [], jobs, unordered=run.unordered)
    finally:
        report.debug(
            f"{counted(batch.requests, 'request')} on the {core_name()} core in {report.milliseconds():.1f} ms, "
            f"at most {jobs} processes"
        )
