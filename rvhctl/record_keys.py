"""Which part of a record is its key: a field of a JSON object or a row, or what a pattern finds in a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from rvhctl import jsontext
from rvhctl.errors import InputError, UsageError, quoted
from rvhctl.keys import Key, KeyRule

RESERVED: Final = ("bucket", "node", "replicas")
"""What an answer adds to a record."""

KEY_GROUP: Final = "key"


class FieldPath:
    """``--field user.id``: a path of names through objects, or the name of a column.

    A name that has a dot itself can be reached only as a column.
    """

    def __init__(self, text: str) -> None:
        """
        Raises:
            UsageError: a name is empty.
        """
        self.text: Final = text
        self.names: Final = text.split(".")
        if not all(self.names):
            raise UsageError(f"--field: a name is empty (got {quoted(text)}); it is like user.id")

    def key_of(
        self, value: Any, exact: Callable[[], Any], rule: KeyRule, source: str, line: int | None, place: str
    ) -> Key:
        """The key of a decoded record.

        Args:
            exact: gives the record again with exact integers (orjson makes a float of one over 64 bits).

        Raises:
            InputError: the field is missing, or neither a string nor an integer, or no key.
        """
        wrong = partial(InputError, source=source, line=line, place=place)
        if type(value) is not dict:
            raise wrong("a record is an object", value=value)
        found: Any = value
        for depth, name in enumerate(self.names):
            if type(found) is not dict:
                inside = ".".join(self.names[:depth])
                raise wrong(f"the field {quoted(self.text)} is missing: {quoted(inside)} is no object")
            if name not in found:
                raise wrong(
                    f"the field {quoted(self.text)} is missing",
                    hint=f"there is {', '.join(found) or 'nothing'}",
                )
            found = found[name]
        if type(found) not in (str, int, float):
            shown = (
                "an object" if isinstance(found, dict) else "an array" if isinstance(found, list) else found
            )
            raise wrong(f"the field {quoted(self.text)} is neither a string nor an integer", value=shown)
        return rule.json(found, lambda: self._walk(exact()), source, line, place)

    def line_key(
        self, line: bytes, rule: KeyRule, source: str, number: int, *, reserved: tuple[str, ...]
    ) -> Key:
        """The key of a line of NDJSON.

        Raises:
            InputError: as :meth:`key_of`; or the record has one of the ``reserved`` members.
        """
        value = jsontext.parse(line, source, number)
        key = self.key_of(value, partial(jsontext.exact_value, line), rule, source, number, "")
        check_reserved(value, reserved, source, number, "")
        return key

    def _walk(self, value: Any) -> Any:
        for name in self.names:
            value = value[name]
        return value


def check_reserved(
    names: Any, reserved: tuple[str, ...], source: str, line: int | None, place: str = ""
) -> None:
    """Refuse a record to which a member would be added that it has.

    Raises:
        InputError: it has one.
    """
    for name in reserved:
        if name in names:
            raise InputError(
                f"the record already has {quoted(name)}, which is to be added",
                source=source,
                line=line,
                place=place,
                hint="rename it, or use -o plain",
            )


class LinePattern:
    """``--regex``: the group of a pattern is the key of a text line; without a group the whole match is."""

    def __init__(self, text: str) -> None:
        """
        Raises:
            UsageError: it is no pattern, or has several groups none of which is called ``key``.
        """
        try:
            self._pattern = re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            raise UsageError(f"--regex: {error} (got {quoted(text)})") from None
        self.text: Final = text
        self._group: int | str = 0
        if KEY_GROUP in self._pattern.groupindex:
            self._group = KEY_GROUP
        elif self._pattern.groups > 1:
            raise UsageError(
                f"--regex: the pattern has {self._pattern.groups} groups; "
                "call one of them (?P<key>...), or make the others (?:...)"
            )
        elif self._pattern.groups:
            self._group = 1

    def key_of(self, line: bytes) -> bytes | None:
        """The bytes of the key; None where the pattern does not match.

        The line is text in UTF-8, so that ``\\w`` knows letters beyond ASCII; other bytes match by ``.`` only.
        """
        found = self._pattern.search(line.decode("utf-8", "surrogateescape"))
        key = None if found is None else found[self._group]
        return None if key is None else key.encode("utf-8", "surrogateescape")

    def no_match(self, line: bytes, source: str, number: int | None = None) -> InputError:
        """What is wrong with a line without a key."""
        return InputError(
            f"the pattern {quoted(self.text)} does not match",
            source=source,
            line=number,
            value=line.decode("utf-8", "surrogateescape"),
        )
