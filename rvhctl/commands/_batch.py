"""``--batch`` of every command: which flags go with it, and how many processes answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rvhctl.batch.batch import Batch
from rvhctl.batch.blocks import Kind, Work
from rvhctl.cli.options import refuse
from rvhctl.cli.progress import Progress
from rvhctl.cli.report import Report
from rvhctl.cli.version import core_name
from rvhctl.concurrency.processors import usable_processors
from rvhctl.errors import UsageError
from rvhctl.formats.choice import FORMATS, InputFormat, OutputFormat, output_of
from rvhctl.formats.wording import counted
from rvhctl.streams.sink import Sink


def run_batch(
    kind: Kind,
    files: list[str] | None,
    defaults: dict[str, Any],
    *,
    report: Report,
    refused: Mapping[str, object],
    output: OutputFormat,
    input_format: InputFormat,
    async_: bool,
    jobs: int | None,
    unordered: bool,
    on_error: str | None,
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
    if output != "auto" and not output_of(output).objects:
        raise UsageError(f"--batch answers in NDJSON, not in {output}")
    if input_format != "auto" and FORMATS[input_format].objects != "lines":
        raise UsageError(f"--batch reads NDJSON, not {input_format}")
    if jobs is None:
        jobs = usable_processors() if async_ else 1
    batch = Batch(Work(kind, defaults, stop_at_failure=on_error == "fail"), Sink(), Progress())
    try:
        batch.run(files or [], jobs, unordered=unordered)
    finally:
        report.debug(
            f"{counted(batch.requests, 'request')} on the {core_name()} core in {report.milliseconds():.1f} ms, "
            f"at most {jobs} processes"
        )
