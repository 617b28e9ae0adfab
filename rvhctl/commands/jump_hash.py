"""``rvhctl jump-hash``: which bucket owns each key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import typer

from rvhctl import options
from rvhctl.answer import KeyAnswer, output_format
from rvhctl.api.keys import jump_hash_many
from rvhctl.errors import OnBad, UsageError
from rvhctl.keys import Key, KeyRule
from rvhctl.lines import whole_lines
from rvhctl.options import InputFormat, refuse
from rvhctl.report import Report
from rvhctl.sink import Sink
from rvhctl.source import Source, format_by_suffix, open_sources

Buckets = Annotated[
    int | None,
    typer.Option("--buckets", "-b", metavar="N", help="How many buckets, 1..2147483647.", show_default=False),
]
Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--key", "-k", metavar="KEY", help="A key; may be given again and again.", show_default=False
    ),
]
Hash = Annotated[
    Literal["xxh64", "int"],
    typer.Option("--hash", help="How text becomes 64 bits; int: it is the decimal 64-bit key itself."),
]
Null = Annotated[bool, typer.Option("--null", "-0", help="Keys end with a NUL byte instead of a line end.")]


KeyShape = Literal["json", "ndjson", "csv", "tsv", "plain"]
PLAIN: Final[KeyShape] = "plain"


def jump_hash(
    files: options.Files = None,
    buckets: Buckets = None,
    key: Keys = None,
    hash_: Hash = "xxh64",
    null: Null = False,
    output: options.Output = "auto",
    json: options.Json = False,
    input_format: options.KeyInput = "auto",
    color: options.Color = "auto",
    level: options.LogLevel = "warn",
    async_: options.Async = False,
    batch: options.Batch = False,
    jobs: options.Jobs = None,
    unordered: options.Unordered = False,
    on_error: options.OnErrorChoice = None,
) -> None:
    """Say which bucket owns each key: Google's jump consistent hash.

    Keys are text lines from FILEs or standard input, -k flags, or JSON, NDJSON and CSV. A key has one bucket
    for ever, in every process and on every machine; a new bucket takes 1 in N+1 keys and moves no other.
    """
    report = Report(level)
    if batch:
        from rvhctl.commands._batch import run_batch

        run_batch(
            "jump-hash",
            files,
            {"buckets": buckets, "hash": hash_},
            report=report,
            refused={"--key": key, "--null": null},
            output=output,
            input_format=input_format,
            async_=async_,
            jobs=jobs,
            unordered=unordered,
            on_error=on_error,
        )
        return
    refuse("without --batch", {"--unordered": unordered})
    if buckets is None:
        raise UsageError("--buckets is missing")
    jump_hash_many([], buckets)  # a bad number of buckets is found before any input is read
    if key and files:
        raise UsageError("give keys with -k or in FILEs, not both")
    sink = Sink()
    shapes = {_format(input_format, name) for name in files or ["-"]} if not key else {PLAIN}
    shape = shapes.pop() if len(shapes) == 1 else "ndjson"
    format_ = output_format(output, json, shape, sink)
    rule = KeyRule(integers=hash_ == "int", utf8=format_ in ("json", "ndjson", "csv", "tsv", "table"))
    on_bad = report.on_bad(on_error)
    answer = KeyAnswer(format_, sink, buckets, color)
    for keys in _flag_keys(key, rule) if key else _read(files or [], input_format, null, rule, on_bad):
        answer.add(keys, jump_hash_many(keys, buckets))
    answer.finish()
    report.finish()


def _format(input_format: InputFormat, name: str) -> KeyShape:
    """Keys are never guessed at: text, unless -i or the file's suffix says otherwise."""
    return input_format if input_format != "auto" else format_by_suffix(name) or PLAIN


def _flag_keys(keys: list[str], rule: KeyRule) -> Iterator[list[Key]]:
    # fsencode gives back the very bytes that the shell passed.
    yield [rule.text(os.fsencode(key), "--key") for key in keys]


def _read(
    files: list[str], input_format: InputFormat, null: bool, rule: KeyRule, on_bad: OnBad
) -> Iterator[list[Key]]:
    for source in open_sources(files):
        yield from _read_one(source, _format(input_format, source.name), null, rule, on_bad)


def _read_one(
    source: Source, format_: KeyShape, null: bool, rule: KeyRule, on_bad: OnBad
) -> Iterator[list[Key]]:
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

            delimiter = "," if format_ == "csv" else "\t"
            yield csv.read_keys(source.read_all(), source.name, rule, on_bad, delimiter=delimiter)
        case _:
            from rvhctl.formats import plain

            delimiter_byte = b"\0" if null else b"\n"
            for block, line in whole_lines(source, delimiter_byte):
                yield from plain.decode_keys(block, line, source.name, rule, on_bad, delimiter=delimiter_byte)
