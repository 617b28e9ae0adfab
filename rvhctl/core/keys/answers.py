"""What goes out for rows of keys: bucket numbers, names, or the rows' own bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from librt.strings import BytesWriter
from librt.vecs import vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.csv.objects import copy_cell
from rvhctl.core.json.skip import plain_end
from rvhctl.core.keys.lines import write_line
from rvhctl.core.keys.rows import KeyRows
from rvhctl.core.words import COMPILED, copy


def joined(texts: list[bytes], chosen: Ints, rows: i64) -> bytes:
    """The text of each bucket."""
    buckets = chosen.values
    if not COMPILED:
        return b"".join([texts[bucket] for bucket in buckets[:rows]])
    answers = BytesWriter()
    row: i64 = 0
    while row < rows:
        answers.write(texts[buckets[row]])
        row += 1
    return answers.getvalue()


def numbers(chosen: Ints, rows: i64) -> bytes:
    """A bucket number a line."""
    buckets = chosen.values
    answers = BytesWriter()
    row: i64 = 0
    while row < rows:
        write_line(answers, buckets[row])
        row += 1
    return answers.getvalue()


class BucketText:
    """How a bucket is written: a text of its own, or its number between two texts."""

    def __init__(self, texts: list[bytes] | None, before: bytes, after: bytes) -> None:
        self.named: Final = texts is not None
        self.texts: Final = texts or []
        self.before: Final = before
        self.after: Final = after

    def write(self, answers: BytesWriter, bucket: i64) -> None:
        if self.named:
            answers.write(self.texts[bucket])
        else:
            answers.write(self.before)
            write_line(answers, bucket)
            answers.truncate(len(answers) - 1)
            answers.write(self.after)


class AnswerTemplate:
    """How what was chosen for a key is written: its owner, then perhaps a list of all that were chosen."""

    def __init__(
        self,
        owner: BucketText | None,
        item: BucketText | None,
        opening: bytes,
        between: bytes,
        closing: bytes,
    ) -> None:
        """``owner`` None: only the list; ``item`` None: no list."""
        self.owner: Final = owner
        self.item: Final = item
        self.opening: Final = opening
        self.between: Final = between
        self.closing: Final = closing

    def _write(self, answers: BytesWriter, chosen: vec[i64], first: i64, end: i64) -> None:
        """The buckets ``chosen[first:end]`` of one key."""
        if self.owner is not None:
            self.owner.write(answers, chosen[first])
        if self.item is None:
            return
        answers.write(self.opening)
        at = first
        while at < end:
            if at > first:
                answers.write(self.between)
            self.item.write(answers, chosen[at])
            at += 1
        answers.write(self.closing)


class KeyText:
    """How the key of a row is written, and what stands around the row."""

    def __init__(self, before: bytes, delimiter: i64, other: Callable[[object], bytes], after: bytes) -> None:
        """``delimiter`` of cells; 0: keys are values of JSON. ``other`` writes a key that is not plain text."""
        self.before: Final = before
        self.delimiter: Final[i64] = delimiter
        self.other: Final = other
        self.after: Final = after

    def _write(self, out: BytesWriter, block: bytes, start: i64, end: i64) -> None:
        """The text ``block[start:end]``; an integer where ``end`` is below 0."""
        if end < 0:
            copy(out, block, start, -end)
        elif self.delimiter > 0:
            copy_cell(out, block, start, end, self.delimiter)
        elif is_plain(block, start, end):
            out.append(34)
            copy(out, block, start, end)
            out.append(34)
        else:
            out.write(self.other(block[start:end].decode()))


def is_plain(text: bytes, start: i64, end: i64) -> bool:
    """Whether valid UTF-8 is a string of JSON without an escape."""
    size: i64 = len(text)
    while start < size:
        start = plain_end(text, start)
        if start >= end:
            return True
        if text[start] < 127:
            return False
        start += 1
    return True


def key_rows(
    key: KeyText, template: AnswerTemplate, block: bytes, rows: KeyRows, chosen: Ints, count: i64
) -> bytes:
    """A row for each key: the key, and what was chosen for it."""
    buckets = chosen.values
    starts, ends = rows.key_starts.values, rows.key_ends.values
    if rows.whole_lines:
        starts, ends = rows.starts.values, rows.insertions.values
    out = BytesWriter()
    row: i64 = 0
    while row < rows.count:
        out.write(key.before)
        if starts[row] < 0:
            out.write(key.other(rows.others[int(row)]))
        else:
            key._write(out, block, starts[row], ends[row])
        template._write(out, buckets, row * count, (row + 1) * count)
        out.write(key.after)
        row += 1
    return out.getvalue()


def answered(template: AnswerTemplate, chosen: Ints, rows: i64, count: i64) -> bytes:
    """What was chosen for each row, ``count`` buckets each."""
    buckets = chosen.values
    answers = BytesWriter()
    row: i64 = 0
    while row < rows:
        template._write(answers, buckets, row * count, (row + 1) * count)
        row += 1
    return answers.getvalue()


def extended(template: AnswerTemplate, block: bytes, rows: KeyRows, chosen: Ints, count: i64) -> bytes:
    """The bytes of each row, with what was chosen for it put in at its insertion point."""
    buckets, starts, ends = chosen.values, rows.starts.values, rows.ends.values
    insertions = rows.insertions.values
    answers = BytesWriter()
    row: i64 = 0
    while row < rows.count:
        copy(answers, block, starts[row], insertions[row])
        template._write(answers, buckets, row * count, (row + 1) * count)
        copy(answers, block, insertions[row], ends[row])
        row += 1
    return answers.getvalue()
