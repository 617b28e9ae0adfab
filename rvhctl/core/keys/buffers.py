"""Keys out of the buffers of Arrow.

Buffers are copies, some thousand rows at a time, so that they stay in a processor's cache.
"""

from __future__ import annotations

from librt.strings import read_i32_le, read_i64_le
from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.placement.xxh64 import xxh64_span


def hash_values(keys: Ints, offsets: bytes, large: bool, data: bytes, count: i64, seed: i64) -> None:
    """The XXH64 of each value of a column.

    Args:
        keys: filled from the first row on.
        offsets: where each value starts, and the last ends, as integers of 32 bits, or of 64 if ``large``.
        data: of these values alone; the first starts at its beginning, whatever its offset.
    """
    bits = keys.values
    base = offset_at(offsets, large, 0)
    start: i64 = 0
    row: i64 = 0
    while row < count:
        end = offset_at(offsets, large, row + 1) - base
        bits[row] = xxh64_span(data, start, end, seed)
        start = end
        row += 1


def offset_at(offsets: bytes, large: bool, row: i64) -> i64:
    if large:
        return read_i64_le(offsets, 8 * row)
    return i64(read_i32_le(offsets, 4 * row))


def take_integers(keys: Ints, data: bytes, count: i64) -> None:
    """Integers of 64 bits, each its own key."""
    bits = keys.values
    row: i64 = 0
    while row < count:
        bits[row] = read_i64_le(data, 8 * row)
        row += 1


def fill(keys: Ints, bits: list[int]) -> None:
    """Signed integers of 64 bits, from the first row on."""
    values = keys.values
    for row, number in enumerate(bits):
        values[row] = number
