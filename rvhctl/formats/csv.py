"""CSV and TSV with a header: rows in, the rows that survive out."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import orjson

from rvhctl.core.json.spans import member_spans
from rvhctl.errors import InputError, InvalidNodeError, OnBad
from rvhctl.formats.csv_rows import Row, Rows, field_start
from rvhctl.formats.milliseconds import how_to_write
from rvhctl.keys.key import Buckets, Key, KeyRule
from rvhctl.nodes.fields import EMPTY_HINT, Record, check_coordinate, check_id, check_latency
from rvhctl.nodes.fleet import DETAILS, read_details
from rvhctl.nodes.nodes import PIECE, Nodes, NodesBuilder, Picked
from rvhctl.streams.lines import line_pieces

SOME: Final = 256
"""Rows written at a time."""

BLOCK: Final = 1 << 20
"""Bytes of a text that are made of characters, and then rows, at a time."""

KEYS_AT_A_TIME: Final = 4096

NUMBERS: Final = ("lat", "lon", "latency")
"""The only columns that are numbers; every other value stays the text it is."""

_NUMBER: Final = re.compile(
    r"(?:\+|(?P<minus>-))?(?=\.?\d)(?P<whole>\d*)(?:\.(?P<fraction>\d*))?(?P<exponent>[eE][+-]?\d+)?",
    re.ASCII,
)


def read_nodes(
    text: bytes,
    source: str,
    builder: NodesBuilder,
    *,
    delimiter: str,
    coordinates: bool,
    on_bad: OnBad,
) -> list[str]:
    """Add the nodes of a whole text; ``on_bad`` gets what is wrong with a row, and may raise it.

    Returns:
        the header, empty where the text is.
    """
    builder.start(source)
    rows = Rows(line_pieces(text, BLOCK), source, delimiter)
    if not rows.header:
        return []
    columns = {name: rows.header.index(name) for name in DETAILS if name in rows.header}
    needed = ("id", "lat", "lon") if coordinates else ("id",)
    if "latency" in rows.header or (builder.latency and "samples" not in columns):
        needed = (*needed, "latency")
    columns |= {name: rows.column(name) for name in needed}
    for row in rows:
        try:
            rows.check(row)
            builder.add(_record(row, columns, rows), row.raw, row.line)
        except InputError as error:
            on_bad(error.at(source, row.line))
    return rows.header


def write_nodes(nodes: Nodes, picked: Picked, *, delimiter: str) -> Iterator[bytes]:
    """The header, then the picked rows; rows that came in with the same delimiter go out as they were."""
    came_as = {"csv": ",", "tsv": "\t"}.get(nodes.shape)
    if nodes.header is not None and came_as == delimiter:
        yield _written([nodes.header], delimiter)
        yield from nodes.join_records(picked, b"\n")
        return
    if nodes.header is not None:
        rows = (split_row(nodes.records[row], came_as or ",") for row in picked)
        yield from _lines(nodes.header, rows, delimiter)
        return
    records = [_json_cells(nodes.records[row]) for row in picked]
    header = list(dict.fromkeys(name for record in records for name in record))
    yield from _lines(header, ([record.get(name, "") for name in header] for record in records), delimiter)


def write_rows(
    header: Sequence[str] | None, rows: Iterable[Sequence[str]], *, delimiter: str
) -> Iterator[bytes]:
    """Rows of text, under a header if there is one."""
    if header is not None:
        yield _written([header], delimiter)
    body = iter(rows)
    while piece := list(islice(body, SOME)):
        yield _bare(piece, delimiter) or _written(piece, delimiter)


def json_record(header: list[str], row: bytes, delimiter: str) -> bytes:
    """A row as a JSON object: lat, lon, latency and weight as numbers, samples as an array (null where empty).

    An empty state is null, too; all else is text.
    """
    record: dict[str, Any] = dict(zip(header, split_row(row, delimiter), strict=True))
    for name in (*NUMBERS, *DETAILS):
        if name in record:
            text = record[name].strip()
            record[name] = _JSON.get(name, str)(text) or record[name] if text else None
    return orjson.dumps(record)


def _json_array(text: str) -> orjson.Fragment | None:
    """Samples by their own digits."""
    try:
        return orjson.Fragment(text) if isinstance(orjson.loads(text), list) else None
    except orjson.JSONDecodeError:
        return None


def _json_number(text: str) -> orjson.Fragment | None:
    """A number by its own digits, as JSON writes them: no plus sign, no leading zeros, digits around the point."""
    found = _NUMBER.fullmatch(text)
    if found is None or not math.isfinite(float(text)):
        return None
    minus, whole, fraction, exponent = found.group("minus", "whole", "fraction", "exponent")
    digits = (whole or "").lstrip("0") or "0"
    return orjson.Fragment(f"{minus or ''}{digits}{'.' + fraction if fraction else ''}{exponent or ''}")


_JSON: Final[Mapping[str, Callable[[str], object]]] = {
    **dict.fromkeys((*NUMBERS, "weight"), _json_number),
    "samples": _json_array,
}


def split_row(row: bytes, delimiter: str) -> list[str]:
    """The fields of one row."""
    return next(csv.reader(io.StringIO(row.decode(), newline=""), delimiter=delimiter))


def read_keys(
    rows: Rows, column: str, rule: KeyRule, on_bad: OnBad
) -> Iterator[tuple[list[Key], list[bytes]]]:
    """The values of a column, as text, and the rows they stand in, some at a time: all that can be read without
    waiting, before the next read.

    ``on_bad`` gets what is wrong with a row, and may raise it; what stands before the row is given first.

    Raises:
        InputError: there is no such column.
    """
    at = rows.column(column)
    keys: list[Key] = []
    raws: list[bytes] = []
    try:
        for row in rows:
            try:
                keys.append(_key(row, at, rows, rule))
                raws.append(row.raw)
            except InputError as error:
                yield keys, raws
                keys, raws = [], []
                on_bad(error)
            if rows.drained or len(keys) == KEYS_AT_A_TIME:
                yield keys, raws
                keys, raws = [], []
    except InputError:
        yield keys, raws
        raise


def _key(row: Row, at: int, rows: Rows, rule: KeyRule) -> Key:
    rows.check(row)
    try:
        return rule.text(row.fields[at], rows.source)
    except InputError as error:
        column = field_start(row.raw.decode(), at, rows.delimiter)
        raise error.at(rows.source, row.line, column=column) from None


def write_keys(keys: Sequence[Key], buckets: Buckets, *, delimiter: str, first: bool) -> bytes:
    """``key,bucket`` a line, under a header."""
    rows: list[Sequence[object]] = [("key", "bucket")] if first else []
    return _written([*rows, *zip(keys, buckets, strict=True)], delimiter)


def _record(row: Row, columns: dict[str, int], rows: Rows) -> Record:
    fields = row.fields
    try:
        node_id = check_id(fields[columns["id"]])
        details = _details(fields, columns)
        latency = _number(fields[columns["latency"]], "latency") if "latency" in columns else math.nan
        if latency == latency:
            latency = check_latency(latency, EMPTY_HINT)
        elif details:
            latency = read_details(details).latency
        if "lat" not in columns:
            return Record(node_id, latency, details=details)
        lat = check_coordinate(_number(fields[columns["lat"]], "lat"), "lat")
        lon = check_coordinate(_number(fields[columns["lon"]], "lon"), "lon")
    except InvalidNodeError as error:
        column = field_start(row.raw.decode(), columns[error.field or "id"], rows.delimiter)
        raise InputError(
            error.problem,
            source=rows.source,
            line=row.line,
            column=column,
            value=error.value,
            hint=error.hint,
        ) from None
    return Record(node_id, latency, lat, lon, details)


def _details(fields: list[str], columns: dict[str, int]) -> Mapping[str, Any]:
    """``samples`` (a JSON array), ``state`` and ``weight`` of a row, where they are not empty, checked."""
    details: dict[str, Any] = {}
    for name in DETAILS:
        text = fields[columns[name]].strip() if name in columns else ""
        if not text:
            continue
        if name == "weight":
            details[name] = _number(text, name)
        elif name == "samples":
            try:
                details[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                raise InvalidNodeError(
                    "the samples must be a JSON array of milliseconds", field=name, value=text
                ) from None
        else:
            details[name] = text
    if details:
        read_details(details)
    return details


def _number(text: str, field: str) -> float:
    """NaN for an empty field."""
    stripped = text.strip()
    if not stripped:
        return math.nan
    if not _NUMBER.fullmatch(stripped):
        hint = (how_to_write(stripped) or EMPTY_HINT) if field == "latency" else ""
        raise InvalidNodeError(f"the {field} must be a number", field=field, value=text, hint=hint)
    return float(stripped)


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
    return _written([cells], delimiter)


def joined_rows(rows: Sequence[Sequence[object]], delimiter: str) -> bytes:
    """:func:`joined_row` of each."""
    return _written(rows, delimiter)


def _lines(header: Sequence[str] | None, rows: Iterable[Sequence[object]], delimiter: str) -> Iterator[bytes]:
    if header is not None:
        yield _written([header], delimiter)
    body = iter(rows)
    while piece := list(islice(body, PIECE)):
        yield _written(piece, delimiter)


def _written(rows: Sequence[Sequence[object]], delimiter: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    text = out.getvalue()
    if "\r" in text:
        # A carriage return would end a line when it is read, but is quoted only if the line's end has one.
        text = "".join(_row(row, delimiter) for row in rows)
    return text.encode()


def _row(fields: Sequence[object], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(fields)
    return out.getvalue().removesuffix("\r\n") + "\n"


def _bare(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    """The rows, if nothing in them is to be quoted; else nothing.

    Cells may be long, and csv looks at each of their characters.
    """
    text = "\n".join([*map(delimiter.join, rows), ""])
    cells = sum(map(len, rows))
    if '"' in text or "\r" in text or text.count("\n") > len(rows) or min(map(len, rows)) < 2:
        return b""
    return text.encode() if text.count(delimiter) == cells - len(rows) else b""
