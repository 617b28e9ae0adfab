"""What goes out for rows of keys: bucket numbers, names, or the rows' own bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from librt.strings import BytesWriter, read_i64_le, write_i64_le
from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.csv.objects import RowToObject, copy_cell
from rvhctl.core.json.skip import plain_end
from rvhctl.core.keys.lines import write_line
from rvhctl.core.keys.rows import KeyRows
from rvhctl.core.words import COMPILED, ONES, copy, not_plain


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

    def text(self, bucket: int) -> bytes:
        return self.texts[bucket] if self.named else b"%b%d%b" % (self.before, bucket, self.after)

    def write(self, answers: BytesWriter, bucket: i64) -> None:
        if self.named:
            answers.write(self.texts[bucket])
        else:
            answers.write(self.before)
            write_line(answers, bucket)
            answers.truncate(len(answers) - 1)
            answers.write(self.after)


class FlatTexts:
    """The texts of all buckets, in one: none of them is an object of its own, and many fit into a cache."""

    def __init__(self, texts: list[bytes]) -> None:
        starts = vec[i64]([0])
        end: i64 = 0
        for text in texts:
            end += len(text)
            starts = append(starts, end)
        self._starts: Final = starts
        # A word may be read behind the last.
        self._joined: Final = b"".join([*texts, bytes(8)])

    def write(self, answers: BytesWriter, bucket: i64) -> None:
        copy(answers, self._joined, self._starts[bucket], self._starts[bucket + 1])


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
        """``owner`` None: only the list; ``item`` None: no list. ``closing`` comes last, behind whatever there is."""
        self.owner: Final = owner
        self.item: Final = item
        self.opening: Final = opening
        self.between: Final = between
        self.closing: Final = closing
        self.first: FlatTexts | None = None
        """Of each bucket, as the first that was chosen: all that there is to be written of it."""
        self.others: FlatTexts | None = None
        """The same of each bucket behind the first; None where one is chosen."""

    def flatten(self, buckets: int, count: int) -> None:
        """Prepare the texts of that many buckets, of which ``count`` are chosen for a key."""
        first, others = [], []
        for bucket in range(buckets):
            text, item = b"", b""
            if self.owner is not None:
                text = self.owner.text(bucket)
            if self.item is not None:
                item = self.item.text(bucket)
                text += self.opening + item
                others.append(self.between + item)
            first.append(text + self.closing if count == 1 else text)
        self.first = FlatTexts(first)
        if count > 1:
            self.others = FlatTexts(others)

    def _write(self, answers: BytesWriter, chosen: vec[i64], first: i64, end: i64) -> None:
        """The buckets ``chosen[first:end]`` of one key."""
        prepared, others = self.first, self.others
        if prepared is not None:
            prepared.write(answers, chosen[first])
            if others is not None:
                for at in range(first + 1, end):
                    others.write(answers, chosen[at])
                answers.write(self.closing)
            return
        if self.owner is not None:
            self.owner.write(answers, chosen[first])
        if self.item is not None:
            answers.write(self.opening)
            for at in range(first, end):
                if at > first:
                    answers.write(self.between)
                self.item.write(answers, chosen[at])
        answers.write(self.closing)


class KeyText:
    """How the key of a row, or the record around it, is written, and what stands before it."""

    def __init__(self, before: bytes, delimiter: i64, other: Callable[[object], bytes]) -> None:
        """``delimiter`` of cells; 0: keys are values of JSON. ``other`` writes a key that is not plain text."""
        self.before: Final = before
        self.delimiter: Final[i64] = delimiter
        self.other: Final = other
        self.opening: Final = before if delimiter > 0 else before + b'"'
        """What stands before the text of a key."""

    def _write(self, out: BytesWriter, block: bytes, start: i64, end: i64) -> None:
        """The text ``block[start:end]``; an integer where ``end`` is below 0."""
        if end < 0:
            out.write(self.before)
            copy(out, block, start, -end)
            return
        out.write(self.opening)
        if copy_plain(out, block, start, end, self.delimiter):
            if self.delimiter == 0:
                out.append(34)
        elif self.delimiter > 0:
            copy_cell(out, block, start, end, self.delimiter)
        elif is_plain(block, start, end):
            copy(out, block, start, end)
            out.append(34)
        else:
            out.truncate(len(out) - 1)
            out.write(self.other(block[start:end].decode()))

    def _write_other(self, out: BytesWriter, key: object) -> None:
        """A key that does not stand in a block."""
        if isinstance(key, str):
            # A word may be read behind the text.
            text = key.encode() + bytes(8)
            self._write(out, text, 0, len(text) - 8)
        else:
            out.write(self.before)
            out.write(self.other(key))


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


def copy_plain(out: BytesWriter, data: bytes, start: i64, end: i64, delimiter: i64) -> bool:
    """Append ``data[start:end]``; False, and nothing is appended: it has to be written otherwise, or it may have to.

    It has not, as text between quotes of JSON and as a cell without quotes, if all of it is printable ASCII without
    quotes, backslashes and delimiters.
    """
    if end + 8 > len(data):
        return False
    before: i64 = len(out)
    ones: i64 = ONES
    pattern = ones * delimiter
    marks: i64 = 0
    at = start
    while at < end:
        word = read_i64_le(data, at)
        write_i64_le(out, word)
        other = word ^ pattern
        found = not_plain(word) | ((((other - ones) & ~other) >> 7) & ones)
        at += 8
        if at > end:
            # Bytes behind the text do not count.
            found &= ones >> ((at - end) * 8)
        marks |= found
    if marks != 0:
        out.truncate(before)
        return False
    out.truncate(before + end - start)
    return True


def key_rows(
    record: KeyText | None,
    key: KeyText,
    template: AnswerTemplate,
    block: bytes,
    rows: KeyRows,
    chosen: Ints,
    count: i64,
) -> bytes:
    """A row for each key: perhaps the record around it, the key, and what was chosen for it."""
    buckets = chosen.values
    starts, ends = rows.key_starts.values, rows.key_ends.values
    if rows.whole_lines:
        starts, ends = rows.starts.values, rows.insertions.values
    out = BytesWriter()
    row: i64 = 0
    while row < rows.count:
        if record is not None:
            record._write(out, block, rows.starts.values[row], rows.insertions.values[row])
        if starts[row] >= 0:
            key._write(out, block, starts[row], ends[row])
        else:
            key._write_other(out, rows.others[int(row)])
        template._write(out, buckets, row * count, (row + 1) * count)
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


def extended(
    template: AnswerTemplate, block: bytes, rows: KeyRows, chosen: Ints, count: i64, keep_ends: bool
) -> bytes:
    """The bytes of each row, with what was chosen for it put in at its insertion point.

    What stands behind that is kept, or not.
    """
    buckets, starts, ends = chosen.values, rows.starts.values, rows.ends.values
    insertions = rows.insertions.values
    answers = BytesWriter()
    row: i64 = 0
    while row < rows.count:
        copy(answers, block, starts[row], insertions[row])
        template._write(answers, buckets, row * count, (row + 1) * count)
        if keep_ends:
            copy(answers, block, insertions[row], ends[row])
        row += 1
    return answers.getvalue()


def converted(
    to_object: RowToObject,
    library: Callable[[bytes], bytes],
    template: AnswerTemplate,
    block: bytes,
    rows: KeyRows,
    chosen: Ints,
    count: i64,
) -> bytes:
    """Each row of a table as an object, by the library where it has to be, with what was chosen for it put in."""
    buckets, starts, ends = chosen.values, rows.starts.values, rows.ends.values
    answers = BytesWriter()
    row: i64 = 0
    while row < rows.count:
        if not to_object.write(answers, block, starts[row], ends[row]):
            answers.write(library(block[starts[row] : ends[row]]))
        answers.truncate(len(answers) - 1)  # the brace comes behind what is put in
        template._write(answers, buckets, row * count, (row + 1) * count)
        row += 1
    return answers.getvalue()
