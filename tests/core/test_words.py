"""Eight bytes at a time give what one byte at a time gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from librt.strings import read_i64_le

from rvhctl.core.words import digits_value, first_marked, leading_digits, not_plain

near_digits = st.sampled_from(b"0123456789/:.-e\x00\x30\x39\x3a\xb0\xb9\xff")
near_plain = st.sampled_from(b"aZ ~!#[]\x1f\x20\x22\x21\x23\x5b\x5c\x5d\x7e\x7f\x80\xa2\xdc\xff\x00")
any_byte = st.integers(0, 255)


def words(alphabet: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    return st.lists(alphabet | any_byte, min_size=8, max_size=8).map(bytes)


@given(words(near_digits))
def test_leading_digits(text: bytes) -> None:
    expected = next((i for i, c in enumerate(text) if not 48 <= c <= 57), 8)
    assert leading_digits(read_i64_le(text, 0)) == expected


@given(words(near_plain))
def test_the_first_that_is_not_plain(text: bytes) -> None:
    expected = next((i for i, c in enumerate(text) if c < 32 or c in b'"\\' or c > 126), 8)
    assert first_marked(not_plain(read_i64_le(text, 0))) == expected


@given(st.text("0123456789", min_size=1, max_size=8), words(any_byte))
def test_digits_value(digits: str, behind: bytes) -> None:
    word = read_i64_le((digits.encode() + behind)[:8], 0)
    assert digits_value(word, len(digits)) == int(digits)
