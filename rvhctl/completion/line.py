"""A line of bash as it is typed, cut into words: quotes may still be open."""

from __future__ import annotations

import re
from shlex import shlex
from typing import Final, NamedTuple

_CURSOR: Final = "x"
"""Any letter: with it the word at the cursor is never empty."""

_SPECIAL: Final = re.compile(r"[^\w@%+=:,./-]")


class Line(NamedTuple):
    """The words around the cursor, without their quotes."""

    before: list[str]
    current: str
    """The word at the cursor, as far as it is typed."""
    after: list[str]
    quote: str = ""
    """The quote that is open at the cursor."""

    def quoted(self, word: str) -> str:
        """Return a word as it has to stand at the cursor."""
        if not self.quote:
            return _SPECIAL.sub(r"\\\g<0>", word)
        return word.replace("'", r"'\''") if self.quote == "'" else re.sub(r'["$`\\]', r"\\\g<0>", word)


def cut_line(before: str, after: str) -> Line:
    """Return the words of a line with the cursor between ``before`` and ``after``."""
    words, quote = _words(before + _CURSOR)
    rest, _ = _words(quote + _CURSOR + after)
    return Line(words[1:-1], words[-1].removesuffix(_CURSOR), rest[1:], quote)


def _words(text: str) -> tuple[list[str], str]:
    """The words, and the quote that is open at the end."""
    lexer = shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        return [*words, lexer.token], lexer.state or ""  # type: ignore[attr-defined]
    return words, ""
