"""Requests in NDJSON, answered one a line: bounded in flight, in input order, counted, on several processors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

from rvhctl import jsontext, requests
from rvhctl.errors import InputError, RvhctlError, SomeFailedError
from rvhctl.lines import whole_lines
from rvhctl.progress import Progress
from rvhctl.sink import Sink
from rvhctl.source import open_sources

if TYPE_CHECKING:
    from rvhctl.workers import Workers

Kind = Literal["failover", "faultset", "jump-hash"]

WORTH_WORKERS: Final = 0.1
"""Seconds of work in this process after which worker processes pay for their start, if there is more to do."""

PIECE: Final = 1 << 18
"""Bytes of requests that go to a worker at a time: some milliseconds of work."""


@dataclass(frozen=True, slots=True)
class Work:
    """Which requests these are, and the flags that are defaults for them."""

    kind: Kind
    defaults: dict[str, Any]
    stop_at_failure: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines of a source, and where they stand."""

    text: bytes
    source: str
    line: int
    index: int


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to a block, one a line."""

    text: bytes
    count: int
    failed: int
    stopped: str = ""
    """With ``stop_at_failure``: the message of the failure that the text ends with."""


class Batch:
    """Answers all requests of all sources."""

    def __init__(self, work: Work, sink: Sink, progress: Progress) -> None:
        self._work = work
        self._sink = sink
        self._progress = progress
        self.requests = 0
        self.failed = 0

    def run(self, files: Sequence[str], jobs: int, *, unordered: bool) -> None:
        """Answer everything; on ``jobs`` processes, where there is enough to do.

        Raises:
            SomeFailedError: some requests failed; all are answered.
            RvhctlError: the first failure, where that ends the run.
        """
        blocks = _blocks(files)
        with self._progress:
            more = self._answer_here(blocks, perf_counter() + WORTH_WORKERS if jobs > 1 else float("inf"))
            if more is not None:
                from rvhctl.workers import Workers

                self._answer_there(more, blocks, Workers(jobs, self._work), unordered)
        if self.failed:
            raise SomeFailedError(f"{self.failed} of {self.requests} requests failed")

    def _answer_here(self, blocks: Iterator[Block], until: float) -> Block | None:
        """Answer in this process; the first block that comes after the time is over."""
        for block in blocks:
            if perf_counter() > until:
                return block
            self._write(answer_block(self._work, block))
        return None

    def _answer_there(self, first: Block, blocks: Iterator[Block], workers: Workers, unordered: bool) -> None:
        def all_blocks() -> Iterator[Block]:
            yield first
            yield from blocks

        for answers in workers.map(all_blocks(), ordered=not unordered):
            self._write(answers)

    def _write(self, answers: Answers) -> None:
        self.requests += answers.count
        self.failed += answers.failed
        self._sink.write(answers.text)
        self._sink.flush()
        self._progress.update(self.requests, self.failed)
        if answers.stopped:
            raise RvhctlError(answers.stopped)


def answer_block(work: Work, block: Block) -> Answers:
    """The answers to the requests of a block."""
    answers: list[bytes] = []
    failed = 0
    for line, text in enumerate(block.text.split(b"\n"), block.line):
        if not text.strip():
            continue
        answer = _answer(work, text, block.source, line, block.index + len(answers))
        answers.append(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
        if not answer["ok"]:
            failed += 1
            if work.stop_at_failure:
                message, place = answer["error"]["message"], f"{block.source}:{line}"
                message = message if message.startswith(place) else f"{place}: {message}"
                return Answers(b"".join(answers), len(answers), failed, message)
    return Answers(b"".join(answers), len(answers), failed)


def _answer(work: Work, text: bytes, source: str, line: int, index: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"index": index}
    try:
        request = jsontext.parse(text, source, line)
        if not isinstance(request, dict):
            raise InputError("a request is an object", source=source, line=line)
        if "id" in request:
            answer["id"] = _own_id(request["id"], text)
        result = requests.answer(work.kind, request, text, work.defaults)
    except RvhctlError as error:
        answer["ok"] = False
        answer["error"] = {"type": type(error).__name__, "message": str(error)}
        return answer
    answer["ok"] = True
    answer.update(result)
    return answer


def _own_id(value: Any, text: bytes) -> Any:
    """The id as it came in: by its own digits, where it is or holds a number that a float may have changed."""
    if value is None or isinstance(value, str | int):
        return value
    return orjson.Fragment(jsontext.member_text(text, "id"))


def _blocks(files: Sequence[str]) -> Iterator[Block]:
    """What can be read without waiting, in pieces of whole lines."""
    index = 0
    for source in open_sources(files):
        for text, line in whole_lines(source):
            start = 0
            while start < len(text):
                end = (
                    text.rfind(b"\n", start, start + PIECE) + 1
                    or text.find(b"\n", start + PIECE) + 1
                    or len(text)
                )
                piece = text[start:end]
                yield Block(piece, source.name, line, index)
                line += piece.count(b"\n")
                index += _requests_in(piece)
                start = end


def _requests_in(text: bytes) -> int:
    """Lines that are not blank."""
    return sum(not line.isspace() and line != b"" for line in text.split(b"\n"))
