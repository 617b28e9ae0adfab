"""Plain text: keys in, one a line; ids or bucket numbers out, one a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rvhctl.errors import InputError, OnBad
from rvhctl.keys.key import Buckets, Key, KeyRule

if TYPE_CHECKING:
    # A key alone needs no records, and their import would be a tenth of answering for it.
    from rvhctl.formats.shapes import OwnRecords, Picked


def write_records(records: OwnRecords, picked: Picked) -> Iterator[bytes]:
    """Return the picked ids, one a line."""
    return records.join_ids(picked)


def decode_keys(
    block: bytes, first_line: int, source: str, rule: KeyRule, on_bad: OnBad, *, delimiter: bytes
) -> Iterator[list[Key]]:
    """The keys of whole lines: their bytes, whatever they are, without the line end.

    What stands before a bad line is given before ``on_bad`` hears of it.
    """
    *lines, last = block.split(delimiter)
    if delimiter == b"\n":
        lines = [line.removesuffix(b"\r") for line in lines]
    if last:
        lines.append(last)  # with no line end, to which a carriage return would belong
    keys: list[Key] = []
    for number, line in enumerate(lines, first_line):
        try:
            keys.append(rule.text(line, source, number))
        except InputError as error:
            if keys:
                yield keys
                keys = []
            on_bad(error)
    if keys:
        yield keys


def write_keys(buckets: Buckets) -> bytes:
    """The bucket numbers, one a line."""
    return b"".join([b"%d\n" % bucket for bucket in buckets])
