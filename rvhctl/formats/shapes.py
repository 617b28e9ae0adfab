"""What goes out in every format: views of rows, and the values in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from rvhctl.core.vectors import Ints

Row = dict[str, Any]


class Digits:
    """An id that came in as an integer of JSON, of any size, and goes out as one."""

    def __init__(self, text: str) -> None:
        self.text = text


class IdList:
    """The ids of some rows of a fleet, written at once where they can be cut out of a text."""

    __slots__ = ("_first", "_ids", "_last", "_rows")

    def __init__(self, ids: Sequence[Any], rows: Ints, first: int, last: int) -> None:
        self._ids = ids
        self._rows = rows
        self._first = first
        self._last = last

    def __len__(self) -> int:
        return self._last - self._first

    def __iter__(self) -> Iterator[Any]:
        return (self._ids[row] for row in self._rows[self._first : self._last])

    def json(self) -> object:
        """What orjson writes as an array."""
        ids = self._ids
        if getattr(ids, "bare", False) and self._first < self._last:
            return orjson.Fragment(b'["%b]' % ids.join(self._rows, self._first, self._last, b'","')[:-2])  # type: ignore[attr-defined]
        return list(self)

    def text(self, comma: str) -> str:
        join = getattr(self._ids, "join", None)
        if join is None:
            return comma.join(map(cell_text, self))
        text: bytes = join(self._rows, self._first, self._last, comma.encode())
        return text[: -len(comma)].decode()


@dataclass(frozen=True, slots=True)
class View:
    """Rows that all have the same members, and how people see them."""

    columns: tuple[str, ...]
    """The members that text formats and tables show; ``name:r`` is aligned to the right, ``:l`` to the left, and
    ``:b`` a bar."""
    rows: Callable[[], Iterable[Row]]
    document: Row | None = None
    """What JSON says around the rows, if anything; they are its first member's value."""
    caption: str = ""
    vital: str = ""
    """A member; people see a row faintly where it says nothing."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.partition(":")[0] for column in self.columns)


def cell_text(value: Any, comma: str = ",") -> str:
    """A value in a cell of text: ids and shares separated by commas, null empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, IdList):
        return value.text(comma)
    if isinstance(value, list):
        return comma.join(map(part_text, value))
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return value.text if isinstance(value, Digits) else orjson.dumps(value).decode()


def part_text(part: Any) -> str:
    return f"{part['cell']}={part['share']}" if type(part) is dict else cell_text(part)


_WORDS: Final = {None: "", True: "true", False: "false"}
