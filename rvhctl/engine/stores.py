"""Files on this machine, and behind URLs by fsspec."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, TypeVar, cast

from rvhctl.errors import RvhctlError

MARKS: Final = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created")
"""What file systems call the mark by which a change of a file is known."""

REQUESTS: Final = 32
"""To an object store at a time."""

Answer = TypeVar("Answer")


class Stamp(NamedTuple):
    """By what a change of a file is known."""

    size: int
    mark: str


class Store(Protocol):
    """A file system; every path is as the user gives it."""

    filesystem: Any
    """For pyarrow; None for its own."""

    def bare(self, path: str) -> str:
        """Return the path as ``filesystem`` has it."""

    def found(self, pattern: str) -> dict[str, Stamp]:
        """Return the files of a path, or of a pattern if there is no such file."""

    def stamp(self, path: str) -> Stamp | None:
        """Return the stamp of a file, None without one."""

    def stamps(self, paths: Iterable[str]) -> list[Stamp | None]:
        """Return the stamp of each file, None without one."""

    def names(self, folder: str) -> list[str]:
        """Return the names of the files of a folder, of which there may be none."""

    def open(self, path: str, mode: str) -> BinaryIO:
        """Open a file, ``rb`` or ``wb``; a missing folder is made."""

    def read(self, paths: Iterable[str]) -> list[bytes]:
        """Return what is in some files."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file whole, or not at all."""

    def rename(self, path: str, new: str) -> None:
        """Give a whole file another name, also one that is taken."""

    def remove(self, *paths: str) -> None:
        """Remove files, as far as they are there."""

    def remove_folder(self, folder: str) -> None:
        """Remove an empty folder."""


class LocalStore:
    """Files on this machine."""

    filesystem: Any = None

    def bare(self, path: str) -> str:
        return path

    def found(self, pattern: str) -> dict[str, Stamp]:
        names = [pattern] if os.path.lexists(pattern) else sorted(glob.glob(pattern, recursive=True))
        return {name: stamp for name in names if (stamp := self.stamp(name))}

    def stamp(self, path: str) -> Stamp | None:
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if stat.S_ISDIR(status.st_mode):
            raise RvhctlError(f"{path}: is a directory; name its files: {os.path.join(path, '*.parquet')}")
        if not stat.S_ISREG(status.st_mode):
            raise RvhctlError(f"{path}: is no regular file")
        return Stamp(status.st_size, str(status.st_mtime_ns))

    def stamps(self, paths: Iterable[str]) -> list[Stamp | None]:
        return list(map(self.stamp, paths))

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []
        except NotADirectoryError:
            raise RvhctlError(f"{folder}: is no directory; name another folder") from None

    def open(self, path: str, mode: str) -> BinaryIO:
        if mode != "rb":
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        return cast("BinaryIO", open(path, mode))

    def read(self, paths: Iterable[str]) -> list[bytes]:
        texts = []
        for path in paths:
            with open(path, "rb") as file:
                texts.append(file.read())
        return texts

    def write(self, path: str, data: bytes) -> None:
        if not data:  # whole at once
            self.open(path, "wb").close()
            return
        waiting = f"{path}.{os.urandom(6).hex()}.part"
        try:
            with self.open(waiting, "wb") as file:
                file.write(data)
            self.rename(waiting, path)
        finally:
            self.remove(waiting)

    def rename(self, path: str, new: str) -> None:
        os.makedirs(os.path.dirname(new) or ".", exist_ok=True)
        # On the disk before it has its name, so that a loss of power leaves no empty file.
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(path, new)

    def remove(self, *paths: str) -> None:
        for path in paths:
            with suppress(FileNotFoundError):
                os.unlink(path)

    def remove_folder(self, folder: str) -> None:
        with suppress(OSError):
            os.rmdir(folder)


class UrlStore:
    """Files behind URLs: of an object store, or of whatever file system of fsspec is installed."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            RvhctlError: there is no such file system.
        """
        try:
            from fsspec.core import url_to_fs

            self.filesystem, _ = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise RvhctlError(f"{url}: {error}") from None

    def bare(self, path: str) -> str:
        return str(self.filesystem._strip_protocol(path))

    def found(self, pattern: str) -> dict[str, Stamp]:
        if glob.has_magic(pattern):
            entries: Mapping[str, Any] = self.filesystem.glob(pattern, detail=True)
            files = {name: entry for name, entry in entries.items() if entry["type"] == "file"}
            return {self.filesystem.unstrip_protocol(name): _stamp(entry) for name, entry in files.items()}
        stamp = self.stamp(pattern)
        return {pattern: stamp} if stamp else {}

    def stamp(self, path: str) -> Stamp | None:
        self.filesystem.invalidate_cache()
        try:
            entry = self.filesystem.info(path)
        except FileNotFoundError:
            return None
        return _stamp(entry) if entry["type"] == "file" else None

    def stamps(self, paths: Iterable[str]) -> list[Stamp | None]:
        return _at_once(self.stamp, paths)

    def names(self, folder: str) -> list[str]:
        self.filesystem.invalidate_cache()
        try:
            entries = self.filesystem.ls(folder, detail=False)
        except FileNotFoundError:
            return []
        return sorted(entry.rpartition("/")[2] for entry in entries)

    def open(self, path: str, mode: str) -> BinaryIO:
        return cast("BinaryIO", self.filesystem.open(path, mode))

    def read(self, paths: Iterable[str]) -> list[bytes]:
        wanted = list(map(self.bare, paths))
        texts = self.filesystem.cat(wanted) if wanted else {}
        # A list of one gives the text alone.
        return [texts] if isinstance(texts, bytes) else [texts[path] for path in wanted]

    def write(self, path: str, data: bytes) -> None:
        self.filesystem.pipe_file(path, data)

    def rename(self, path: str, new: str) -> None:
        self.filesystem.mv(path, new)

    def remove(self, *paths: str) -> None:
        _at_once(self._remove, paths)

    def _remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            self.filesystem.rm_file(path)

    def remove_folder(self, folder: str) -> None:
        with suppress(OSError, NotImplementedError):
            self.filesystem.rmdir(folder)


def _at_once(ask: Callable[[str], Answer], paths: Iterable[str]) -> list[Answer]:
    """Ask about each path while others wait for their answers: one after another, 10,000 take minutes."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(REQUESTS) as pool:
        return list(pool.map(ask, paths))


def _stamp(entry: Mapping[str, Any]) -> Stamp:
    mark = next((entry[name] for name in MARKS if entry.get(name)), "")
    return Stamp(int(entry["size"] or 0), str(mark))


def is_url(path: str) -> bool:
    """Whether a path is one of fsspec."""
    return "://" in path


def store_of(path: str) -> Store:
    """Return the file system of a path.

    Raises:
        RvhctlError: it is not installed.
    """
    return UrlStore(path) if is_url(path) else LocalStore()
