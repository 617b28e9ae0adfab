"""Where the parts of a JSON container stand in its text, so that they can go out as they came in.

The text must be valid JSON: these functions find places, they do not check.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rvhctl.core.words import COMPILED

if TYPE_CHECKING:
    from mypy_extensions import i64

QUOTE: Final = 0x22
BACKSLASH: Final = 0x5C
COMMA: Final = 0x2C
COLON: Final = 0x3A

# Interpreted, a regular expression finds the structure faster than a loop over the bytes.
_STRUCTURE: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)


def element_spans(text: bytes, start: int) -> list[int]:
    """The elements of the array (or the members of the object) whose bracket stands at ``start``.

    Returns:
        start and end of each element, one after another: ``[start_0, end_0, start_1, end_1, ...]``,
        without the white space around them.
    """
    return _compiled_spans(text, start, COMMA) if COMPILED else _interpreted_spans(text, start, COMMA)


def element_lines(text: bytes, start: int) -> bytes:
    """The elements of the array whose bracket stands at ``start``, each on a line of its own."""
    spans = element_spans(text, start)
    lines: list[bytes] = []
    for at in range(0, len(spans), 2):
        lines.append(text[spans[at] : spans[at + 1]])
    if b"\n" in text or b"\r" in text:
        # A line end can only stand between tokens.
        lines = [line.translate(None, b"\n\r") for line in lines]
    return b"\n".join([*lines, b""])


def member_spans(text: bytes, start: int) -> list[int]:
    """The members of the object whose brace stands at ``start``.

    Returns:
        start and end of each key and of its value: ``[key_start, key_end, value_start, value_end, ...]``.
    """
    return _compiled_spans(text, start, COLON) if COMPILED else _interpreted_spans(text, start, COLON)


def _compiled_spans(text: bytes, start: int, also: int) -> list[int]:
    spans: list[int] = []
    depth: i64 = 0
    at: i64 = start
    size: i64 = len(text)
    begin: i64 = 0
    second: i64 = also
    while at < size:
        byte: i64 = text[at]
        if byte == QUOTE:
            at += 1
            while text[at] != QUOTE:
                at += 2 if text[at] == BACKSLASH else 1
        elif byte == 0x5B or byte == 0x7B:
            depth += 1
            if depth == 1:
                begin = at + 1
        elif byte == 0x5D or byte == 0x7D:
            depth -= 1
            if depth == 0:
                _append_stripped(spans, text, begin, at)
                return spans
        elif depth == 1 and (byte == COMMA or byte == second):
            _append_stripped(spans, text, begin, at)
            begin = at + 1
        at += 1
    return spans


def _interpreted_spans(text: bytes, start: int, also: int) -> list[int]:
    spans: list[int] = []
    depth = 0
    begin = start
    for match in _STRUCTURE.finditer(text, start):
        at = match.start()
        byte = text[at]
        if byte in b"[{":
            depth += 1
            if depth == 1:
                begin = at + 1
        elif byte in b"]}":
            depth -= 1
            if depth == 0:
                _append_stripped(spans, text, begin, at)
                return spans
        elif depth == 1 and (byte == COMMA or byte == also):
            _append_stripped(spans, text, begin, at)
            begin = at + 1
    return spans


def _append_stripped(spans: list[int], text: bytes, begin: int, end: int) -> None:
    """Append the span less its white space; nothing where only white space is left (an empty container)."""
    first: i64 = begin
    last: i64 = end
    while first < last and text[first] <= 0x20:
        first += 1
    while last > first and text[last - 1] <= 0x20:
        last -= 1
    if first < last:
        spans.append(first)
        spans.append(last)
