"""Failover: who answers within the limit, the fastest first."""

from __future__ import annotations

from math import inf
from typing import Final

from librt.strings import read_f64_le, read_i64_le
from librt.vecs import extend, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints, digit_pass, ints
from rvhctl.core.words import COMPILED

SMALL_SORT: Final = 48
"""Up to here insertion alone is the fastest sort, where it is compiled."""

FEW: Final = 65536
"""Up to here a column and its copies stay in a processor's cache. Above it memory is what costs, most of all that
which is asked of the system: a column is then read in blocks, and only what survives is kept."""

BLOCK: Final = 16384
"""Latencies of a block."""

MOVES_PER_ITEM: Final = 4
"""What insertion may spend to finish a sort by leading bits before it is given up."""

DIGIT: Final = 11
"""Bits of a radix digit. Two of them tell latencies apart well enough for insertion."""

DIGITS: Final = 2048
"""Values of a radix digit."""

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
        return sorted_by_python(list(latencies), limit)
    if len(latencies) > FEW:
        return Sieve(memoryview(latencies), limit)._ranked()
    found = within(latencies, limit)
    if len(found) <= SMALL_SORT:
        insert_all(latencies, found)
        return found
    return ranked(bytes(memoryview(latencies)), found)


def sorted_by_python(values: list[float], limit: float) -> vec[i64]:
    """The same interpreted, where a radix sort would cost ten times as much."""
    order = [k for k, latency in enumerate(values) if latency <= limit]
    order.sort(key=values.__getitem__)
    return vec[i64](order)


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
    shift = bits_below_two_digits(highest - lowest)
    packed = vec[i64]([0] * int(count))
    for k in range(count):
        index = found[k]
        packed[k] = ((read_i64_le(image, index * 8) - lowest) >> shift) << 32 | index
    spare = vec[i64]([0] * int(count))
    low: i64 = 32
    while low < 32 + 2 * DIGIT:
        if digit_pass(packed, spare, low, DIGIT):
            packed, spare = spare, packed
        low += DIGIT
    if shift > 0 and not finish(image, packed):
        for k in range(count):
            spare[k] = read_i64_le(image, found[k] * 8)
        return ranked_by_keys(spare, found, lowest, highest, 0)
    for k in range(count):
        packed[k] = packed[k] & INDEX
    return packed


def bits_below_two_digits(span: i64) -> i64:
    """How many low bits of numbers up to this one stand below their two leading digits."""
    below: i64 = 0
    while span >> (2 * DIGIT + below) > 0:
        below += 1
    return below


def finish(image: bytes, packed: vec[i64]) -> bool:
    """Sort neighbours with equal leading bits by all their bits; False if that takes too many moves."""
    count: i64 = len(packed)
    budget = count * MOVES_PER_ITEM
    last_lead = packed[0] >> 32
    for k in range(1, count):
        item = packed[k]
        lead = item >> 32
        if lead != last_lead:
            last_lead = lead
        else:
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


class Sieve:
    """The latencies (ms) of a buffer of floats that are <= limit.

    Attributes:
        bad: the first row that is negative or infinite, hence no latency; -1 without one.
    """

    def __init__(self, buffer: memoryview, limit: float) -> None:
        self._buffer: Final = buffer
        self._limit: Final = limit
        self._rows = vec[i64]()
        self.bad: i64 = -1
        if COMPILED:
            self._sift()
        else:
            bad = (row for row, value in enumerate(map(float, buffer)) if value < 0 or value == inf)
            self.bad = next(bad, -1)

    def order(self) -> Ints:
        """The rows of these latencies, ascending by latency, ties in input order."""
        if not COMPILED:
            return ints(sorted_by_python(list(map(float, self._buffer)), self._limit))
        return ints(self._ranked())

    def _sift(self) -> None:
        """Find the rows of these latencies, and what is bad."""
        limit, infinity = self._limit, inf
        found = vec[i64]([0] * BLOCK)
        rows = vec[i64]()
        total: i64 = len(self._buffer)
        start: i64 = 0
        while start < total:
            block = bytes(self._buffer[start : start + BLOCK])
            size: i64 = len(block) >> 3
            count: i64 = 0
            for k in range(size):
                latency = read_f64_le(block, 8 * k)
                if (latency < 0.0 or latency == infinity) and self.bad < 0:
                    self.bad = start + k
                found[count] = start + k
                count += latency <= limit
            rows = extend(rows, found[:count])
            start += BLOCK
        self._rows = rows

    def _ranked(self) -> vec[i64]:
        rows = self._rows
        count: i64 = len(rows)
        keys = vec[i64]([0] * int(count))
        lowest: i64 = 0
        highest: i64 = 0
        at: i64 = 0
        while at < count:
            start = rows[at] & -BLOCK
            block = bytes(self._buffer[start : start + BLOCK])
            stop = start + BLOCK
            while at < count and rows[at] < stop:
                key = read_i64_le(block, (rows[at] - start) * 8)
                if key < 0:
                    key = 0  # of what survives, -0.0 alone has a sign
                if key < lowest or at == 0:
                    lowest = key
                if key > highest:
                    highest = key
                keys[at] = key
                at += 1
        return ranked_by_keys(keys, rows, lowest, highest, bits_below_two_digits(highest - lowest))


def ranked_by_keys(keys: vec[i64], rows: vec[i64], lowest: i64, highest: i64, shift: i64) -> vec[i64]:
    """The rows sorted by their keys, which lie between two bounds; stable. Both columns are used up.

    As ``ranked``, by the bits from ``shift`` on first.
    """
    count: i64 = len(keys)
    span = highest - lowest
    other_keys = vec[i64]([0] * int(count))
    other_rows = vec[i64]([0] * int(count))
    while True:
        low = shift
        while low < KEY_BITS and span >> low > 0:
            if pair_pass(keys, rows, other_keys, other_rows, lowest, low):
                keys, other_keys = other_keys, keys
                rows, other_rows = other_rows, rows
            low += DIGIT
        if shift == 0 or insert(keys, rows, count * MOVES_PER_ITEM):
            return rows
        shift = 0


def pair_pass(
    keys: vec[i64], rows: vec[i64], other_keys: vec[i64], other_rows: vec[i64], lowest: i64, low: i64
) -> bool:
    """``digit_pass`` of two columns, by one digit of what the keys are above the lowest."""
    count: i64 = len(keys)
    mask: i64 = DIGITS - 1
    free = vec[i64]([0] * DIGITS)
    for key in keys:
        free[((key - lowest) >> low) & mask] += 1
    if free[((keys[0] - lowest) >> low) & mask] == count:
        return False
    total: i64 = 0
    for value in range(DIGITS):
        here = free[value]
        free[value] = total
        total += here
    for k in range(count):
        key = keys[k]
        digit = ((key - lowest) >> low) & mask
        place = free[digit]
        other_keys[place] = key
        other_rows[place] = rows[k]
        free[digit] = place + 1
    return True


def insert(keys: vec[i64], rows: vec[i64], budget: i64) -> bool:
    """Sort by keys, in place, by insertion; stable. False if that takes more moves than the budget has."""
    before = keys[0]
    for k in range(1, len(keys)):
        key = keys[k]
        if before <= key:
            before = key
            continue
        row = rows[k]
        j = k
        while j > 0 and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            rows[j] = rows[j - 1]
            j -= 1
        keys[j] = key
        rows[j] = row
        budget -= k - j
        if budget < 0:
            return False
    return True
