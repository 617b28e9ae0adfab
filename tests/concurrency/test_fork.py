"""Forked workers: their messages, their ends, and what the parent keeps of its own state."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.processes import children
from support.program import PATIENCE

from rvhctl.concurrency.fork import Send, Workers, in_turns
from rvhctl.errors import CutShortError, RvhctlError
from rvhctl.streams.staging import Staging

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    before = children(os.getpid()), set(os.listdir("/proc/self/fd"))
    yield
    assert (children(os.getpid()), set(os.listdir("/proc/self/fd"))) == before


def wait(send: Send) -> None:
    send(())
    time.sleep(PATIENCE)


def test_messages_come_in_order_whatever_their_size() -> None:
    def work(send: Send) -> None:
        for size in (0, 1, 3_000_000, 7):
            send((b"x" * size, size, "text"))
        send(())

    with Workers() as workers:
        first, second = workers.start([work, work])
        for worker in (first, second, first, second):
            worker.receive()
        assert first.receive() == (b"x" * 3_000_000, 3_000_000, "text")
        assert first.receive() == (b"x" * 7, 7, "text")
        assert first.receive() == ()
        assert first.receive() is None


def test_a_worker_ignores_what_its_parent_ignores() -> None:
    def work(send: Send) -> None:
        send(())
        os.kill(os.getpid(), signal.SIGHUP)
        send((1,))

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Workers() as workers:
            (worker,) = workers.start([work])
            assert worker.receive() == ()
            assert worker.receive() == (1,)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_the_system_refuses_a_worker_is_raised_here() -> None:
    def work(send: Send) -> None:
        send((1,))
        raise OSError(5, "Input/output error")

    with Workers() as workers:
        (worker,) = workers.start([work])
        assert worker.receive() == (1,)
        with pytest.raises(OSError, match="Input/output error"):
            worker.receive()


def test_a_mistake_in_a_worker_is_seen(capfd: pytest.CaptureFixture[str]) -> None:
    def work(send: Send) -> None:
        raise ZeroDivisionError("a mistake")

    with (
        Workers() as workers,
        pytest.raises(RvhctlError, match=r"^worker process \d+ has died; try --jobs 1$"),
    ):
        workers.start([work])[0].receive()
    assert "ZeroDivisionError: a mistake" in capfd.readouterr().err


@pytest.mark.parametrize("call", ["fork", "pipe"])
def test_without_enough_processes_there_are_none(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, calls = getattr(os, call), count()

    def refused_the_second_time() -> Any:
        if next(calls):
            raise OSError(11, "Resource temporarily unavailable")
        return function()

    monkeypatch.setattr(os, call, refused_the_second_time)
    with Workers() as workers:
        assert workers.start([wait, wait]) == []


def test_an_interrupt_between_a_fork_and_the_note_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fork = os.fork

    def interrupted() -> int:
        pid = fork()
        if pid:
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        return pid

    monkeypatch.setattr(os, "fork", interrupted)
    with pytest.raises(KeyboardInterrupt), Workers() as workers:
        workers.start([wait])


def test_a_parent_that_ignores_the_ends_of_its_children() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with Workers() as workers:
            (worker,) = workers.start([lambda send: send((1,))])
            assert worker.receive() == (1,)
        assert signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_worker_without_a_word(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    before = signal.signal(number, lambda *_: 1 / 0)
    try:
        with Workers() as workers:
            (worker,) = workers.start([wait])
            worker.receive()
            os.kill(worker.pid, number)
            with pytest.raises(RvhctlError, match="has died"):
                worker.receive()
    finally:
        signal.signal(number, before)
    assert capfd.readouterr().err == ""


def test_what_a_host_does_on_other_signals_its_workers_do() -> None:
    def work(send: Send) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)
        send((len(heard), signal.SIGUSR2 in signal.pthread_sigmask(signal.SIG_BLOCK, [])))

    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    try:
        with Workers() as workers:
            assert workers.start([work])[0].receive() == (1, True)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGUSR1, before)


def test_what_this_program_does_on_a_signal_its_workers_do_not(tmp_path: Path) -> None:
    staged, path = Staging(), str(tmp_path / "new")
    before = signal.getsignal(signal.SIGQUIT)
    with staged.all_or_none():
        try:
            staged.append(path, b"a")
            with Workers() as workers:
                (worker,) = workers.start([wait])
                worker.receive()
                os.kill(worker.pid, signal.SIGQUIT)
                with pytest.raises(RvhctlError, match="has died"):
                    worker.receive()
            staged.append(path, b"b")
        finally:
            signal.signal(signal.SIGQUIT, before)
    assert (tmp_path / "new").read_bytes() == b"ab"


def test_the_callers_blocked_signals_stay_blocked() -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        with Workers() as workers:
            workers.start([lambda send: send(())])[0].receive()
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.parametrize("processes", [1, 2, 4, 7])
def test_blocks_are_answered_in_turns_and_in_order(processes: int) -> None:
    def answer(block: int) -> list[tuple[int, int, int]]:
        return [(block, number, os.getpid()) for number in range(block % 3)]

    messages = list(in_turns(range(20), answer, processes))
    assert [message[:2] for message in messages] == [
        (block, number) for block in range(20) for number in range(block % 3)
    ]
    assert len({pid for _, _, pid in messages}) == processes


def test_turns_need_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    assert list(in_turns(iter("abc"), lambda block: [(block, os.getpid())], 3)) == [
        (block, os.getpid()) for block in "abc"
    ]


def test_a_worker_that_saw_the_end_sooner() -> None:
    parent = os.getpid()
    blocks = (number for number in range(5) if number < 3 or os.getpid() == parent)
    messages = in_turns(blocks, lambda block: [(block,)], 2)
    assert [next(messages) for _ in range(3)] == [(0,), (1,), (2,)]
    with pytest.raises(CutShortError):
        next(messages)
