"""Pages as text: within the width, nothing lost."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from rvhctl.manual.blocks import Code, Heading, Items, Paragraph, Terms
from rvhctl.manual.text import bright, laid_out, plain, struck_twice

WORDS = st.lists(st.text("abcx-,.'\"", min_size=1, max_size=30), min_size=1, max_size=12).map(" ".join)
BLOCKS = st.lists(
    st.one_of(
        st.builds(Heading, st.sampled_from([2, 3]), WORDS),
        st.builds(Paragraph, WORDS),
        st.builds(Items, st.lists(WORDS, min_size=1, max_size=3).map(tuple)),
        st.builds(Terms, st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3).map(tuple)),
        st.builds(Code, st.lists(WORDS, min_size=1, max_size=3).map(tuple)),
    ),
    min_size=1,
    max_size=4,
)


@given(BLOCKS, st.integers(40, 120), st.booleans())
def test_nothing_is_wider_or_lost(blocks: list[object], width: int, manual: bool) -> None:
    text = laid_out(blocks, width, plain, manual=manual)  # type: ignore[arg-type]
    assert all(len(line) <= width for line in text.splitlines())
    letters = "".join(
        "".join("".join(part) if isinstance(part, tuple) else str(part) for part in value)
        if isinstance(value, tuple)
        else str(value)
        for block in blocks
        for value in block  # type: ignore[attr-defined]
        if not isinstance(value, int)
    )
    kept = sorted(re.sub(r"[\s*]", "", text.lower()))
    assert kept == sorted(re.sub(r"\s", "", letters))


def test_a_heading_stands_over_its_text() -> None:
    blocks = [Paragraph("First."), Heading(2, "Part"), Paragraph("Second."), Heading(1, "Last.")]
    assert laid_out(blocks, 80, plain) == "First.\n\nPart\n  Second.\n\nLast.\n"
    assert laid_out(blocks, 80, plain, manual=True) == "First.\n\nPART\n    Second.\n\nLast.\n"


def test_a_long_term_has_a_line_for_itself() -> None:
    terms = Terms((("-a", "first"), ("--a-rather-long-option VALUE", "second")))
    assert laid_out([terms], 46, plain) == "-a  first\n--a-rather-long-option VALUE\n    second\n"


def test_styles() -> None:
    terms = Terms((("-a", "first"),))
    assert laid_out([Heading(2, "Part"), Heading(1, "Last.")], 80, bright) == "\x1b[1mPart\x1b[0m\nLast.\n"
    assert laid_out([terms], 80, bright) == "\x1b[1m-a\x1b[0m  first\n"
    assert laid_out([terms], 80, struck_twice) == "-\b-a\ba  first\n"


def test_a_command_is_broken_between_its_words() -> None:
    line = "rvhctl jump-hash --field 'a b c d e f g h i j k l' keys.ndjson"
    assert laid_out([Code((line,))], 46, plain) == (
        "rvhctl jump-hash --field \\\n    'a b c d e f g h i j k l' keys.ndjson\n"
    )
