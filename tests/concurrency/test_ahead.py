"""What a thread takes out of an iterator: everything, in order, and no more than asked for and a few."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from rvhctl.concurrency.ahead import AHEAD, ahead


def test_everything_comes_in_order() -> None:
    assert list(ahead(iter(range(100)))) == list(range(100))
    assert list(ahead(iter([]))) == []
    assert list(ahead(iter([0, "", b"", None]))) == [0, "", b"", None]
    assert threading.active_count() == 1


def test_an_error_comes_behind_what_was_before() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(OSError, match="gone"):
        next(found)


def test_no_more_is_taken_than_a_few() -> None:
    taken = []

    def items() -> Iterator[int]:
        for number in range(1000):
            taken.append(number)
            yield number

    found = ahead(items())
    assert next(found) == 0
    assert isinstance(found, Iterator)
    found.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join()
    assert len(taken) <= AHEAD + 4
