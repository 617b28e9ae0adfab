"""A stream of lines with keys in, a stream of answers out, in order and in flat memory.

Whatever has been read is answered before the next read, which may block. A plain regular file is cut into blocks,
each of which owns the lines that start in it; where that pays, worker processes take blocks in turns.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import chain, starmap, takewhile
from typing import BinaryIO, Final, NamedTuple

from rvhctl.concurrency.fork import LARGE_FILE, in_turns, may_fork
from rvhctl.concurrency.processors import usable_processors
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.errors import CutShortError, InputError, OnBad
from rvhctl.keys.jobs import Answers, LineJob
from rvhctl.streams.lines import check_whole, has_nuls, lines_end, place_of, position, read_range, seek
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source

READ = 1 << 16
"""Bytes asked of one read of a stream: what a pipe holds."""

BLOCK: Final = 1 << 19
"""Bytes of a block: some milliseconds of work, so that ^C is heard, and few enough for the cache."""


class Counts(NamedTuple):
    """What a stream held."""

    lines: int
    """All lines, the bad and the blank ones too."""
    bad: int
    blank: int = 0

    @property
    def answered(self) -> int:
        """How many have an answer."""
        return self.lines - self.bad - self.blank


def answer_source(
    source: Source,
    job: LineJob,
    sink: Sink,
    jobs: int | None,
    on_bad: OnBad,
    write: Callable[[bytes], object] | None = None,
) -> int:
    """Write what a job answers to the lines of a source to the sink, or by ``write``; return how many are answered.

    Raises:
        InputError: as `answer_lines`; or the source cannot be read.
    """
    with source.reading():
        counts = answer_lines(
            source.stream,
            job,
            source_name=source.name,
            jobs=jobs,
            write=write or sink.write,
            flush=sink.flush,
            on_bad=on_bad,
            watch=source.watched,
        )
    return counts.answered


def answer_lines(
    stream: BinaryIO | int,
    job: LineJob,
    *,
    source_name: str,
    jobs: int | None = None,
    write: Callable[[bytes], object],
    flush: Callable[[], object],
    on_bad: Callable[[InputError], object] | None = None,
    watch: Callable[[Iterable[bytes]], Iterable[bytes]] = iter,
) -> Counts:
    """Write what a job answers to the lines of the stream, in order.

    Args:
        stream: an open binary file, at any position, or a file descriptor. A file object is read with
            ``read1`` where it has that, else with ``read``.
        source_name: what errors call the stream.
        jobs: processes for a large regular file, on Linux; None: as many as there are usable processors.
        write: takes the answers, in order.
        flush: called before each read that could block.
        on_bad: told of each line that has no answer, which is then left out. None: the first one is raised,
            after everything before it has been written.
        watch: gives the same blocks of a stream, and takes note of them.

    Raises:
        InputError: a line is no key. It names source and line.
        OSError: the stream cannot be read; or what ``write`` and ``flush`` raise.
        CutShortError: a regular file was cut while it was read.
    """
    lines = bad = blank = 0
    # Closing ends the workers, also where a write or a bad line ends the run.
    with closing(_all_answers(stream, job, jobs, flush, source_name, watch)) as all_answers:
        for answers in all_answers:
            if answers.text:
                write(answers.text)
            lines += answers.lines
            blank += answers.blank
            if answers.problem != NOTHING_WRONG:
                lines += 1
                bad += 1
                error = job.error(answers, source_name, lines)
                if on_bad is None:
                    raise error
                on_bad(error)
    return Counts(lines, bad, blank)


def _all_answers(
    stream: BinaryIO | int,
    job: LineJob,
    jobs: int | None,
    flush: Callable[[], object],
    source_name: str,
    watch: Callable[[Iterable[bytes]], Iterable[bytes]],
) -> Generator[Answers, None, None]:
    """The answers of a plain file's complete lines, which are there already, then of all that follows."""
    place = place_of(stream)
    if place is not None:
        descriptor, start = place
        size = os.fstat(descriptor).st_size
        end = lines_end(descriptor, start, job.delimiter)
        yield from file_answers(descriptor, start, end, job, jobs, source_name)
        seek(stream, end)
    coming = takewhile(bool, iter(partial(_reader(stream), READ), None))
    yield from _coming_answers(watch(coming), job, flush, source_name)
    if place is not None:
        check_whole(descriptor, position(stream), size)


def _reader(stream: BinaryIO | int) -> Callable[[int], bytes]:
    """A function that reads like ``BufferedReader.read1``."""
    if isinstance(stream, int):
        return partial(os.read, stream)
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    return read


def _coming_answers(
    coming: Iterable[bytes], job: LineJob, flush: Callable[[], object], source_name: str
) -> Generator[Answers, None, None]:
    """Answers as the lines come. Parts of an unfinished line are joined once, when it ends."""
    parts: list[bytes] = []
    for data in coming:
        start = data.find(job.delimiter) + 1
        if start == 0:
            if has_nuls(data):
                raise InputError("NUL bytes instead of text", source=source_name)
            parts.append(data)
            continue
        parts.append(data[:start])
        line = b"".join(parts)
        parts.clear()
        yield from job.answers(line)
        del line
        for answers in job.answers(data, start):
            yield answers
            start = answers.end
        if start < len(data):
            parts.append(data[start:])
        flush()
    if parts:
        yield from job.last_answers(_joined(parts))


def _joined(parts: list[bytes]) -> bytes:
    """The parts as one, and no longer as parts: a line may be as long as the memory allows."""
    whole = b"".join(parts)
    parts.clear()
    return whole


def file_answers(
    descriptor: int, start: int, end: int, job: LineJob, jobs: int | None, source_name: str = ""
) -> Iterator[Answers]:
    """The answers of the lines of ``[start, end)``, in order. Lines start at ``start`` and end at ``end``.

    The file's position is neither used nor moved.

    Raises:
        CutShortError: the file ends before ``end``.
    """
    blocks = range(-(-(end - start) // BLOCK))
    processes = min(processes_for(end - start, jobs), len(blocks))
    watched_blocks = watched(blocks, reading(source_name), end - start, size=lambda _: BLOCK)
    answers = partial(_block_answers, descriptor, start, end, job)
    if processes > 1:
        yield from starmap(Answers, in_turns(watched_blocks, answers, processes))
    else:
        yield from chain.from_iterable(map(answers, watched_blocks))


def processes_for(size: int, jobs: int | None) -> int:
    """Return how many processes answer so many bytes of a regular file."""
    if size < LARGE_FILE or jobs == 1 or not may_fork():
        return 1
    return jobs or usable_processors()


def _block_answers(descriptor: int, start: int, end: int, job: LineJob, block: int) -> Iterator[Answers]:
    """The answers of the lines that start in one block of ``[start, end)``."""
    low = start + block * BLOCK
    high = min(low + BLOCK, end)
    if block == 0:
        data = read_range(descriptor, low, high)
        first = 0
    else:
        # A line starts here only if the byte before ends another.
        data = read_range(descriptor, low - 1, high)
        first = data.find(job.delimiter) + 1
        if first == 0:
            return
    for answers in job.answers(data, first):
        yield answers
        first = answers.end
    if first < len(data):
        yield from job.answers(_whole_line(descriptor, data[first:], high, job))


def _whole_line(descriptor: int, beginning: bytes, at: int, job: LineJob) -> bytes:
    """A line whose rest lies at ``at``, read in growing steps: most lines are short, and one may be huge."""
    parts = [beginning]
    step = 1 << 12
    while True:
        part = os.pread(descriptor, step, at)
        if not part:
            raise CutShortError
        cut = part.find(job.delimiter) + 1
        if cut:
            parts.append(part[:cut])
            return b"".join(parts)
        parts.append(part)
        at += len(part)
        step = min(2 * step, BLOCK)
