"""CSV and TSV with a header: rows in, the rows that survive out."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, Final

import orjson

from rvhctl.core.csv.numbers import ABSENT, number_in
from rvhctl.core.csv.objects import NULL_OR_LEFT, NUMBER, TEXT, WORD, ObjectToRow, RowToObject, appended
from rvhctl.core.json.spans import member_spans
from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.choice import FORMATS
from rvhctl.formats.rows import Points, Row, Rows, decimal_in, field_start, join_rows, numbers_in, split_row
from rvhctl.formats.shapes import (
    EMPTY_HINT,
    SOME,
    UNITS,
    Layout,
    OwnRecords,
    Picked,
    Reader,
    Record,
    RowsBehind,
    View,
    texts_of,
)
from rvhctl.streams.lines import line_pieces

PIECE: Final = 4096
"""Rows that are made longer at a time."""

BLOCK: Final = 1 << 20
"""Bytes of a text that are made of characters, and then rows, at a time."""

DEGREES: Final = ("lat", "lon")

NUMBERS: Final = (*DEGREES, "latency")
"""The only columns that are numbers; every other value stays the text it is."""


DECIMALS: Final = (*NUMBERS, "weight", "capacity")
"""Those in which a comma may be a decimal point, where it separates no columns."""

NAMES: Final = ("id", "group")
"""Those that hold no numbers, whatever stands in them."""


class RowRecord(Record):
    """A row of a table, with the values of its typed columns."""

    __slots__ = ("_table",)

    blank_hint = EMPTY_HINT

    def __init__(self, fields: dict[str, Any], row: Row, table: Table) -> None:
        self.fields = fields
        self.raw = row.raw
        self.line = row.line
        self.index = 0
        self._table = table

    @property
    def unit(self) -> str:  # type: ignore[override]
        return UNITS[self._table.layout.exponent]

    def column(self, field: str) -> int:
        rows = self._table.rows
        return field_start(self.raw.decode(), self._table.layout.names.index(field), rows.delimiter)


class Table(Reader):
    """The rows under a header; ``on_bad`` gets what is wrong with one, and may raise it."""

    def __init__(self, text: bytes, source: str, on_bad: OnBad, layout: Layout) -> None:
        self.layout: Layout = layout
        self.rows = Rows(line_pieces(text, BLOCK), source, layout.delimiter, preamble=layout.preamble)
        self.header: list[str] = layout.names
        self._on_bad = on_bad
        self.decimals: Collection[str] = DECIMALS

    def __iter__(self) -> Iterator[Record]:
        values = _values(self.layout)
        columns = [
            (name, at, values.get(name, str))
            for at, name in enumerate(self.header)
            if self.wanted is None or name in self.wanted
        ]
        numbers = [at for at, name in enumerate(self.header) if name in self.decimals]
        small = [at for at, name in enumerate(self.header) if name in DEGREES]
        others = [
            at for at, name in enumerate(self.header) if name not in self.decimals and name not in NAMES
        ]
        points = Points(self.rows, numbers, small, others) if self.layout.comma else None
        for row in self.rows:
            try:
                self.rows.check(row)
            except InputError as error:
                self._on_bad(error.at(self.rows.source, row.line))
                continue
            cells = row.fields
            fields = {name: read(cells[at]) for name, at, read in columns}
            if points is not None:
                points.add(row)
            yield RowRecord(fields, row, self)
        if points is not None:
            points.check()

    def column(self, name: str) -> int:
        return self.header.index(name) if name in self.header else self.rows.column(name)

    def in_json(self, raw: bytes) -> bytes:
        return json_record(self.layout, raw)


def numbers_of(layout: Layout, text: bytes) -> int:
    """Return which numbers a text may hold that mean something else beside others."""
    return numbers_in(text) if layout.comma else 0


def read(text: bytes, source: str, on_bad: OnBad, *, layout: Layout) -> Reader:
    """Return the rows of a whole text; numbers and arrays are decoded in the columns that have them."""
    return Table(text, source, on_bad, layout)


def typed(layout: Layout, cells: Sequence[str]) -> dict[str, Any]:
    """Return the cells of a row by their columns: text, but in the columns of numbers and arrays."""
    values = _values(layout)
    return {name: values.get(name, str)(cell) for name, cell in zip(layout.names, cells, strict=True)}


def _number(text: str, *, exponent: int, comma: bool, has_unit: bool) -> object:
    """Return a number; NaN where a cell says that there is none, and the text where it is no number."""
    if not exponent and jsontext.NUMBER.fullmatch(text):
        return float(text)
    try:
        return number_in(text.encode("utf-8", "surrogateescape"), exponent, comma, has_unit)
    except ValueError:
        stripped = text.strip()
        return float(stripped) if not exponent and jsontext.NUMBER.fullmatch(stripped) else text


def _weight(text: str, *, comma: bool) -> object:
    stripped = text.strip()
    number = decimal_in(stripped, comma)
    if number is not None:
        return number
    return None if stripped.lower().encode("utf-8", "surrogateescape") in ABSENT else stripped


def _samples(text: str) -> object:
    stripped = text.strip()
    try:
        return orjson.loads(stripped) if stripped else None
    except orjson.JSONDecodeError:
        return stripped


_VALUES: Final[Mapping[str, Callable[[str], object]]] = {
    "samples": _samples,
    "state": lambda text: text.strip() or None,
}
"""The columns that are more than text, beside those of numbers."""


def _values(layout: Layout) -> dict[str, Callable[[str], object]]:
    """Return how the cells of those columns are read that are more than text."""
    degrees = partial(_number, exponent=0, comma=layout.comma, has_unit=False)
    latency = partial(_number, exponent=layout.exponent, comma=layout.comma, has_unit=True)
    weight = partial(_weight, comma=layout.comma)
    numbers = {"lat": degrees, "lon": degrees, "latency": latency, "weight": weight, "capacity": weight}
    return {**_VALUES, **numbers}


def write_records(records: OwnRecords, picked: Picked, *, delimiter: str) -> Iterator[bytes]:
    """Yield the header, at once, then the picked rows; those that came in with the same delimiter go out as they were.

    Args:
        delimiter: that of the format; a table that came in by another keeps its own.
    """
    layout = records.layout
    if layout is not None:
        if FORMATS[records.shape].delimiter == delimiter:
            yield layout.opening
            yield from records.join_records(picked, b"\n")
        else:
            yield from write_rows(layout.header, _split_rows(records, picked, layout), delimiter=delimiter)
        return
    if records.behind is not None:
        own = records.behind.layout.delimiter if FORMATS[records.shape].delimiter == delimiter else delimiter
        yield from _write_extended(records, records.behind, picked, own)
        return
    if records.delimiter and FORMATS[records.shape].delimiter == delimiter:
        delimiter = records.delimiter
    in_rows = records.in_rows(picked, delimiter)
    if in_rows is not None:
        yield joined_row(in_rows[0], delimiter)
        yield from in_rows[1]
        return
    cells = list(map(_json_cells, texts_of(records.records, list(picked))))
    header = list(dict.fromkeys(name for record in cells for name in record))
    rows = ([record.get(name, "") for name in header] for record in cells)
    yield from write_rows(header or None, rows, delimiter=delimiter)


def _split_rows(records: OwnRecords, picked: Picked, layout: Layout) -> Iterator[list[str]]:
    """Yield the cells of rows; a decimal comma becomes a point, as other delimiters know none."""
    for row in picked:
        yield _with_points(split_row(records.records[row], layout.delimiter), layout)


def _with_points(cells: list[str], layout: Layout) -> list[str]:
    for at, name in enumerate(layout.names if layout.comma else ()):
        if name in DECIMALS and cells[at].count(",") == 1 and "." not in cells[at]:
            cells[at] = cells[at].replace(",", ".")
    return cells


def _write_extended(
    records: OwnRecords, behind: RowsBehind, picked: Picked, delimiter: str
) -> Iterator[bytes]:
    """Yield a header and rows as they came in, and behind them what the objects say besides."""
    layout = behind.layout
    quick = _appended(records, picked, behind, delimiter)
    rows = (
        []
        if quick
        else [row for piece in _pieces(picked) for row in _extended(records, piece, behind, delimiter)]
    )
    more = quick[0] if quick else list(dict.fromkeys(chain.from_iterable(added for _, added in rows)))
    said = layout.opening.partition(b"\n")[0] + b"\n"
    opening = said if layout.preamble and delimiter == layout.delimiter else b""
    yield opening + joined_row([*layout.header, *more], delimiter)
    yield from quick[1] if quick else ()
    for own, added in rows:
        cells = [_decimal(name, added.get(name, ""), delimiter) for name in more]
        if isinstance(own, bytes):
            yield own + (joined_row(["", *cells], delimiter) if more else b"\n")
        else:
            yield joined_row([*own, *cells], delimiter)


def _appended(
    records: OwnRecords, picked: Picked, behind: RowsBehind, delimiter: str
) -> tuple[list[str], list[bytes]] | None:
    """Return what all objects say besides, and the rows as they came in with it; None if each is to be looked at."""
    if not COMPILED or delimiter != behind.layout.delimiter or delimiter == ";" or not len(picked):
        return None
    first = records.records[picked[0]]
    names = list(_json_cells(first))[len(behind.layout.names) :]
    converter = ObjectToRow([orjson.dumps(name) for name in names], ord(delimiter))
    body: list[bytes] = []
    for piece in _pieces(picked):
        own = list(map(behind.row_of, piece))
        if min(own) < 0:
            return None
        came, raws = behind.objects_of(own), [behind.raws[row] for row in own]
        body.append(appended(raws, came, texts_of(records.records, piece), converter, ord(delimiter)))
        if not body[-1]:
            return None
    return names, body


def _pieces(picked: Picked) -> Iterator[list[int]]:
    chosen = iter(picked)
    while piece := list(islice(chosen, PIECE)):
        yield piece


def _extended(
    records: OwnRecords, picked: list[int], behind: RowsBehind, delimiter: str
) -> Iterator[tuple[bytes | list[str], dict[str, str]]]:
    """Yield each row, as it came in or by its cells, and the members of its object that it has no columns for."""
    own = list(map(behind.row_of, picked))
    objects = iter(behind.objects_of([row for row in own if row >= 0]))
    for row, record in zip(own, texts_of(records.records, picked), strict=True):
        yield _extended_row(record, row, next(objects)[:-1] if row >= 0 else b"", behind, delimiter)


def _extended_row(
    record: bytes, row: int, came: bytes, behind: RowsBehind, delimiter: str
) -> tuple[bytes | list[str], dict[str, str]]:
    """Return one of them.

    Args:
        came: the row as an object, without its last brace; empty if there is none.
    """
    layout = behind.layout
    if came and delimiter == layout.delimiter and record.startswith(came):
        return behind.raws[row], _json_cells(b"{" + record[len(came) :].lstrip(b","))
    stated = _json_cells(record)
    cells = [_decimal(name, stated.pop(name, ""), delimiter) for name in layout.names]
    if came:
        as_objects = _json_cells(came + b"}")
        as_they_came = split_row(behind.raws[row], layout.delimiter)
        if delimiter != layout.delimiter:
            as_they_came = _with_points(as_they_came, layout)
        for at, name in enumerate(layout.names):
            if cells[at] == _decimal(name, as_objects.get(name, ""), delimiter):
                cells[at] = as_they_came[at]
    return cells, stated


def _decimal(name: str, text: str, delimiter: str) -> str:
    """Return a number with a comma, where other numbers of its column may have one."""
    return text.replace(".", ",") if delimiter == ";" and name in DECIMALS and "e" not in text else text


def write_view(view: View, *, delimiter: str, header: bool = True) -> Iterator[bytes]:
    """Yield the rows under their header."""
    if header:
        yield joined_row(view.names, delimiter)
    yield from view.cell_rows(delimiter, partial(_text_of, delimiter=delimiter))


def write_rows(
    header: Sequence[str] | None, rows: Iterable[Sequence[str]], *, delimiter: str
) -> Iterator[bytes]:
    """Rows of text, under a header if there is one."""
    if header is not None:
        yield joined_row(header, delimiter)
    body = iter(rows)
    while piece := list(islice(body, SOME)):
        yield _text_of(piece, delimiter)


def json_record(layout: Layout, row: bytes) -> bytes:
    """A row as a JSON object: lat, lon, latency, weight and capacity as numbers, samples as an array.

    An empty cell of these, or of state, is null; all else is text. A latency that is left to samples is left out: null
    would say that nothing was measured.
    """
    record: dict[str, Any] = dict(zip(layout.names, split_row(row, layout.delimiter), strict=True))
    for name, value in _values(layout).items():
        if name in record:
            text = record[name].strip()
            scaled = name == "latency" and layout.exponent
            fragment = _JSON.get(name, str)(text) if text and not scaled else None
            # What is written otherwise goes by its value: null, if it is no number.
            read = value(record[name])
            record[name] = fragment or (record[name] if read == math.inf else read)
    latency = record.get("latency")
    if latency != latency and record.get("samples") is not None:
        del record["latency"]
    return jsontext.dumps(record)


_JSON: Final[Mapping[str, Callable[[str], object]]] = {
    **dict.fromkeys(DECIMALS, jsontext.number_fragment),
    "samples": jsontext.array_fragment,
}


def row_converter(layout: Layout) -> RowToObject:
    """Return what makes of most rows what `json_record` makes of all."""
    kinds = {"samples": NULL_OR_LEFT, "state": WORD} | dict.fromkeys(DECIMALS, NUMBER)
    if layout.exponent:
        kinds["latency"] = NULL_OR_LEFT
    columns = [kinds.get(name, TEXT) for name in layout.names]
    return RowToObject([orjson.dumps(name) for name in layout.names], columns, ord(layout.delimiter))


def _json_cells(record: bytes) -> dict[str, str]:
    """The members of a JSON object as cells: text as it is, null empty, anything else by its own JSON text."""
    spans = member_spans(record, record.index(b"{"))
    cells = {}
    for at in range(0, len(spans), 4):
        name = orjson.loads(record[spans[at] : spans[at + 1]])
        value = record[spans[at + 2] : spans[at + 3]]
        if value.startswith(b'"'):
            cells[name] = orjson.loads(value)
        else:
            cells[name] = "" if value == b"null" else value.decode()
    return cells


def joined_row(cells: Sequence[object], delimiter: str) -> bytes:
    """Cells as a row, with its line end."""
    return join_rows((), [cells], delimiter=delimiter)


def join_records(records: Sequence[bytes], *, delimiter: str) -> bytes:
    """Return rows as they are."""
    return b"\n".join([*records, b""])


def _text_of(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    """The rows; cells may be long, and csv, which looks at each character, is left out if nothing is to be quoted."""
    text = "\n".join([*map(delimiter.join, rows), ""])
    cells = sum(map(len, rows))
    quotes = '"' in text or "\r" in text or text.count("\n") > len(rows) or min(map(len, rows)) < 2
    if quotes or text.count(delimiter) > cells - len(rows):
        return join_rows((), rows, delimiter=delimiter)
    return text.encode()
