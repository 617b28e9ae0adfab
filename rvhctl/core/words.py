"""Words of 64 bits: as integers, and as eight bytes of text at a time, as ``read_i64_le`` reads them.

In a word of text the first byte is the lowest. A mark is bit 0 of a byte, set where the byte is meant. Marks come
from additions and subtractions over the whole word, whose carries run upwards: above the first marked byte there
may be false marks, at it and below it there are none.

Interpreted, the integers may be wider than 64 bits; what is taken out of them, behind a shift and a
mask, is the same. No constant is above 2^62, where mypyc would box it, and no function has a
conditional expression, whose result it would box too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from librt.strings import read_i64_le, write_i64_le

if TYPE_CHECKING:
    from librt.strings import BytesWriter
    from mypy_extensions import i64

COMPILED: Final = not __file__.endswith(".py")
"""Whether the core is compiled."""

MASK_64: Final = 0xFFFFFFFFFFFFFFFF
TWO_63: Final = 0x8000000000000000
TWO_64: Final = 0x10000000000000000

ONES: Final = 0x0101010101010101
BYTE_NUMBERS: Final = 0x0001020304050607
QUOTES: Final = 0x2222222222222222
SPACES: Final = 0x2020202020202020
ZEROS: Final = 0x3030303030303030
HALF_QUOTE_TO_BACKSLASH: Final = 0x3F3F3F3F3F3F3F3F
HALF_NINE_TO_HIGH: Final = 0x3B3B3B3B3B3B3B3B

EVERY_FOURTH: Final = 0x000000FF000000FF
HUNDRED_AND_MILLION: Final = 0x000F424000000064
ONE_AND_TEN_THOUSAND: Final = 0x0000271000000001

SHORT: Final = 256
"""Bytes up to which copying word by word costs less than making an object of a slice."""


def signed(bits: int) -> i64:
    """Return an unsigned 64-bit integer as the signed one of the same bits."""
    return bits if bits < TWO_63 else bits - TWO_64


def first_marked(marks: i64) -> i64:
    """Return the number of bytes before the first marked one; 8 if there is none."""
    # The lowest mark less one leaves a one in each byte below it, and a product adds these up.
    return (((((marks & -marks) - 1) & ONES) * ONES) >> 56) & 15


def not_plain(word: i64) -> i64:
    """Mark quotes, backslashes, control characters (127 too) and bytes beyond ASCII."""
    half: i64 = HALF_QUOTE_TO_BACKSLASH
    quote = word ^ QUOTES
    backslash = quote ^ (half << 1)
    found = ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash)
    found |= ((word - SPACES) & ~word) | (word + ONES) | word
    return (found >> 7) & ONES


def leading_digits(word: i64) -> i64:
    """Return the number of digits with which the word begins."""
    half: i64 = HALF_NINE_TO_HIGH
    values = word ^ ZEROS
    found = (values + (half << 1)) | values
    return first_marked((found >> 7) & ONES)


def digits_value(word: i64, count: i64) -> i64:
    """Return the number that the first ``count`` bytes spell, which are digits; 1 <= count <= 8."""
    # Zeros go in front; then pairs, and from these all eight, by one product each.
    # (Daniel Lemire, "Quickly parsing eight digits", 2018.)
    values = (word ^ ZEROS) << ((8 - count) * 8)
    values = values * 10 + (values >> 8)
    low = (values & EVERY_FOURTH) * HUNDRED_AND_MILLION
    high = ((values >> 16) & EVERY_FOURTH) * ONE_AND_TEN_THOUSAND
    return ((low + high) >> 32) & 0xFFFFFFFF


def line_end(block: bytes, start: i64, delimiter: i64) -> i64:
    """Return where the line that starts here has its delimiter; -1 if the block ends before."""
    if not COMPILED:
        return block.find(bytes([delimiter]), start)
    size: i64 = len(block)
    last_word: i64 = size - 8
    ones: i64 = ONES
    pattern: i64 = ones * delimiter
    end = start
    # Eight bytes at a time: a byte of the word that equals the delimiter becomes zero, and the lowest zero
    # byte gets the lowest high bit.
    while end <= last_word:
        word: i64 = read_i64_le(block, end) ^ pattern
        found: i64 = (word - ones) & ~word & (ones << 7)
        if found != 0:
            return end + (((((found & -found) >> 7) & ones) * BYTE_NUMBERS) >> 56)
        end += 8
    for at in range(end, size):
        if block[at] == delimiter:
            return at
    return -1


def same(text: bytes, start: i64, end: i64, other: bytes, first: i64, last: i64) -> bool:
    """Whether two spans hold the same bytes."""
    if end - start != last - first:
        return False
    while start + 8 <= end:
        if read_i64_le(text, start) != read_i64_le(other, first):
            return False
        start += 8
        first += 8
    while start < end:
        if text[start] != other[first]:
            return False
        start += 1
        first += 1
    return True


def is_at(block: bytes, start: i64, end: i64, name: bytes) -> bool:
    """Whether ``block[start:end]`` is this name."""
    size: i64 = len(name)
    return end - start == size and same(block, start, end, name, 0, size)


def copy(writer: BytesWriter, data: bytes, start: i64, end: i64) -> None:
    """Append ``data[start:end]``, without an object for the slice."""
    if end - start > SHORT or end + 8 > len(data):
        writer.write(data[start:end])
        return
    size: i64 = len(writer) + end - start
    while start < end:
        write_i64_le(writer, read_i64_le(data, start))
        start += 8
    writer.truncate(size)
