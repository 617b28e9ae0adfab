"""A run over all files, to its end or to where it can be taken up again."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import Final

from rvhctl.engine.job import Job, Outcome, Part, maker
from rvhctl.engine.plan import Task, checked_folder, planned
from rvhctl.engine.room import Room
from rvhctl.errors import RvhctlError, reason_of
from rvhctl.formats.choice import InputFormat, OutputFormat
from rvhctl.keys.records import KeySpec
from rvhctl.placement.placement import Placement
from rvhctl.streams.progress import watched

LIBRARIES: Final = ("pyarrow", "dask", "distributed")


Outcomes = Callable[[Job, list[Task]], Generator[tuple[Task, Outcome], None, None]]
"""Yields what becomes of tasks as they are done; closed, it lets go of those that are not."""


class FailedError(RvhctlError):
    """A file could not be done."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


class Run:
    """A run over files; what it has done so far is in ``parts``, whatever ended it."""

    def __init__(
        self,
        sources: Iterable[str],
        folder: str,
        placement: Placement,
        spec: KeySpec,
        replicas: int | None = None,
        *,
        skip: bool = False,
        resume: bool = False,
        input_format: InputFormat = "auto",
        output: OutputFormat = "auto",
        jobs: int | None = 1,
    ) -> None:
        """
        Args:
            replicas: how many of each key's order are listed; None: the owner alone.
            skip: whether records without a key are left out.
            resume: take up what another run has left.
            input_format: that of all inputs; ``auto`` looks at each.
            output: that of all outputs; ``auto`` is that of the input.
            jobs: processes for one large file of text; None: as many as there are usable processors.

        Raises:
            RvhctlError: as `planned`, or the folder is none.
        """
        folder = checked_folder(folder)
        token = os.urandom(8).hex()
        with _told(folder):
            self.tasks: Final = planned(sources, folder, output)
        self.parts: Final[dict[Task, Part]] = {}
        self._job: Final = Job(
            placement, spec, replicas, skip, input_format, output, jobs, folder, token, maker()
        )
        self._resume: Final = resume

    def over(self, outcomes: Outcomes) -> list[Part]:
        """Do all files by ``outcomes``; return the parts in the order of the inputs.

        Raises:
            RvhctlError: a file could not be done, or there is something that this run has no right to replace.
        """
        folder = self._job.folder
        room = Room(self._job)
        with _told(folder):
            self.parts.update(room.enter(self.tasks, self._resume))
        left = [task for task in self.tasks if task not in self.parts]
        try:
            started, before = monotonic(), self.rows

            def amount() -> str:
                rows = self.rows - before
                return f", {self.rows:,} rows, {int(rows / max(monotonic() - started, 1e-3)):,} a second"

            with closing(outcomes(self._job, left)) as done:
                for task, outcome in watched(done, "placing keys", len(left), "files", beside=amount):
                    if not isinstance(outcome, Part):
                        raise FailedError(outcome.text, outcome.exit_code)
                    self.parts[task] = outcome
        except BaseException:
            # What cannot be removed is swept by the run that resumes this one.
            with suppress(OSError):
                room.leave()
            raise
        parts = {task: self.parts[task] for task in self.tasks}
        with _told(folder):
            room.finish(parts, dict(_versions()))
        return list(parts.values())

    @property
    def rows(self) -> int:
        """How many records the files have that are done."""
        return sum(part.rows for part in self.parts.values())


@contextmanager
def _told(folder: str) -> Iterator[None]:
    """Tell errors of the system as those of a file, or else of the folder."""
    try:
        yield
    except OSError as error:
        raise RvhctlError(f"{error.filename or folder}: {reason_of(error)}") from error


def _versions() -> Iterator[tuple[str, str]]:
    """The versions of the libraries that had a part in it."""
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue
