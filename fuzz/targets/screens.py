"""Text from outside on its way to people: on terminals, in pages, and in the words that a shell completes."""

from __future__ import annotations

import re
import shlex
from html.parser import HTMLParser

import orjson

from fuzz.target import Given, target
from rvhctl.completion.line import cut_line
from rvhctl.errors import MAX_SHOWN, shorten
from rvhctl.formats.html import text as html
from rvhctl.streams.terminal import visible, visible_lines

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
PIECES = ("\x1b[31m", "\x07", "\x7f", "\x9b", "\u202e", "\u2066", "\u2028", "\u200f", "\r", "\n", "\0")


def is_safe(text: str) -> bool:
    """Whether a terminal shows the text, and obeys nothing in it."""
    return UNSAFE.search(text) is None


@target(*PIECES, "\\", "'", "é", "\U0001f680", b"\xff", "\\x1b")
def terminal_texts(data: bytes) -> object:
    """Data as a line of a terminal, as a value in a message, and as lines of JSON."""
    text = data.decode("utf-8", "surrogateescape")
    shown = visible(text)
    assert is_safe(shown)
    assert visible(shown) == shown
    assert shown == text or not is_safe(text) or any("\udc80" <= c <= "\udcff" for c in text)
    value = shorten(text)
    assert is_safe(visible(value))
    assert len(value) <= MAX_SHOWN
    plain = data.decode("utf-8", "replace")
    line = orjson.dumps(plain)
    safe = visible_lines(line)
    assert is_safe(safe.decode())
    assert orjson.loads(safe) == plain
    lines = visible_lines(data)
    assert lines.count(b"\n") == data.count(b"\n")
    return [shown, value, safe, lines]


class Texts(HTMLParser):
    """What a browser sees in a page: the name of each element, its attributes, and text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[object] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@target("<", ">", "&", "&amp;", "&#60;", '"', "'", "</p>", "<!--", "]]>", "<script>", *PIECES, b"\xff")
def page_texts(data: bytes) -> object:
    """Data in a page is never markup."""
    text = data.decode("utf-8", "surrogateescape")
    page = html.element("p", html.text(text), data_id=text, x=1.5, none=None)
    seen = Texts(page)
    shown = visible(text)
    assert seen.found == [("p", [("data-id", shown), ("x", "1.5")])]
    assert seen.text == shown
    return page


@target(" ", "'", '"', "\\", "$", "`", "\n", "--nodes ", "a,b", "rvhctl ", "é", "#", ";", "~", longest=60)
def shell_lines(data: bytes) -> object:
    """A line of bash with the cursor in it, cut into words; and a word as it has to stand there."""
    given = Given(data)
    before = given.text(given.below(30)).decode("utf-8", "replace")
    word, after = (
        given.text(given.below(12)).decode("utf-8", "replace"),
        given.text().decode("utf-8", "replace"),
    )
    line = cut_line(before, after)
    # Behind the name of the program.
    if line.quote == "" and (words := shlex.split(f"{before}x")[1:]):
        assert words == [*line.before, f"{line.current}x"]
    if "\n" in word:
        return line
    quoted = line.quoted(word)
    if line.quote == '"':
        # As in bash; Python knows of two of these only.
        assert re.sub(r'\\(["$`\\])', r"\1", quoted) == word
        assert not re.search(r'(?<!\\)(?:\\\\)*["$`]', quoted)
    else:
        assert shlex.split(f"{line.quote}{quoted}{line.quote}") == ([word] if word or line.quote else [])
    return line
