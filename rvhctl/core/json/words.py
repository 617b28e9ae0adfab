"""Eight bytes at a time: what is in a word of text, as ``read_i64_le`` reads it, first byte lowest.

Marks: bit 0 of each byte of a word, set for the bytes that are meant. They come from additions and
subtractions over the whole word, whose carries run upwards: above the first marked byte there may be
false marks, at it and below it there are none.

Interpreted, the integers may be wider than 64 bits; what is taken out of them, behind a shift and a
mask, is the same. No constant is above 2^62, where mypyc would box it, and no function has a
conditional expression, whose result it would box too.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

ONES: Final = 0x0101010101010101
QUOTES: Final = 0x2222222222222222
SPACES: Final = 0x2020202020202020
ZEROS: Final = 0x3030303030303030
HALF_QUOTE_TO_BACKSLASH: Final = 0x3F3F3F3F3F3F3F3F
HALF_NINE_TO_HIGH: Final = 0x3B3B3B3B3B3B3B3B

EVERY_FOURTH: Final = 0x000000FF000000FF
HUNDRED_AND_MILLION: Final = 0x000F424000000064
ONE_AND_TEN_THOUSAND: Final = 0x0000271000000001


def first_marked(marks: i64) -> i64:
    """The number of bytes before the first marked one; 8 if there is none."""
    # The lowest mark less one leaves a one in each byte below it, and a product adds these up.
    return (((((marks & -marks) - 1) & ONES) * ONES) >> 56) & 15


def not_plain(word: i64) -> i64:
    """Marks quotes, backslashes, control characters (127 too) and bytes beyond ASCII."""
    half: i64 = HALF_QUOTE_TO_BACKSLASH
    quote = word ^ QUOTES
    backslash = quote ^ (half << 1)
    found = ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash)
    found |= ((word - SPACES) & ~word) | (word + ONES) | word
    return (found >> 7) & ONES


def leading_digits(word: i64) -> i64:
    """The number of digits with which the word begins."""
    half: i64 = HALF_NINE_TO_HIGH
    values = word ^ ZEROS
    found = (values + (half << 1)) | values
    return first_marked((found >> 7) & ONES)


def digits_value(word: i64, count: i64) -> i64:
    """The number that the first ``count`` bytes spell, which are digits; 1 <= count <= 8."""
    # Zeros go in front; then pairs, and from these all eight, by one product each.
    # (Daniel Lemire, "Quickly parsing eight digits", 2018.)
    values = (word ^ ZEROS) << ((8 - count) * 8)
    values = values * 10 + (values >> 8)
    low = (values & EVERY_FOURTH) * HUNDRED_AND_MILLION
    high = ((values >> 16) & EVERY_FOURTH) * ONE_AND_TEN_THOUSAND
    return ((low + high) >> 32) & 0xFFFFFFFF
