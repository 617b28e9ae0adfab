"""Man pages: what roff would take for its own is guarded."""

from __future__ import annotations

import pytest

from rvhctl.manual.blocks import Code, Heading, Items, Paragraph, Terms
from rvhctl.manual.roff import man_page


def body(*blocks: object) -> list[str]:
    return man_page("failover", blocks).splitlines()[1:]  # type: ignore[arg-type]


def test_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert man_page("formats", []).startswith('.TH RVHCTL\\-FORMATS 7 1970-01-02 "rvhctl ')
    assert man_page(None, []).startswith(".TH RVHCTL 1 ")


def test_what_begins_like_a_request_is_text() -> None:
    assert body(Paragraph(".so /etc/passwd")) == [".PP", "\\&.so /etc/passwd"]
    assert body(Code(("'br", "a\\b"))) == [".PP", ".RS 4", ".EX", "\\&'br", "a\\eb", ".EE", ".RE"]


def test_blocks() -> None:
    assert body(Heading(2, "Part"), Heading(3, "Of it")) == [".SH PART", ".SS Of it"]
    assert body(Items(("one",))) == [".IP \\(bu 2", "one"]
    assert body(Terms((("-a N", "Take `N` of **all**."),))) == [
        ".TP",
        "\\fB\\-a N\\fR",
        "Take \\fBN\\fR of \\fBall\\fR.",
    ]
