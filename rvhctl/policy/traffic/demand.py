"""The demand of each group, from a file: JSON, NDJSON, CSV or TSV."""

from __future__ import annotations

from typing import Any, Final

from rvhctl.errors import FaultsetError, InputError, quoted, raise_error
from rvhctl.formats.choice import FORMATS, looked_format, text_sources
from rvhctl.formats.headers import layout_of
from rvhctl.formats.jsontext import any_repeated
from rvhctl.formats.rows import decimal_in
from rvhctl.formats.shapes import RECORDS_ONLY, Reader, Record
from rvhctl.policy.traffic.routing import checked_demand
from rvhctl.streams.lookalike import explained
from rvhctl.streams.source import Source

COLUMNS: Final = ("group", "demand")

WANTED: Final = "records with the members group and demand, or one object of numbers by group"


def read_demand(name: str) -> dict[str, float]:
    """What each group is asked, by its name.

    Raises:
        InputError: the file cannot be read, or something in it is wrong; the message has the place.
    """
    return next(map(_read, text_sources([name])))


def _read(source: Source) -> dict[str, float]:
    text = source.read_all()
    with explained(source):
        reader = _reader(text, source.name)
        if isinstance(reader.document, dict) and (twice := reader.repeated()) is not None:
            raise _twice(twice, source.name, None)
        if reader.document is not RECORDS_ONLY:
            return _object(reader.document, source.name, None)
        if reader.header:
            for column in COLUMNS:
                reader.column(column)
            reader.decimals = COLUMNS[1:]
        records = list(reader)
    if len(records) == 1 and isinstance(records[0].fields, dict) and "group" not in records[0].fields:
        if (twice := any_repeated(records[0].raw, records[0].raw.index(b"{"))) is not None:
            raise _twice(twice, source.name, records[0].line)
        return _object(records[0].fields, source.name, records[0].line)
    demand: dict[str, float] = {}
    for record in records:
        group, value = _entry(record, source.name, comma=reader.layout is not None and reader.layout.comma)
        if group in demand:
            raise _twice(group, source.name, record.line)
        demand[group] = value
    if not demand:
        raise InputError("the file holds no demand", source=source.name, hint=f"it is to hold {WANTED}")
    return demand


def _twice(group: str, source: str, line: int | None) -> InputError:
    return InputError(f"the group {quoted(group)} was there before", source=source, line=line)


def _reader(text: bytes, source: str) -> Reader:
    shape = looked_format(text, ())
    format_ = FORMATS[shape]
    layout = (
        {"layout": layout_of(text, source, shape, {name: name for name in COLUMNS})}
        if format_.delimiter
        else {}
    )
    reader: Reader = format_.load().read(text, source, raise_error, **layout)
    return reader


def _object(value: object, source: str, line: int | None) -> dict[str, float]:
    try:
        return checked_demand(value)
    except FaultsetError as error:
        raise InputError(str(error), source=source, line=line) from None


def _entry(record: Record, source: str, *, comma: bool) -> tuple[str, float]:
    fields: Any = record.fields
    place = "" if record.line else f"record {record.index + 1}"
    if not isinstance(fields, dict) or not {"group", "demand"} <= fields.keys():
        raise InputError(
            f"demand is to be {WANTED}", source=source, line=record.line, place=place, value=fields
        )
    group, value = fields["group"], fields["demand"]
    if type(group) is int:
        group = str(group)  # as labels are taken
    if not isinstance(group, str):
        raise InputError(
            "the group must be a text", source=source, line=record.line, place=place, value=group
        )
    if isinstance(value, str) and (number := decimal_in(value.strip(), comma)) is not None:
        value = number
    try:
        return group, checked_demand({group: value})[group]
    except (FaultsetError, TypeError) as error:
        raise InputError(str(error), source=source, line=record.line, place=place) from None
