"""JSON text to Python values by orjson, with errors that name the place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

import orjson

from rvhctl.core.json.spans import member_spans
from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError

MAX_EXACT_DEPTH: Final = 256

_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)

_LONG_NUMBER: Final = re.compile(rb"\d{19}")

LARGE: Final = 1 << 24
"""Bytes of a text that may be too large for the memory."""

NEEDED: Final = 4
"""Times its size that the library asks for: a copy, and 16 bytes of a value for each 6 of the text."""

LONG: Final = 1 << 12
"""Bytes of an object of which only what stands around its lists is searched for members that are there twice."""

SHOWN: Final = 20
"""Characters of a text that is no JSON."""


def parse(text: bytes, source: str, line: int | None = None) -> Any:
    """The value of a whole document (``line`` None) or of line ``line`` of an NDJSON stream.

    Raises:
        InputError: not JSON, not UTF-8, or nested too deeply; with the place.
    """
    try:
        return loads(text)
    except orjson.JSONDecodeError as error:
        _explain(text, error, source, line)


def parse_own(text: bytes, source: str, what: str, hint: str = "") -> Any:
    """The value of a file that this program writes itself; ``what`` it is.

    Raises:
        InputError: not JSON; with the place.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        problem = f"not a {what} of rvhctl: not JSON: {error.msg}"
        raise InputError(problem, source=source, line=error.lineno, column=error.colno, hint=hint) from None


def loads(text: bytes | memoryview) -> Any:
    """The value of a text by the library, which crashes where it finds no memory; asked before, the system says so.

    Raises:
        MemoryError: there is too little.
        JSONDecodeError: it is not JSON.
    """
    if len(text) > LARGE:
        bytes(len(text) * NEEDED)
    return orjson.loads(text)


def dumps(value: Any, default: Callable[[Any], Any] | None = None, option: int | None = None) -> bytes:
    """The text of a value that is kept: what the library returns takes up 4 KiB of memory, however short it is."""
    return b"%b" % orjson.dumps(value, default, option)


def decode_utf8(text: bytes, source: str, line: int = 1) -> str:
    """The text that starts on line ``line`` of a source; an error names the line and column."""
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        start = text.rfind(b"\n", 0, error.start) + 1
        raise InputError(
            "not UTF-8",
            source=source,
            line=line + text.count(b"\n", 0, error.start),
            column=len(text[start : error.start].decode()) + 1,
            value=text[error.start : error.start + 1].decode("utf-8", "surrogateescape"),
        ) from None


def exact_value(text: bytes) -> Any:
    """The value again, with integers of any size exact where orjson makes a float of them.

    Raises:
        InputError: it is nested too deeply for the standard library, which recurses.
    """
    if _depth(text) > MAX_EXACT_DEPTH:
        hint = f"at most {MAX_EXACT_DEPTH} levels"
        raise InputError("a number beyond 64 bits in a value that is nested too deeply", hint=hint)
    return json.loads(text)


def exactly(text: bytes, value: Any) -> Any:
    """The value of a text; read again if one of its integers may be beyond 64 bits.

    Raises:
        InputError: it is nested too deeply for that.
    """
    return exact_value(text) if _LONG_NUMBER.search(text) else value


def _depth(text: bytes) -> int:
    """How deeply arrays and objects are nested, at most."""
    if text.count(b"[") + text.count(b"{") <= MAX_EXACT_DEPTH:
        return 0
    depth = deepest = 0
    for token in _BRACKETS.finditer(text):
        if token[0] in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in (b"]", b"}"):
            depth -= 1
    return deepest


def value_column(line: bytes, member: str) -> int:
    """The column, from 1, at which the value of an object's (last) member of that name begins."""
    return len(line[: member_span(line, 0, member)[0]].decode()) + 1


def member_text(text: bytes, member: str) -> bytes:
    """The text of the value of an object's (last) member of that name."""
    start, end = member_span(text, 0, member)
    return text[start:end]


def member_span(text: bytes, start: int, member: str) -> tuple[int, int]:
    """Start and end of the value of the (last) member of that name, of the object whose brace stands at ``start``.

    Raises:
        KeyError: there is none.
    """
    spans = member_spans(text, start)
    for at in range(len(spans) - 4, -1, -4):
        if orjson.loads(text[spans[at] : spans[at + 1]]) == member:
            return spans[at + 2], spans[at + 3]
    raise KeyError(member)


def repeated(
    text: bytes, start: int, value: Mapping[str, Any], names: frozenset[str], inner: str = ""
) -> str | None:
    """Return which of the names is there twice in the object whose brace stands at ``start``.

    Args:
        value: the object, as it was read.
        inner: a member that may be an object of which no name may be there twice either.
    """
    twice = _repeated(text, start, value, names)
    if not twice and isinstance(value.get(inner), dict):
        return any_repeated(text, member_span(text, start, inner)[0])
    return twice or None


def any_repeated(text: bytes, start: int) -> str | None:
    """Return the first name that is there twice in the object whose brace stands at ``start``."""
    spans = member_spans(text, start)
    seen = set()
    for at in range(0, len(spans), 4):
        name: str = orjson.loads(text[spans[at] : spans[at + 1]])
        if name in seen:
            return name
        seen.add(name)
    return None


def _repeated(text: bytes, start: int, value: Mapping[str, Any], names: frozenset[str]) -> str:
    # The structure of a short text is found sooner than names in it, by compiled code.
    if COMPILED and len(text) <= LONG and len(member_spans(text, start)) == 4 * len(value):
        return ""
    quoted = [b'"%b"' % name.encode() for name in names.intersection(value)]
    # To look through long lists for names would take a tenth of the time of an answer.
    searched = text if len(text) <= LONG else text[: text.find(b"[", start + 1)] + text[text.rfind(b"]") :]
    often = [name for name in quoted if searched.count(name) > 1]
    if not often:
        return ""
    spans = member_spans(text, start)
    stated = [text[spans[at] : spans[at + 1]] for at in range(0, len(spans), 4)]
    return next((name[1:-1].decode() for name in often if stated.count(name) > 1), "")


def _explain(text: bytes, error: orjson.JSONDecodeError, source: str, line: int | None) -> NoReturn:
    first = line or 1
    if not error.doc:  # the library shows no text that is no UTF-8
        decode_utf8(text, source, first)
    if not text.strip():
        raise InputError("not JSON: the text is empty", source=source, line=first, column=1) from None
    rest = error.doc[error.pos : error.pos + SHOWN]
    raise InputError(
        f"not JSON: {error.msg}",
        source=source,
        line=first + error.lineno - 1,
        column=error.colno,
        value=rest.split("\n", 1)[0] or ...,
        hint=_hint(text, error.msg, rest, whole=line is None),
    ) from None


def _hint(text: bytes, problem: str, rest: str, *, whole: bool) -> str:
    """What may be meant where JSON ends to be JSON, with ``rest`` from there on."""
    if rest.lstrip("-+").startswith(("NaN", "nan", "Infinity", "inf")):
        return "JSON has no NaN or Infinity; write null for no measurement"
    if whole:
        several = problem == "unexpected content after document" and rest.startswith(("{", "["))
        return "several documents become one object a line by: jq -c . FILE" if several else ""
    # A line that only opens something, as in objects that are printed over several lines.
    if not rest and text.lstrip().startswith((b"{", b"[")) and text.rstrip().endswith((b"{", b"[", b",")):
        return "objects over several lines become one a line by: jq -c . FILE (of an array: jq -c '.[]')"
    return ""


NUMBER: Final = re.compile(
    r"(?:\+|(?P<minus>-))?(?=\.?\d)(?P<whole>\d*)(?:\.(?P<fraction>\d*))?(?P<exponent>[eE][+-]?\d+)?",
    re.ASCII,
)
"""A number as people write it."""


def number_fragment(text: str) -> orjson.Fragment | None:
    """A number by its own digits, as JSON writes them: no plus sign, no leading zeros, digits around the point."""
    found = NUMBER.fullmatch(text)
    if found is None or not math.isfinite(float(text)):
        return None
    minus, whole, fraction, exponent = found.group("minus", "whole", "fraction", "exponent")
    digits = (whole or "").lstrip("0") or "0"
    return orjson.Fragment(f"{minus or ''}{digits}{'.' + fraction if fraction else ''}{exponent or ''}")


def array_fragment(text: str) -> orjson.Fragment | None:
    """An array by its own digits."""
    try:
        return orjson.Fragment(text) if isinstance(orjson.loads(text), list) else None
    except orjson.JSONDecodeError:
        return None
