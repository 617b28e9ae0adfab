"""Keys from flags, files or standard input, in the format that the caller or the file's suffix states."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, Literal

from rvhctl.errors import OnBad, UsageError
from rvhctl.formats.choice import InputFormat
from rvhctl.keys.key import Key, KeyRule

if TYPE_CHECKING:
    from rvhctl.streams.source import Source

KeyShape = Literal["json", "ndjson", "csv", "tsv", "plain"]
PLAIN: Final[KeyShape] = "plain"


def key_format(input_format: InputFormat, name: str, *, null: bool = False) -> KeyShape:
    """Keys are never guessed at: text, unless -i or the file's suffix says otherwise.

    Raises:
        UsageError: it does, and ``null`` says that they are bytes.
    """
    from rvhctl.formats.choice import format_by_suffix

    shape = input_format if input_format != "auto" else format_by_suffix(name) or PLAIN
    if null and shape != PLAIN:
        raise UsageError("--null makes no sense with keys that are not plain text")
    return shape


def flag_keys(keys: list[str], rule: KeyRule) -> Iterator[list[Key]]:
    # fsencode gives back the very bytes that the shell passed.
    yield [rule.text(os.fsencode(key), "--key") for key in keys]


def read_keys(
    files: list[str], input_format: InputFormat, null: bool, rule: KeyRule, on_bad: OnBad
) -> Iterator[list[Key]]:
    from rvhctl.streams.lookalike import explained
    from rvhctl.streams.source import open_sources  # here, because keys from flags need none of it

    for source in open_sources(files, raw=null):
        format_ = key_format(input_format, source.name)
        with nullcontext() if format_ == PLAIN else explained(source.name, source.head):
            yield from _read_one(source, format_, null, rule, on_bad)


def _read_one(
    source: Source, format_: KeyShape, null: bool, rule: KeyRule, on_bad: OnBad
) -> Iterator[list[Key]]:
    from rvhctl.streams.lines import whole_lines

    match format_:
        case "json":
            from rvhctl.formats import json

            yield json.read_keys(source.read_all(), source.name, rule, on_bad)
        case "ndjson":
            from rvhctl.formats import ndjson

            for block, line in whole_lines(source):
                yield from ndjson.decode_keys(block, line, source.name, rule, on_bad)
        case "csv" | "tsv":
            from rvhctl.formats import csv
            from rvhctl.formats.csv_rows import Rows

            blocks = (block for block, _ in whole_lines(source))
            rows = Rows(blocks, source.name, "," if format_ == "csv" else "\t")
            if rows.header:
                yield from (keys for keys, _ in csv.read_keys(rows, "key", rule, on_bad))
        case _:
            from rvhctl.formats import plain

            delimiter_byte = b"\0" if null else b"\n"
            for block, line in whole_lines(source, delimiter_byte):
                yield from plain.decode_keys(block, line, source.name, rule, on_bad, delimiter=delimiter_byte)
