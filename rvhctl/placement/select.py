"""Only the records of some buckets, as they came; or a file for each bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rvhctl.core.keys.owners import groups_of
from rvhctl.errors import NothingSelectedError, UsageError, listed
from rvhctl.formats import csv
from rvhctl.keys.records import Records, RecordShape
from rvhctl.placement.job import Output, Owners, groups_output, selected_output
from rvhctl.placement.placement import Placement
from rvhctl.placement.split_files import SplitFiles, Template
from rvhctl.streams.sink import Sink


class Frame:
    """What stands around and between records of a shape, so that a part of a document is a document."""

    def __init__(self) -> None:
        self.shape: RecordShape | None = None
        self.header: Sequence[str] = ()

    def take(self, shape: RecordShape, header: Sequence[str]) -> None:
        """Records of this shape follow.

        Raises:
            UsageError: others of another shape, or with other columns, went before.
        """
        if self.shape is None:
            self.shape = shape
            self.header = header
        elif self.shape != shape or self.header != header:
            raise UsageError("records of different formats or columns cannot go out together")

    @property
    def delimiter(self) -> str:
        return "\t" if self.shape == "tsv" else ","

    def opening(self) -> bytes:
        if self.shape == "json":
            return b"["
        return csv.joined_row(self.header, self.delimiter) if self.header else b""

    @property
    def between(self) -> bytes:
        return b"," if self.shape == "json" else b""

    @property
    def closing(self) -> bytes:
        return b"]\n" if self.shape == "json" else b""

    def joined(self, raws: list[bytes]) -> bytes:
        """Some records, one after the other."""
        if self.shape == "json":
            return b",".join(raws)
        return b"\n".join([*raws, b""])


class OnlyAction:
    """``--only``: the records of some buckets."""

    def __init__(self, placement: Placement, buckets: list[int], allow_empty: bool, sink: Sink) -> None:
        self._placement: Final = placement
        self._buckets: Final = buckets
        self._wanted: Final = frozenset(buckets)
        self._allow_empty: Final = allow_empty
        self._sink: Final = sink
        self._frame: Final = Frame()
        self._pieces: list[bytes] = []
        self._found = False

    def output(self, shape: RecordShape) -> Output | None:
        self._frame.take(shape, ())
        return selected_output(Owners(self._placement.core), self._buckets)

    def write(self, records: bytes) -> None:
        self._found = True
        self._sink.write(records)

    def add(self, records: Records) -> None:
        self._frame.take(records.shape, records.header)
        owners = self._placement.buckets(records.keys)
        raws = [raw for raw, owner in zip(records.raws, owners, strict=True) if owner in self._wanted]
        if not raws:
            return
        if records.shape == "json":
            self._pieces += raws
        else:
            self._sink.write((b"" if self._found else self._frame.opening()) + self._frame.joined(raws))
            self._sink.flush()
        self._found = True

    def finish(self) -> None:
        """
        Raises:
            NothingSelectedError: there was no record of these buckets.
        """
        if not self._found and not self._allow_empty:
            numbers = listed([str(self._placement.nodes.name_of(bucket)) for bucket in self._buckets])
            raise NothingSelectedError(f"no record belongs to {numbers}; --allow-empty makes that fine")
        if self._frame.shape == "json":
            self._sink.write(self._frame.opening() + b",".join(self._pieces) + self._frame.closing)
        elif not self._found:
            self._sink.write(self._frame.opening())
        self._sink.flush()


class SplitAction:
    """``--split-to``: a file for each bucket that has records."""

    def __init__(self, placement: Placement, template: str, force: bool) -> None:
        self._placement: Final = placement
        self._frame: Final = Frame()
        self.files: Final = SplitFiles(Template(template, placement.nodes), force=force, frame=self._frame)

    def output(self, shape: RecordShape) -> Output | None:
        self._frame.take(shape, ())
        return groups_output(Owners(self._placement.core))

    def write(self, groups: bytes) -> None:
        for bucket, records in groups_of(groups):
            self.files.add(bucket, records)

    def add(self, records: Records) -> None:
        self._frame.take(records.shape, records.header)
        groups: dict[int, list[bytes]] = {}
        for raw, owner in zip(records.raws, self._placement.buckets(records.keys), strict=True):
            groups.setdefault(owner, []).append(raw)
        for bucket, raws in groups.items():
            self.files.add(bucket, self._frame.joined(raws))

    def finish(self) -> None:
        pass
