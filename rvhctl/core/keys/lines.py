"""Lines of keys in, lines of bucket numbers out: a block of bytes at a time, and no object for a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from librt.strings import BytesWriter, read_i64_le, write_i16_le, write_i32_le, write_i64_le
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.placement.jump import jump, jump_each
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.core.words import BYTE_NUMBERS, COMPILED, ONES, TWO_63, TWO_64, signed

if TYPE_CHECKING:
    from mypy_extensions import i16, i32, u8

# How a line becomes 64 bits.
XXH64: Final = 0
"""XXH64 with seed 0; compiled code has its own."""
DECIMAL: Final = 1
"""The line is a decimal integer of 64 bits, signed or unsigned."""
LIBRARY: Final = 2
"""By the digest that the caller gives."""

# Why a line has no bucket.
NOTHING_WRONG: Final = 0
EMPTY: Final = 1
NOT_64_BITS: Final = 2
"""No decimal integer, or one beyond 64 bits."""

CARRIAGE_RETURN: Final = 13
LINE_FEED: Final = 10

TOGETHER: Final = 512
"""Keys that jump at the same time: their bits fit into the first cache."""


def answer_lines(
    block: bytes, start: int, delimiter: int, buckets: int, recipe: int, digest: Callable[[bytes], int]
) -> tuple[bytes, int, int, int]:
    """Answer the complete lines of ``block[start:]``, up to the first that has no bucket.

    A line ends with the byte ``delimiter``; where that is a line feed, a carriage return before it belongs to
    the end. ``digest`` gives a key's 64 bits, in 0..2^64-1; compiled code needs it for ``LIBRARY`` only.

    Returns the bucket numbers, each with a line feed; how many; where in the block the first unanswered line
    starts; and what is wrong with it, ``NOTHING_WRONG`` if it is only unfinished (or there is none).
    """
    if COMPILED and recipe != LIBRARY:
        return native_lines(block, start, delimiter, buckets, recipe == DECIMAL)
    return plain_lines(block, start, delimiter, buckets, recipe == DECIMAL, digest)


def native_lines(
    block: bytes, start: i64, delimiter: i64, buckets: i64, decimal: bool
) -> tuple[bytes, int, int, int]:
    """``answer_lines`` for compiled code: the bits of many keys, which then jump together."""
    answers = BytesWriter()
    lines: i64 = 0
    size: i64 = len(block)
    last_word: i64 = size - 8
    ones: i64 = ONES
    high_bits: i64 = ones << 7
    pattern: i64 = ones * delimiter
    problem: i64 = NOTHING_WRONG
    bits = vec[i64]([0] * TOGETHER)
    count: i64 = TOGETHER
    while count == TOGETHER:
        count = 0
        while count < TOGETHER:
            # As ``line_end`` in words, whose call would cost 5 % of all this.
            end: i64 = start
            found: i64 = 0
            while end <= last_word:
                word: i64 = read_i64_le(block, end) ^ pattern
                found = (word - ones) & ~word & high_bits
                if found != 0:
                    break
                end += 8
            if found != 0:
                end += ((((found & -found) >> 7) & ones) * BYTE_NUMBERS) >> 56
            else:
                while end < size and block[end] != delimiter:
                    end += 1
                if end >= size:
                    break
            stop: i64 = end
            if delimiter == 10 and stop > start and block[stop - 1] == CARRIAGE_RETURN:
                stop -= 1
            if stop == start:
                problem = EMPTY
                break
            if decimal:
                problem = decimal_problem(block, start, stop)
                if problem != NOTHING_WRONG:
                    break
                bits[count] = decimal_bits(block, start, stop)
            else:
                bits[count] = xxh64_span(block, start, stop, 0)
            count += 1
            start = end + 1
        write_buckets(answers, bits, count, buckets)
        lines += count
    return answers.getvalue(), int(lines), int(start), int(problem)


def write_buckets(answers: BytesWriter, bits: vec[i64], count: i64, buckets: i64) -> None:
    """The buckets of the first keys, each with a line feed."""
    chosen = vec[i64]([0] * int(count))
    jump_each(bits, 0, count, buckets, chosen)
    for row in range(count):
        write_line(answers, chosen[row])


def write_line(answers: BytesWriter, number: i64) -> None:
    """A number and a line feed."""
    if number >= 10000000:
        answers.write(str(number).encode())
        answers.append(10)
        return
    # At most seven digits and the line feed: one word, its first character in the lowest byte.
    word: i64 = 10
    size: i64 = 2
    while number >= 10:
        rest: i64 = number // 10
        word = (word << 8) | (0x30 + number - rest * 10)
        number = rest
        size += 1
    word = (word << 8) | (0x30 + number)
    if size == 8:
        write_i64_le(answers, word)
        return
    if size >= 4:
        four: i32 = int(word & 0xFFFFFFFF)
        write_i32_le(answers, four)
        word >>= 32
        size -= 4
    if size >= 2:
        two: i16 = int(word & 0xFFFF)
        write_i16_le(answers, two)
        word >>= 16
        size -= 2
    if size == 1:
        one: u8 = int(word)
        answers.append(one)


def decimal_bits(block: bytes, start: i64, stop: i64) -> i64:
    """The 64 bits of an integer in which ``decimal_problem`` found nothing wrong, as a signed one."""
    bits: i64 = 0
    at: i64 = start
    if block[start] == 45 or block[start] == 43:
        at += 1
    for place in range(at, stop):
        digit: i64 = block[place]
        bits = bits * 10 + digit - 48
    if block[start] == 45:
        return -bits
    return bits if COMPILED else signed(bits)  # compiled, it has wrapped


def decimal_problem(block: bytes, start: i64, stop: i64) -> i64:
    """What is wrong with ``block[start:stop]`` as an integer of 64 bits: a sign or none, then digits."""
    at: i64 = start
    if block[at] == 45 or block[at] == 43:
        at += 1
    if at == stop:
        return NOT_64_BITS
    for place in range(at, stop):
        digit: i64 = block[place]
        if digit < 48 or digit > 57:
            return NOT_64_BITS
    while at < stop - 1 and block[at] == 48:
        at += 1
    if stop - at < 19:
        return NOTHING_WRONG
    if stop - at > 20:
        return NOT_64_BITS
    value = int(block[at:stop])
    limit = TWO_63 if block[start] == 45 else TWO_64 - 1
    return NOT_64_BITS if value > limit else NOTHING_WRONG


def plain_lines(
    block: bytes, start: int, delimiter: int, buckets: int, decimal: bool, digest: Callable[[bytes], int]
) -> tuple[bytes, int, int, int]:
    """``answer_lines`` with an object for each line, where the core is interpreted or a library hashes."""
    end_of_line = bytes([delimiter])
    answers: list[str] = []
    problem = NOTHING_WRONG
    end = block.find(end_of_line, start)
    while end >= 0:
        stop = end
        if delimiter == 10 and end > start and block[end - 1] == CARRIAGE_RETURN:
            stop -= 1
        key = block[start:stop]
        if len(key) == 0:
            problem = EMPTY
        elif decimal:
            problem = int(decimal_problem(key, 0, len(key)))
        if problem != NOTHING_WRONG:
            break
        bits = decimal_bits(key, 0, len(key)) if decimal else signed(digest(key))
        answers.append(str(jump(bits, buckets)))
        start = end + 1
        end = block.find(end_of_line, start)
    answers.append("")
    return "\n".join(answers).encode(), len(answers) - 1, start, problem
