"""What of a text a terminal would obey, and what it may show."""

from __future__ import annotations

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl.__main__ import main
from rvhctl.streams.terminal import visible, visible_lines


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


BYTE = b"\xff".decode("utf-8", "surrogateescape")
"""What Python makes of a byte that is no UTF-8 in an argument."""


@pytest.mark.parametrize(
    "arguments",
    [
        (BYTE,),
        ("failover", "--th", BYTE),
        ("failover", f"--{BYTE}"),
        ("failover", "--th", "1", BYTE),
        ("failover", "--th", "1", "--nodes", "a", "--lats", BYTE),
        ("faultset", "--th", "1", "--nodes", BYTE),
        ("failover", "--th", "9", "--down", BYTE),
        ("jump-hash", "-b", BYTE),
        ("jump-hash", "-k", BYTE, "-b", "5", "-o", "table"),
        ("jump-hash", "-k", BYTE, "-b", "5", "--hash", "int"),
        ("jump-hash", "-k", BYTE, "-b", "5", "--hash", BYTE),
        ("jump-hash", "-k", BYTE, "-b", "5", "--regex", "a"),
        ("jump-hash", "-k", "a", "-b", "5", "--regex", f"({BYTE}"),
        ("jump-hash", "-k", "a", "--nodes", "a,b", "--down", BYTE),
        ("jump-hash", "-k", "a", "--nodes", "a,b", "--only", BYTE),
        ("jump-hash", "-k", "a", "--nodes", "a,b", "--weight", BYTE),
    ],
)
def test_a_byte_that_is_no_text_looks_alike_in_all_messages(
    arguments: tuple[str, ...], capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"id,latency\na,1\n")))
    main(arguments)
    err = capsysbinary.readouterr().err
    assert re.search(rb"[^\\]\\xff", err)
    assert b"udcff" not in err


@pytest.mark.parametrize(
    "stdin", [b"\xff\n", b"id\n\xff\n", b'{"key":"\xff"}\n', b'[1,"\xff"]', b"key\tn\na\xff\t1\n"]
)
@pytest.mark.parametrize("format_", ["ndjson", "json", "csv", "tsv", "plain"])
def test_it_looks_like_that_in_files_too(format_: str, stdin: bytes) -> None:
    code, _, err = rvhctl("jump-hash", "-b", "5", "-i", format_, "-o", "json", stdin=stdin)
    assert code == 1
    assert re.search(r"[^\\]\\xff", err) or "UTF-8" not in err


def test_lines_and_columns_stay() -> None:
    assert visible_lines(b"a\tb\nc\x1b\xc2\x9b\r\n") == b"a\tb\nc\\u001b\\u009b\\u000d\n"
