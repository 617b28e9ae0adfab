"""Records of any format again, with the owners of their keys: what the program writes of that input alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, BinaryIO, Final

from rvhctl.columnar.actions import TableAction
from rvhctl.columnar.answers import answer_table
from rvhctl.engine.job import Bad, Job
from rvhctl.engine.plan import output_of as path_of
from rvhctl.engine.stores import is_url, store_of
from rvhctl.errors import RvhctlError
from rvhctl.formats.choice import FORMATS, DataFormat, OutputFormat, output_of
from rvhctl.keys.records import KeySpec, separation_in, shape_of
from rvhctl.placement.job import Action
from rvhctl.placement.place import PlaceAction
from rvhctl.placement.sources.answer import added_names, answer_records
from rvhctl.streams.compress import packing
from rvhctl.streams.lookalike import explained
from rvhctl.streams.sink import FileSink
from rvhctl.streams.source import Source
from rvhctl.streams.staging import write_error


def copy_records(job: Job, source: str, waiting: str, name: str, look: Callable[[], None], bad: Bad) -> int:
    """Write a file of records again, with the owners of their keys.

    Args:
        waiting: the path of what is written.
        name: the name that it gets, which says how it is compressed.
        look: called now and then; what it raises ends the work.

    Returns:
        How many there are.

    Raises:
        InputError: the input cannot be read, or a record has no key and that ends the work.
        RvhctlError: not all that was written arrived.
    """
    there = store_of(waiting)
    with _opened(job, source) as given, there.open(waiting, "wb") as file:
        shape = shape_of(given, job.input_format, job.spec)
        with packing(name, file) as packed, nullcontext() if FORMATS[shape].text else explained(given):
            count = _answer(
                job, given, shape, FileSink(_Watched(packed, look, path_of(job.folder, name))), bad
            )
        size = file.tell()
    stamp = there.stamp(waiting)
    if stamp is None or stamp.size != size:
        raise RvhctlError(f"{waiting}: {size} bytes were written, and {stamp.size if stamp else 0} are there")
    return count


def _opened(job: Job, source: str) -> Source:
    """The input; of a URL, as a file that is read as it comes."""
    raw = job.spec.delimiter == b"\0"
    if not is_url(source):
        return Source(source, raw=raw)
    # A file of fsspec reads like a raw one, and says that it is more.
    file: Any = store_of(source).open(source, "rb")
    return Source(source, raw=raw, opened=io.BufferedReader(file))


def _answer(job: Job, given: Source, shape: DataFormat, sink: FileSink, bad: Bad) -> int:
    """Answer for one input; how many records there are."""
    format_: OutputFormat = shape if job.output == "auto" else job.output
    spec = _spec_for(job, given, shape, format_)
    action: Action
    if output_of(format_).columns:
        action = TableAction(job.placement, job.replicas, format_, sink, spec)
    else:
        action = PlaceAction(job.placement, job.replicas, format_, sink, "never", spec)
    if FORMATS[shape].columns:
        count = answer_table(given, shape, action, job.placement, spec, job.replicas or 1, bad)
    else:
        count = answer_records(given, shape, action, job.placement, spec, job.replicas, job.jobs, sink, bad)
    action.finish()
    return count


def _spec_for(job: Job, given: Source, shape: DataFormat, format_: OutputFormat) -> KeySpec:
    """Where the records of one input have their keys."""
    spec = job.spec._replace(rule=job.spec.rule._replace(utf8=not output_of(format_).text))
    spec = spec._replace(reserved=added_names(job.placement, job.replicas, spec, format_))
    if FORMATS[shape].delimiter:
        spec = spec._replace(separation=separation_in(given, shape, spec))
    return spec


class _Watched:
    """A file, before each part of which is looked whether the run is still wanted."""

    def __init__(self, file: BinaryIO, look: Callable[[], None], name: str) -> None:
        self._file: Final = file
        self._look: Final = look
        self._name: Final = name

    def write(self, data: bytes) -> int:
        """
        Raises:
            RvhctlError: it cannot be written, which nobody around takes for an error of what is read.
        """
        self._look()
        try:
            return self._file.write(data)
        except OSError as error:
            raise write_error(self._name, error) from error
