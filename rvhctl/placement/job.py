"""Jobs over lines of keys whose owners are asked for: what goes out for each line is the caller's choice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from rvhctl.core.columns import Ints
from rvhctl.core.csv.objects import RowToObject
from rvhctl.core.keys.answers import (
    AnswerTemplate,
    KeyText,
    answered,
    converted,
    extended,
    joined,
    key_rows,
    numbers,
)
from rvhctl.core.keys.lines import LIBRARY, NOTHING_WRONG
from rvhctl.core.keys.owners import packed_groups, selected
from rvhctl.core.keys.rows import ROWS, KeyRows
from rvhctl.core.placement.spreading import chooser_of
from rvhctl.core.placement.table import BucketTable
from rvhctl.errors import InputError
from rvhctl.formats.choice import DataFormat
from rvhctl.keys.jobs import Answers, Job, LineJob
from rvhctl.keys.lines import LineKeys, TextKeys
from rvhctl.keys.records import Records
from rvhctl.placement.placement import Placement

Output = Callable[[bytes, KeyRows], bytes]
"""What goes out for the rows of a block."""

Convert = Callable[[bytes], bytes]
"""Makes a record of one format of a record of another."""


class Action:
    """What becomes of records."""

    def output(self, shape: DataFormat, delimiter: str) -> Output | None:
        """What goes out for lines of that shape straight from their bytes; None: ``add`` has to.

        Args:
            delimiter: what separates the columns, where they are rows.
        """
        return None

    @property
    def owners_alone(self) -> bool:
        """Whether ``output`` looks at the owners of rows only, and not at their bytes."""
        return False

    def writes_keys(self, shape: DataFormat) -> bool:
        """Whether the keys of records of that shape go out, and not only what was read around them."""
        return True

    def write(self, answers: bytes, /) -> None:
        """Take what ``output`` gave."""
        raise NotImplementedError

    def add(self, records: Records) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        raise NotImplementedError


class PlaceJob(LineJob):
    """The owners of keys, or whatever else ``output`` makes of them."""

    def __init__(self, keys: LineKeys, output: Output, delimiter: bytes, rows: int = ROWS) -> None:
        """``rows``: how many are answered at a time."""
        super().__init__(delimiter)
        self._keys: Final = keys
        self._output: Final = output
        self._rows: Final = KeyRows(rows)

    def answers(self, block: bytes, start: int = 0) -> Iterator[Answers]:
        return self._answers(block, start, block)

    def last_answers(self, line: bytes) -> Iterator[Answers]:
        """Yield the same for a last line that has no line end; what goes out of its bytes gets one."""
        shown = line + self.delimiter
        # Without a carriage return that is to stay in the key, both are one: a line may be long.
        return self._answers(line + self.line_end if line.endswith(b"\r") else shown, 0, shown)

    def error(self, answers: Answers, source: str, line: int) -> InputError:
        return self._keys.error(answers, source, line)

    def _answers(self, block: bytes, start: int, shown: bytes) -> Iterator[Answers]:
        rows = self._rows
        while True:
            rows.begin(start)
            self._keys.fill(rows, block)
            if len(shown) < len(block):
                rows.shorten(len(shown))
            text = self._output(shown, rows) if rows.count else b""
            lines, start, problem = int(rows.lines), int(rows.next), int(rows.problem)
            blank = lines - int(rows.count)
            if problem == NOTHING_WRONG:
                yield Answers(text, lines, start, blank=blank)
                if rows.finished:
                    return
                continue
            line = shown[start : shown.index(self.delimiter, start)]
            bad = self._keys.bad_line(line, ended=len(shown) == len(block))
            start = block.index(self.delimiter, start) + 1
            yield Answers(text, lines, start, problem, bad, blank)


def line_job(
    keys: LineKeys, placement: Placement, output: Output, delimiter: bytes, rows: int
) -> Job | PlaceJob:
    """The job over lines: one kernel where their buckets are asked for and nothing else can decide.

    ``rows``: how many are answered at a time.
    """
    whole_lines = isinstance(keys, TextKeys) and keys.pattern is None
    if (
        whole_lines
        and isinstance(output, Numbers)
        and placement.is_jump
        and placement.recipe.in_core != LIBRARY
    ):
        return Job(placement.nodes.count, placement.recipe, delimiter)
    return PlaceJob(keys, output, delimiter, rows)


class Owners:
    """The first ``count`` buckets of each row's order, in a column that is used again and again."""

    def __init__(self, table: BucketTable, count: int = 1) -> None:
        self._chooser = chooser_of(table, count)
        self.count: Final = count
        self._column = Ints()

    def of(self, rows: KeyRows) -> Ints:
        """Those of all rows, ``count`` a row."""
        size = rows.room * self.count
        if len(self._column) < size:
            self._column = Ints([0] * size)
        row = 0
        while row < rows.count:
            row = self._chooser.choose(rows.keys, row, rows.count, self._column)
        return self._column


class Numbers:
    """A bucket number a line."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners

    def __call__(self, block: bytes, rows: KeyRows) -> bytes:
        return numbers(self._owners.of(rows), rows.count)


def names_output(owners: Owners, ids: list[bytes]) -> Output:
    """An id a line."""
    texts = [node_id + b"\n" for node_id in ids]
    return lambda block, rows: joined(texts, owners.of(rows), rows.count)


def template_output(owners: Owners, template: AnswerTemplate) -> Output:
    """What a template makes of the buckets, and nothing else."""
    return lambda block, rows: answered(template, owners.of(rows), rows.count, owners.count)


def extended_output(owners: Owners, template: AnswerTemplate, *, keep_ends: bool = True) -> Output:
    """The records, with what a template makes put in; what stands behind that is kept, or not."""
    return lambda block, rows: extended(template, block, rows, owners.of(rows), owners.count, keep_ends)


def rows_output(owners: Owners, record: KeyText | None, key: KeyText, template: AnswerTemplate) -> Output:
    """A row for each key: perhaps the record around it, the key, and what a template makes of its buckets."""
    return lambda block, rows: key_rows(record, key, template, block, rows, owners.of(rows), owners.count)


def objects_output(
    owners: Owners, template: AnswerTemplate, converter: Callable[[], tuple[RowToObject, Convert]]
) -> Output:
    """The rows of a table as objects, with what a template makes put in.

    ``converter`` is asked for when the header has been read: what makes an object of most rows, and of all.
    """

    def output(block: bytes, rows: KeyRows) -> bytes:
        to_object, library = converter()
        return converted(to_object, library, template, block, rows, owners.of(rows), owners.count)

    return output


def selected_output(owners: Owners, buckets: list[int], line_end: bytes = b"") -> Output:
    """The records of some buckets; each and a line end, if it has none itself."""
    wanted = Ints(sorted(buckets))
    return lambda block, rows: selected(wanted, block, rows, owners.of(rows), line_end)


def groups_output(owners: Owners, line_end: bytes = b"") -> Output:
    """The records of each bucket, for ``groups_of``; each and a line end, if it has none itself."""
    return lambda block, rows: packed_groups(block, rows, owners.of(rows), line_end)


def packed_output(pack: Callable[..., bytes], *owners: Owners) -> Output:
    """The owners as one text, by ``packed`` for ``Tally``, or here and there by ``packed_pairs`` for ``Traffic``."""
    return lambda block, rows: pack(*[each.of(rows) for each in owners], rows.count)
