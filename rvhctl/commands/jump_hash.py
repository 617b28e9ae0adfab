"""``rvhctl jump-hash``: which bucket owns each key."""

# Annotations are no strings here: each would be evaluated at every start.

from rvhctl.cli import options
from rvhctl.cli.key_options import Answer, Bound, Fields, Hashing, KeyRequest, Keys, Nodes
from rvhctl.cli.key_runs import KeyRun, Many
from rvhctl.cli.option_groups import OptionGroup, grouped
from rvhctl.cli.report import Report
from rvhctl.core.placement.bits import checked_buckets
from rvhctl.formats.choice import asked_format, format_by_suffix
from rvhctl.keys.hashes import RECIPES
from rvhctl.keys.key import KeyRule, flag_keys
from rvhctl.placement.jump import jump_hash_many, jump_hash_many_async
from rvhctl.streams.sink import Sink

EPILOG = options.epilog(
    "rvhctl jump-hash -b 8 keys.txt",
    "rvhctl jump-hash --nodes fleet.csv --live fit.csv -k user:41",
    "rvhctl jump-hash -k foo -b 5",
    "rvhctl jump-hash --nodes a,b,c --down b --field user.id events.ndjson",
    "find tests -name 'test_*.py' | rvhctl jump-hash --only 1/4",
    nobody="no node is live, or --only found no record",
)

HELP = """\
Say which bucket or node owns each key, so that few keys move.

A key has one bucket for ever, in every process and on every machine. A new bucket takes 1 in N + 1 keys, and
no other key moves; when a node fails, only its own keys do. It is Google's jump consistent hash.

Keys are lines of text from FILEs or standard input, -k options, or fields of JSON, NDJSON, CSV and TSV.
"""


@grouped
def jump_hash(
    keys: Keys,
    nodes: Nodes,
    fields: Fields,
    bound: Bound,
    answer: Answer,
    many: Many,
    hashing: Hashing,
    run: KeyRun,
    files: options.Files = None,
) -> None:
    report = Report(run.level)
    if hashing.list_hashes:
        _list_hashes(run)
    elif _is_small(files, keys, run) and not any(
        map(OptionGroup.stated, (nodes, bound, fields, answer, many, hashing))
    ):
        (_answer_flags if keys.key else _answer_lines)(files, keys, run, report)
    else:
        from rvhctl.commands._keys import answer_batch, answer_keys

        request = KeyRequest(files or [], keys, nodes, fields, answer, hashing, run, bound, many)
        if many.to_dir is not None and not run.batch:
            from rvhctl.commands._files import answer_files

            answer_files(request, report)
            return
        (answer_batch if run.batch else answer_keys)(request, report)


def _is_small(files: list[str] | None, keys: Keys, run: KeyRun) -> bool:
    """Whether these are keys from flags or text lines and a number of buckets, for which little need be imported."""
    run_as = {"color", "level", "async_", "on_error"} | ({"jobs"} if not keys.key else set())
    return (
        keys.buckets is not None
        and keys.hash in ("xxh64", "int")
        and run.stated().keys() <= run_as
        and not (keys.key and (files or keys.null))
        and not any(map(format_by_suffix, files or ()))
    )


def _list_hashes(run: KeyRun) -> None:
    """Write the name of each hash, how it comes to its bits, and the systems that have the same."""
    from rvhctl.formats.choice import answer_format, refuse_terminal
    from rvhctl.formats.write import RowWriter

    def caption(rows: int) -> str:
        return f"{rows} hashes; an integer key is its own 64 bits"

    sink = Sink()
    refuse_terminal(run.output, sink)
    format_ = answer_format(asked_format(run.output, run.json), "flags", sink)
    writer = RowWriter(("name", "recipe", "agrees_with"), format_, sink, caption, run.color)
    writer.add([(recipe.name, recipe.description, recipe.agrees_with) for recipe in RECIPES.values()])
    writer.finish()


def _answer_lines(files: list[str] | None, keys: Keys, run: KeyRun, report: Report) -> None:
    from rvhctl.keys.jobs import Job
    from rvhctl.keys.stream import answer_source
    from rvhctl.streams.source import Source, source_names

    job = Job(checked_buckets(keys.buckets), RECIPES[keys.hash], b"\0" if keys.null else b"\n")
    sink = Sink()
    on_bad = report.on_bad(run.on_error)
    count = 0
    for name in source_names(files or []):
        with Source(name, raw=keys.null) as source:
            count += answer_source(source, job, sink, run.jobs, on_bad)
    sink.flush()
    report.answered("key", count)


def _answer_flags(files: list[str] | None, keys: Keys, run: KeyRun, report: Report) -> None:
    assert keys.key is not None
    assert keys.buckets is not None
    checked_buckets(keys.buckets)
    found = flag_keys(keys.key, KeyRule(integers=keys.hash == "int"))
    if run.async_:
        import asyncio

        buckets = asyncio.run(jump_hash_many_async(found, keys.buckets))
    else:
        buckets = jump_hash_many(found, keys.buckets)
    sink = Sink()
    sink.write(b"".join([b"%d\n" % bucket for bucket in buckets]))
    sink.flush()
    report.answered("key", len(found))
