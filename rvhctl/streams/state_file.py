"""A small file that one run hands to the next: one run at a time, and never half written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from rvhctl.concurrency.locking import try_lock
from rvhctl.errors import InputError

HEAD: Final = 1 << 16
"""Bytes that are looked at before the rest of a file is read."""

LONGEST_NAME: Final = 255
"""Bytes of a file's name, where the file system says nothing else."""

_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0)
"""Opening a named pipe would wait for its other end."""


def read_state(path: str, what: str) -> bytes | None:
    """The text of a file; None if there is no such file.

    Args:
        what: names it in messages, as in "the memory".

    Raises:
        InputError: the file cannot be read, or is no regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _AT_ONCE | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            _check_kind(os.fstat(descriptor).st_mode, path, what)
            head = file.read(HEAD)
            # What is no text is no such file, however much more of it there is.
            return head if b"\0" in head else head + file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot(f"read the {what}", path, error) from None


def write_state(path: str, pieces: Iterable[bytes], what: str) -> None:
    """Replace the file as a whole: whoever reads it, even after a crash, finds the old text or the new one.

    It keeps its owner, as far as the system lets it, and its mode.

    Raises:
        InputError: it cannot be written; the old file is still there.
    """
    # Where the name is a link, the file that it names is replaced, not the link.
    target = os.path.realpath(path)
    try:
        _replace(target, pieces)
    except OSError as error:
        raise _cannot(f"write the {what}", path, error) from None


@contextmanager
def locked(path: str, what: str) -> Iterator[None]:
    """Hold ``path``.lock, so that two runs never work on one file.

    The lock ends with the process, however that ends; its file stays, because removing it would let two
    later runs hold two different files of that name. What a killed run was writing is removed.

    Raises:
        InputError: another run holds it, or its file cannot be made; the file or the lock is no regular file.
    """
    target = os.path.realpath(path)
    try:
        with suppress(FileNotFoundError):
            _check_kind(os.stat(target).st_mode, path, what)
    except OSError as error:
        raise _cannot(f"read the {what}", path, error) from None
    name = _beside(target, "", ".lock")
    try:
        descriptor = _open_lock(name, what)
    except OSError as error:
        if os.path.islink(name):
            raise InputError(f"the lock of a {what} is no link", source=name, hint="remove it") from None
        raise _cannot(f"make the lock of the {what}", name, error) from None
    try:
        try:
            free = try_lock(descriptor)
        except OSError as error:
            raise _cannot(f"lock the {what}", name, error) from None
        if not free:
            raise InputError(
                f"another run is using this {what}", source=path, hint=f"it holds the lock on {name}"
            )
        with suppress(OSError):
            os.unlink(_temporary(target))
        yield
    finally:
        with suppress(OSError):  # it is closed all the same, and nothing was written to it
            os.close(descriptor)


def _open_lock(name: str, what: str) -> int:
    """
    Raises:
        OSError: it cannot be made, or is a link.
        InputError: it is no regular file.
    """
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | _NO_LINK | _AT_ONCE, 0o666)
    except PermissionError:  # made by another user; it can be locked all the same
        descriptor = os.open(name, os.O_RDONLY | _NO_LINK | _AT_ONCE)
    try:
        _check_kind(os.fstat(descriptor).st_mode, name, what)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check_kind(mode: int, path: str, what: str) -> None:
    """
    Raises:
        InputError: a named pipe, a device or whatever else may have no end.
        IsADirectoryError: a directory.
    """
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise InputError(f"a {what} is kept in a regular file, and this is none", source=path)


def _replace(target: str, text: Iterable[bytes]) -> None:
    temporary = _temporary(target)
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
        with open(os.open(temporary, flags, 0o600), "wb") as file:
            file.writelines(text)
            file.flush()
            os.fsync(file.fileno())
        _take_after(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(os.path.dirname(target))


def _take_after(target: str, temporary: str) -> None:
    """Give the new file the owner and mode of the old one; without one, those of any new file."""
    try:
        old = os.stat(target)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        return
    if hasattr(os, "chown"):
        for owner in ((-1, old.st_gid), (old.st_uid, -1)):
            with suppress(PermissionError):
                os.chown(temporary, *owner)
    os.chmod(temporary, stat.S_IMODE(old.st_mode))


def _temporary(target: str) -> str:
    """Always the same name, so that the next run finds it after a kill; the lock keeps others from it."""
    return _beside(target, ".", ".rvhctl-tmp")


def _beside(target: str, before: str, after: str) -> str:
    """A file's name with something before and after it; where that would be too long, a digest of the name."""
    folder, name = os.path.split(target)
    longest = LONGEST_NAME
    with suppress(OSError, AttributeError):
        longest = os.pathconf(folder, "PC_NAME_MAX")
    if len(os.fsencode(f"{before}{name}{after}")) > longest:
        from hashlib import sha256

        name = f"rvhctl-{sha256(os.fsencode(name)).hexdigest()[:32]}"
    return os.path.join(folder, f"{before}{name}{after}")


def _sync_folder(folder: str) -> None:
    """Make the new name last through a crash, where folders can be opened (not on Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _cannot(what: str, path: str, error: OSError) -> InputError:
    return InputError(f"cannot {what}: {error.strerror or error}", source=path or "''")
