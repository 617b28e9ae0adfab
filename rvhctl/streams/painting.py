"""JSON as a terminal shows it: in colours, and a document over several lines."""

from __future__ import annotations

import re
from typing import Final

INDENT: Final = b"  "

MEMBER: Final = b"1"
TEXT: Final = b"32"
NOTHING: Final = b"2"
"""The looks of a member's name, of a text and of null, as parameters of an escape sequence (ECMA-48, 8.3.117): what a
light and a dark background show alike. Numbers have the terminal's own colour."""

_TEXT: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*'

_TOKEN: Final = re.compile(
    rb'(?P<text>%b")|(?P<begin>[{\[])|(?P<end>[}\]])|(?P<comma>,)|(?P<colon>:)|(?P<blanks>\s+)'
    rb'|(?P<other>[^\s{}\[\],:"]+)|(?P<cut>%b\\?\Z)' % (_TEXT, _TEXT),
    re.DOTALL,
)


class JsonPainter:
    """Shows JSON that comes in pieces, cut anywhere; what is no whole token waits for the next piece."""

    def __init__(self, *, color: bool, indent: bool) -> None:
        """``indent``: write each member and each element on a line of its own."""
        self._color: Final = color
        self._indent: Final = indent
        self._inside: list[bytes] = []
        self._opened = False
        self._named = False
        """Whether a value comes, and not the name of a member."""
        self._waiting = b""

    def __call__(self, piece: bytes) -> bytes:
        """Return what is shown of the next piece."""
        text, self._waiting = self._waiting + piece, b""
        return _TOKEN.sub(self._shown, text)

    def _shown(self, token: re.Match[bytes]) -> bytes:
        kind, text = token.lastgroup, token.group()
        if kind == "cut" or (kind == "other" and token.end() == len(token.string)):
            self._waiting = text
            return b""
        if kind == "blanks":
            return b"" if self._indent and self._inside else text
        if kind == "end":
            self._inside.pop()
            broken = b"" if self._opened else self._line_end()
            self._opened = False
            return broken + text
        broken = self._line_end() if self._opened else b""
        self._opened = kind == "begin"
        if kind == "begin":
            self._inside.append(text)
            self._named = False
        elif kind == "comma":
            self._named = False
            return text + self._line_end()
        elif kind == "colon":
            self._named = True
            return b": " if self._indent else text
        return broken + self._painted(text, kind)

    def _line_end(self) -> bytes:
        return b"\n" + INDENT * len(self._inside) if self._indent else b""

    def _painted(self, text: bytes, kind: str | None) -> bytes:
        if not self._color:
            return text
        if kind == "text":
            is_name = self._inside[-1:] == [b"{"] and not self._named
            return b"\x1b[%bm%b\x1b[0m" % (MEMBER if is_name else TEXT, text)
        return b"\x1b[%bm%b\x1b[0m" % (NOTHING, text) if text == b"null" else text
