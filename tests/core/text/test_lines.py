"""Columns of numbers as lines, and columns side by side, against plain Python."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from rvhctl.core.columns import Floats
from rvhctl.core.text.lines import SideBySide, longest_line, number_lines
from rvhctl.formats.wording import aligned

numbers = st.one_of(
    st.floats(0, 1e6),
    st.floats(0, 9e14),
    st.integers(0, 10**12).map(lambda count: count / 2000),
    st.integers(0, 10**7).map(lambda count: count / 10),
    st.integers(0, 10**6).map(float),
    st.just(math.nan),
)
cells = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=90) | st.sampled_from(
    ["", " ", "a ", " a", "a" * 90, " " * 70 + "a", "a" + " " * 70]
)


@given(st.lists(numbers))
@example([0.0005, 0.0015, 2.5e-4, 999999999.9995, 1e9 + 0.0005, 123456789012345.125])
@example([1.9995, 1.0])
def test_numbers_are_aligned(values: list[float]) -> None:
    lines = number_lines(Floats(values))
    assert lines is not None
    assert lines.decode().splitlines() == aligned(values)


@given(st.sampled_from([-1.0, -0.0, 1e15, math.inf, -math.inf, -1e-300]))
def test_numbers_that_are_left_to_python(value: float) -> None:
    assert number_lines(Floats([1.0, value])) is None


@given(st.lists(cells))
def test_the_longest_line(texts: list[str]) -> None:
    lines = "".join(f"{text}\n" for text in texts).encode()
    assert longest_line(lines) == max(map(len, texts), default=0)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=8)
    ),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.integers(1, 3),
    st.integers(1, 8),
)
def test_columns_stand_side_by_side(rows: list[list[str]], right: list[bool], gap: int, some: int) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) + at for at, column in enumerate(columns)]
    expected = []
    for row in rows:
        padded = [
            text.rjust(width) if side else text.ljust(width)
            for text, width, side in zip(row, widths, right, strict=False)
        ]
        expected.append(f" {(' ' * gap).join(padded)}".rstrip() + "\n")
    lines = ["".join(f"{text}\n" for text in column).encode() for column in columns]
    table = SideBySide(lines, widths, right[: len(columns)], gap)
    drawn = [table.rows(min(some, len(rows) - first)) for first in range(0, len(rows), some)]
    assert b"".join(drawn).decode() == "".join(expected)
