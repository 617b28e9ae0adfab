"""NDJSON: one JSON value a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from rvhctl.errors import InputError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.shapes import OwnRecords, Picked, Reader, Record
from rvhctl.keys.key import Buckets, Key, KeyRule


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


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked records, each on a line."""
    return records.in_json().join_records(picked, b"\n")


def decode_keys(
    block: bytes, first_line: int, source: str, rule: KeyRule, on_bad: OnBad
) -> Iterator[list[Key]]:
    """The keys of whole lines: strings, integers, or objects with ``key``.

    What stands before a bad line is given before ``on_bad`` hears of it.
    """
    keys: list[Key] = []
    for number, line in enumerate(block.split(b"\n"), first_line):
        if not line.strip():
            continue
        try:
            value = jsontext.parse(line, source, number)
            keys.append(rule.json(value, partial(jsontext.exact_value, line), source, number))
        except InputError as error:
            if keys:
                yield keys
                keys = []
            on_bad(error)
    if keys:
        yield keys


def write_keys(keys: Sequence[Key], buckets: Buckets) -> bytes:
    """``{"key": ..., "bucket": ...}`` a line."""
    return b"".join(
        b'{"key":%b,"bucket":%d}\n' % (jsontext.key_text(key), bucket)
        for key, bucket in zip(keys, buckets, strict=True)
    )
