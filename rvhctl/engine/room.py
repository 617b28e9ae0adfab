"""What a run leaves beside its files: notes of what is done, a manifest, the mark of success.

In the folder ``_rvhctl`` lies a file that says which run is at work there: a task whose run is not named any more gives
up. Files wait there under temporary names; a note of each file that is done tells the next run that it is. Another file
says until the end that a run has begun, so that whatever has a name may be of it. At the end the notes become the
manifest.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

from rvhctl.engine.job import Job, Part
from rvhctl.engine.plan import MANIFEST, ROOM, SUCCESS, Task, output_of
from rvhctl.engine.stores import store_of
from rvhctl.errors import RvhctlError
from rvhctl.formats.wording import counted

RUNNING: Final = "run-"
BEGUN: Final = "begun"
WAITING: Final = ".part"
NOTE: Final = ".json"

NOTED: Final[dict[str, type]] = {
    **dict.fromkeys(("job", "source", "source_mark", "name"), str),
    **dict.fromkeys(("source_size", "size", "rows", "left_out"), int),
    "problems": list,
}
"""What is noted of an output."""

LOOK_SECONDS: Final = 2.0
"""Between two looks at whether the run is still wanted."""


class StoppedError(RvhctlError):
    """The run that a task belongs to has been ended, or another has taken its place."""


class Guard:
    """Whether the run that a task belongs to is still wanted."""

    def __init__(self, job: Job) -> None:
        self._store: Final = store_of(job.folder)
        self._path: Final = _running_path(job)
        self._next = 0.0

    def look(self) -> None:
        """Look again, if the last time is a while ago.

        Raises:
            StoppedError: it is not.
        """
        if monotonic() >= self._next:
            self.check()
            self._next = monotonic() + LOOK_SECONDS

    def check(self) -> None:
        """Look at once.

        Raises:
            StoppedError: it is not.
        """
        if self._store.stamp(self._path) is None:
            raise StoppedError("the run was ended, or another took its place")


def _running_path(job: Job) -> str:
    return output_of(job.folder, f"{ROOM}/{RUNNING}{job.token}")


def waiting_path(job: Job) -> str:
    """Return a new temporary name for an output."""
    return output_of(job.folder, f"{ROOM}/{job.token}-{os.urandom(6).hex()}{WAITING}")


def write_note(job: Job, task: Task, part: Part, size: int) -> None:
    """Note that an output of so many bytes has its name."""
    entry = {"job": job.mark(), **_entry(task, part, size)}
    store_of(job.folder).write(_note_path(job, task), json.dumps(entry).encode())


class Room:
    """The room of a run, as the one that drives it sees it."""

    def __init__(self, job: Job) -> None:
        self._job: Final = job
        self._mark: Final = job.mark()
        self._store: Final = store_of(job.folder)
        self._folder: Final = output_of(job.folder, ROOM)
        self._manifest: Final = output_of(job.folder, MANIFEST)
        self._success: Final = output_of(job.folder, SUCCESS)
        self._running: Final = _running_path(job)
        self._begun: Final = output_of(job.folder, f"{ROOM}/{BEGUN}")

    def enter(self, tasks: Sequence[Task], resume: bool) -> dict[Task, Part]:
        """Say that this run is at work here; return what another has done already.

        Raises:
            RvhctlError: there is something that it has no right to replace.
        """
        done = self._entries()
        if not (resume and (done or self._runs() or self._store.stamp(self._begun) is not None)):
            self._check_free(done, tasks)
        by_name = {task.name: task for task in tasks}
        for name, entry in done.items():
            self._check_same(name, entry, by_name.get(name))
        paths = [output_of(self._job.folder, name) for name in done]
        parts = {}
        for entry, path, stamp in zip(done.values(), paths, self._store.stamps(paths), strict=True):
            task = by_name[entry["name"]]
            if stamp is not None and stamp.size == entry["size"] and _has_input(entry, task):
                parts[task] = _part(entry, path)
        self._sweep()
        self._store.remove(self._success)
        self._store.write(self._begun, b"")
        self._store.write(self._running, b"")
        if len(self._runs()) > 1:
            self._store.remove(self._running)
            raise RvhctlError(f"{self._job.folder}: another run begins here; name another folder")
        return parts

    def leave(self) -> None:
        """Leave nothing but what is done, and notes of it; nothing at all is ours where another run took over."""
        if self._store.stamp(self._running) is not None:
            self._sweep()
            if not self._notes():
                self._store.remove(self._begun)
                self._store.remove_folder(self._folder)

    def finish(self, parts: dict[Task, Part], versions: dict[str, str]) -> None:
        """Write the manifest, and then the mark of success.

        Raises:
            StoppedError: another run took over.
        """
        Guard(self._job).check()
        stamps = self._store.stamps(part.path for part in parts.values())
        files = [
            _entry(task, part, stamp.size if stamp else 0)
            for (task, part), stamp in zip(parts.items(), stamps, strict=True)
        ]
        manifest = {
            "job": self._mark,
            "versions": {**self._job.maker._asdict(), **versions},
            "placement": self._job.described(),
            "rows": sum(part.rows for part in parts.values()),
            "left_out": sum(part.left_out for part in parts.values()),
            "files": files,
        }
        # What a kill leaves of it lies in the room, where the next run sweeps.
        waiting = waiting_path(self._job)
        self._store.write(waiting, json.dumps(manifest, indent=1).encode() + b"\n")
        self._store.rename(waiting, self._manifest)
        self._store.remove(*(f"{self._folder}/{name}" for name in self._notes()))
        self._sweep()
        self._store.remove(self._begun)
        self._store.remove_folder(self._folder)
        self._store.write(self._success, b"")

    def _sweep(self) -> None:
        """Remove what other runs, or this one, said of themselves, and whatever waits there."""
        names = self._store.names(self._folder)
        # A task that finds no run named writes nothing more.
        self._store.remove(*(f"{self._folder}/{name}" for name in names if name.startswith(RUNNING)))
        self._store.remove(*(f"{self._folder}/{name}" for name in names if name.endswith(WAITING)))

    def _notes(self) -> list[str]:
        return [name for name in self._store.names(self._folder) if name.endswith(NOTE)]

    def _runs(self) -> list[str]:
        return [name for name in self._store.names(self._folder) if name.startswith(RUNNING)]

    def _entries(self) -> dict[str, dict[str, Any]]:
        """What is noted of outputs, by their names.

        Raises:
            RvhctlError: a file that is to tell of outputs is not by a run.
        """
        noted = [f"{self._folder}/{name}" for name in self._notes()]
        kept = [] if self._store.stamp(self._manifest) is None else [self._manifest]
        found: list[dict[str, Any]] = []
        for path, text in zip([*kept, *noted], self._store.read([*kept, *noted]), strict=True):
            try:
                found += _told(json.loads(text))
            except (ValueError, TypeError, KeyError, RecursionError):
                problem = "is not by a run of rvhctl, or it is damaged; name another folder"
                raise RvhctlError(f"{path}: {problem}") from None
        return {entry["name"]: entry for entry in found}

    def _check_free(self, done: dict[str, dict[str, Any]], tasks: Sequence[Task]) -> None:
        folder = self._job.folder
        if done or self._runs() or self._store.stamp(self._begun) is not None:
            done_files = f"{counted(len(done), 'file')} done"
            raise RvhctlError(f"{folder}: holds a run with {done_files}; resume it, or name another folder")
        paths = [output_of(folder, task.name) for task in tasks]
        for path, stamp in zip(paths, self._store.stamps(paths), strict=True):
            if stamp is not None:
                raise RvhctlError(f"{path}: the file exists; name another folder")

    def _check_same(self, name: str, entry: dict[str, Any], task: Task | None) -> None:
        folder = self._job.folder
        if entry["job"] != self._mark:
            raise RvhctlError(
                f"{folder}: holds the answers of another job (other buckets, nodes, hash, fields or formats); "
                "name another folder"
            )
        if task is None or task.source != entry["source"]:
            raise RvhctlError(
                f"{output_of(folder, name)}: was made of {entry['source']}, which is not an input of this name now; "
                "resume with all inputs of before, or name another folder"
            )


def _note_path(job: Job, task: Task) -> str:
    # A name with folders is one name here, and stays below what file systems take.
    import hashlib

    return output_of(job.folder, f"{ROOM}/{hashlib.sha256(os.fsencode(task.name)).hexdigest()[:32]}{NOTE}")


def _entry(task: Task, part: Part, size: int) -> dict[str, Any]:
    return {
        "source": task.source,
        "source_size": task.stamp.size,
        "source_mark": task.stamp.mark,
        "name": task.name,
        "size": size,
        "rows": part.rows,
        "left_out": part.left_out,
        "problems": list(part.problems),
    }


def _has_input(entry: dict[str, Any], task: Task) -> bool:
    """Whether the input is still what was noted."""
    return [task.stamp.size, task.stamp.mark] == [entry["source_size"], entry["source_mark"]]


def _told(text: Any) -> list[dict[str, Any]]:
    """The entries of a manifest, or the one of a note; what is none raises what Python raises."""
    entries = [{**entry, "job": text["job"]} for entry in text["files"]] if "files" in text else [text]
    for entry in entries:
        if any(type(entry[name]) is not kind for name, kind in NOTED.items()):
            raise TypeError
    return [{name: entry[name] for name in NOTED} for entry in entries]


def _part(entry: dict[str, Any], path: str) -> Part:
    return Part(entry["source"], path, entry["rows"], entry["left_out"], tuple(entry["problems"]))
