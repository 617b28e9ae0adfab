"""The file of a memory: one run at a time, and never half written."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from rvhctl.api.memory import Memory
from rvhctl.errors import InputError


def read_memory(path: str) -> Memory:
    """The memory in a file; an empty one if there is no such file.

    Raises:
        InputError: the file cannot be read, or is no memory; it is left as it is.
    """
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        return Memory()
    except OSError as error:
        raise _cannot("read", path, error) from None
    return Memory.from_json(text, path)


def write_memory(path: str, memory: Memory) -> None:
    """Replace the file as a whole: whoever reads it, even after a crash, finds the old memory or the new one.

    Raises:
        InputError: it cannot be written; the old file is still there.
    """
    # Where the name is a link, the file that it names is replaced, not the link.
    target = Path(os.path.realpath(path))
    try:
        _replace(target, memory.to_json())
    except OSError as error:
        raise _cannot("write", path, error) from None


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold ``path``.lock, so that two runs never work on one memory.

    The lock ends with the process, however that ends; its file stays, because removing it would let two
    later runs hold two different files of that name.

    Raises:
        InputError: another run holds it, or its file cannot be made.
    """
    name = f"{os.path.realpath(path)}.lock"
    try:
        file = open(name, "ab")  # noqa: SIM115
    except OSError as error:
        raise _cannot("make the lock of", name, error) from None
    with file:
        if not _try_lock(file):
            raise InputError(
                "another run is using this memory", source=path, hint=f"it holds the lock on {name}"
            )
        yield


def _replace(target: Path, text: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """The permissions of the old file; for a new one those of any new file."""
    with suppress(OSError):
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a crash, where folders can be opened (not on Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _try_lock(file: IO[bytes]) -> bool:
    """Lock an open file for this process, without waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _cannot(what: str, path: str, error: OSError) -> InputError:
    return InputError(f"cannot {what} the memory: {error.strerror or error}", source=path)
