"""Turns of an event loop that others get while one call is awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


def turns_during(call: Callable[[], Awaitable[object]]) -> int:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def run() -> None:
        counter = asyncio.create_task(count())
        await call()
        counter.cancel()

    asyncio.run(run())
    return turns
