"""Records with a key each, from flags, text lines and every other format, and their own bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import length_hint
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rvhctl.core.json.spans import element_lines
from rvhctl.errors import InputError, OnBad, UsageError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import (
    FORMATS,
    TEXT,
    DataFormat,
    InputFormat,
    begun_format,
    format_by_suffix,
    tells_format,
)
from rvhctl.keys.fields import FieldPath, LinePattern, check_reserved, in_quotes
from rvhctl.keys.key import Key, KeyRule
from rvhctl.keys.sizes import size_in
from rvhctl.streams.lines import whole_lines
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.source import Source

if TYPE_CHECKING:
    from rvhctl.formats.rows import Row, Rows, Separation
    from rvhctl.formats.shapes import Layout

SLICE: Final = 4096
"""Records of a document or a table handed on at a time."""


class Records(NamedTuple):
    """Some records of one source, in order."""

    shape: DataFormat
    keys: list[Key]
    raws: list[bytes]
    """The own bytes of each, without its line end."""
    layout: Layout | None = None
    """How records stand that are rows."""
    sizes: Sequence[float] = ()
    """How large each is, where a field says it."""

    def part(self, start: int, end: int) -> Records:
        """Some of them."""
        sizes = self.sizes[start:end]
        return self._replace(keys=self.keys[start:end], raws=self.raws[start:end], sizes=sizes)


class KeySpec(NamedTuple):
    """Where a record has its key, and what a key must be."""

    rule: KeyRule = KeyRule()
    path: FieldPath | None = None
    further: tuple[FieldPath, ...] = ()
    """More fields that make one key with it."""
    pattern: LinePattern | None = None
    delimiter: bytes = b"\n"
    reserved: tuple[str, ...] = ()
    """Members (or columns) that no record may have, because they are to be added."""
    separation: Separation | None = None
    """What separates the columns, where records are rows."""
    size: FieldPath | None = None
    """The field that says how large a record is."""

    def columns(self, header: Sequence[str]) -> list[str]:
        """The names of the columns that make a key."""
        if self.path is None:
            return ["key"]
        return [path.column(header) for path in (self.path, *self.further)]


def shape_of(source: Source, input_format: InputFormat, spec: KeySpec) -> DataFormat:
    """The shape of a source: as its name and the flags tell; of records with a field, else by how it begins.

    Bare keys are never guessed at: they are text, unless -i or the file's suffix says otherwise.

    Raises:
        UsageError: the flags contradict one another.
        InputError: it cannot be read.
    """
    stated = None if input_format == "auto" else input_format
    if spec.pattern is not None:
        if stated and not FORMATS[stated].text:
            raise UsageError(f"--regex reads text lines, not {stated}")
        return TEXT
    if spec.path is None:
        shape = stated or format_by_suffix(source.name) or TEXT
        if spec.delimiter == b"\0" and not FORMATS[shape].text:
            raise UsageError("--null makes no sense with keys that are not plain text")
        return shape
    named = stated or format_by_suffix(source.name)
    if named and FORMATS[named].columns:
        return named
    if stated is None:
        # A regular file is read from its start again, and everything else was read only once, too.
        head = source.look(tells_format)
        source.rewind()
        return begun_format(head, source.name)
    if FORMATS[stated].text:
        raise UsageError(
            "--field reads records, not plain text; use -i json, ndjson, csv, tsv, parquet or arrow"
        )
    return stated


def separation_in(source: Source, shape: DataFormat, spec: KeySpec) -> Separation:
    """What separates the columns of a table: that by which the column of keys is known.

    Raises:
        InputError: it cannot be read, or may be several.
    """
    from rvhctl.formats.rows import alike, separation_of

    def known(header: list[str]) -> list[str]:
        return [name for name in spec.columns(header) if alike(header, name)]

    return separation_of(source.look(tells_format).lstrip(b"\r\n"), source.name, shape, known)


def read_rows(blocks: Iterable[bytes], source: Source, shape: DataFormat, spec: KeySpec) -> Rows:
    """The rows of a table.

    Raises:
        InputError: its header is none, or has a column that is to be added.
    """
    assert spec.separation is not None
    delimiter, preamble = spec.separation
    rows: Rows = FORMATS[shape].load().Rows(blocks, source.name, delimiter, preamble=preamble)
    check_reserved(rows.header, spec.reserved, source.name, rows.header_line)
    return rows


def flag_records(keys: list[bytes], spec: KeySpec) -> Records:
    """Keys given with ``-k``; each is its own record."""
    return Records(TEXT, [_text_key(spec, key, "--key") for key in keys], keys)


def read_records(source: Source, shape: DataFormat, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of a source, some at a time; what stands before a bad line or row is given before ``on_bad``."""
    format_ = FORMATS[shape]
    if format_.delimiter:
        yield from _row_records(source, shape, spec, on_bad)
    elif format_.text or format_.objects == "lines":
        yield from _line_records(source, shape, spec, on_bad)
    else:
        yield from _whole_records(source, shape, spec, on_bad)


def _line_records(source: Source, shape: DataFormat, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of whole blocks of lines; a blank line of objects is none."""
    name, text = source.name, FORMATS[shape].text
    delimiter = spec.delimiter if text else b"\n"
    key_of = partial(_text_key, spec) if spec.pattern else spec.rule.text if text else partial(json_key, spec)
    for block, first_line in whole_lines(source, delimiter):
        *lines, last = block.split(delimiter)
        found = lines
        if text and delimiter == b"\n":
            lines = [line.removesuffix(b"\r") for line in lines]
        if last:
            # With no line end, to which a carriage return would belong.
            found = [*found, last]
            lines = [*lines, last]
        keys: list[Key] = []
        raws: list[bytes] = []
        sizes: list[float] = []
        for number, (line, raw) in enumerate(zip(lines, found, strict=True), first_line):
            if not text and not line.strip():
                continue
            try:
                key = key_of(line, name, number)
                if spec.size:
                    sizes.append(spec.size.size_of(jsontext.parse(line, name, number), name, number))
                keys.append(key)
                raws.append(raw)
            except InputError as error:
                yield Records(shape, keys, raws, sizes=sizes)
                keys, raws, sizes = [], [], []
                on_bad(error)
        yield Records(shape, keys, raws, sizes=sizes)


def _text_key(spec: KeySpec, line: bytes, source: str, number: int | None = None) -> Key:
    """The key of a line of text: all of it, or what the pattern finds."""
    if spec.pattern is None:
        return spec.rule.text(line, source, number)
    key = spec.pattern.key_of(line)
    if key is None:
        raise spec.pattern.no_key(line, source, number)
    return spec.rule.text(key, source, number)


def json_key(spec: KeySpec, line: bytes, source: str, number: int) -> Key:
    """The key of a line of NDJSON."""
    value = jsontext.parse(line, source, number)
    return record_key(spec, value, partial(jsontext.exact_value, line), source, number, "")


def record_key(
    spec: KeySpec, value: Any, exact: Callable[[], Any], source: str, line: int | None, place: str
) -> Key:
    """The key of a decoded record.

    Args:
        exact: gives the record again with exact integers.

    Raises:
        InputError: it has none.
    """
    if spec.path is None:
        return spec.rule.json(value, exact, source, line, place)
    if spec.further:
        key = _joined_key(spec, value, exact, source, line, place)
    else:
        key = spec.path.key_of(value, exact, spec.rule, source, line, place)
    check_reserved(value, spec.reserved, source, line, place)
    return key


def _joined_key(
    spec: KeySpec, value: Any, exact: Callable[[], Any], source: str, line: int | None, place: str
) -> Key:
    """The key of a decoded record with several fields."""
    assert spec.path is not None
    try:
        return spec.rule.joined([path.exact_value(value, exact) for path in (spec.path, *spec.further)])
    except InputError as error:
        raise error.at(source, line, place) from None


def _whole_records(source: Source, shape: DataFormat, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of a text that can be read only as a whole."""
    from rvhctl.formats.shapes import RECORDS_ONLY

    format_ = FORMATS[shape]
    reader = format_.load().read(source.read_all(), source.name, on_bad, **format_.options)
    if reader.document is not RECORDS_ONLY:
        raise _no_array(reader.document, source.name, spec)
    sizes: list[float] = []
    records = Records(shape, [], [], sizes=sizes)
    for number, record in enumerate(
        watched(reader, reading(source.name), length_hint(reader) or None, "records"), 1
    ):
        place = "" if record.line else _place(spec, number)
        try:
            key = record_key(spec, record.fields, record.exact, source.name, record.line, place)
            if spec.size:
                sizes.append(spec.size.size_of(record.fields, source.name, record.line, place))
            records.keys.append(key)
        except InputError as error:
            on_bad(error)
            continue
        # A carriage return can only stand between tokens.
        records.raws.append(record.raw.replace(b"\r", b""))
        if len(records.keys) == SLICE:
            yield records
            sizes = []
            records = Records(shape, [], [], sizes=sizes)
    yield records


def array_lines(source: Source, spec: KeySpec) -> bytes:
    """The elements of an array, each on a line of its own.

    Raises:
        InputError: the source cannot be read, or is no array.
    """
    text = source.read_all()
    document = jsontext.parse(text, source.name)
    if type(document) is not list:
        raise _no_array(document, source.name, spec)
    return element_lines(text, text.index(b"["))


def element_key(spec: KeySpec, element: bytes, source: str, number: int) -> Key:
    """The key of an element of an array; its number, from 1, is its place."""
    exact = partial(jsontext.exact_value, element)
    return record_key(spec, jsontext.loads(element), exact, source, None, _place(spec, number))


def _place(spec: KeySpec, number: int) -> str:
    return f"{'key' if spec.path is None else 'record'} {number}"


def _no_array(document: Any, source: str, spec: KeySpec) -> InputError:
    if spec.path is not None:
        return InputError("the document must be an array of records", source=source)
    hint = "an object is a request: give it to --batch, on one line (jq -c)"
    asks = isinstance(document, dict) and not document.keys().isdisjoint(("key", "keys"))
    return InputError("the document must be an array of keys", source=source, hint=hint if asks else "")


def _row_records(source: Source, shape: DataFormat, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of a table: all that can be read without waiting, before the next read."""
    rows = read_rows((block for block, _ in whole_lines(source)), source, shape, spec)
    layout = layout_of(rows)
    keys: list[Key] = []
    raws: list[bytes] = []
    sizes: list[float] = []
    if rows.header:
        at = key_columns(rows, spec)
        size_at = rows.column(spec.size.column(rows.header)) if spec.size else None
        try:
            for row in rows:
                try:
                    key = cell_key(row, at, rows, spec.rule)
                    if size_at is not None:
                        sizes.append(_cell_size(row, size_at, rows))
                    keys.append(key)
                    raws.append(row.raw)
                except InputError as error:
                    yield Records(shape, keys, raws, layout, sizes)
                    keys, raws, sizes = [], [], []
                    on_bad(error)
                if keys and (rows.drained or len(keys) == SLICE):
                    yield Records(shape, keys, raws, layout, sizes)
                    keys, raws, sizes = [], [], []
        except InputError:
            yield Records(shape, keys, raws, layout, sizes)
            raise
    # Behind the last row, blank lines may have come.
    yield Records(shape, keys, raws, layout, sizes)


def key_columns(rows: Rows, spec: KeySpec) -> list[int]:
    """Where the columns stand that make a key.

    Raises:
        InputError: one does not, or is named twice.
    """
    try:
        at = [rows.column(name) for name in spec.columns(rows.header)]
        if len(set(at)) < len(at):
            raise InputError("--field names a column twice", source=rows.source, line=rows.header_line)
        return at
    except InputError as error:
        whole = "" if spec.path is None else spec.path.whole
        if whole and whole in rows.header:
            hint = in_quotes(whole)
            raise InputError(error.problem, source=error.source, line=error.line, hint=hint) from None
        raise


def layout_of(rows: Rows) -> Layout:
    """How a table stands of which no column is anything."""
    from rvhctl.formats.shapes import plain_layout

    return plain_layout(rows.header, rows.delimiter, rows.opening, preamble=rows.preamble)


def cell_key(row: Row, at: Sequence[int], rows: Rows, rule: KeyRule) -> Key:
    """The key of a row.

    Raises:
        InputError: it is no key, or the row has fewer or more fields than the header.
    """
    rows.check(row)
    try:
        if len(at) > 1:
            return rule.joined([row.fields[column] for column in at])
        return rule.text(row.fields[at[0]], rows.source)
    except InputError as error:
        raise _at_cell(error, row, at[0], rows) from None


def _cell_size(row: Row, at: int, rows: Rows) -> float:
    """The size of a row that has its key.

    Raises:
        InputError: it is none.
    """
    try:
        return size_in(row.fields[at])
    except InputError as error:
        raise _at_cell(error, row, at, rows) from None


def _at_cell(error: InputError, row: Row, at: int, rows: Rows) -> InputError:
    """The error with the place of the cell that it is about."""
    from rvhctl.formats.rows import field_start

    column = field_start(row.raw.decode(), at, rows.delimiter)
    return error.at(rows.source, row.line, column=column)
