"""Signals that end the program: handled, but for those that whoever started it has it ignore."""

from __future__ import annotations

import signal
import threading

from rvhctl.concurrency.signals import ENDING, handle


def note(*_: object) -> None: ...


def test_what_is_ignored_stays_so() -> None:
    ignored, *others = ENDING
    before = {number: signal.getsignal(number) for number in ENDING}
    try:
        signal.signal(ignored, signal.SIG_IGN)
        handle(note)
        assert signal.getsignal(ignored) == signal.SIG_IGN
        assert {signal.getsignal(number) for number in others} == {note}
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_another_thread_handles_none() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    thread = threading.Thread(target=handle, args=(note,))
    thread.start()
    thread.join()
    assert [signal.getsignal(number) for number in ENDING] == before
