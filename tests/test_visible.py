"""What of a text a terminal would obey, and what it may show."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.visible import visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("é日本 😀 ~", "é日本 😀 ~"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc\r\x00\x7f", "a\\x0ab\\x09c\\x0d\\x00\\x7f"),
        ("\x80\x9b\x9f\xa0", "\\x80\\x9b\\x9f\xa0"),
        ("a\u202eb\u2066c\u2028d", "a\\u202eb\\u2066c\\u2028d"),
        (b"\xc3(\xff".decode("utf-8", "surrogateescape"), "\\xc3(\\xff"),
    ],
)
def test_controls_are_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_a_json_string_stays_the_same_text(text: str) -> None:
    line = json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")
    assert json.loads(visible_lines(line)) == json.loads(line)
    assert all(
        character.isprintable() or ord(character) >= 0xA0 for character in visible_lines(line).decode()
    )


def test_lines_and_columns_stay() -> None:
    assert visible_lines(b"a\tb\nc\x1b\xc2\x9b\r\n") == b"a\tb\nc\\u001b\\u009b\\u000d\n"
