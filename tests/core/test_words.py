"""Eight bytes at a time give what one byte at a time gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from librt.strings import read_i64_le
from support.wrapping import I64, as_compiled

from rvhctl.core import words as words_module
from rvhctl.core.words import digits_value, first_marked, leading_digits, line_end, not_plain, same

near_digits = st.sampled_from(b"0123456789/:.-e\x00\x30\x39\x3a\xb0\xb9\xff")
near_plain = st.sampled_from(b"aZ ~!#[]\x1f\x20\x22\x21\x23\x5b\x5c\x5d\x7e\x7f\x80\xa2\xdc\xff\x00")
any_byte = st.integers(0, 255)


def words(alphabet: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    return st.lists(alphabet | any_byte, min_size=8, max_size=8).map(bytes)


@pytest.mark.parametrize("place", range(8))
def test_every_byte_at_every_place(place: int) -> None:
    for byte in range(256):
        plain, digits = (before * place + bytes([byte]) + before * 7 for before in (b"a", b"5"))
        usual = 32 <= byte < 127 and byte not in b'"\\'
        assert first_marked(not_plain(read_i64_le(plain, 0))) == (8 if usual else place)
        assert leading_digits(read_i64_le(digits, 0)) == (8 if 48 <= byte <= 57 else place)
        line = b"\xff" * place + bytes([byte]) + b"\xff" * 9
        with as_compiled(words_module):
            assert line_end(line, 0, I64(byte)) == (0 if byte == 255 else place)


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


@given(
    st.lists(st.sampled_from(b"ab\n\x00\x0b\x8a\xff") | any_byte, max_size=40).map(bytes),
    st.integers(0, 20),
    st.sampled_from(b"\n\x00\xff") | any_byte,
)
def test_where_a_line_ends(block: bytes, start: int, delimiter: int) -> None:
    start = min(start, len(block))
    assert line_end(block, start, delimiter) == block.find(bytes([delimiter]), start)
    with as_compiled(words_module):
        assert line_end(block, start, I64(delimiter)) == block.find(bytes([delimiter]), start)


@given(st.binary(max_size=40), st.binary(max_size=9), st.binary(max_size=9), st.integers(0, 40), any_byte)
def test_the_same_bytes(text: bytes, before: bytes, behind: bytes, at: int, byte: int) -> None:
    block = before + text + behind
    assert same(block, len(before), len(before) + len(text), text, 0, len(text))
    other = text[:at] + bytes([byte]) + text[at + 1 :]
    assert same(block, len(before), len(before) + len(text), other, 0, len(other)) == (other == text)
