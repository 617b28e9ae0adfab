"""NDJSON: one JSON value a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from rvhctl.errors import InputError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.shapes import OwnRecords, Picked, Reader, Record, View, objects_of


class LineRecord(Record):
    """The value of one line."""

    __slots__ = ("_text",)

    def __init__(self, fields: Any, text: bytes, line: int) -> None:
        super().__init__(fields, text.strip(), line)
        self._text = text

    def exact(self) -> Any:
        return jsontext.exact_value(self._text)

    def column(self, field: str) -> int:
        return jsontext.value_column(self._text, field)


def read(text: bytes, source: str, on_bad: OnBad) -> Reader:
    """Return the values of a whole text, one a line; ``on_bad`` gets what is wrong with a line, and may raise it."""
    return Reader(_records(text, source, on_bad))


def _records(text: bytes, source: str, on_bad: OnBad) -> Iterator[Record]:
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            fields = jsontext.parse(line, source, number)
        except InputError as error:
            on_bad(error)
            continue
        yield LineRecord(fields, line, number)


def write_view(view: View) -> Iterator[bytes]:
    """Return the rows, each on a line; a document that stands around them is one line."""
    whole = view.whole()
    return view.json_rows(b"\n") if whole is None else iter([whole])


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked records, each on a line."""
    return records.in_json().join_records(picked, b"\n")


def join_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return rows of values, cut out of one text: each by itself would take kilobytes, and longer."""
    # In a string, the quote would have a backslash before it.
    between = b'},{"%b":' % names[0].encode()
    lines = orjson.dumps(objects_of(names, rows))[1:-1]
    return lines.replace(between, between.replace(b",", b"\n", 1)) + b"\n"


def join_records(records: Sequence[bytes]) -> bytes:
    """Return records as they are, each on a line."""
    return b"\n".join([*records, b""])
