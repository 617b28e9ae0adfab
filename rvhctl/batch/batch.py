"""Requests in NDJSON, answered one a line: bounded in flight, in input order, counted, on several processors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from operator import attrgetter
from time import perf_counter
from typing import Final

from rvhctl.batch.blocks import BLOCK, Answers, Block, Cursor, Work, answer_block
from rvhctl.batch.files import file_answers
from rvhctl.errors import RvhctlError, SomeFailedError
from rvhctl.formats.wording import counted
from rvhctl.streams.lines import line_pieces, lines_end, place_of, seek, whole_lines
from rvhctl.streams.progress import watched
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source, open_sources

POOL_AFTER_SECONDS: Final = 0.1
"""Seconds of work in this process after which worker processes pay for their start, if there is more to do."""


class Batch:
    """Answers all requests of all sources."""

    def __init__(self, work: Work, sink: Sink) -> None:
        self._work = work
        self._sink = sink
        self.requests = 0
        self.failed = 0

    def run(self, files: Sequence[str], jobs: int, *, unordered: bool) -> None:
        """Answer everything; on ``jobs`` processes, where there is enough to do.

        Raises:
            SomeFailedError: some requests failed; all are answered.
            RvhctlError: the first failure, where that ends the run.
        """
        sources = open_sources(files)
        cursor = Cursor()
        seconds_left = POOL_AFTER_SECONDS if jobs > 1 else float("inf")
        for source in sources:
            cursor.begin(source.name)
            if not unordered:
                self._answer_file(source, cursor, jobs)
            blocks = _blocks(source, cursor)
            until = perf_counter() + seconds_left
            more = self._answer_here(blocks, until)
            seconds_left = until - perf_counter()
            if more is not None:
                from rvhctl.batch.pool import Pool

                rest = chain([more], blocks, _later_blocks(sources, cursor))
                all_answers = Pool(jobs, self._work).map(rest, ordered=not unordered)
                for answers in watched(
                    all_answers, "answering", unit="requests", size=attrgetter("requests")
                ):
                    self._write(answers)
        if self.failed:
            raise SomeFailedError(f"{self.failed} of {counted(self.requests, 'request')} failed")

    def _answer_file(self, source: Source, cursor: Cursor, jobs: int) -> None:
        """Answer the whole lines of a plain file, which are there already; of anything else nothing."""
        location = place_of(source.stream)
        if location is None:
            return
        with source.reading():
            descriptor, start = location
            end = lines_end(descriptor, start, b"\n")
            with closing(file_answers(descriptor, start, end, cursor, self._work, jobs)) as all_answers:
                for answers in all_answers:
                    self._write(answers)
            seek(source.stream, end)

    def _answer_here(self, blocks: Iterator[Block], until: float) -> Block | None:
        """Answer in this process; the first block that comes after the time is over."""
        for block in blocks:
            if perf_counter() > until:
                return block
            self._write(answer_block(self._work, block))
        return None

    def _write(self, answers: Answers) -> None:
        self.requests += answers.requests
        self.failed += answers.failed
        self._sink.write(answers.text)
        self._sink.flush()
        if answers.stopped:
            raise RvhctlError(answers.stopped)


def _blocks(source: Source, cursor: Cursor) -> Iterator[Block]:
    """What can be read without waiting, in pieces of whole lines."""
    for text, _ in whole_lines(source):
        yield from map(cursor.block, line_pieces(text, BLOCK))


def _later_blocks(sources: Iterator[Source], cursor: Cursor) -> Iterator[Block]:
    for source in sources:
        cursor.begin(source.name)
        yield from _blocks(source, cursor)
