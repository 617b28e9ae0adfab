"""Blocks of key lines, answered line by line by a naive reference."""

from __future__ import annotations

import pytest
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st
from support.naive_lines import LINE_FEED, Result, naive_lines
from support.wrapping import I64, as_compiled

from rvhctl.core.keys import lines as lines_module
from rvhctl.core.keys.lines import (
    DECIMAL,
    LIBRARY,
    NOTHING_WRONG,
    XXH64,
    answer_lines,
    decimal_bits,
    plain_lines,
)
from rvhctl.core.placement.jump import MAX_BUCKETS
from rvhctl.core.words import signed

NUL = 0


def answered(block: bytes, start: int, delimiter: int, buckets: int, recipe: int) -> Result:
    return answer_lines(block, start, delimiter, buckets, recipe, xxhash.xxh64_intdigest)


# Few distinct bytes, so that line ends, carriage returns and neighbours of 10 meet often.
blocks = st.lists(st.sampled_from([b"\n", b"\r", b"\0", b"\x0b", b"\x8a", b"a", b"key", b"\xff" * 9])).map(
    b"".join
)
counts = st.one_of(
    st.integers(1, 12), st.integers(1, MAX_BUCKETS), st.sampled_from([10**n for n in range(10)])
)


@given(blocks, st.sampled_from([LINE_FEED, NUL]), counts)
@example(b"\r\n", LINE_FEED, 1)
@example(b"key\r\0", NUL, 1000)
@example(b"a\r\r\n", LINE_FEED, 1000)
@example(b"12345678\n1234567\n", LINE_FEED, 1000)
def test_text_keys(block: bytes, delimiter: int, buckets: int) -> None:
    expected = naive_lines(block, 0, delimiter, buckets, False)
    assert answered(block, 0, delimiter, buckets, XXH64) == expected
    assert answered(block, 0, delimiter, buckets, LIBRARY) == expected
    assert plain_lines(block, 0, delimiter, buckets, False, xxhash.xxh64_intdigest) == expected


numbers = st.one_of(
    st.integers(-(2**65), 2**65).map(str),
    st.sampled_from(
        [
            "",
            "-",
            "+",
            "+7",
            "-0",
            "007",
            "1.5",
            "1/2",
            "1:2",
            "/",
            ":",
            "9223372036854775808",
            "-9223372036854775809",
            "1\r",
        ]
    ),
)


@given(st.lists(numbers), counts)
@example(["18446744073709551615", "-9223372036854775808", "18446744073709551616"], MAX_BUCKETS)
@example(["0" * 40 + "5"], 1000)
def test_decimal_keys(lines: list[str], buckets: int) -> None:
    block = "".join(f"{line}\n" for line in lines).encode()
    expected = naive_lines(block, 0, LINE_FEED, buckets, True)
    assert answered(block, 0, LINE_FEED, buckets, DECIMAL) == expected
    assert plain_lines(block, 0, LINE_FEED, buckets, True, xxhash.xxh64_intdigest) == expected


@given(blocks, st.data())
def test_any_start(block: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(block)))
    assert answered(block, start, LINE_FEED, 1000, XXH64) == naive_lines(block, start, LINE_FEED, 1000, False)


@pytest.mark.parametrize("digits", range(1, 11))
def test_bucket_numbers_of_every_length(digits: int) -> None:
    """As an integer key, 2^33 and its like lead anywhere; enough of them show all digits."""
    buckets = min(10**digits, MAX_BUCKETS)
    block = b"".join(b"%d\n" % (number * 0x9E3779B97F4A7C15 % 2**64) for number in range(2000))
    expected = naive_lines(block, 0, LINE_FEED, buckets, True)
    assert answered(block, 0, LINE_FEED, buckets, DECIMAL) == expected
    assert max(map(len, expected[0].split())) == digits


@pytest.mark.parametrize("length", range(1, 70))
def test_keys_of_every_length_at_every_offset(length: int) -> None:
    for offset in range(9):
        block = b"x" * offset + b"\n" + bytes(range(128, 128 + length)) + b"\n" + b"tail"
        start = offset + 1
        assert answered(block, start, LINE_FEED, 977, XXH64) == naive_lines(
            block, start, LINE_FEED, 977, False
        )


def test_nothing_complete() -> None:
    assert answered(b"", 0, LINE_FEED, 5, XXH64) == (b"", 0, 0, NOTHING_WRONG)
    assert answered(b"foo", 0, LINE_FEED, 5, XXH64) == (b"", 0, 0, NOTHING_WRONG)
    assert answered(b"foo\n", 0, LINE_FEED, 5, XXH64) == (b"3\n", 1, 4, NOTHING_WRONG)


@given(blocks, st.integers(0, 9), st.sampled_from([LINE_FEED, NUL]), counts, st.booleans())
@example(b"a\n1234567\n12345678\n-1\n+9\n18446744073709551615\nx", 2, LINE_FEED, 1000, True)
@example(b"0123456\n\0a\x0b\x8a\n\n", 0, LINE_FEED, MAX_BUCKETS, False)
def test_so_does_what_is_compiled(
    block: bytes, start: int, delimiter: int, buckets: int, decimal: bool
) -> None:
    start = min(start, len(block))
    expected = naive_lines(block, start, delimiter, buckets, decimal)
    with as_compiled(lines_module), pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "decimal_bits", lambda *span: I64(decimal_bits(*span)))
        assert answered(block, start, I64(delimiter), buckets, DECIMAL if decimal else XXH64) == expected


@given(st.integers(-(2**63), 2**64 - 1))
@example(2**63)
@example(-(2**63))
def test_an_integer_is_its_own_bits(number: int) -> None:
    text = b"x%d," % number
    with as_compiled(lines_module):
        assert decimal_bits(text, 1, len(text) - 1) % 2**64 == number % 2**64
    assert decimal_bits(text, 1, len(text) - 1) == signed(number % 2**64)
