"""Only the records of some buckets, as they came; or a file for each bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rvhctl.core.keys.owners import groups_of
from rvhctl.errors import NothingSelectedError, UsageError, listed
from rvhctl.formats.choice import FORMATS, TEXT, DataFormat
from rvhctl.formats.shapes import Layout
from rvhctl.formats.write import RowWriter
from rvhctl.keys.records import Records
from rvhctl.placement.job import Action, Output, Owners, groups_output, selected_output
from rvhctl.placement.placement import Placement
from rvhctl.placement.split_files import SplitFiles, Template
from rvhctl.streams.sink import Sink


class _Selection(Action):
    """Records of one shape, with the same columns, so that a part of them makes a text."""

    def __init__(self, placement: Placement, line_end: bytes) -> None:
        """``line_end``: what stands behind lines of text."""
        self._placement: Final = placement
        self._line_end: Final = line_end
        self._taken: tuple[DataFormat, Sequence[str]] | None = None
        self._opening = b""

    def _take(self, shape: DataFormat, layout: Layout | None) -> None:
        """Refuse records of another shape, or with other columns, than those before."""
        columns = (layout.delimiter, *layout.header) if layout else ()
        if self._taken is None:
            self._taken = shape, columns
            self._opening = layout.opening if layout else FORMATS[shape].beginning
        elif self._taken != (shape, columns):
            raise UsageError("records of different formats or columns cannot go out together")


class OnlyAction(_Selection):
    """``--only``: the records of some buckets."""

    def __init__(
        self, placement: Placement, buckets: list[int], allow_empty: bool, sink: Sink, line_end: bytes = b"\n"
    ) -> None:
        super().__init__(placement, line_end)
        self._buckets: Final = buckets
        self._wanted: Final = frozenset(buckets)
        self._allow_empty: Final = allow_empty
        self._sink: Final = sink
        self._writer: RowWriter | None = None
        self._found = False

    def output(self, shape: DataFormat, delimiter: str) -> Output | None:
        owners = Owners(self._placement.table)
        if delimiter:
            return selected_output(owners, self._buckets, b"\n")
        self._take(shape, None)
        output = selected_output(owners, self._buckets)
        between = FORMATS[shape].between
        if not between:
            return output
        self._writer = self._writer or RowWriter((), shape, self._sink)
        return lambda block, rows: output(block, rows).replace(b"\n", between)

    def write(self, records: bytes, /) -> None:
        self._found = True
        if self._writer is None:
            self._sink.write(records)
        else:
            self._writer.add_text(records, self._opening)

    def add(self, records: Records) -> None:
        self._take(records.shape, records.layout)
        owners = self._placement.buckets(records.keys)
        raws = [raw for raw, owner in zip(records.raws, owners, strict=True) if owner in self._wanted]
        if FORMATS[records.shape].text:
            self._found = self._found or bool(raws)
            self._sink.write(joined(raws, self._line_end))
            return
        self._writer = self._writer or RowWriter((), records.shape, self._sink)
        if raws:
            self._writer.add_records(raws, self._opening)
            self._found = True

    def finish(self) -> None:
        """
        Raises:
            NothingSelectedError: there was no record of these buckets.
        """
        if not self._found and not self._allow_empty:
            numbers = listed([str(self._placement.nodes.name_of(bucket)) for bucket in self._buckets])
            raise NothingSelectedError(f"no record belongs to {numbers}; --allow-empty makes that fine")
        if self._writer is not None:
            if not self._found:
                self._writer.add_records((), self._opening)
            self._writer.finish()
        self._sink.flush()


class SplitAction(_Selection):
    """``--split-to``: a file for each bucket that has records."""

    def __init__(self, placement: Placement, template: str, force: bool, line_end: bytes = b"\n") -> None:
        super().__init__(placement, line_end)
        self.files: Final = SplitFiles(Template(template, placement.nodes), force=force)

    def output(self, shape: DataFormat, delimiter: str) -> Output | None:
        owners = Owners(self._placement.table)
        if delimiter:
            return groups_output(owners, b"\n")
        self._take(shape, None)
        return groups_output(owners)

    def write(self, groups: bytes, /) -> None:
        shape, _ = self._taken or (TEXT, ())
        between = FORMATS[shape].between
        for bucket, records in groups_of(groups):
            text = records[:-1].replace(b"\n", between) if between else records
            self.files.add(bucket, text, opening=self._opening, between=between)

    def add(self, records: Records) -> None:
        self._take(records.shape, records.layout)
        format_ = FORMATS[records.shape]
        groups: dict[int, list[bytes]] = {}
        for raw, owner in zip(records.raws, self._placement.buckets(records.keys), strict=True):
            groups.setdefault(owner, []).append(raw)
        for bucket, raws in groups.items():
            if format_.text:
                self.files.add(bucket, joined(raws, self._line_end))
                continue
            text = format_.load().join_records(raws, **format_.options)
            self.files.add(bucket, text, opening=self._opening, between=format_.between)

    def finish(self) -> None:
        shape, _ = self._taken or (TEXT, ())
        self.files.end(FORMATS[shape].closing)


def joined(lines: list[bytes], line_end: bytes) -> bytes:
    """Lines of text, each with its end."""
    return line_end.join([*lines, b""])
