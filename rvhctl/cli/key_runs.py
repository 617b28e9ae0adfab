"""How jump-hash runs: what it reads and writes, and on many files, each of which becomes one."""

# Annotations are no strings here: each would be evaluated at every start.

from rvhctl.cli.option_groups import ANSWER, RUNNING, OptionGroup, option, switch
from rvhctl.cli.options import RECORD_FORMATS, Run, either, input_option, output_option, refuse
from rvhctl.errors import UsageError
from rvhctl.formats.choice import InputFormat, OutputFormat
from rvhctl.streams.terminal import ColorChoice


class Many(OptionGroup, panel=ANSWER):
    """A file for each file."""

    to_dir: str | None = option(
        "--to-dir",
        metavar="DIR",
        help="For each FILE, write a file of the same name into the folder DIR: the same records, each with its owner. "
        "It has its name only when it is whole. FILE and DIR may be URLs such as s3://keys/out.",
    )
    engine: str | None = option(
        "--engine",
        metavar="dask[://HOST:PORT]",
        help="With --to-dir: share the files among the workers of a cluster of Dask at HOST, or else of one on this "
        "machine.",
        panel=RUNNING,
    )
    resume: bool = switch(
        "--resume", help="With --to-dir: do what an earlier run into DIR has not done.", panel=RUNNING
    )


class KeyRun(Run):
    """How jump-hash reads, answers and runs."""

    output: OutputFormat = output_option("table")
    json: bool = Run.json
    input_format: InputFormat = input_option(
        f"Read plain (a key a line), {either(*RECORD_FORMATS)}. auto goes by the name of the file, and is else plain."
    )
    color: ColorChoice = Run.color


# In the place that it has among the others.
KeyRun.options = Run.options | KeyRun.options


def check_many(
    many: Many, files: list[str], run: Run, other: dict[str, bool], bound: dict[str, bool]
) -> None:
    """Refuse what makes no sense with, or without, a file for each file.

    Args:
        other: flags of other answers.
        bound: flags of what a node may own.

    Raises:
        UsageError: there is such a flag, or there are no files.
    """
    from rvhctl.streams.source import is_stdin

    if many.to_dir is None:
        refuse("without --to-dir", many.flags("engine", "resume"))
        return
    refuse("with --to-dir", {**other, **run.flags("async_", "color")})
    refuse("with --to-dir: no file knows the keys of the others", bound)
    if many.engine is not None:
        refuse("with --engine, whose workers are processes already", run.flags("jobs"))
    if not files or any(map(is_stdin, files)):
        raise UsageError("--to-dir takes FILEs, not standard input: each becomes a file of its name")
