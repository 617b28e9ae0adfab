"""The work on one file, wherever it runs: read, answered, written under another name, counted, renamed, noted."""

from __future__ import annotations

import errno
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from rvhctl.engine.job import Bad, Failure, Job, Outcome, Part, maker
from rvhctl.engine.plan import Task, is_table, output_of
from rvhctl.engine.room import Guard, waiting_path, write_note
from rvhctl.engine.stores import store_of
from rvhctl.errors import RvhctlError, reason_of

FULL: Final = {
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS") if hasattr(errno, name)
}
"""Errors that only writing meets."""

LASTING: Final = {
    *(errno.EACCES, errno.EPERM, errno.ENOENT, errno.EEXIST),
    *(errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG),
}
"""Errors that another attempt would meet again."""


def bucket_file(job: Job, task: Task) -> Outcome:
    """Do one file.

    Raises:
        OSError: which another attempt may not meet.
    """
    if maker() != job.maker:
        return Failure(task.source, f"a worker has {maker()}, and this is {job.maker}")
    try:
        return _done(job, task)
    except RvhctlError as error:
        # What was said of an error of the system in between is no answer if another attempt may not meet it.
        system = error.__context__
        if isinstance(system, OSError) and _may_pass(system):
            raise system from None
        return Failure(task.source, str(error), error.exit_code)
    except OSError as error:
        if error.errno in FULL:
            path = output_of(job.folder, task.name)
            return Failure(task.source, f"{path}: write error: {reason_of(error)}")
        if _may_pass(error):
            raise
        return Failure(task.source, f"{task.source}: {reason_of(error)}")


def _may_pass(error: OSError) -> bool:
    """Whether another attempt may not meet an error.

    What libraries say of damaged data is an OSError without a number; of a network, one of its kinds.
    """
    if error.errno is None:
        return type(error) is not OSError
    return error.errno not in FULL | LASTING


def _done(job: Job, task: Task) -> Part:
    guard = Guard(job)
    guard.look()
    path = output_of(job.folder, task.name)
    bad = Bad(job.skip)
    store = store_of(job.folder)
    waiting = waiting_path(job)
    try:
        rows = _copy(job, task, waiting, guard.look, bad)
        part = Part(task.source, path, rows, bad.count, tuple(bad.problems))
        guard.check()
        store.rename(waiting, path)
        try:
            stamp = store.stamp(path)
            write_note(job, task, part, stamp.size if stamp else 0)
        except BaseException:
            # Without a note it would be in the way of a run that begins anew.
            with suppress(OSError):
                store.remove(path)
            raise
    finally:
        with suppress(OSError):
            store.remove(waiting)
    return part


def _copy(job: Job, task: Task, waiting: str, look: Callable[[], None], bad: Bad) -> int:
    """Write the records of one file again, by what reads and writes its format; how many."""
    if is_table(task.source, job.input_format, job.output):
        from rvhctl.engine.columns import copy_table

        return copy_table(job, task.source, waiting, look, bad)
    from rvhctl.engine.records import copy_records

    return copy_records(job, task.source, waiting, task.name, look, bad)
