"""The work on one file, wherever it runs: read, answered, written under another name, counted, renamed, noted."""

from __future__ import annotations

import errno
from contextlib import suppress
from typing import Final

from rvhctl.engine.job import MOST_PROBLEMS, Failure, Job, Outcome, Part, maker
from rvhctl.engine.plan import Task, output_of
from rvhctl.engine.room import Guard, waiting_path, write_note
from rvhctl.engine.stores import store_of
from rvhctl.errors import InputError, RvhctlError, raise_error

FULL: Final = {
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS") if hasattr(errno, name)
}
"""Errors that only writing meets."""

LASTING: Final = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}
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
        return Failure(task.source, str(error), error.exit_code)
    except OSError as error:
        if error.errno in FULL:
            path = output_of(job.folder, task.name)
            return Failure(task.source, f"{path}: write error: {reason_of(error)}")
        if error.errno not in LASTING:
            raise
        return Failure(task.source, f"{task.source}: {reason_of(error)}")


def reason_of(error: BaseException) -> str:
    """Return what an error of the system says, in one line."""
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or type(error).__name__
    return f"{reason[:1].lower()}{reason[1:]}"


def _done(job: Job, task: Task) -> Part:
    from rvhctl.engine.columns import copy_table

    guard = Guard(job)
    guard.look()
    path = output_of(job.folder, task.name)
    bad = _Bad(job.skip)
    store = store_of(job.folder)
    waiting = waiting_path(job)
    try:
        expected, rows = copy_table(job, task.source, waiting, guard.look, bad)
        if rows != expected - bad.count:
            left_out = f", of which {bad.count} have no key" if bad.count else ""
            raise RvhctlError(f"{path}: {rows} rows were written of {expected} of {task.source}{left_out}")
        part = Part(task.source, path, rows, bad.count, tuple(bad.problems))
        guard.check()
        store.rename(waiting, path)
        stamp = store.stamp(path)
        write_note(job, task, part, stamp.size if stamp else 0)
    finally:
        with suppress(OSError):
            store.remove(waiting)
    return part


class _Bad:
    """What is done about records without a key: raised, or counted and described."""

    def __init__(self, skip: bool) -> None:
        self.count = 0
        self.problems: Final[list[str]] = []
        self._skip: Final = skip

    def __call__(self, error: InputError) -> None:
        if not self._skip:
            raise_error(error)
        self.count += error.records
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(str(error))
