"""``rvhctl jump-hash``: which bucket owns each key."""

# Annotations are no strings here: Typer would evaluate each of them, twice, at every start.

from typing import Annotated, Literal

import typer

from rvhctl.cli import key_options as more
from rvhctl.cli import options
from rvhctl.cli.options import refuse
from rvhctl.cli.report import Report
from rvhctl.errors import OnBad, UsageError
from rvhctl.formats.choice import InputFormat, answer_format, asked_format
from rvhctl.keys.key import Key, KeyRule
from rvhctl.keys.read import PLAIN, KeyShape, flag_keys, key_format, read_keys
from rvhctl.keys.write import KeyAnswer
from rvhctl.placement.jump import jump_hash_many
from rvhctl.streams.sink import Sink

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
    Literal[
        "xxh64",
        "xxh3",
        "xxh32",
        "int",
        "fnv1",
        "fnv1a",
        "crc32",
        "crc64-xz",
        "md5-be",
        "md5-le",
        "sha256-le",
        "murmur3-128",
    ],
    typer.Option(
        "--hash",
        metavar="NAME",
        help="How text becomes 64 bits (--list-hashes); int: it is the decimal 64-bit key itself.",
    ),
]
Null = Annotated[bool, typer.Option("--null", "-0", help="Keys end with a NUL byte instead of a line end.")]

EPILOG = options.epilog(
    "rvhctl jump-hash -k foo -b 5",
    "rvhctl jump-hash -b 8 keys.txt",
    "rvhctl jump-hash --nodes a,b,c --down b --field user.id events.ndjson",
    "find tests -name 'test_*.py' | rvhctl jump-hash --only 1/4",
    nobody="no node is live, or --only found no record",
)


def jump_hash(
    files: options.Files = None,
    buckets: Buckets = None,
    key: Keys = None,
    hash_: Hash = "xxh64",
    null: Null = False,
    nodes: more.Nodes = None,
    down: more.Down = None,
    live: more.Live = None,
    threshold: more.MaxLatency = None,
    weight: more.Weight = None,
    replicas: more.Replicas = None,
    allow_fewer: more.AllowFewer = False,
    field: more.Field = None,
    regex: more.Regex = None,
    only: more.Only = None,
    allow_empty: more.AllowEmpty = False,
    split_to: more.SplitTo = None,
    force: more.Force = False,
    stats: more.Stats = False,
    to: more.To = None,
    to_nodes: more.ToNodes = None,
    to_down: more.ToDown = None,
    moves: more.Moves = False,
    explain: more.Explain = False,
    dialect: more.DialectChoice = "paper",
    seed: more.Seed = 0,
    list_hashes: more.ListHashes = False,
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
    every_option = dict(locals())
    report = Report(level)
    if list_hashes:
        from rvhctl.commands._hashes import write_hashes

        write_hashes(asked_format(output, json), color)
        return
    beyond = more.goes_beyond(every_option)
    if batch:
        from rvhctl.commands._batch import run_batch
        from rvhctl.formats.members import stated

        plain = stated({"buckets": buckets, "hash": hash_})
        run_batch(
            "jump-hash",
            files,
            more.batch_defaults(every_option) if beyond else plain,
            report=report,
            refused={"--key": key, "--null": null, **more.not_in_batch(every_option)},
            output=output,
            input_format=input_format,
            async_=async_,
            jobs=jobs,
            unordered=unordered,
            on_error=on_error,
        )
        return
    refuse("without --batch", {"--unordered": unordered})
    if beyond:
        from rvhctl.commands._keys import run

        run(*more.fleet_and_wish(every_option), report, report.on_bad(on_error))
        return
    if buckets is None:
        raise UsageError("--buckets is missing: give their number, as in -b 8, or --nodes")
    jump_hash_many([], buckets)  # a bad number of buckets is found before any input is read
    sink = Sink()
    asked = asked_format(output, json)
    shapes = _shapes(files, key, input_format, null)
    shape = shapes.pop() if len(shapes) == 1 else "ndjson"
    format_ = answer_format(asked, shape, sink)
    on_bad = report.on_bad(on_error)
    if format_ == shape == PLAIN and not key:
        count = _answer_text(files or [], sink, buckets, hash_, null, jobs, on_bad)
    else:
        rule = KeyRule(integers=hash_ == "int", utf8=format_ != PLAIN)
        keys = flag_keys(key, rule) if key else read_keys(files or [], input_format, null, rule, on_bad)
        answer = KeyAnswer(format_, sink, buckets, color)
        for some in keys:
            answer.add(some, _many_async(some, buckets) if async_ else jump_hash_many(some, buckets))
        count = answer.finish()
    if report.says("debug"):
        from rvhctl.cli.version import core_name
        from rvhctl.formats.wording import counted

        report.debug(f"{counted(count, 'key')} on the {core_name()} core in {report.milliseconds():.1f} ms")
    report.finish()


def _shapes(
    files: list[str] | None, key: list[str] | None, input_format: InputFormat, null: bool
) -> set[KeyShape]:
    """The formats in which the keys come.

    Raises:
        UsageError: flags that exclude each other.
    """
    if key:
        if files:
            raise UsageError("give keys with -k or in FILEs, not both")
        refuse("with --key", {"--null": null, "--input-format": input_format != "auto"})
        return {PLAIN}
    return {key_format(input_format, name, null=null) for name in files or ["-"]}


def _many_async(keys: list[Key], buckets: int) -> list[int]:
    import asyncio

    from rvhctl.placement.jump import jump_hash_many_async

    return asyncio.run(jump_hash_many_async(keys, buckets))


def _answer_text(
    files: list[str], sink: Sink, buckets: int, hash_: str, null: bool, jobs: int | None, on_bad: OnBad
) -> int:
    """Text in, bucket numbers out: whole blocks through the core, with no object for a key; how many."""
    from rvhctl.keys.stream import bucket_lines
    from rvhctl.streams.source import open_sources

    count = 0
    for source in open_sources(files, raw=null):
        with source.reading():
            counts = bucket_lines(
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
            count += counts.lines - counts.bad
    sink.flush()
    return count
