"""Failover: who answers within the limit, the fastest first."""

from __future__ import annotations

from typing import Final

from librt.strings import read_i64_le
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints, digit_pass, ints
from rvhctl.core.words import COMPILED

SMALL_SORT: Final = 48
"""Up to here insertion alone is the fastest sort, where it is compiled."""

MANY: Final = 100000
"""From here on three radix digits tell the latencies apart well enough, below it two."""

MOVES_PER_ITEM: Final = 4
"""What insertion may spend to finish a sort by leading bits before it is given up."""

KEY_BITS: Final = 63
"""Bits of a float that is not negative. (Shifting by 64 or more is undefined where compiled.)"""

INDEX: Final = 0xFFFFFFFF
"""Leading bits of a latency stand above 32 bits of its index, so that one number carries both."""


def survivors(latencies: Floats, limit: float) -> Ints:
    """``ascending``, for columns."""
    return ints(ascending(latencies.values, limit))


def ascending(latencies: vec[float], limit: float) -> vec[i64]:
    """The indices of the latencies (ms) that are <= limit, ascending by latency, ties in input order.

    NaN, no measurement, never survives. Latencies are not negative, and zero is 0.0, not -0.0.
    """
    if not COMPILED:
        # A radix sort costs ten times this where it is interpreted.
        values = list(latencies)
        order = [k for k, latency in enumerate(values) if latency <= limit]
        order.sort(key=values.__getitem__)
        return vec[i64](order)
    found = within(latencies, limit)
    if len(found) <= SMALL_SORT:
        insert_all(latencies, found)
        return found
    return ranked(bytes(memoryview(latencies)), found)


def within(latencies: vec[float], limit: float) -> vec[i64]:
    """The indices of the latencies that are <= limit, in input order."""
    total: i64 = len(latencies)
    found = vec[i64]([0] * int(total))
    count: i64 = 0
    for k in range(total):
        # Written always and kept only where the latency passes: no branch to guess wrong.
        found[count] = k
        count += latencies[k] <= limit
    return found[:count]


def insert_all(latencies: vec[float], order: vec[i64]) -> None:
    """Sort a few indices by latency, in place; stable."""
    for k in range(1, len(order)):
        index = order[k]
        latency = latencies[index]
        j = k
        while j > 0 and latencies[order[j - 1]] > latency:
            order[j] = order[j - 1]
            j -= 1
        order[j] = index


def ranked(image: bytes, found: vec[i64]) -> vec[i64]:
    """The indices sorted by latency; ``image`` is the column of latencies in memory.

    Floats that are not negative are in the order of their bits. The sort is by leading bits, cut from
    the range that occurs, and insertion among equal ones. Input that makes insertion slow (an outlier, two
    narrow clusters) is sorted by all bits instead, so that the cost has a bound for every input.
    """
    count: i64 = len(found)
    lowest = read_i64_le(image, found[0] * 8)
    highest = lowest
    for index in found:
        bits = read_i64_le(image, index * 8)
        if bits < lowest:
            lowest = bits
        elif bits > highest:
            highest = bits
    if lowest == highest:
        return found

    width: i64 = 11 if count < MANY else 10
    lead: i64 = 22 if count < MANY else 30
    shift: i64 = 0
    while (highest - lowest) >> (lead + shift) > 0:
        shift += 1
    packed = vec[i64]([0] * int(count))
    for k in range(count):
        index = found[k]
        packed[k] = ((read_i64_le(image, index * 8) - lowest) >> shift) << 32 | index
    spare = vec[i64]([0] * int(count))
    low: i64 = 32
    while low < 32 + lead:
        if digit_pass(packed, spare, low, width):
            packed, spare = spare, packed
        low += width
    if shift > 0 and not finish(image, packed):
        return ranked_by_all_bits(image, found, lowest, highest)
    for k in range(count):
        packed[k] = packed[k] & INDEX
    return packed


def finish(image: bytes, packed: vec[i64]) -> bool:
    """Sort neighbours with equal leading bits by all their bits; False if that takes too many moves."""
    count: i64 = len(packed)
    budget = count * MOVES_PER_ITEM
    for k in range(1, count):
        item = packed[k]
        lead = item >> 32
        if packed[k - 1] >> 32 == lead:
            bits = read_i64_le(image, (item & INDEX) * 8)
            j = k
            while j > 0:
                before = packed[j - 1]
                if before >> 32 != lead or read_i64_le(image, (before & INDEX) * 8) <= bits:
                    break
                packed[j] = before
                j -= 1
            packed[j] = item
            budget -= k - j
            if budget < 0:
                return False
    return True


def ranked_by_all_bits(image: bytes, found: vec[i64], lowest: i64, highest: i64) -> vec[i64]:
    """The indices sorted by every bit in which latencies from lowest to highest can differ."""
    count: i64 = len(found)
    order = found
    spare = vec[i64]([0] * int(count))
    low: i64 = 0
    while low < KEY_BITS and (highest - lowest) >> low > 0:
        # Twenty-two bits at a time, carried above the index.
        packed = vec[i64]([0] * int(count))
        for k in range(count):
            index = order[k]
            packed[k] = (((read_i64_le(image, index * 8) - lowest) >> low) & 0x3FFFFF) << 32 | index
        if digit_pass(packed, spare, 32, 11):
            packed, spare = spare, packed
        if digit_pass(packed, spare, 43, 11):
            packed, spare = spare, packed
        for k in range(count):
            packed[k] = packed[k] & INDEX
        order = packed
        low += 22
    return order
