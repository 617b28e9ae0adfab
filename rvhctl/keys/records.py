"""Records with a key each, from flags, text lines, JSON, NDJSON, CSV and TSV, and their own bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from rvhctl.core.json.spans import element_spans
from rvhctl.errors import InputError, OnBad, UsageError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import InputFormat, format_by_suffix
from rvhctl.keys.fields import FieldPath, LinePattern, check_reserved
from rvhctl.keys.key import Key, KeyRule
from rvhctl.streams.lines import whole_lines
from rvhctl.streams.source import Source

if TYPE_CHECKING:
    from rvhctl.formats.csv import Row, Rows

RecordShape: TypeAlias = str

SLICE: Final = 4096
"""Records of a JSON document or a table handed on at a time."""

LONG_HEADER: Final = 1 << 16
"""Bytes of a header that are looked at for its delimiter."""


class Records(NamedTuple):
    """Some records of one source, in order."""

    shape: RecordShape
    keys: list[Key]
    raws: list[bytes]
    """The own bytes of each, without its line end."""
    header: Sequence[str] = ()
    """The columns of CSV and TSV."""

    def part(self, start: int, end: int) -> Records:
        """Some of them."""
        return self._replace(keys=self.keys[start:end], raws=self.raws[start:end])


class KeySpec(NamedTuple):
    """Where a record has its key, and what a key must be."""

    rule: KeyRule = KeyRule()
    path: FieldPath | None = None
    pattern: LinePattern | None = None
    delimiter: bytes = b"\n"
    reserved: tuple[str, ...] = ()
    """Members (or columns) that no record may have, because they are to be added."""


def shape_of(source: Source, input_format: InputFormat, spec: KeySpec) -> RecordShape:
    """The shape of a source: as its name and the flags tell; of records with a field, else by how it begins.

    Bare keys are never guessed at: they are text, unless -i or the file's suffix says otherwise.

    Raises:
        UsageError: the flags contradict one another.
        InputError: it cannot be read.
    """
    if spec.pattern is not None:
        if input_format not in ("auto", "plain"):
            raise UsageError(f"--regex reads text lines, not {input_format}")
        return "plain"
    if spec.path is None:
        shape = input_format if input_format != "auto" else format_by_suffix(source.name) or "plain"
        if spec.delimiter == b"\0" and shape != "plain":
            raise UsageError("--null makes no sense with keys that are not plain text")
        return shape
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


def flag_records(keys: list[bytes], spec: KeySpec) -> Records:
    """Keys given with ``-k``; each is its own record."""
    return Records("plain", [_text_key(spec, key, "--key") for key in keys], keys)


def read_records(source: Source, shape: RecordShape, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of a source, some at a time; what stands before a bad one is given before ``on_bad``."""
    match shape:
        case "json":
            yield from _json_records(source, spec, on_bad)
        case "csv" | "tsv":
            yield from _row_records(source, shape, spec, on_bad)
        case _:
            yield from _line_records(source, shape, spec, on_bad)


def _line_records(source: Source, shape: RecordShape, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of whole blocks of lines; a blank line of NDJSON is none."""
    name, text = source.name, shape == "plain"
    delimiter = spec.delimiter if text else b"\n"
    key_of = (
        partial(_text_key, spec) if spec.pattern else spec.rule.text if text else partial(_json_key, spec)
    )
    for block, first_line in whole_lines(source, delimiter):
        *lines, last = block.split(delimiter)
        if text and delimiter == b"\n":
            lines = [line.removesuffix(b"\r") for line in lines]
        if last:
            lines.append(last)  # with no line end, to which a carriage return would belong
        keys: list[Key] = []
        raws: list[bytes] = []
        for number, line in enumerate(lines, first_line):
            if not text and not line.strip():
                continue
            try:
                keys.append(key_of(line, name, number))
                raws.append(line)
            except InputError as error:
                yield Records(shape, keys, raws)
                keys, raws = [], []
                on_bad(error)
        yield Records(shape, keys, raws)


def _text_key(spec: KeySpec, line: bytes, source: str, number: int | None = None) -> Key:
    """The key of a line of text: all of it, or what the pattern finds."""
    if spec.pattern is None:
        return spec.rule.text(line, source, number)
    key = spec.pattern.key_of(line)
    if key is None:
        raise spec.pattern.no_key(line, source, number)
    return spec.rule.text(key, source, number)


def _json_key(spec: KeySpec, line: bytes, source: str, number: int) -> Key:
    """The key of a line of NDJSON."""
    if spec.path is not None:
        return spec.path.line_key(line, spec.rule, source, number, reserved=spec.reserved)
    value = jsontext.parse(line, source, number)
    return spec.rule.json(value, partial(jsontext.exact_value, line), source, number)


def _json_records(source: Source, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    text = source.read_all()
    document = jsontext.parse(text, source.name)
    if not isinstance(document, list):
        raise _no_array(document, source.name, spec)
    spans = element_spans(text, text.find(b"["))
    records = Records("json", [], [])
    for row, value in enumerate(document):
        raw = text[spans[2 * row] : spans[2 * row + 1]]
        exact = partial(jsontext.exact_value, raw)
        try:
            records.keys.append(_element_key(value, exact, spec, source.name, row + 1))
        except InputError as error:
            on_bad(error)
            continue
        # A record over several lines goes out on one; a line end can only stand between its tokens.
        records.raws.append(raw.replace(b"\n", b"").replace(b"\r", b""))
        if len(records.keys) == SLICE:
            yield records
            records = Records("json", [], [])
    yield records


def _no_array(document: Any, source: str, spec: KeySpec) -> InputError:
    if spec.path is not None:
        return InputError("the document must be an array of records", source=source)
    hint = "an object is a request: give it to --batch, on one line (jq -c)"
    asks = isinstance(document, dict) and not document.keys().isdisjoint(("key", "keys"))
    return InputError("the document must be an array of keys", source=source, hint=hint if asks else "")


def _element_key(value: Any, exact: Any, spec: KeySpec, source: str, number: int) -> Key:
    if spec.path is None:
        return spec.rule.json(value, exact, source, place=f"key {number}")
    place = f"record {number}"
    key = spec.path.key_of(value, exact, spec.rule, source, None, place)
    check_reserved(value, spec.reserved, source, None, place)
    return key


def _row_records(source: Source, shape: RecordShape, spec: KeySpec, on_bad: OnBad) -> Iterator[Records]:
    """The records of a table: all that can be read without waiting, before the next read."""
    from rvhctl.formats.csv import Rows

    blocks = (block for block, _ in whole_lines(source))
    rows = Rows(blocks, source.name, "," if shape == "csv" else "\t")
    if rows.header:
        check_reserved(rows.header, spec.reserved, source.name, 1)
        at = rows.column("key" if spec.path is None else spec.path.column(rows.header))
        keys: list[Key] = []
        raws: list[bytes] = []
        try:
            for row in rows:
                try:
                    keys.append(_cell_key(row, at, rows, spec.rule))
                    raws.append(row.raw)
                except InputError as error:
                    yield Records(shape, keys, raws, rows.header)
                    keys, raws = [], []
                    on_bad(error)
                if keys and (rows.drained or len(keys) == SLICE):
                    yield Records(shape, keys, raws, rows.header)
                    keys, raws = [], []
        except InputError:
            yield Records(shape, keys, raws, rows.header)
            raise
    yield Records(shape, [], [], rows.header)


def _cell_key(row: Row, at: int, rows: Rows, rule: KeyRule) -> Key:
    from rvhctl.formats.csv import field_start

    rows.check(row)
    try:
        return rule.text(row.fields[at], rows.source)
    except InputError as error:
        column = field_start(row.raw.decode(), at, rows.delimiter)
        raise error.at(rows.source, row.line, column=column) from None
