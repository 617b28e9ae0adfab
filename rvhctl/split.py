"""A file for each bucket that has records: written under temporary names, renamed when all is well."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, Protocol

from rvhctl.errors import RvhctlError, TerminatedError, UsageError, quoted
from rvhctl.slots import Slots

BUFFERED: Final = 16 << 20
"""Bytes of records kept before they are written: each file is open only while its part is appended, so that
one descriptor is enough however many buckets there are."""

_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")


class Template:
    """``part-{bucket}.txt`` or ``{node}.ndjson``."""

    def __init__(self, text: str, slots: Slots) -> None:
        """
        Raises:
            UsageError: it names neither the bucket nor the node, or a node that cannot be a file's name.
        """
        names = set(_PLACEHOLDER.findall(text))
        if not names & {"bucket", "node"}:
            raise UsageError(f"--split-to needs {{bucket}} or {{node}} (got {quoted(text)})")
        if unknown := names - {"bucket", "node"}:
            raise UsageError(f"--split-to knows {{bucket}} and {{node}} only (got {{{min(unknown)}}})")
        if "node" in names:
            if not slots.ids:
                raise UsageError("--split-to: {node} goes with --nodes")
            for node_id in slots.ids:
                _check_file_name(node_id)
        self._text = text
        self._slots = slots

    def path(self, bucket: int) -> str:
        """The file of a bucket."""
        values = {"bucket": str(bucket), "node": str(self._slots.name_of(bucket))}
        return _PLACEHOLDER.sub(lambda found: values[found[1]], self._text)


def _check_file_name(node_id: str) -> None:
    separators = {"/", os.sep, os.altsep or "/", "\0"}
    if node_id in (".", "..") or any(separator in node_id for separator in separators):
        raise UsageError(
            f"--split-to: the id {quoted(node_id)} cannot be part of a file's name; use {{bucket}}"
        )


class Frame(Protocol):
    """What stands before the first records of a file, between two additions, and at its end."""

    def opening(self) -> bytes: ...

    @property
    def between(self) -> bytes: ...

    @property
    def closing(self) -> bytes: ...


class SplitFiles:
    """Collects the records of each bucket and writes them to files of their own."""

    def __init__(self, template: Template, *, force: bool, frame: Frame | None = None) -> None:
        self._template = template
        self._force = force
        self._frame = frame
        self._parts: dict[int, list[bytes]] = {}
        self._waiting = 0
        self._paths: dict[int, str] = {}
        self._temporary: dict[int, str] = {}
        # Short, so that it fits wherever the file's own name does; unlike that of any other run.
        self._mark = f".rvhctl-{os.getpid()}-{os.urandom(4).hex()}-"

    @property
    def files(self) -> int:
        """How many there will be."""
        return len(self._paths)

    def add(self, bucket: int, records: bytes) -> None:
        """More records of a bucket.

        Raises:
            RvhctlError: its file exists and may not be replaced, or cannot be written.
        """
        parts = self._parts.setdefault(bucket, [])
        if bucket not in self._paths:
            path = self._template.path(bucket)
            self._check_free(path)
            self._paths[bucket] = path
            parts.append(self._frame.opening() if self._frame else b"")
        elif self._frame:
            parts.append(self._frame.between)
        parts.append(records)
        self._waiting += len(records) + 64
        if self._waiting >= BUFFERED:
            self._write()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around all that is added: at its end the files get their names; on an error nothing is left.

        Raises:
            RvhctlError: a file cannot be written or renamed.
        """
        with _termination_raises():
            try:
                yield
                self._close()
                self._rename()
            except BaseException:
                self._remove()
                raise

    def _check_free(self, path: str) -> None:
        if os.path.isdir(path):
            raise RvhctlError(f"{path}: is a directory")
        if not self._force and os.path.lexists(path):
            raise RvhctlError(f"{path}: the file exists; --force replaces it")

    def _write(self) -> None:
        for bucket, parts in self._parts.items():
            path = self._temporary.get(bucket)
            try:
                if path is None:
                    folder = os.path.dirname(self._paths[bucket])
                    path = os.path.join(folder, f"{self._mark}{bucket}")
                    # Known before it is there, so that an interrupt in between leaves nothing.
                    self._temporary[bucket] = path
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                else:
                    flags = os.O_WRONLY | os.O_APPEND
                descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o666)
                with open(descriptor, "wb", buffering=0) as file:
                    view = memoryview(b"".join(parts))
                    while view:
                        view = view[file.write(view) or 0 :]
            except OSError as error:
                raise _write_error(self._paths[bucket], error) from error
        self._parts.clear()
        self._waiting = 0

    def _close(self) -> None:
        if self._frame and self._frame.closing:
            for bucket in self._paths:
                self._parts.setdefault(bucket, []).append(self._frame.closing)
        self._write()

    def _rename(self) -> None:
        """All or none: whatever has got its name already and was not there before is taken away again."""
        for path in self._paths.values():
            self._check_free(path)
        done: list[str] = []
        try:
            for bucket, path in self._paths.items():
                fresh = not os.path.lexists(path)
                try:
                    os.replace(self._temporary[bucket], path)
                except OSError as error:
                    raise _write_error(path, error) from error
                if fresh:
                    done.append(path)
        except BaseException:
            for path in done:
                with suppress(OSError):
                    os.unlink(path)
            raise

    def _remove(self) -> None:
        for path in self._temporary.values():
            with suppress(OSError):
                os.unlink(path)


def _write_error(path: str, error: OSError) -> RvhctlError:
    reason = error.strerror or str(error)
    return RvhctlError(f"{path}: write error: {reason[:1].lower()}{reason[1:]}")


@contextmanager
def _termination_raises() -> Iterator[None]:
    """Meanwhile ``kill`` and a hang-up end the program by an exception, so that it can tidy up."""
    saved = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(ValueError):  # not in the main thread
                saved[number] = signal.signal(number, _terminate)
    try:
        yield
    finally:
        for number, handler in saved.items():
            signal.signal(number, handler)


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise TerminatedError(number)
