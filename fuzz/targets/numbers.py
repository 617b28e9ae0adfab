"""Columns of numbers, in and out, and words of text eight bytes at a time: beside them stands plain Python."""

from __future__ import annotations

import math
import struct

from librt.strings import BytesWriter, read_i64_le

from fuzz.target import Given, target
from rvhctl.core.columns import Floats, blank
from rvhctl.core.numbers import read_degrees, read_float_degrees, read_float_latencies, read_latencies
from rvhctl.core.text.lines import SideBySide, longest_line, number_lines
from rvhctl.core.words import (
    copy,
    digits_value,
    first_marked,
    is_at,
    leading_digits,
    line_end,
    not_plain,
    same,
)
from rvhctl.formats.wording import aligned

FLOATS = tuple(
    struct.pack("<d", value) for value in (0.0, -0.0, 0.5, 90.0, 180.0, 1e9, 1e15, math.inf, math.nan)
)


@target("\n", "0", "9", '"', "\\", b"\x7f", b"\x80", b"\xff", longest=100)
def words(data: bytes) -> object:
    """Eight bytes at a time give what one at a time gives."""
    given = Given(data)
    start, size, delimiter = given.below(24), given.number(), given.one_of(10, 0, 255, given.number())
    text = given.text()
    start = min(start, len(text))
    end = min(start + size, len(text))
    span = text[start:end]
    assert line_end(text, start, delimiter) == text.find(bytes([delimiter]), start)
    writer = BytesWriter()
    writer.write(b"before")
    copy(writer, text, start, end)
    assert writer.getvalue() == b"before" + span
    other = text[-len(span) :] if span else b""
    assert same(text, start, end, other, 0, len(other)) == (span == other)
    assert is_at(text, start, end, span)
    if len(text) >= 8:
        word = read_i64_le(text, 0)
        digits = next((at for at, c in enumerate(text[:8]) if not 48 <= c <= 57), 8)
        assert leading_digits(word) == digits
        assert not digits or digits_value(word, digits) == int(text[:digits])
        plain = next((at for at, c in enumerate(text[:8]) if c < 32 or c in b'"\\' or c > 126), 8)
        assert first_marked(not_plain(word)) == plain
    return None


@target(*FLOATS, longest=160)
def number_columns(data: bytes) -> object:
    """Latencies and degrees, out of bytes and out of lists."""
    floats = data[: len(data) // 8 * 8]
    values = list(struct.unpack(f"<{len(floats) // 8}d", floats))
    found = []
    for bound in (None, 90.0, 180.0):
        column, other = blank(len(values)), blank(len(values))
        if bound is None:
            at = read_float_latencies(floats, column, 0)
            again = read_latencies(list(values), other, 0)
            bad = [value < 0 or value == math.inf for value in values]
        else:
            at = read_float_degrees(floats, bound, column, 0)
            again = read_degrees(list(values), bound, other, 0)
            bad = [not -bound <= value <= bound for value in values]
        assert at == again == next((row for row, is_bad in enumerate(bad) if is_bad), -1)
        filled = len(values) if at < 0 else at
        for row in range(filled):
            expected = struct.pack("<d", values[row] + 0.0)
            for taken in (column, other):
                assert math.isnan(values[row]) == math.isnan(taken[row])
                assert math.isnan(values[row]) or struct.pack("<d", taken[row]) == expected
        found.append(at)
    return found


@target(*FLOATS, longest=160)
def number_texts(data: bytes) -> object:
    """Numbers of a table, with as many decimals as they need."""
    values = [abs(value) for value in struct.unpack(f"<{len(data) // 8}d", data[: len(data) // 8 * 8])]
    # Thousandths, in which halves lie.
    values += (
        [value % 2**40 / 2000 for value in map(int, values) if value < 1e15]
        if not any(map(math.isinf, values)) and not any(map(math.isnan, values))
        else []
    )
    lines = number_lines(Floats(values))
    if any(value >= 1e15 for value in values):
        assert lines is None
    else:
        assert lines is not None
        assert lines.decode().splitlines() == aligned(values)
    return lines


@target("\n", " ", "  ", "x" * 9, "\n\n", longest=300)
def side_by_side(data: bytes) -> object:
    """Lines of several columns."""
    given = Given(data)
    width, gap, right = given.below(4) + 1, given.below(3) + 1, [given.flag() for _ in range(4)]
    rooms = [given.below(4) for _ in range(4)]
    cells = given.text().replace(b"\r", b"").split(b"\n")
    count = len(cells) // width
    columns = [cells[at * count : (at + 1) * count] for at in range(width)]
    widths = [max(map(len, column), default=0) + room for column, room in zip(columns, rooms, strict=False)]
    texts = [b"".join(cell + b"\n" for cell in column) for column in columns]
    assert [longest_line(text) for text in texts] == [max(map(len, column), default=0) for column in columns]
    table = SideBySide(texts, widths, right[:width], gap)
    drawn = table.rows(count // 2) + table.rows(count - count // 2)
    expected = b""
    for row in range(count):
        padded = [
            column[row].rjust(size) if side else column[row].ljust(size)
            for column, size, side in zip(columns, widths, right, strict=False)
        ]
        expected += (b" " + (b" " * gap).join(padded)).rstrip(b" ") + b"\n"
    assert drawn == expected
    return drawn
