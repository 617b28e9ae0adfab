"""Keys of Python as a column of 64 bits each."""

from __future__ import annotations

from collections.abc import Callable

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.placement.bits import key_bits
from rvhctl.core.vectors import Ints, ints
from rvhctl.errors import JumpHashError


def key_column(
    keys: list[object], start: int, end: int, native: bool, digest: Callable[[bytes], int]
) -> Ints:
    """The 64 bits of ``keys[start:end]``, as ``key_bits`` has them; an error names its key, counted from 1."""
    column = vec[i64]()
    position = start
    try:
        while position < end:
            column = append(column, key_bits(keys[position], native, digest))
            position += 1
    except JumpHashError as error:
        raise JumpHashError(f"key {position + 1}: {error}") from None
    return ints(column)
