"""The writers of records, of a view and of rows, in any format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import orjson

from rvhctl.errors import RvhctlError
from rvhctl.formats.choice import PAGE, TABLE, Format, OutputFormat, output_of
from rvhctl.streams import progress
from rvhctl.streams.progress import watched
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

if TYPE_CHECKING:
    from rvhctl.formats.html.parts import Page
    from rvhctl.formats.shapes import OwnRecords, Picked, Row, View

MOST_HELD: Final = 1 << 24
"""Bytes of a document that are kept in memory until it is complete."""

PART: Final = 1 << 18
"""Bytes that are read back at a time."""

PIECE: Final = 4096
"""Rows of a summary written at a time."""


def _chosen(format_: OutputFormat, sink: Sink, color: ColorChoice) -> Format:
    """The format, of which the sink knows."""
    chosen = output_of(format_)
    if chosen.objects:
        sink.show_json(color, lines=chosen.objects == "lines")
    return chosen


def write_records(
    format_: OutputFormat,
    records: OwnRecords,
    picked: Picked,
    view: Callable[[], View],
    sink: Sink,
    color: ColorChoice,
) -> None:
    """Write the picked records as they came in; people see a view of them instead."""
    chosen = _chosen(format_, sink, color)
    if chosen is TABLE:
        write_view(view(), format_, sink, color)
    else:
        sink.write_all(_written(_of_records(chosen, records, picked)))


def _of_records(chosen: Format, records: OwnRecords, picked: Picked) -> Iterable[bytes]:
    write: Callable[..., Iterable[bytes]] = chosen.load().write_records
    if chosen.delimiter and not len(picked) and records.layout is None:
        # Objects have their columns from those that go out. Where none does, whoever reads the answer next looks for
        # the columns all the same: they are those of all objects.
        return islice(write(records, range(len(records.records)), **chosen.options), 1)
    return write(records, picked, **chosen.options)


def write_view(view: View, format_: OutputFormat, sink: Sink, color: ColorChoice) -> None:
    """Write a view."""
    chosen = _chosen(format_, sink, color)
    if chosen is TABLE:
        TABLE.load().write(view.watched("making a table"), sink, color)
    else:
        sink.write_all(chosen.load().write_view(view.watched("writing"), **chosen.options))


def _written(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return watched(pieces, "writing", size=len)


def write_page(page: Page, sink: Sink) -> None:
    """Write a page."""
    progress.at("making a page")
    sink.write_all(PAGE.load().write(page))


class RowWriter:
    """Writes rows of values, or records that are text already; a document and a table only when complete."""

    def __init__(
        self,
        names: Sequence[str],
        format_: OutputFormat,
        sink: Sink,
        caption: Callable[[int], str] = str,
        color: ColorChoice = "auto",
    ) -> None:
        """``names``: of the columns; ``caption`` makes the line under a table out of the number of rows."""
        self._names: Final = names
        self._format: Final = _chosen(format_, sink, color)
        self._whole: Final = self._format is TABLE or self._format.columns
        """Whether all rows have to be there before any is written."""
        self._sink: Final = sink
        self._caption: Final = caption
        self._color: Final = color
        self._rows: list[Sequence[Any]] = []
        self._pieces: list[bytes] = []
        self._held = 0
        self._file: BinaryIO | None = None
        self._begun = False

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows; a value may be whatever JSON takes."""
        if self._whole:
            self._rows += rows
        elif rows:
            join_rows = self._format.load().join_rows
            self._write(join_rows(self._names, rows, **self._format.options))

    def add_text(self, rows: bytes, opening: bytes | None = None) -> None:
        """Write rows that are in the format already; of a document, each with what stands between two behind it.

        ``opening`` stands before the first row, None for that of the format.
        """
        between = self._format.between
        self._write(rows[: -len(between)] if between else rows, opening)

    def add_records(self, records: Sequence[bytes], opening: bytes = b"") -> None:
        """Write records as they are, below what opens their table."""
        join_records = self._format.load().join_records
        self._write(join_records(records, **self._format.options) if records else b"", opening)

    def finish(self) -> None:
        """Write what only a complete answer has: a document, a table, a header without rows."""
        if self._whole:
            from rvhctl.formats.shapes import View

            whole = [list(zip(*self._rows, strict=True))] if self._rows else []
            view = View(tuple(self._names), lambda: whole, caption=self._caption(len(self._rows)))
            if self._format is TABLE:
                TABLE.load().write(view, self._sink, self._color)
            else:
                self._sink.write_all(self._format.load().write_view(view))
        elif self._format.closing:
            self._sink.write(self._format.opening(()))
            if self._file is not None:
                self._file.seek(0)
                self._sink.write_all(iter(partial(self._file.read, PART), b""))
            self._sink.write_all([*self._pieces, self._format.closing])
        elif not self._begun:
            self._sink.write(self._format.opening(self._names))
        self._sink.flush()

    def _write(self, text: bytes, opening: bytes | None = None) -> None:
        """Write rows; ``opening`` stands before the first of them, None for that of the format."""
        if self._format.closing:
            if text:
                self._hold(self._format.between + text if self._held else text)
        else:
            if not self._begun:
                self._sink.write(self._format.opening(self._names) if opening is None else opening)
            self._sink.write(text)
            # What is read is answered before the next read, which may have to wait.
            self._sink.flush()
        self._begun = True

    def _hold(self, text: bytes) -> None:
        """Keep what goes out at the end: the first part in memory, more of it in a file without a name."""
        self._pieces.append(text)
        self._held += len(text)
        if self._held <= MOST_HELD:
            return
        from tempfile import TemporaryFile

        try:
            self._file = self._file or TemporaryFile()  # noqa: SIM115 - it goes with the process
            self._file.writelines(self._pieces)
        except OSError as error:
            raise RvhctlError(f"cannot keep the answer until it is complete: {error.strerror}") from None
        self._pieces.clear()


def write_summary(
    head: Row,
    rows: Iterator[Row],
    view: Callable[[], View],
    format_: OutputFormat,
    sink: Sink,
    color: ColorChoice,
) -> None:
    """Write totals and one row or more: one JSON object; only the rows as CSV; only the totals as plain text."""
    chosen = _chosen(format_, sink, color)
    if chosen is TABLE:
        chosen.load().write(view(), sink, color)
    elif chosen.objects:
        sink.write(orjson.dumps(head)[:-1] + b',"buckets":[')
        between = b""
        while piece := list(islice(rows, PIECE)):
            sink.write(between + orjson.dumps(piece)[1:-1])
            between = b","
        sink.write(b"]}\n")
    elif chosen.text:
        totals = [(name, "" if value is None else value) for name, value in head.items()]
        sink.write(chosen.load().join_rows((), totals))
    else:
        first = next(rows)
        writer = RowWriter(list(first), format_, sink)
        writer.add([list(first.values())])
        while piece := list(islice(rows, PIECE)):
            writer.add([list(row.values()) for row in piece])
        writer.finish()
    sink.flush()
