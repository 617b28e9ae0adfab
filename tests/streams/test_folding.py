"""Texts and lists on lines: no wider than asked, and nothing broken that fits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.streams.folding import MOST_LINES, few_lines, folded, length


@given(st.text("ab,c  ", min_size=1, max_size=40), st.integers(1, 12))
def test_words_fold_as_they_would_one_by_one(text: str, width: int) -> None:
    lines = folded(text, width)
    assert [*"".join(lines).replace(" ", "")] == [*text.replace(" ", "")]
    assert all(len(line) <= width for line in lines)
    if len(text) > width and max(map(len, text.split()), default=99) <= width and not text.startswith(" "):
        expected = [""]
        for word in re.findall(r"\S+\s*", text):
            fits = len((expected[-1] + word).rstrip()) <= width
            expected = [*expected[:-1], expected[-1] + word] if fits else [*expected, word]
        assert lines == [line.rstrip() for line in expected]


@pytest.mark.parametrize(
    ("parts", "width", "lines"),
    [
        (["a", "b"], 4, ["a, b"]),
        (["a", "b", "c", "d"], 4, ["a,", "b,", "c, d"]),
        (["a", "b", "c", "d", "e"], 5, ["a, b,", "c, d,", "e"]),
        (["aa", "bb", "cc", "dd", "ee", "ff"], 6, ["aa,", "bb,", "cc, +3"]),
        (["aaa", "bbb", "ccc", "ddd"], 4, ["aaa,", "bbb,", "+2"]),
        (["long", "bb", "cc", "dd"], 3, ["lon", "g,", "+3"]),
        (["a b", "c d"], 4, ["a b,", "c d"]),
    ],
)
def test_a_list_keeps_its_parts_whole(parts: list[str], width: int, lines: list[str]) -> None:
    assert few_lines(parts, width) == lines


@given(st.lists(st.text("ab日", min_size=1, max_size=9), min_size=1, max_size=40), st.integers(10, 40))
def test_what_a_list_shows_and_the_rest_are_all_of_it(parts: list[str], width: int) -> None:
    # A part that ends in a comma fills the narrowest width at most twice.
    lines = few_lines(parts, width)
    assert all(length(line) <= width for line in lines)
    more = int(lines[-1].rpartition("+")[2]) if "+" in lines[-1] else 0
    whole = "".join(lines).partition("+")[0].replace(" ", "")
    shown = len(parts) - more
    assert whole == ",".join(parts[:shown]) + "," * (more > 0)
    assert len(lines) <= 2 * MOST_LINES + 1
