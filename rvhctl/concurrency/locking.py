"""Locks on open files and folders, held by this process and its forks until they end."""

from __future__ import annotations

import sys


def try_lock(descriptor: int) -> bool:
    """Lock an open file (or a folder, not on Windows) without waiting; whether nobody else holds it.

    Raises:
        OSError: the file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
