"""Which part of a record is its key: a field of a JSON object or a row, or what a pattern finds in a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from rvhctl.errors import InputError, UsageError, listed, quoted, shorten
from rvhctl.keys.key import Key, KeyRule
from rvhctl.keys.sizes import checked_size

RESERVED: Final = ("bucket", "node", "replicas")
"""What an answer adds to a record."""

KEY_GROUP: Final = "key"

MAX_NAMES: Final = 100
"""Names in a path: far more than records are deep, and far fewer than any reader's own limit."""

_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\.|\s*,|$)', re.DOTALL)
_BARE: Final = re.compile(r'((?!")(?:[^.,\\]|\\[.,\\"]|\\)+)(?=[.,]|$)', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\([.,\\"])')
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


class FieldPath:
    """``--field user.id``: a path of names through objects and arrays, or the name of a column.

    A name with dots or commas stands in quotes (``"service.name"``), or has a backslash before each
    (``service\\.name``). An element of an array goes by its index (``tags.0``).
    """

    def __init__(self, text: str, whole: str = "") -> None:
        """``whole``: all of the option, where it names several fields.

        Raises:
            UsageError: a name is empty, a quote is not closed, or the path is too long.
        """
        self.text: Final = text
        self.whole: Final = whole
        self.shown: Final = shorten(text)
        self.names, end = _names(text)
        if end < len(text):
            raise UsageError(f"--field: {in_quotes(text)}")
        self._indexes: Final = [_INDEX.fullmatch(name) is not None for name in self.names]

    def column(self, header: Sequence[str]) -> str:
        """The name of the column of that text; of CSV and TSV, whose names have no parts."""
        return self.text if self.text in header or len(self.names) > 1 else self.names[0]

    def key_of(
        self, value: Any, exact: Callable[[], Any], rule: KeyRule, source: str, line: int | None, place: str
    ) -> Key:
        """The key of a decoded record.

        Args:
            exact: gives the record again with exact integers (orjson makes a float of one over 64 bits).

        Raises:
            InputError: the field is missing, or neither a string nor an integer, or no key.
        """
        try:
            return rule.json(self._found(value), lambda: self._walk(exact()), "")
        except InputError as error:
            raise error.at(source, line, place) from None

    def exact_value(self, value: Any, exact: Callable[[], Any]) -> Any:
        """What stands at the path of a decoded record, a string or a number; as `key_of`."""
        found = self._found(value)
        return self._walk(exact()) if type(found) is float else found

    def _found(self, value: Any) -> Any:
        if type(value) is not dict:
            raise InputError("a record is an object", value=value)
        found = self._walk(value)
        if type(found) not in (str, int, float):
            kinds: dict[type, str] = {dict: "an object", list: "an array"}
            wrong = f"the field {self.shown} is neither a string nor an integer"
            raise InputError(wrong, value=kinds.get(type(found), found))
        return found

    def size_of(self, record: Any, source: str, line: int | None, place: str = "") -> float:
        """The size that a decoded record states.

        Raises:
            InputError: the field is missing, or no size.
        """
        try:
            if type(record) is not dict:
                raise InputError("a record is an object", value=record)
            return checked_size(self._walk(record))
        except InputError as error:
            raise error.at(source, line, place) from None

    def _walk(self, record: Any) -> Any:
        """What stands at the end of the path."""
        found = record
        for depth, name in enumerate(self.names):
            if type(found) is dict and name in found:
                found = found[name]
            elif type(found) is list and self._indexes[depth] and int(name) < len(found):
                found = found[int(name)]
            else:
                raise self._missing(found, depth)
        return found

    def _missing(self, container: Any, depth: int) -> InputError:
        inside = shorten(".".join(self.names[:depth]))
        missing = f"the field {self.shown} is missing"
        if type(container) is list:
            size = len(container)
            return InputError(
                f"{missing}: {inside} is an array of {size} element{'s' * (size != 1)}",
                hint="name one by its index, from 0",
            )
        if type(container) is not dict:
            return InputError(f"{missing}: {inside} is no object")
        rest = ".".join(self.names[depth:])
        if rest in container:
            before = ".".join([*self.names[:depth], f'"{rest}"'])
            return InputError(missing, hint=f"a name with dots stands in quotes: --field '{before}'")
        if self.whole and self.whole in container:
            return InputError(missing, hint=in_quotes(self.whole))
        return InputError(missing, hint=f"there is {listed(container) or 'nothing'}")


def field_paths(text: str) -> tuple[FieldPath, ...]:
    """The paths of an option, which commas separate.

    Raises:
        UsageError: one is no path, or is there twice.
    """
    texts: list[str] = []
    start = 0
    while start <= len(text):
        end = _names(text, start)[1]
        texts.append(text[start:end].rstrip())
        start = _behind_space(text, _behind_space(text, end) + 1)
    paths = tuple(FieldPath(each, text) for each in texts) if len(texts) > 1 else (FieldPath(text),)
    seen = set[tuple[str, ...]]()
    for path in paths:
        names = tuple(path.names)
        if names in seen:
            raise UsageError(f"--field names {path.shown} twice")
        seen.add(names)
    return paths


def _behind_space(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def in_quotes(name: str) -> str:
    """What to do about a name that is taken for several."""
    return f"a name with a comma stands in quotes: --field '\"{name}\"'"


def _names(text: str, at: int = 0) -> tuple[list[str], int]:
    """The names of the path that begins here, without their quotes and backslashes, and where it ends."""
    names: list[str] = []
    while True:
        found = (_QUOTED if text.startswith('"', at) else _BARE).match(text, at)
        if found is None and text.startswith('"', at):
            raise UsageError(f'--field: a quote is not closed (got {shorten(text)}); it is like a."b.c".d')
        if found is None or not found[1]:
            raise UsageError(f"--field: a name is empty (got {shorten(text)}); it is like user.id")
        names.append(_ESCAPED.sub(r"\1", found[1]))
        if len(names) > MAX_NAMES:
            raise UsageError(f"--field: the path has more than {MAX_NAMES} names (got {shorten(text)})")
        if not text.startswith(".", found.end()):
            return names, found.end()
        at = found.end() + 1


def size_path(text: str) -> FieldPath:
    """``--size stats.bytes``, as ``--field`` has it.

    Raises:
        UsageError: it is no path.
    """
    try:
        return FieldPath(text)
    except UsageError as error:
        raise UsageError(str(error).replace("--field", "--size")) from None


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


_IN_A_LINE: Final = r"""(?x: [^\\\[\]()\n]                                   # characters, anchors, repeats, |
        | \\(?: [dwbS] | [!-/:-@[-`{-~] )                  # no \s, \D, \W: they match a line end
        | \((?: \?: | \?P<\w+> )? (?!\?) | \)                # no flags, no looking around
        | \[(?: (?P<not>\^) | (?!\^) ) (?!\]) (?: [^\\\[\]\x00-\x1f] | \\(?: [dwS] | [!-/:-@[-`{-~] ) )+ \]
        )"""
"""A part of a pattern that matches no line end; a class of what is not there (``not``) once that is in it."""


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
        self._group = 0
        if KEY_GROUP in self._pattern.groupindex:
            self._group = self._pattern.groupindex[KEY_GROUP]
        elif self._pattern.groups > 1:
            raise UsageError(
                f"--regex: the pattern has {self._pattern.groups} groups; "
                "call one of them (?P<key>...), or make the others (?:...)"
            )
        elif self._pattern.groups:
            self._group = 1
        self._whole_text: Final = _whole_text_pattern(text, self._group)

    def keys_of(self, text: str, delimiter: str, count: int) -> list[str | None]:
        """The keys of so many complete lines; None where the pattern does not match."""
        if delimiter == "\n":
            text = text.replace("\r\n", "\n")
            if self._whole_text is not None:
                found = self._whole_text.findall(text)
                keys = [groups[self._group - 1] for groups in found] if self._pattern.groups > 1 else found
                # With fewer matches than lines it is not known which have none. Groups without a part in the
                # match are empty here.
                if len(keys) == count and "" not in keys:
                    return keys
        lines = text.split(delimiter, count)[:count]
        return [None if found is None else found[self._group] for found in map(self._pattern.search, lines)]

    def key_of(self, line: bytes) -> bytes | None:
        """The bytes of the key; None where the line is no UTF-8, or the pattern does not match."""
        try:
            found = self._pattern.search(line.decode())
        except UnicodeDecodeError:
            return None
        key = None if found is None else found[self._group]
        return None if key is None else key.encode()

    def no_key(self, line: bytes, source: str, number: int | None = None) -> InputError:
        """What is wrong with a line without a key."""
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            return InputError(
                "not UTF-8",
                source=source,
                line=number,
                column=len(line[: error.start].decode()) + 1,
                value=line[error.start : error.start + 1].decode("utf-8", "surrogateescape"),
                hint="--regex looks for text in UTF-8",
            )
        return InputError(
            f"the pattern {shorten(self.text)} does not match", source=source, line=number, value=text
        )


def _whole_text_pattern(text: str, group: int) -> re.Pattern[str] | None:
    """A pattern that finds in lines, all at once, what another one finds in each of them; and the rest of the line.

    None for one that could match a line end, or look beyond it.
    """
    parts: list[str] = []
    part_at = re.compile(_IN_A_LINE).match
    at = 0
    while at < len(text):
        part = part_at(text, at)
        if part is None:
            return None
        parts.append(r"[^\n" + part[0][2:] if part["not"] else part[0])
        at = part.end()
    opening = "(?:" if group else "("
    return re.compile(rf"{opening}{''.join(parts)})[^\n]*\n", re.MULTILINE)
