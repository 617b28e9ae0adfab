"""A format of our own: ``name = value`` a line, and an empty line behind each record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from rvhctl.errors import InputError, OnBad
from rvhctl.formats import jsontext
from rvhctl.formats.shapes import OwnRecords, Picked, Reader, Record, View, cell_text


def read(text: bytes, source: str, on_bad: OnBad) -> Reader:
    return Reader(_records(text, source, on_bad))


def _records(text: bytes, source: str, on_bad: OnBad) -> Iterator[Record]:
    line = 1
    for block in text.rstrip(b"\n").split(b"\n\n"):
        members = [member.partition(b" = ")[::2] for member in block.split(b"\n")]
        try:
            fields = {name.decode(): jsontext.parse(value, source, line) for name, value in members}
            yield Record(fields, b"{%b}" % b",".join(b'"%b":%b' % member for member in members), line)
        except InputError as error:
            on_bad(error)
        line += len(members) + 1


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    objects = records.in_json().records
    return (_block(jsontext.loads(objects[row])) for row in picked)


def write_view(view: View) -> Iterator[bytes]:
    return (_block(row) for row in view.rows())


def join_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    return b"".join([_block(dict(zip(names, row, strict=True))) for row in rows])


def join_records(records: Sequence[bytes]) -> bytes:
    return b"".join([_block(jsontext.loads(record)) for record in records])


def _block(fields: dict[str, object]) -> bytes:
    return b"".join(b"%b = %b\n" % (name.encode(), _value(value)) for name, value in fields.items()) + b"\n"


def _value(value: object) -> bytes:
    return orjson.dumps(value) if isinstance(value, str) else cell_text(value).encode()
