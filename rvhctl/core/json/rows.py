"""Rows out of columns: arrays of JSON, one a member, become objects.

The arrays are the library's own: they have no white space between their elements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from librt.strings import BytesWriter
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.json.skip import plain_end
from rvhctl.core.json.spans import BACKSLASH, COMMA, QUOTE, element_spans
from rvhctl.core.words import COMPILED, copy

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSE: Final = 0x5D


def join_objects(openings: list[bytes], columns: list[bytes], count: i64, closing: bytes) -> bytes:
    """Return rows as objects.

    Args:
        openings: what stands before the value of each member: a brace or a comma, its name, a colon.
        columns: the values of each member.
        count: of rows.
        closing: the brace, and what stands behind it.
    """
    if not COMPILED:
        return closing.join([*_interpreted_rows(openings, columns), b""])
    out = BytesWriter()
    places = vec[i64]([1] * len(columns))
    width: i64 = len(columns)
    for _ in range(count):
        column: i64 = 0
        while column < width:
            out.write(openings[column])
            values = columns[column]
            start = places[column]
            end = element_end(values, start)
            copy(out, values, start, end)
            places[column] = end + 1
            column += 1
        out.write(closing)
    return out.getvalue()


def _interpreted_rows(openings: list[bytes], columns: list[bytes]) -> Iterator[bytes]:
    """Yield the rows; a regular expression finds the elements faster than a loop over the bytes."""
    texts = []
    for opening, values in zip(openings, columns, strict=True):
        spans = iter(element_spans(values, 0))
        texts.append([opening + values[start:end] for start, end in zip(spans, spans, strict=True)])
    return map(b"".join, zip(*texts, strict=True))


def element_end(values: bytes, position: i64) -> i64:
    """The comma or the bracket behind an element of an array."""
    depth: i64 = 0
    while True:
        c: i64 = values[position]
        if c == QUOTE:
            position = string_end(values, position + 1)
            continue
        if depth == 0 and (c == COMMA or c == CLOSE):
            return position
        if c == 0x5B or c == 0x7B:
            depth += 1
        elif c == CLOSE or c == 0x7D:
            depth -= 1
        position += 1


def string_end(values: bytes, position: i64) -> i64:
    """The place behind a string; ``position`` is behind its first quote."""
    while True:
        position = plain_end(values, position)
        c: i64 = values[position]
        position += 2 if c == BACKSLASH else 1
        if c == QUOTE:
            return position
