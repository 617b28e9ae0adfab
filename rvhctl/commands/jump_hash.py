"""``rvhctl jump-hash``: which bucket owns each key."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from rvhctl import options
from rvhctl.answer import KeyAnswer, output_format
from rvhctl.api.keys import jump_hash_many
from rvhctl.errors import OnBad, UsageError
from rvhctl.key_input import PLAIN, flag_keys, key_format, read_keys
from rvhctl.keys import KeyRule
from rvhctl.options import refuse
from rvhctl.report import Report
from rvhctl.sink import Sink
from rvhctl.source import open_sources
from rvhctl.version import core_name

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
    shapes = {key_format(input_format, name) for name in files or ["-"]} if not key else {PLAIN}
    shape = shapes.pop() if len(shapes) == 1 else "ndjson"
    format_ = output_format(output, json, shape, sink)
    rule = KeyRule(integers=hash_ == "int", utf8=format_ in ("json", "ndjson", "csv", "tsv", "table"))
    on_bad = report.on_bad(on_error)
    if format_ == "plain" and shape == "plain" and not key:
        _answer_text(files or [], sink, buckets, hash_, null, jobs, on_bad)
    else:
        answer = KeyAnswer(format_, sink, buckets, color)
        for keys in flag_keys(key, rule) if key else read_keys(files or [], input_format, null, rule, on_bad):
            answer.add(keys, jump_hash_many(keys, buckets))
        answer.finish()
    report.debug(f"{core_name()} core, {report.milliseconds():.1f} ms")
    report.finish()


def _answer_text(
    files: list[str], sink: Sink, buckets: int, hash_: str, null: bool, jobs: int | None, on_bad: OnBad
) -> None:
    """Text in, bucket numbers out: whole blocks through the core, with no object for a key."""
    from rvhctl.keystream import bucket_lines

    for source in open_sources(files):
        with source.reading():
            bucket_lines(
                source.stream,
                source_name=source.name,
                buckets=buckets,
                hash_name=hash_,
                delimiter=b"\0" if null else b"\n",
                jobs=jobs,
                write=sink.write,
                flush=sink.flush,
                on_bad=on_bad,
            )
    sink.flush()
