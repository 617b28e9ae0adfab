"""Forked workers: their messages, their ends, and what the parent keeps of its own state."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from support.processes import children

from rvhctl.crew import Crew, Send
from rvhctl.errors import RvhctlError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    before = children(os.getpid()), set(os.listdir("/proc/self/fd"))
    yield
    assert (children(os.getpid()), set(os.listdir("/proc/self/fd"))) == before


def test_messages_come_in_order_whatever_their_size() -> None:
    def work(send: Send) -> None:
        for size in (0, 1, 3_000_000, 7):
            send((b"x" * size, size, "text"))
        send(())

    with Crew() as crew:
        first, second = crew.start(work), crew.start(work)
        for worker in (first, second, first, second):
            worker.receive()
        assert first.receive() == (b"x" * 3_000_000, 3_000_000, "text")
        assert first.receive() == (b"x" * 7, 7, "text")
        assert first.receive() == ()


def test_what_the_system_refuses_a_worker_is_raised_here() -> None:
    def work(send: Send) -> None:
        send((1,))
        raise OSError(5, "Input/output error")

    with Crew() as crew:
        worker = crew.start(work)
        assert worker.receive() == (1,)
        with pytest.raises(OSError, match="Input/output error"):
            worker.receive()


def test_a_mistake_in_a_worker_is_seen(capfd: pytest.CaptureFixture[str]) -> None:
    def work(send: Send) -> None:
        raise ZeroDivisionError("a mistake")

    with Crew() as crew, pytest.raises(RvhctlError, match=r"^worker process \d+ has died; try --jobs 1$"):
        crew.start(work).receive()
    assert "ZeroDivisionError: a mistake" in capfd.readouterr().err


def test_no_more_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise OSError(11, "Resource temporarily unavailable")

    with Crew() as crew:
        crew.start(lambda send: send(()))
        monkeypatch.setattr(os, "fork", refused)
        with pytest.raises(RvhctlError, match=r"^cannot start a worker process: Resource .*; try --jobs 1$"):
            crew.start(lambda send: send(()))


def test_the_callers_blocked_signals_stay_blocked() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        with Crew() as crew:
            crew.start(lambda send: send(())).receive()
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
