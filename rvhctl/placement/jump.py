"""Which bucket owns a key: jump consistent hashing over a fixed hash of the key."""

from __future__ import annotations

from collections.abc import Iterable

from rvhctl.concurrency.steps import Steps, listed, run, run_in_turns
from rvhctl.core.placement.bits import bucket_of, buckets_of, checked_buckets
from rvhctl.core.words import COMPILED
from rvhctl.errors import JumpHashError
from rvhctl.keys.hashes import xxh64

Key = str | bytes | int | tuple[str | bytes | int, ...]

SLICE = 1 << 16 if COMPILED else 1 << 12
"""Keys in one call of the core: 10 to 50 ms, so that signals and the event loop get their turn."""


def jump_hash(key: Key, buckets: int) -> int:
    """The bucket that owns a key, ``0 <= bucket < buckets``.

    The answer never changes: not between processes, machines or releases. When a bucket is added, only the
    keys that move into it move, about 1 in ``buckets + 1``. The time grows with the logarithm of ``buckets``.

    Args:
        key: ``str``, hashed as UTF-8, or ``bytes``: the 64 bits of XXH64 with seed 0. Or ``int``: the 64-bit
            key itself, ``-2**63 <= key < 2**64``, a negative one as two's complement. Not empty. Or a ``tuple`` of
            two or more of these, which may be empty: one key of several fields, as ``--field a,b`` makes it.
        buckets: how many there are, ``1 <= buckets <= 2**31 - 1``.

    Raises:
        JumpHashError: the key is empty, of another type (``bool`` too), text with a lone surrogate, or an
            integer beyond 64 bits; ``buckets`` is no integer or out of range.

    Source:
        Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", 2014 (arXiv:1406.2294), with
        the two roundings of the paper's C code. For text it is what ClickHouse's
        ``jumpConsistentHash(xxHash64(key), buckets)`` gives.

    Examples:
        >>> jump_hash("foo", 5)
        3
    """
    return bucket_of(key, buckets, True, xxh64)


def jump_hash_many(keys: Iterable[Key], buckets: int) -> list[int]:
    """The bucket of each key, in order: ``[jump_hash(key, buckets) for key in keys]``, faster.

    Args:
        keys: keys as `jump_hash` takes them, mixed as you like. A ``str`` or ``bytes`` is one key, not
            a list of keys: it is refused.
        buckets: how many there are, ``1 <= buckets <= 2**31 - 1``.

    Returns:
        A list as long as ``keys``; empty for no keys.

    Raises:
        JumpHashError: as `jump_hash`; the message names the first bad key, counted from 1.

    Examples:
        >>> jump_hash_many(["foo", b"foo", 42], 5)
        [3, 3, 2]
    """
    return run(_many(keys, buckets))


async def jump_hash_async(key: Key, buckets: int) -> int:
    """`jump_hash`, awaitable: the same answer and the same errors. It never suspends."""
    return jump_hash(key, buckets)


async def async_jump_hash(key: Key, buckets: int) -> int:
    """`jump_hash_async`, as rvh_stable called it; new programs take that one."""
    return jump_hash(key, buckets)


async def jump_hash_many_async(keys: Iterable[Key], buckets: int) -> list[int]:
    """`jump_hash_many`, awaitable: the same answer and the same errors.

    The work goes in slices of some 10 ms and the event loop runs between them.
    """
    return await run_in_turns(_many(keys, buckets))


def _many(keys: Iterable[Key], buckets: int) -> Steps[list[int]]:
    checked_buckets(buckets)  # no keys are no excuse for a bad number
    items: list[object] = yield from listed(keys, SLICE, "keys", JumpHashError)  # type: ignore[assignment]
    answer: list[int] = []
    for start in range(0, len(items), SLICE):
        answer += buckets_of(items, start, min(start + SLICE, len(items)), buckets, True, xxh64)
        yield
    return answer
