"""What another thread makes before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeVar

AHEAD: Final = 4
"""Items that wait, at most."""

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield items that a thread takes out of an iterator meanwhile; a few wait at most.

    That pays where most of the work is done in C without the interpreter's lock, as by a decompressor. Where this is
    closed before its end the thread ends with its next item; it never keeps the process alive.

    Raises:
        Exception: what the iterator raises, behind the items before.
    """
    from queue import Queue
    from threading import Event, Thread

    waiting: Queue[tuple[Item, ...] | BaseException] = Queue(AHEAD)
    closed = Event()

    def take() -> None:
        try:
            for item in items:
                waiting.put((item,))
                if closed.is_set():
                    return
            waiting.put(())
        except BaseException as error:
            waiting.put(error)

    thread = Thread(target=take, daemon=True)
    thread.start()
    try:
        while taken := waiting.get():
            if isinstance(taken, BaseException):
                raise taken
            yield taken[0]
        thread.join()
    finally:
        closed.set()
        # It may wait for room.
        while not waiting.empty():
            waiting.get_nowait()
