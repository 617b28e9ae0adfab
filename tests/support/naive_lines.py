"""Lines of keys, answered one after the other by Python's own means."""

from __future__ import annotations

import xxhash

from rvhctl.core.keys.lines import EMPTY, NOT_64_BITS, NOTHING_WRONG
from rvhctl.core.placement.jump import jump

LINE_FEED = 10

Result = tuple[bytes, int, int, int]


def naive_lines(block: bytes, start: int, delimiter: int, buckets: int, decimal: bool) -> Result:
    """One line after the other, by Python's own means."""
    answers = b""
    lines = 0
    *complete, _ = block[start:].split(bytes([delimiter]))
    for line in complete:
        key = line.removesuffix(b"\r") if delimiter == LINE_FEED else line
        if not key:
            return answers, lines, start, EMPTY
        bits = xxhash.xxh64_intdigest(key)
        if decimal:
            digits = key[1:] if key[:1] in (b"-", b"+") else key
            if not digits.isdigit():
                return answers, lines, start, NOT_64_BITS
            bits = int(key)
            if not -(2**63) <= bits < 2**64:
                return answers, lines, start, NOT_64_BITS
        bits %= 2**64
        answers += b"%d\n" % jump(bits - 2**64 if bits >= 2**63 else bits, buckets)
        lines += 1
        start += len(line) + 1
    return answers, lines, start, NOTHING_WRONG
