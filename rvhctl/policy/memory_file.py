"""The file of a memory: one run at a time, and never half written."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

from rvhctl.policy.memory import Memory
from rvhctl.streams import state_file

WHAT: Final = "memory"


def read_memory(path: str) -> Memory:
    """The memory in a file; an empty one if there is no such file.

    Raises:
        InputError: the file cannot be read, is no regular file, or is no memory; it is left as it is.
    """
    text = state_file.read_state(path, WHAT)
    return Memory() if text is None else Memory.from_json(text, path)


def write_memory(path: str, memory: Memory) -> None:
    """Replace the file as a whole, as `state_file.write_state` does.

    Raises:
        InputError: it cannot be written; the old file is still there.
    """
    state_file.write_state(path, memory.pieces(), WHAT)


def locked(path: str) -> AbstractContextManager[None]:
    """Hold ``path``.lock, so that two runs never work on one memory; see `state_file.locked`."""
    return state_file.locked(path, WHAT)
