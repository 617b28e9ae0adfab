"""A key of jump hash on its way from a reader to a writer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from rvhctl.errors import InputError

Key = str | bytes | int
"""Text as it came in (bytes where it was no JSON), or the 64-bit key itself."""

Buckets = Sequence[int]

MIN_KEY: Final = -(1 << 63)
MAX_KEY: Final = (1 << 64) - 1

INTEGER_HINT: Final = f"an integer key is the 64-bit key itself, {MIN_KEY}..{MAX_KEY}"

_DECIMAL: Final = re.compile(rb"[+-]?[0-9]+")


def decode_key(
    value: Any, exact: Callable[[], Any], source: str, line: int | None = None, *, place: str = ""
) -> Key:
    """A decoded JSON value as a key: a string, an integer, or an object with ``key``.

    Args:
        exact: gives the value again with exact integers (orjson makes a float of one over 64 bits).

    Raises:
        InputError: it is none of these.
    """

    def wrong(problem: str, hint: str = "") -> InputError:
        return InputError(problem, source=source, line=line, place=place, value=value, hint=hint)

    if isinstance(value, dict):
        if "key" not in value:
            raise wrong("the object has no member 'key'")
        value, whole = value["key"], exact
        exact = lambda: whole()["key"]  # noqa: E731
    if type(value) is str:
        if not value:
            raise wrong("the key is empty")
        return value
    if type(value) is float:
        value = exact()
    if type(value) is not int:
        raise wrong("a key is a string or an integer")
    if not MIN_KEY <= value <= MAX_KEY:
        raise wrong("the integer key is out of range", INTEGER_HINT)
    return value


def integer_key(key: Key, source: str, line: int | None = None) -> int:
    """The decimal text of a 64-bit key as that key.

    Raises:
        InputError: it is no decimal integer, or out of range.
    """
    if isinstance(key, int):
        return key
    text = key.encode() if isinstance(key, str) else key
    # int() alone would take underscores, white space and the digits of other scripts.
    if not _DECIMAL.fullmatch(text) or not MIN_KEY <= (number := int(text[:40])) <= MAX_KEY or len(text) > 40:
        raise InputError("not a 64-bit integer key", source=source, line=line, value=show(key), hint=INTEGER_HINT)
    return number


def show(key: Key) -> str | int:
    """The key for people: bytes that are no UTF-8 are escaped."""
    return key.decode("utf-8", "backslashreplace") if isinstance(key, bytes) else key


def as_text(key: Key) -> str:
    """The key in an output that must be UTF-8.

    Raises:
        InputError: its bytes are no UTF-8.
    """
    if isinstance(key, bytes):
        try:
            return key.decode()
        except UnicodeDecodeError:
            raise InputError("the key is not UTF-8", value=show(key), hint="only -o plain can answer for it") from None
    return str(key)


def as_json(key: Key) -> bytes:
    """The key as JSON text: a string, or an integer by its exact digits."""
    return b"%d" % key if isinstance(key, int) else orjson.dumps(as_text(key))
