"""Files that all get their names, or none of them does, whatever signal or error comes meanwhile.

New files wait in a hidden folder beside their places. A lock on it says that its run is alive; what a killed
run has left is removed by the next run that writes there.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from rvhctl.concurrency.locking import try_lock
from rvhctl.concurrency.signals import handle
from rvhctl.errors import RvhctlError, TerminatedError, reason_of
from rvhctl.streams.progress import watched

LOCKED: Final = ".rvhctl-split-"
UNLOCKED: Final = ".rvhctl-parts-"
"""Beginnings of the names of folders in which files wait."""

MOST_LOCKS: Final = 64
"""Each takes a descriptor. In further folders nothing can be told from what another run is about to name."""


class Staging:
    """New files by their future paths."""

    def __init__(self) -> None:
        self._waiting: dict[str, str] = {}
        self._rooms: dict[str, str] = {}
        self._locks: list[int] = []
        self._made: list[str] = []
        self._fresh: list[str] = []
        self._replaced: dict[str, str] = {}
        self._held = False
        self._received: int | None = None

    def append(self, path: str, data: bytes) -> None:
        """Write to the end of the file that will be ``path``; a missing folder is made, if its parent exists.

        Raises:
            RvhctlError: it cannot be written.
        """
        try:
            flags = os.O_WRONLY | os.O_APPEND
            if path not in self._waiting:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                # Known before it is there, so that a signal in between leaves nothing.
                self._waiting[path] = os.path.join(self._room(path), str(len(self._waiting)))
            descriptor = os.open(self._waiting[path], flags | getattr(os, "O_BINARY", 0), 0o666)
            with open(descriptor, "wb", buffering=0) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) or 0 :]
        except OSError as error:
            raise write_error(path, error) from error

    @contextmanager
    def all_or_none(self) -> Iterator[None]:
        """Around all that is appended: at its end the files get their names; on an error nothing has changed.

        Behind it signals are ignored: the program is about to end, and its exit code says which it was.

        Raises:
            TerminatedError: a signal came before.
            RvhctlError: a file cannot get its name.
        """
        handle(self._handle)
        try:
            yield
            self._held = True
            self._name_all()
        except BaseException:
            self._held = True
            self._undo()
            raise
        self._leave(self._replaced.values())

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        """Undo at once: the exception may arise where no ``except`` of this module sees it.

        While files get their names or are removed, the signal is only noted.
        """
        self._received = self._received or number
        if not self._held:
            self._held = True
            self._undo()
            raise _ended_by(number)

    def _name_all(self) -> None:
        self._check_signals()
        for path, waiting in watched(self._waiting.items(), "naming", len(self._waiting), "files"):
            try:
                if os.path.lexists(path):
                    self._keep(path)
                    os.replace(waiting, path)
                else:
                    os.replace(waiting, path)
                    self._fresh.append(path)
            except OSError as error:
                raise write_error(path, error) from error
            self._check_signals()

    def _check_signals(self) -> None:
        if self._received is not None:
            raise _ended_by(self._received)

    def _keep(self, path: str) -> None:
        """Put aside the file that is replaced, under its own name."""
        folder = os.path.join(self._room(path), "old")
        with suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        old = os.path.join(folder, os.path.basename(path))
        self._replaced[path] = old
        try:
            os.link(path, old, follow_symlinks=False)
        except (OSError, NotImplementedError):  # the file system or the file's owner does not allow it
            os.rename(path, old)

    def _undo(self) -> None:
        for path in self._fresh:
            with suppress(OSError):
                os.unlink(path)
        for path, old in self._replaced.items():
            with suppress(OSError):
                os.replace(old, path)
                os.unlink(old)  # it stays where both names were the same file
        self._leave(self._waiting.values())
        for folder in self._made:
            with suppress(OSError):
                os.rmdir(folder)

    def _leave(self, files: Iterable[str]) -> None:
        """Remove these files and the folders in which they waited."""
        for file in files:
            with suppress(OSError):
                os.unlink(file)
        for room in self._rooms.values():
            for folder in (os.path.join(room, "old"), room):
                with suppress(OSError):
                    os.rmdir(folder)
        while self._locks:
            os.close(self._locks.pop())

    def _room(self, path: str) -> str:
        """The folder in which a file waits, on the file system of its future path."""
        folder = os.path.dirname(path) or "."
        if folder not in self._rooms:
            self._make(folder)
            _remove_left_behind(folder)
            if len(self._locks) >= MOST_LOCKS:
                self._new_room(folder, UNLOCKED)
            else:
                # Another run may remove it before it is locked.
                while not self._lock(self._new_room(folder, LOCKED)):
                    pass
        return self._rooms[folder]

    def _new_room(self, folder: str, beginning: str) -> str:
        room = os.path.join(folder, f"{beginning}{os.urandom(6).hex()}")
        self._rooms[folder] = room
        os.mkdir(room, 0o700)
        return room

    def _lock(self, room: str) -> bool:
        """Lock a folder, where that is possible; whether it is still there."""
        try:
            descriptor = os.open(room, os.O_RDONLY)
        except FileNotFoundError:
            return False
        except OSError:  # Windows opens no folders
            return True
        self._locks.append(descriptor)
        try:
            return try_lock(descriptor) and os.path.isdir(room)
        except OSError:
            return True

    def _make(self, folder: str) -> None:
        if not os.path.isdir(folder):
            self._made.append(folder)
            try:
                os.mkdir(folder)
            except FileExistsError:
                self._made.remove(folder)


def _remove_left_behind(folder: str) -> None:
    """Remove what killed runs have left here, but for files that they were replacing."""
    with os.scandir(folder) as entries:
        rooms = [entry.path for entry in entries if entry.name.startswith(LOCKED)]
    for room in rooms:
        with suppress(OSError):
            descriptor = os.open(room, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            try:
                if try_lock(descriptor):
                    for name in os.listdir(room):
                        with suppress(OSError):
                            os.unlink(os.path.join(room, name))
                    os.rmdir(room)
            finally:
                os.close(descriptor)


def _ended_by(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else TerminatedError(number)


def write_error(path: str, error: OSError) -> RvhctlError:
    """What is said of a file that cannot be written."""
    return RvhctlError(f"{path}: write error: {reason_of(error)}")
