"""The elements of a JSON array as keys: each on a line of its own, which is read like one of NDJSON."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from rvhctl.errors import OnBad
from rvhctl.keys.jobs import LineJob
from rvhctl.keys.key import Key
from rvhctl.keys.lines import FieldKeys
from rvhctl.keys.records import array_lines, element_key
from rvhctl.keys.stream import answer_lines
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source


class ElementKeys(FieldKeys):
    """As ``FieldKeys``, with errors that name the element."""

    def _record_key(self, line: bytes, source: str, number: int) -> Key:
        return element_key(self.spec, line, source, number)


def answer_elements(
    source: Source,
    keys: ElementKeys,
    job: LineJob,
    sink: Sink,
    on_bad: OnBad,
    write: Callable[[bytes], object],
) -> int:
    """Write what a job answers to the elements of an array; return how many are answered.

    Raises:
        InputError: the source cannot be read, or is no array.
    """
    text = array_lines(source, keys.spec)
    counts = answer_lines(
        BytesIO(text),
        job,
        source_name=source.name,
        write=write,
        flush=sink.flush,
        on_bad=on_bad,
        watch=lambda blocks: watched(blocks, reading(source.name), len(text), size=len),
    )
    return counts.answered
