"""What every format reads and writes: records, and views of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, repeat
from types import NoneType
from typing import Any, Final, NamedTuple, Protocol

import orjson

from rvhctl.core.columns import Floats, Ints
from rvhctl.core.csv.rows import join_cells
from rvhctl.core.json.rows import join_objects
from rvhctl.core.words import COMPILED
from rvhctl.streams.progress import watched

Picked = Sequence[int] | Ints
"""Which records, in the order of the answer."""

Row = dict[str, Any]
Columns = Sequence["Sequence[Any] | IdList | Floats"]
"""The values of some rows, at least one: a column for each member."""

RECORDS_ONLY: Final = object()
"""A text that says nothing around its records."""

SOME: Final = 256
"""Rows written at a time: few enough, also where each has many ids, that they stay in the processor's cache."""

NULL_HINT: Final = "write null for no measurement"
EMPTY_HINT: Final = "leave it empty for no measurement"


COLUMN_FIELDS: Final = ("id", "lat", "lon", "latency", "samples", "state", "weight", "capacity")
"""Fields of a node that a column of a table may be."""


SIDES: Final = frozenset("rlb")

UNITS: Final = {0: "milliseconds", 3: "seconds", -3: "microseconds", -6: "nanoseconds"}
"""Units of time by the power of ten of a millisecond that they are."""


class Layout(NamedTuple):
    """How a table stands in a text, and what its columns are."""

    delimiter: str
    header: list[str]
    """The columns as they came."""
    names: list[str]
    """What records call them."""
    opening: bytes = b""
    """The lines before the first row."""
    preamble: bool = False
    """Whether the first of these is none of the header."""
    exponent: int = 0
    """The unit of the latencies, as a power of ten of a millisecond."""
    comma: bool = False
    """Whether a comma may be a decimal point."""
    note: str = ""
    """What was understood otherwise than by the letter."""


def plain_layout(
    header: Sequence[str], delimiter: str, opening: bytes = b"", *, preamble: bool = False
) -> Layout:
    """Return the layout of a table whose columns are what they are called."""
    return Layout(delimiter, list(header), list(header), opening, preamble, comma=delimiter == ";")


class Record:
    """A record as it was read: what it says, its own bytes, and where it stands."""

    __slots__ = ("fields", "index", "line", "raw")

    blank_hint = NULL_HINT
    """How the format says that there is no measurement."""

    unit = UNITS[0]
    """That of latencies."""

    def __init__(self, fields: Any, raw: bytes, line: int | None = None, index: int = 0) -> None:
        """
        Args:
            fields: a dict, or whatever stands in a record's place. An empty cell of a column of numbers is NaN.
            line: from 1; None inside a document.
            index: the position in a document, from 0.
        """
        self.fields = fields
        self.raw = raw
        self.line = line
        self.index = index

    def exact(self) -> Any:
        """Return the fields again, with integers of any size exact."""
        return self.fields

    def column(self, field: str) -> int | None:
        """Return the column of the line at which the value of a field begins, from 1; None if it is not known."""
        return None


class Reader:
    """The records of one text, and what it says besides."""

    header: list[str] | None = None
    """The columns, where every record has the same."""
    layout: Layout | None = None
    """How records stand that are rows."""
    wanted: Collection[str] | None = None
    """The only fields that are looked at, where the reader of them says so; others need not be decoded."""
    decimals: Collection[str] = ()
    """The columns of rows in which a comma may be a decimal point, so that a point may be none."""
    document: Any = RECORDS_ONLY
    """The value of the text, where it is a document that is no array of records."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def column(self, name: str) -> int:
        """Return the position of a column of the header.

        Raises:
            InputError: there is none.
        """
        raise NotImplementedError

    def repeated(self, names: frozenset[str] | None = None, inner: str = "") -> str | None:
        """Return which of the names is a member of the document twice, or any name of the object ``inner`` in it.

        Args:
            names: None is any name.
        """
        return None

    def in_json(self, raw: bytes) -> bytes:
        """Return a record's own bytes as an object of JSON."""
        return raw

    def inside(self, *members: str) -> Iterable[Record]:
        """Return the records that members of the document hold; without any, the document as a record.

        Several members are arrays of ids and latencies, the fields of one record each.
        """
        raise NotImplementedError


Several = Callable[[Sequence[int]], list[bytes]]
"""Returns the texts of some records at once."""


def texts_of(records: Sequence[bytes], rows: Sequence[int]) -> list[bytes]:
    """Return the texts of some records, all at once where these know how to."""
    several: Several | None = getattr(records, "several", None)
    return [records[row] for row in rows] if several is None else several(rows)


class RowsBehind(NamedTuple):
    """The rows of a table that stand behind objects, which say more than these."""

    layout: Layout
    raws: Sequence[bytes]
    objects_of: Several
    """Returns rows as objects of JSON."""
    row_of: Callable[[int], int]
    """The row behind an object; negative if there is none."""


class OwnRecords(Protocol):
    """Records that go out with the bytes with which they came in."""

    shape: Any
    """The format in which they came in."""
    layout: Layout | None
    """How records stand that are rows; None where they are objects of JSON."""
    behind: RowsBehind | None
    """The rows of which records are objects that say more."""
    delimiter: str
    """What separated the columns of rows that are objects now; empty if nothing did."""
    rows_of: Callable[[Picked], Any] | None
    """Returns some rows of the tables of Arrow from which records came; None if they came from none."""

    @property
    def records(self) -> Sequence[bytes]: ...

    def in_json(self) -> OwnRecords:
        """Return the same as objects of JSON."""

    def join_records(self, picked: Picked, separator: bytes) -> Iterator[bytes]: ...

    def in_rows(self, picked: Picked, delimiter: str) -> tuple[list[str], Iterator[bytes]] | None:
        """Return a header, and objects of JSON as rows under it; None if each has to be looked at."""

    def join_ids(self, picked: Picked) -> Iterator[bytes]: ...


class Digits:
    """An id that came in as an integer of JSON, of any size, and goes out as one."""

    __slots__ = ("text",)

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
        rows = self._rows[self._first : self._last]
        texts = getattr(self._ids, "texts", None)
        return (self._ids[row] for row in rows) if texts is None else iter(texts(rows))

    def json(self) -> object:
        """What orjson writes as an array."""
        quoted = getattr(self._ids, "quoted", None)
        return list(self) if quoted is None else orjson.Fragment(quoted(self._rows, self._first, self._last))

    def text(self, comma: str) -> str:
        """The ids with a ``comma`` between them; one that holds a comma stands in quotes."""
        text = self.joined(comma)
        if text.count(",") > comma.count(",") * len(self):
            return comma.join(map(_part_text, self))
        return text[: -len(comma)]

    def joined(self, end: str) -> str:
        """The ids, each with an ``end``."""
        join = getattr(self._ids, "join", None)
        if join is None:
            return end.join([*map(cell_text, self), ""])
        text: bytes = join(self._rows, self._first, self._last, end.encode())
        return text.decode()


def named_side(column: str) -> tuple[str, str]:
    """Return the name of a view's column, which may have colons itself, and its side: ``r``, ``l``, ``b`` or empty."""
    name, colon, side = column.rpartition(":")
    return (name, side) if colon and side in SIDES else (column, "")


@dataclass(frozen=True, slots=True)
class View:
    """Rows that all have the same members, and how people see them."""

    columns: tuple[str, ...]
    """The members; in a table ``name:r`` is aligned to the right, ``:l`` to the left, and ``:b`` is a bar."""
    pieces: Callable[[], Iterable[Columns]]
    """Makes the rows, some at a time."""
    document: Row | None = None
    """What JSON says around the rows, if anything; they are its first member's value."""
    caption: str = ""
    vital: str = ""
    """A member; people see a row faintly where it says nothing."""
    ordered: Callable[[], Iterable[Columns]] | None = None
    """Makes the rows in the order in which people see them, if it is another."""
    blank: str = ""
    """A member that says nothing in any row; programs find it there, people do not see it."""
    count: int | None = None
    """How many rows there are; None where nobody knows before they are made."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(named_side(column)[0] for column in self.columns)

    def for_people(self) -> View:
        """Return the rows as people see them."""
        pieces = self.ordered or self.pieces
        if not self.blank:
            return replace(self, pieces=pieces, ordered=None)
        at = self.names.index(self.blank)

        def seen() -> Iterator[Columns]:
            for piece in pieces():
                yield [*piece[:at], *piece[at + 1 :]]

        columns = (*self.columns[:at], *self.columns[at + 1 :])
        return replace(self, columns=columns, pieces=seen, ordered=None, blank="")

    def whole(self) -> bytes | None:
        """Return the document with the rows in it, on a line; None if there is none around them."""
        if self.document is None:
            return None
        first = next(iter(self.document))
        return view_json({**self.document, first: list(self.rows())}) + b"\n"

    def watched(self, what: str) -> View:
        """Return the same rows, while a terminal shows how many of them are done."""

        def rows_of(pieces: Callable[[], Iterable[Columns]]) -> Callable[[], Iterable[Columns]]:
            return lambda: watched(pieces(), what, self.count, "rows", size=lambda piece: len(piece[0]))

        return replace(
            self, pieces=rows_of(self.pieces), ordered=None if self.ordered is None else rows_of(self.ordered)
        )

    def rows(self) -> Iterator[Row]:
        """Yield the rows as objects."""
        for piece in self.pieces():
            yield from objects_of(self.names, zip(*piece, strict=True))

    def json_rows(self, end: bytes) -> Iterator[bytes]:
        """Yield the rows as objects of JSON, some at a time, with ``end`` behind each."""
        opening = b"{"
        openings = []
        for name in self.names:
            openings.append(opening + orjson.dumps(name) + b":")
            opening = b","
        for piece in self.pieces():
            yield join_objects(openings, list(map(view_json, piece)), len(piece[0]), b"}" + end)

    def cell_rows(self, delimiter: str, library: Callable[[list[tuple[str, ...]]], bytes]) -> Iterator[bytes]:
        """Yield the rows as those of CSV, some at a time; ``library`` writes those that hold what is to be quoted."""
        for piece in self.pieces():
            # Lists fill a column, or none is in it.
            texts = [cell_texts(column) if type(next(iter(column))) in NESTED else column for column in piece]
            columns = list(map(view_json, texts))
            # What is escaped in JSON is to be quoted, or no text of one line.
            if COMPILED and len(columns) > 1 and not any(b"\\" in column for column in columns):
                yield join_cells(columns, len(piece[0]), ord(delimiter))
            else:
                yield library(list(zip(*map(cell_texts, texts), strict=True)))


def columns_of(names: Sequence[str], rows: Iterable[Row]) -> Iterator[Columns]:
    """Yield rows that are objects as columns."""
    some = iter(rows)
    while piece := list(islice(some, SOME)):
        yield [[row[name] for row in piece] for name in names]


def cell_texts(column: Sequence[Any] | IdList | Floats, comma: str = ",") -> Sequence[str]:
    """Return each value of a column as a cell of text; most often they are of one type."""
    column = list(column) if isinstance(column, IdList | Floats) else column
    types = set(map(type, column))
    if types == {str}:
        return column
    if types == {int}:
        return list(map(str, column))
    if types <= {float, int, bool, NoneType}:
        return orjson.dumps(column).decode()[1:-1].replace("null", "").split(",")
    if types == {list}:
        return [comma.join(map(_part_text, parts)) for parts in column]
    return [cell_text(value, comma) for value in column]


def objects_of(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Return rows of values as objects, without a line of Python for each."""
    return [*map(dict, map(zip, repeat(names), rows))]


def view_json(value: object) -> bytes:
    """Return a value of a view as JSON."""
    return orjson.dumps(value, default=_own)


def _own(value: Digits | IdList) -> object:
    return orjson.Fragment(value.text) if isinstance(value, Digits) else value.json()


def cell_text(value: Any, comma: str = ",") -> str:
    """A value in a cell of text: ids and shares separated by commas, null empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, IdList):
        return value.text(comma)
    if isinstance(value, list):
        return comma.join(map(_part_text, value))
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    return value.text if isinstance(value, Digits) else orjson.dumps(value).decode()


def _part_text(part: Any) -> str:
    """A part of a list, as options take names: what holds a comma stands in quotes."""
    if type(part) is dict:
        return "=".join(map(_part_text, part.values()))
    text = cell_text(part)
    return '"{}"'.format(text.replace('"', '""')) if "," in text else text


NESTED: Final = frozenset({list, dict, IdList})
"""The types of values that hold others."""

_WORDS: Final = {None: "", True: "true", False: "false"}
