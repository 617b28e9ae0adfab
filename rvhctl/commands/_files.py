"""``--to-dir``: a file for each file, here or on an engine."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

from rvhctl.cli.key_options import KeyRequest, check_request
from rvhctl.cli.report import Report
from rvhctl.commands._keys import key_spec, members_given, placements_given, replica_count
from rvhctl.concurrency.signals import ENDING, handle
from rvhctl.core.keys.lines import DECIMAL
from rvhctl.engine.cluster import check_workers, connected, outcomes, scheduler_of
from rvhctl.engine.job import Failure, Job, Outcome, maker
from rvhctl.engine.plan import Task
from rvhctl.engine.run import Run
from rvhctl.engine.work import bucket_file
from rvhctl.errors import RvhctlError, TerminatedError, UsageError, reason_of
from rvhctl.formats.choice import FORMATS, OutputFormat, asked_format
from rvhctl.formats.wording import counted


def answer_files(request: KeyRequest, report: Report) -> None:
    """Write a file for each file, with the owners of its keys.

    Raises:
        UsageError: flags contradict one another.
        RvhctlError: a file could not be done, or the cluster is not as it has to be.
    """
    check_request(request)
    many, files = request.many, request.files
    assert many.to_dir is not None
    address = None if many.engine is None else scheduler_of(many.engine)
    spec = key_spec(request, report)
    here, _ = placements_given(members_given(request.flags(), report), request.nodes)
    spec = spec._replace(rule=spec.rule._replace(integers=here.recipe.in_core == DECIMAL))
    skip = request.run.on_error == "skip"
    replicas = replica_count(request.nodes, here)
    run = Run(
        files,
        many.to_dir,
        here,
        spec,
        replicas,
        skip=skip,
        resume=many.resume,
        input_format=request.run.input_format,
        output=_output(request),
        jobs=1 if many.engine else request.run.jobs,
    )
    _end_in_order()
    with _resumable(run, report):
        if many.engine is None:
            parts = run.over(_here)
        else:
            with connected(address) as client:
                report.info(f"workers: {', '.join(sorted(client.nthreads()))}")
                check_workers(client, maker())
                parts = run.over(partial(outcomes, client, retries=2))
    for part in parts:
        for problem in part.problems:
            report.left_out(RvhctlError(problem))
        more = part.left_out - len(part.problems)
        if more:
            report.left_out(_MoreError(f"{part.source}: {counted(more, 'record')} more without a key", more))
    report.info(f"{many.to_dir}: {counted(len(parts), 'file')}, {counted(run.rows, 'record')}")
    report.answered("key", run.rows)


def _output(request: KeyRequest) -> OutputFormat:
    """The format of outputs."""
    asked = asked_format(request.run.output, request.run.json)
    if asked != "auto" and asked not in FORMATS:
        raise UsageError(f"-o {asked} makes no sense with --to-dir, which writes for programs")
    return asked


class _MoreError(RvhctlError):
    """Several records that were left out."""

    def __init__(self, text: str, records: int) -> None:
        super().__init__(text)
        self.records = records


def _here(job: Job, tasks: list[Task]) -> Generator[tuple[Task, Outcome], None, None]:
    """What becomes of files in this process, one after the other."""
    for task in tasks:
        outcome: Outcome
        try:
            outcome = bucket_file(job, task)
        except OSError as error:
            outcome = Failure(task.source, f"{task.source}: {reason_of(error)}")
        yield task, outcome


@contextmanager
def _resumable(run: Run, report: Report) -> Iterator[None]:
    """Say how to go on, where a run does not come to its end."""
    try:
        yield
    except BaseException:
        if run.parts and len(run.parts) < len(run.tasks):
            done = f"{len(run.parts)} of {counted(len(run.tasks), 'file')}"
            report.warn(f"{done} are done; the same command with --resume does the rest")
        raise


def _end_in_order() -> None:
    """Let a signal that ends the program be an error like others, behind which is cleared away; ^C is one already.

    Behind the first of them none disturbs the clearing away.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise TerminatedError(number)

    handle(end, (number for number in ENDING if number != signal.SIGINT))
