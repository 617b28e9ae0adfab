"""A key of jump hash on its way from a reader to a writer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from rvhctl.errors import InputError, JumpHashError, listed
from rvhctl.keys.hashes import EMPTY_KEY, INTEGER_HINT, NO_INTEGER

Key = str | bytes | int | tuple[str | int, ...]
"""Text as it came in (bytes where it was no JSON), the 64-bit key itself, or several fields of a record."""

MIN_KEY: Final = -(1 << 63)
MAX_KEY: Final = (1 << 64) - 1

_DECIMAL: Final = rb"([+-]?)0*([0-9]{1,20})"
"""A sign or none, any number of leading zeros, and no more digits than 64 bits can have."""


class KeyRule(NamedTuple):
    """What the recipe and the output ask of every key."""

    integers: bool = False
    """``--hash int``: text is the decimal form of the 64-bit key itself."""
    utf8: bool = False
    """The answer repeats the key in a format that must be UTF-8."""
    as_text: bool = False
    """An integer of JSON is its text, and not the 64-bit key itself."""

    def text(self, key: str | bytes, source: str, line: int | None = None, place: str = "") -> Key:
        """A key given as text.

        Raises:
            InputError: it is empty, no integer where one is asked for, or no UTF-8 where it must be.
        """
        try:
            if not key:
                raise InputError(EMPTY_KEY)
            if self.integers:
                return _integer(key)
            return key.decode() if self.utf8 and isinstance(key, bytes) else key
        except UnicodeDecodeError as error:
            raise InputError(
                "the key is not UTF-8",
                source=source,
                line=line,
                column=len(error.object[: error.start].decode()) + 1,
                place=place,
                value=show(key),
                hint="only -o plain can answer for it",
            ) from None
        except InputError as error:
            raise error.at(source, line, place) from None

    def json(
        self, value: Any, exact: Callable[[], Any], source: str, line: int | None = None, place: str = ""
    ) -> Key:
        """A key given as a JSON value: a string, an integer, an array of several, or an object with ``key``.

        Args:
            exact: gives the value again with exact integers (orjson makes a float of one over 64 bits).

        Raises:
            InputError: it is none of these, or as `text`.
        """
        whole = value
        try:
            if isinstance(value, dict):
                if "key" not in value:
                    raise InputError("the object has no member 'key'")
                value = value["key"]
            if type(value) is str:
                return self.text(value, source, line, place)
            if type(value) is float or (type(value) is list and float in map(type, value)):
                value = exact()["key"] if isinstance(whole, dict) else exact()
            return self.joined(value) if type(value) is list else self._json_integer(value)
        except InputError as error:
            raise error.at(source, line, place) from None

    def joined(self, fields: list[Any]) -> Key:
        """The key that several fields make, each a string or an integer; some may be empty.

        Raises:
            InputError: one is neither, there are fewer than two, all are empty, or keys are to be integers.
        """
        if self.integers:
            raise InputError("a key of several fields is no integer, which --hash int takes", value=fields)
        if len(fields) < 2:
            raise InputError("a key of several fields has at least two", value=fields)
        if not any(field != "" for field in fields):
            raise InputError(f"{EMPTY_KEY}: each of its fields is")
        return tuple(field if type(field) is str else self._json_integer(field) for field in fields)

    def _json_integer(self, value: Any) -> str | int:
        """An integer of JSON, or its text."""
        if type(value) is not int:
            raise InputError("a key is a string or an integer", value=value)
        if self.as_text:
            return str(value)
        if not MIN_KEY <= value <= MAX_KEY:
            raise InputError("the integer key is out of range", value=value, hint=INTEGER_HINT)
        return value


def flag_keys(keys: list[str], rule: KeyRule) -> list[Key]:
    """The keys that the shell passed, by their very bytes."""
    return [rule.text(os.fsencode(key), "--key") for key in keys]


def stated_keys(
    request: Mapping[str, Any], exact: Callable[[], Any], rule: KeyRule
) -> tuple[list[Key], bool]:
    """The keys of a request, and whether it is a single one under ``key``.

    Args:
        exact: gives the request again with exact integers.

    Raises:
        JumpHashError: there are none, or one is no key; as the functions of Python say it.
    """
    try:
        if "key" in request:
            key = request["key"]
            if type(key) is str and key and not rule.integers:
                return [key], True  # as most are, in a third of the time
            return [rule.json(key, lambda: exact()["key"], "")], True
        keys = request.get("keys")
        if not isinstance(keys, list):
            raise JumpHashError(f"a request needs key or keys; it has {listed(request) or 'no member'}")
        if not rule.integers and set(map(type, keys)) == {str} and "" not in keys:
            return keys, False
        return [
            rule.json(key, lambda: exact()["keys"][row], "", place=f"key {row + 1}")  # noqa: B023 called at once
            for row, key in enumerate(keys)
        ], False
    except InputError as error:
        raise JumpHashError(str(error)) from None


def _integer(key: str | bytes) -> int:
    text = key.encode("utf-8", "surrogateescape") if isinstance(key, str) else key
    # int() alone would take underscores, white space and the digits of other scripts.
    found = re.fullmatch(_DECIMAL, text)
    if found and MIN_KEY <= (number := int(b"".join(found.groups()))) <= MAX_KEY:
        return number
    raise InputError(NO_INTEGER, value=show(key), hint=INTEGER_HINT)


def show(key: Key) -> str | int:
    """The key as text; messages show what is no UTF-8 in it as ``\\xff``."""
    shown_key: str | int | bytes = shown(key)
    return shown_key.decode("utf-8", "surrogateescape") if isinstance(shown_key, bytes) else shown_key


def shown(key: Any) -> Any:
    """A key as a cell; several fields are an array of JSON."""
    if not isinstance(key, tuple):
        return key
    from orjson import dumps

    return dumps(key).decode()
