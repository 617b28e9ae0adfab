"""Which inputs are worth keeping: those of before, and the shortest that together go every way that all of them go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import FrameType
from typing import Any

Steps = set[tuple[int, int, int]]


def worth_keeping(
    before: Iterable[bytes], texts: Iterable[bytes], answer: Callable[[bytes], object]
) -> list[bytes]:
    """Return what was kept before and some of the texts; ``answer`` answers one on the interpreted core."""
    kept = list(before)
    known = set[tuple[int, int, int]]().union(*(steps_of(partial(answer, text)) for text in kept))
    for text in sorted(texts, key=lambda text: (len(text), text)):
        steps = steps_of(partial(answer, text))
        if not steps <= known:
            known |= steps
            kept.append(text)
    return kept


def steps_of(call: Callable[[], object]) -> Steps:
    """From which line of the program to which a call goes."""
    steps: Steps = set()

    def trace(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if "rvhctl" not in frame.f_globals["__name__"]:
            return None
        code, last = id(frame.f_code), 0

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            steps.add((code, last, frame.f_lineno))
            last = frame.f_lineno
            return step

        return step

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(None)
    return steps
