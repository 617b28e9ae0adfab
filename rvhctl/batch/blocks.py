"""Blocks of requests, whole lines of NDJSON, and the answers to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, NamedTuple

import orjson

from rvhctl.batch import key_requests, node_requests
from rvhctl.errors import InputError, RvhctlError
from rvhctl.formats import jsontext
from rvhctl.nodes.documents import OF_DOCUMENTS, stated_twice

Kind = Literal["failover", "faultset", "jump-hash"]

BLOCK: Final = 1 << 18
"""Bytes of requests answered at a time: some milliseconds of work."""

ANSWERS: Final[dict[Kind, Callable[[dict[str, Any], bytes, dict[str, Any]], dict[str, Any]]]] = {
    "failover": partial(node_requests.answer, cells=False),
    "faultset": partial(node_requests.answer, cells=True),
    "jump-hash": key_requests.answer,
}


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


class Cursor:
    """Where the next block stands: in its source, and among the requests of all sources."""

    def __init__(self) -> None:
        self._index = 0
        self.begin("")

    def begin(self, source: str) -> None:
        """The next block is the first of this source."""
        self.source = source
        self._line = 1

    def block(self, text: bytes) -> Block:
        """The next block."""
        block = Block(text, self.source, self._line, self._index)
        self._line += text.count(b"\n")
        self._index += len(list(filter(bytes.strip, text.split(b"\n"))))
        return block


class Answers(NamedTuple):
    """The answers to a block, one a line."""

    text: bytes
    requests: int
    failed: int
    stopped: str = ""
    """With ``stop_at_failure``: the message of the failure that the text ends with."""


def answer_block(work: Work, block: Block) -> Answers:
    """The answers to the requests of a block."""
    answers: list[bytes] = []
    failed, stopped = 0, ""
    for line, text in enumerate(block.text.split(b"\n"), block.line):
        if not text.strip():
            continue
        answer = _answer(work, text, block.source, line, block.index + len(answers))
        answers.append(jsontext.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
        if not answer["ok"]:
            failed += 1
            if work.stop_at_failure:
                message, place = answer["error"]["message"], f"{block.source}:{line}"
                stopped = message if message.startswith(place) else f"{place}: {message}"
                break
    return Answers(b"".join(answers), len(answers), failed, stopped)


def _answer(work: Work, text: bytes, source: str, line: int, index: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"index": index}
    try:
        request = jsontext.parse(text, source, line)
        if not isinstance(request, dict):
            raise InputError("a request is an object", source=source, line=line)
        if (twice := jsontext.repeated(text, 0, request, OF_DOCUMENTS, "demand")) is not None:
            raise InputError(stated_twice(twice), source=source, line=line)
        if "id" in request:
            answer["id"] = _own_id(request["id"], text)
        result = ANSWERS[work.kind](request, text, work.defaults)
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
