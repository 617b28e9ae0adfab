"""Records with a key each, from flags, text lines, JSON, NDJSON, CSV and TSV, and their own bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from rvhctl.core.json.spans import element_spans
from rvhctl.errors import InputError, OnBad, UsageError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import InputFormat, format_by_suffix
from rvhctl.keys.fields import FieldPath, LinePattern, check_reserved
from rvhctl.keys.key import Key, KeyRule
from rvhctl.keys.read import key_format
from rvhctl.streams.lines import whole_lines
from rvhctl.streams.source import Source

RecordShape = Literal["json", "ndjson", "csv", "tsv", "plain"]

SLICE: Final = 4096
"""Records handed on at a time."""

LONG_HEADER: Final = 1 << 16
"""Bytes of a header that are looked at for its delimiter."""


@dataclass
class Records:
    """Some records of one source, in order.

    ``raws`` are their own bytes: of a line with its line end, of a row of CSV without. ``keys`` are as many.
    """

    shape: RecordShape
    keys: list[Key] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    """The columns of CSV and TSV."""

    def part(self, start: int, end: int) -> Records:
        """Some of them."""
        return Records(self.shape, self.keys[start:end], self.raws[start:end], self.header)


@dataclass(frozen=True)
class Taking:
    """Where a record has its key, and what a key must be."""

    rule: KeyRule
    path: FieldPath | None
    pattern: LinePattern | None
    delimiter: bytes
    reserved: tuple[str, ...]
    """Members (or columns) that no record may have, because they are to be added."""

    @property
    def objects(self) -> bool:
        """Records are objects or rows with a field, not bare keys."""
        return self.path is not None


def shape_of(source: Source, input_format: InputFormat, taking: Taking) -> RecordShape:
    """The shape of a source: as its name and the flags tell, else by how it begins.

    Raises:
        UsageError: the flags contradict one another.
        InputError: it cannot be read.
    """
    if taking.pattern is not None:
        if input_format not in ("auto", "plain"):
            raise UsageError(f"--regex reads text lines, not {input_format}")
        return "plain"
    if taking.path is None:
        return key_format(input_format, source.name, null=taking.delimiter == b"\0")
    if input_format == "plain":
        raise UsageError("--field reads JSON, NDJSON, CSV or TSV, not plain text")
    return looked_shape(source) if input_format == "auto" else input_format


def looked_shape(source: Source) -> RecordShape:
    """The shape of records by how a source begins: ``[`` JSON, ``{`` NDJSON, else a header of CSV or TSV.

    A regular file is read from its start again, and everything else was read only once, too.
    """
    head = source.look(_tells_shape).lstrip()
    source.rewind()
    if head[:1] == b"[":
        return "json"
    if head[:1] == b"{" or not head:
        return "ndjson"
    # A header of one column has no tab.
    tabs = b"\t" in head.split(b"\n", 1)[0] or format_by_suffix(source.name) == "tsv"
    return "tsv" if tabs else "csv"


def _tells_shape(head: bytes) -> bool:
    text = head.lstrip()
    return text[:1] in (b"[", b"{") or b"\n" in text or len(head) >= LONG_HEADER


def flag_records(keys: list[bytes], taking: Taking) -> Records:
    """Keys given with ``-k``; each is its own record."""
    records = Records("plain")
    for key in keys:
        records.keys.append(_text_key(key, taking, "--key"))
        records.raws.append(key + taking.delimiter)
    return records


def read_records(source: Source, shape: RecordShape, taking: Taking, on_bad: OnBad) -> Iterator[Records]:
    """The records of a source, some at a time; what stands before a bad one is given before ``on_bad``."""
    match shape:
        case "json":
            yield from _json_records(source, taking, on_bad)
        case "csv" | "tsv":
            yield from _row_records(source, shape, taking, on_bad)
        case _:
            yield from _line_records(source, shape, taking, on_bad)


def _line_records(source: Source, shape: RecordShape, taking: Taking, on_bad: OnBad) -> Iterator[Records]:
    delimiter = b"\n" if shape == "ndjson" else taking.delimiter
    for block, first_line in whole_lines(source, delimiter):
        records = Records(shape)
        start = 0
        number = first_line
        while start < len(block):
            end = block.find(delimiter, start) + 1
            line = block[start : end - 1] if end else block[start:]
            try:
                key = _line_key(line, bool(end), shape, taking, source.name, number)
                if key is not None:
                    records.keys.append(key)
                    records.raws.append(line + delimiter)
            except InputError as error:
                yield records
                records = Records(shape)
                on_bad(error)
            if len(records.keys) == SLICE:
                yield records
                records = Records(shape)
            start = end or len(block)
            number += 1
        yield records


def _line_key(
    line: bytes, ended: bool, shape: RecordShape, taking: Taking, source: str, number: int
) -> Key | None:
    """The key of a line; None for a blank line of NDJSON."""
    if shape == "ndjson":
        if not line.strip():
            return None
        if taking.path is not None:
            return taking.path.line_key(line, taking.rule, source, number, reserved=taking.reserved)
        value = jsontext.parse(line, source, number)
        return taking.rule.json(value, partial(jsontext.exact_value, line), source, number)
    if ended and taking.delimiter == b"\n":
        line = line.removesuffix(b"\r")
    return _text_key(line, taking, source, number)


def _text_key(line: bytes, taking: Taking, source: str, number: int | None = None) -> Key:
    """The key of a line of text: all of it, or what the pattern finds."""
    if taking.pattern is None:
        return taking.rule.text(line, source, number)
    key = taking.pattern.key_of(line)
    if key is None:
        raise taking.pattern.no_key(line, source, number)
    return taking.rule.text(key, source, number)


def _json_records(source: Source, taking: Taking, on_bad: OnBad) -> Iterator[Records]:
    text = source.read_all()
    document = jsontext.parse(text, source.name)
    if not isinstance(document, list):
        what = "records" if taking.objects else "keys"
        raise InputError(f"the document must be an array of {what}", source=source.name)
    spans = element_spans(text, text.find(b"["))
    records = Records("json")
    for row, value in enumerate(document):
        raw = text[spans[2 * row] : spans[2 * row + 1]]
        place = f"record {row + 1}" if taking.objects else f"key {row + 1}"
        exact = partial(jsontext.exact_value, raw)
        try:
            records.keys.append(_json_key(value, exact, taking, source.name, place))
        except InputError as error:
            on_bad(error)
            continue
        # A record over several lines goes out on one; a line end can only stand between its tokens.
        records.raws.append(raw.replace(b"\n", b"").replace(b"\r", b""))
        if len(records.keys) == SLICE:
            yield records
            records = Records("json")
    yield records


def _json_key(value: Any, exact: Any, taking: Taking, source: str, place: str) -> Key:
    if taking.path is None:
        return taking.rule.json(value, exact, source, place=place)
    key = taking.path.key_of(value, exact, taking.rule, source, None, place)
    check_reserved(value, taking.reserved, source, None, place)
    return key


def _row_records(source: Source, shape: RecordShape, taking: Taking, on_bad: OnBad) -> Iterator[Records]:
    from rvhctl.formats import csv
    from rvhctl.formats.csv_rows import Rows

    blocks = (block for block, _ in whole_lines(source))
    rows = Rows(blocks, source.name, "," if shape == "csv" else "\t")
    if rows.header:
        check_reserved(rows.header, taking.reserved, source.name, 1)
        column = "key" if taking.path is None else taking.path.column(rows.header)
        for keys, raws in csv.read_keys(rows, column, taking.rule, on_bad):
            if keys:
                yield Records(shape, keys, raws, rows.header)
    yield Records(shape, header=rows.header)
