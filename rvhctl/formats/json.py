"""JSON documents: an array of records or keys, or an object that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from rvhctl.core.json.spans import element_spans
from rvhctl.errors import LengthMismatchError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.shapes import OwnRecords, Picked, Reader, Record, View, objects_of


class Element(Record):
    """An element of an array."""

    __slots__ = ()

    def exact(self) -> Any:
        return jsontext.exact_value(self.raw)


class Document(Reader):
    """One document: an array of records, or an object."""

    def __init__(self, text: bytes, source: str) -> None:
        self._text = text
        self._source = source
        self._value = jsontext.parse(text, source)
        if not isinstance(self._value, list):
            self.document = self._value

    def __iter__(self) -> Iterator[Record]:
        return _elements(self._value, self._text, self._text.find(b"["))

    def __length_hint__(self) -> int:
        return len(self._value) if isinstance(self._value, list) else 0

    def inside(self, *members: str) -> Iterator[Record]:
        """Return the records of an array that the object holds, or what several arrays are together.

        Raises:
            LengthMismatchError: the arrays differ in length.
        """
        text, start = self._text, self._text.find(b"{")
        if not members:
            return _elements([self._value], b"[%b]" % text.strip(), 0)
        starts = [jsontext.member_span(text, start, member)[0] for member in members]
        if len(members) == 1:
            return _elements(self._value[members[0]], text, starts[0])
        zipped = self._zipped(starts)
        return _elements(jsontext.parse(zipped, self._source), zipped, 0)

    def repeated(self, names: frozenset[str] | None = None, inner: str = "") -> str | None:
        start = self._text.find(b"{")
        if names is None:
            return jsontext.any_repeated(self._text, start)
        return jsontext.repeated(self._text, start, self._value, names, inner)

    def _zipped(self, starts: list[int]) -> bytes:
        """Return ids and latencies as one array of records, each value by its own text."""
        ids, latencies = (_texts(self._text, start) for start in starts)
        if len(ids) != len(latencies):
            raise LengthMismatchError(f"{self._source}: {len(ids)} ids, but {len(latencies)} latencies")
        rows = zip(ids, latencies, strict=True)
        return b"[%b]" % b",".join(b'{"id":%b,"latency":%b}' % row for row in rows)


def read(text: bytes, source: str, on_bad: OnBad) -> Reader:
    """Return the records of one document.

    Raises:
        InputError: it is no JSON.
    """
    return Document(text, source)


def _elements(values: list[Any], text: bytes, start: int) -> Iterator[Record]:
    """Yield the elements of the array that stands at ``start``, each with its own bytes."""
    spans = element_spans(text, start)
    for row, fields in enumerate(values):
        raw = text[spans[2 * row] : spans[2 * row + 1]]
        # A record over several lines goes out on one; a line end can only stand between its tokens.
        yield Element(fields, raw.replace(b"\n", b"").replace(b"\r", b"") if b"\n" in raw else raw, index=row)


def _texts(text: bytes, start: int) -> list[bytes]:
    spans = element_spans(text, start)
    return [text[spans[at] : spans[at + 1]] for at in range(0, len(spans), 2)]


def write_view(view: View) -> Iterator[bytes]:
    """Yield an array of the rows, on one line, in the document that stands around them."""
    whole = view.whole()
    if whole is not None:
        yield whole
        return
    opening: bytes = b"["
    for rows in view.json_rows(b","):
        yield opening + rows[:-1]
        opening = b","
    yield b"]\n" if opening == b"," else b"[]\n"


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Yield an array of the picked records, on one line."""
    records = records.in_json()
    yield b"["
    last = len(picked) - 1
    yield from records.join_records(picked[:last], b",")
    if last >= 0:
        yield records.records[picked[last]]
    yield b"]\n"


def join_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows of values as objects, with commas between them."""
    return orjson.dumps(objects_of(names, rows))[1:-1]


def join_records(records: Sequence[bytes]) -> bytes:
    """Return records as they are, with commas between them."""
    return b",".join(records)
