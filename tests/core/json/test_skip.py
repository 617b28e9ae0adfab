"""The skipper passes over nothing that the JSON library refuses."""

from __future__ import annotations

import json
import re
from itertools import product

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.core.json.skip import (
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_NUMBER,
    UNUSUAL,
    plain_end,
    skip_escape,
    skip_number,
    skip_short_number,
    skip_string,
    skip_utf8,
    skip_value,
)

DOCUMENT = 10
LINE = 32

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
texts = values.flatmap(
    lambda value: st.sampled_from(
        [
            json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"),
            json.dumps(value).encode(),
            json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        ]
    )
)


def end_of(text: bytes, newline: int = DOCUMENT) -> int:
    """Where the value at the beginning of the text ends; a byte behind it belongs to nobody."""
    ends = set()
    for behind in (b" ", b" " * 40):  # words of text are read ahead only where there are some
        try:
            ends.add(skip_value(text + behind, 0, newline))
        except IndexError:
            ends.add(UNUSUAL)
    assert len(ends) == 1
    return ends.pop()


def is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


@given(texts, st.data())
def test_what_is_passed_over_is_json_to_the_library(text: bytes, data: st.DataObject) -> None:
    mutated = bytearray(text)
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(mutated)))
        replacement = data.draw(
            st.binary(max_size=2) | st.sampled_from([b"\\u", b"\\", b'"', b",", b"]", b"0", b"e9"])
        )
        mutated[at : at + data.draw(st.integers(0, 2))] = replacement
    end = end_of(bytes(mutated))
    if end != UNUSUAL:
        assert is_json(bytes(mutated[:end]))


@given(st.binary(max_size=12))
@example(b"\xed\xa0\x80")
@example(b"\xc0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"\xf0\x8f\xbf\xbf")
@example(b"\xe0\x9f\xbf")
def test_strings_of_any_bytes(inner: bytes) -> None:
    text = b'"' + inner + b'"'
    end = end_of(text)
    if end != UNUSUAL:
        assert is_json(text[:end])


@given(
    st.lists(st.integers(0x20, 0x10FFFF).filter(lambda c: not 0xD800 <= c <= 0xDFFF and c not in (34, 92)))
)
def test_every_plain_string_is_passed_over(characters: list[int]) -> None:
    text = b'"' + "".join(map(chr, characters)).encode() + b'"'
    assert end_of(text) == len(text)


@given(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), st.binary(max_size=2))
def test_utf8_characters_end_where_they_end(character: str, rest: bytes) -> None:
    encoded = character.encode()
    assert skip_utf8(encoded + rest, 0) == len(encoded)


@pytest.mark.parametrize("lead", range(0x80, 0x100))
def test_utf8_is_what_the_standard_library_decodes(lead: int) -> None:
    """Each first byte with the edges of what may follow it."""
    edges = [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0]
    for second, third, fourth in product(edges, [0x7F, 0x80, 0xBF, 0xC0], [0x7F, 0x80, 0xBF, 0xC0]):
        data = bytes([lead, second, third, fourth])
        sizes = [size for size in (2, 3, 4) if is_utf8(data[:size])]
        assert skip_utf8(data, 0) == (sizes[0] if sizes else UNUSUAL)


def is_utf8(data: bytes) -> bool:
    try:
        return bool(data.decode())
    except UnicodeDecodeError:
        return False


@given(
    st.binary(min_size=1, max_size=20),
    st.sampled_from([b'"', b"\\", b"\x1f", b"\x00", b"\x7f", b"\x80", b"\xff"]),
)
def test_plain_end_finds_the_first(before: bytes, found: bytes) -> None:
    plain = bytes(c for c in before if 32 <= c < 127 and c not in b'"\\')
    assert plain_end(plain + found + before * 2, 0) == len(plain)


@given(st.integers(0, 0xFFFF), st.booleans())
@example(0xD7FF, False)
@example(0xD800, False)
@example(0xDFFF, True)
@example(0xE000, True)
def test_escaped_units(unit: int, upper: bool) -> None:
    digits = f"{unit:04X}" if upper else f"{unit:04x}"
    text = f'"\\u{digits}"'.encode()
    is_surrogate = 0xD800 <= unit <= 0xDFFF
    assert end_of(text) == (UNUSUAL if is_surrogate else len(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            b"0",
            b"-0",
            b"-1.5",
            b"12.25e3",
            b"1E+9",
            b"1e-09",
            b"true",
            b"false",
            b"null",
            b'""',
            b"[]",
            b"{}",
        ),
        *(
            b'"\\"\\\\\\/\\b\\f\\n\\r\\t"',
            b'[1,"a",[],{"b":{}}]',
            b'{ "a" : [ 1 , 2 ] , "b" : null }',
            b'{\t"a"\t:\r[\t1 ,\r2\t]\t,\r"b"\r: null\t}',
            b'"\x7f"',
        ),
    ],
)
def test_usual_values_are_passed_over(text: bytes) -> None:
    assert end_of(text, LINE) == end_of(text, DOCUMENT) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            b"01",
            b"1.",
            b".5",
            b"+1",
            b"-",
            b"1e",
            b"1e+",
            b"1e100",
            b"9" * 41,
            b"NaN",
            b"Infinity",
            b"nul",
            b"True",
        ),
        *(
            b"[1,]",
            b"[,1]",
            b"[1 2]",
            b'{"a"}',
            b'{"a":}',
            b'{"a":1,}',
            b"{1:2}",
            b"[",
            b"{",
            b'{"a',
            b'{"a":1',
            b"]",
        ),
        *(b'"a', b'"\\x"', b'"\\u12g4"', b'"\\', b'"\t"', b"\x0c1", b"", b"'a'"),
    ],
)
def test_what_is_wrong_or_far_out_is_not(text: bytes) -> None:
    end = end_of(text)
    assert end == UNUSUAL


@pytest.mark.parametrize("place", range(4))
def test_four_digits_of_an_escape_are_hexadecimal(place: int) -> None:
    digits = [chr(byte) for byte in range(256) if skip_escape(escape(byte, place), 0) == 6]
    assert "".join(digits) == "0123456789ABCDEFabcdef"


def escape(byte: int, place: int) -> bytes:
    return b"\\u" + b"1" * place + bytes([byte]) + b"1" * (3 - place) + b'"'


@pytest.mark.parametrize("byte", range(256))
def test_what_a_backslash_may_stand_before(byte: int) -> None:
    assert skip_escape(b"\\" + bytes([byte]) + b"0041", 0) == (
        2 if byte in b'"\\/bfnrt' else 6 if byte == ord("u") else UNUSUAL
    )


NUMBER = re.compile(rb"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?(\d+))?")
digits = st.text("0123456789", max_size=9)
number_texts = st.tuples(
    st.sampled_from(["", "-", "+"]),
    digits | st.sampled_from(["0", "00", "1" * 25]),
    st.just("") | digits.map(".{}".format) | st.just("." + "2" * 20),
    st.just("") | st.tuples(st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), digits).map("".join),
).map(lambda parts: "".join(parts).encode())


@given(number_texts, st.sampled_from([b"", b",", b"]", b" " * 40, b"x" + b"1" * 40]))
@example(b"1." + b"1" * (MAX_NUMBER - 2), b"")
@example(b"1." + b"1" * (MAX_NUMBER - 1), b"")
@example(b"1e" + b"1" * MAX_EXPONENT, b"")
@example(b"1e-" + b"1" * (MAX_EXPONENT + 1), b"")
def test_a_number_ends_where_the_grammar_says(text: bytes, behind: bytes) -> None:
    """Whether or not words of text may be read behind it."""
    found = NUMBER.match(text)
    whole = found is not None and found.end() == len(text)
    usual = whole and len(text) <= MAX_NUMBER and len(found[1] or b"") <= MAX_EXPONENT if found else False
    data = b"[" + text + behind
    if usual:
        assert skip_number(data, 1) == 1 + len(text)
    elif whole:
        assert skip_number(data, 1) == UNUSUAL


@given(st.integers(-9_999_999, 9_999_999), st.text("0123456789", min_size=1, max_size=7))
def test_short_numbers_are_passed_over_in_words(whole: int, decimals: str) -> None:
    text = f"{whole}.{decimals}".encode()
    assert skip_short_number(b"x" + text + b"," + b" " * 24, 1) == 1 + len(text)
    for other in (
        text + b"e1",
        text + b"E1",
        b"12345678." + text,
        b"01.5",
        b"1.",
        b"12,",
        b"1.12345678",
        b".5",
    ):
        assert skip_short_number(other + b" " * 24, 0) == UNUSUAL


def test_a_newline_is_white_space_only_in_a_document() -> None:
    assert end_of(b"[1,\n2]", DOCUMENT) == 6
    assert end_of(b"[1,\n2]", LINE) == UNUSUAL


def test_depth_is_bounded() -> None:
    assert end_of(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) == 2 * MAX_DEPTH
    assert end_of(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)) == UNUSUAL
    assert end_of(b"[" * 100_000) == UNUSUAL


def test_a_text_that_stops_inside_a_string() -> None:
    for length in range(40):
        with pytest.raises(IndexError):
            skip_string(b'"' + b"x" * length, 1)
