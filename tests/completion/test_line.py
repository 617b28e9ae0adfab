"""A line of bash, whatever is still open in it."""

from __future__ import annotations

import pytest

from rvhctl.completion.line import Line, cut_line


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("rvhctl ", "", Line([], "", [])),
        ("rvhctl fa", "", Line([], "fa", [])),
        ("rvhctl  faultset\t--down a", " b.json", Line(["faultset", "--down"], "a", ["b.json"])),
        ("rvhctl --down a", "bc d", Line(["--down"], "a", ["d"])),
        ("rvhctl 'a b' \"c d\" e\\ f ", "", Line(["a b", "c d", "e f"], "", [])),
        ("rvhctl 'a b", "", Line([], "a b", [], "'")),
        ("rvhctl 'a ", "b' c", Line([], "a ", ["c"], "'")),
        ('rvhctl "a b', "", Line([], "a b", [], '"')),
        ("rvhctl a\\ ", "", Line([], "a ", [])),
        ("rvhctl a\\", "", Line([], "a", [])),
        ("rvhctl # a", " 'b", Line(["#"], "a", ["b"])),
        ("rvhctl '' ''", "", Line([""], "", [])),
    ],
)
def test_words_and_the_quote_that_is_open(before: str, after: str, line: Line) -> None:
    assert cut_line(before, after) == line


@pytest.mark.parametrize(
    ("quote", "quoted"), [("", r"a\ \'b\"\$\\ü"), ("'", "a '\\''b\"$\\ü"), ('"', "a 'b\\\"\\$\\\\ü")]
)
def test_a_word_as_it_has_to_stand(quote: str, quoted: str) -> None:
    assert Line([], "", [], quote).quoted("a 'b\"$\\ü") == quoted
