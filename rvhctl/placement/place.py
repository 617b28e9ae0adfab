"""Where each key or record belongs, in every format; records go out with their own bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson

from rvhctl.core.keys.answers import Choice, Label
from rvhctl.errors import InputError
from rvhctl.formats.choice import OutputFormat
from rvhctl.formats.jsontext import key_text
from rvhctl.formats.rows import RowsAnswer
from rvhctl.formats.wording import counted
from rvhctl.keys.key import Key, show
from rvhctl.keys.records import SLICE, Records, RecordShape
from rvhctl.placement.job import (
    Output,
    Owners,
    choice_output,
    extended_output,
    names_output,
    numbers_output,
)
from rvhctl.placement.placement import Placement, keys_at_once
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

LABELLED: Final = 65536
"""Up to so many buckets have their texts made beforehand."""


class PlaceAction:
    """Says of each key which bucket, which node, which replicas."""

    def __init__(
        self,
        placement: Placement,
        replicas: int | None,
        format_: OutputFormat,
        sink: Sink,
        color: ColorChoice,
        *,
        objects: bool,
        pattern: bool,
    ) -> None:
        """``replicas`` None: owners only. ``objects``: records are objects or rows; ``pattern``: text lines."""
        self._placement: Final = placement
        self._nodes: Final = placement.nodes
        self._listed: Final = replicas is not None
        self._count: Final = replicas or 1
        self._format: Final = format_
        self._sink: Final = sink
        self._objects: Final = objects
        self._pattern: Final = pattern
        self._rows = RowsAnswer(format_, sink, self._caption, color)
        self._raw: Final = _RawAnswer(format_, sink)
        self._header: list[str] = []

    def output(self, shape: RecordShape) -> Output | None:
        """What goes out for lines of that shape straight from their bytes; None: :meth:`add` has to."""
        owners = Owners(self._placement.core, self._count)
        if self._format == "plain":
            if self._pattern:
                return extended_output(owners, self._plain(b"\t", b""))
            if self._listed:
                return choice_output(owners, self._plain(b"", b"\n"))
            if self._nodes.ids:
                return names_output(owners, [node_id.encode() for node_id in self._nodes.ids])
            return numbers_output(owners)
        if self._format == "ndjson" and shape == "ndjson" and self._objects:
            return extended_output(owners, self._json())
        return None

    def write(self, answers: bytes) -> None:
        self._sink.write(answers)

    def add(self, records: Records) -> None:
        size = keys_at_once(self._count, SLICE)
        for start in range(0, len(records.keys), size):
            self._add(records.part(start, start + size))
        if not records.keys:
            self._add(records)

    def _add(self, records: Records) -> None:
        chosen = self._placement.chosen_buckets(records.keys, self._count)
        if self._format == "plain":
            self._sink.write(b"".join(self._plain_lines(records, chosen)))
            self._sink.flush()
        elif self._keeps(records.shape):
            self._raw.add(self._extended(records, chosen), self._table_header(records))
        elif self._format in ("json", "ndjson"):
            rows = zip(records.raws, records.keys, chosen, strict=True)
            self._raw.add([self._answer(raw, key, buckets) for raw, key, buckets in rows])
        else:
            rows = zip(records.raws, records.keys, chosen, strict=True)
            self._rows.add([self._record(raw) | self._row(key, buckets) for raw, key, buckets in rows])

    def finish(self) -> None:
        if self._raw.used or self._format in ("json", "ndjson"):
            self._raw.finish()
        elif self._format == "plain":
            self._sink.flush()
        else:
            self._rows.finish(self._columns())

    def _keeps(self, shape: RecordShape) -> bool:
        """Whether records of that shape can go out as they came in, in this format."""
        if not self._objects:
            return False
        if self._format in ("json", "ndjson"):
            return True
        return self._format == shape and shape in ("csv", "tsv")

    def _plain(self, before: bytes, after: bytes) -> Choice:
        ids = [node_id.encode() for node_id in self._nodes.ids] or None
        item = Label(ids, b"", b"")
        return Choice(None, item, before, b"\t", after)

    def _plain_lines(self, records: Records, chosen: Sequence[list[int]]) -> Iterator[bytes]:
        for raw, buckets in zip(records.raws, chosen, strict=True):
            names = "\t".join(str(self._nodes.name_of(bucket)) for bucket in buckets).encode()
            yield raw[:-1].removesuffix(b"\r") + b"\t" + names + b"\n" if self._pattern else names + b"\n"

    def _json(self) -> Choice:
        """What is added to an object before its last brace."""
        ids = [orjson.dumps(node_id) for node_id in self._nodes.ids]
        before, between = b',"bucket":', b',"node":'
        if ids or self._nodes.count <= LABELLED:
            numbers = range(self._nodes.count)
            texts = [b"%b%d" % (before, i) + (between + ids[i] if ids else b"") for i in numbers]
            owner = Label(texts, b"", b"")
            item = Label([b"{" + text[1:] + b"}" for text in texts] if self._listed else [], b"", b"")
        else:
            owner = Label(None, before, b"")
            item = Label(None, b'{"bucket":', b"}")
        return Choice(owner, item if self._listed else None, b',"replicas":[', b",", b"]")

    def _members(self, buckets: list[int]) -> bytes:
        """The members of a JSON object that an answer has besides the key."""
        first = self._entry_text(buckets[0])
        if not self._listed:
            return first
        entries = b"},{".join(map(self._entry_text, buckets))
        return b'%b,"replicas":[{%b}]' % (first, entries)

    def _entry_text(self, bucket: int) -> bytes:
        if not self._nodes.ids:
            return b'"bucket":%d' % bucket
        return b'"bucket":%d,"node":%b' % (bucket, orjson.dumps(self._nodes.ids[bucket]))

    def _answer(self, raw: bytes, key: Key, buckets: list[int]) -> bytes:
        """The answer for a bare key, as JSON."""
        members = b'"key":%b,%b}' % (key_text(key), self._members(buckets))
        if not self._pattern:
            return b"{" + members
        return b'{"record":%b,%b' % (orjson.dumps(self._record(raw)["record"]), members)

    def _entry(self, bucket: int) -> dict[str, Any]:
        return {"bucket": bucket, "node": self._nodes.ids[bucket]} if self._nodes.ids else {"bucket": bucket}

    def _record(self, raw: bytes) -> dict[str, Any]:
        """The line around a key that a pattern has found."""
        if not self._pattern:
            return {}
        try:
            return {"record": raw[:-1].removesuffix(b"\r").decode()}
        except UnicodeDecodeError:
            raise InputError(
                "the record is not UTF-8", value=show(raw[:-1]), hint="only -o plain can answer for it"
            ) from None

    def _row(self, key: Key, buckets: list[int]) -> dict[str, Any]:
        return {"key": show(key), **dict(zip(self._added_columns(), self._cells(buckets), strict=True))}

    def _cells(self, buckets: list[int]) -> list[Any]:
        cells = list(self._entry(buckets[0]).values())
        return cells + [self._nodes.name_of(b) for b in buckets] if self._listed else cells

    def _columns(self) -> list[str]:
        """Of a table, CSV or TSV."""
        return [*(["record"] if self._pattern else []), "key", *self._added_columns()]

    def _added_columns(self) -> list[str]:
        names = [*self._entry(0)]
        return names + [f"replica_{at}" for at in range(1, self._count + 1)] if self._listed else names

    def _table_header(self, records: Records) -> bytes:
        if records.shape not in ("csv", "tsv") or self._format in ("json", "ndjson"):
            return b""
        from rvhctl.formats import csv

        if self._header and self._header != records.header:
            raise InputError("the inputs have different columns; -o ndjson takes them all")
        self._header = records.header
        return csv.joined_row(
            [*records.header, *self._added_columns()], "," if self._format == "csv" else "\t"
        )

    def _extended(self, records: Records, chosen: Sequence[list[int]]) -> list[bytes]:
        """The records with what was chosen added."""
        if records.shape not in ("csv", "tsv"):
            return [self._object(raw, b) for raw, b in zip(records.raws, chosen, strict=True)]
        from rvhctl.formats import csv

        delimiter = "," if records.shape == "csv" else "\t"
        if self._format in ("json", "ndjson"):
            rows = [csv.json_record(records.header, raw, delimiter=delimiter) for raw in records.raws]
            return [self._object(raw, b) for raw, b in zip(rows, chosen, strict=True)]
        return [
            raw + delimiter.encode() + csv.joined_row(self._cells(buckets), delimiter).rstrip(b"\n")
            for raw, buckets in zip(records.raws, chosen, strict=True)
        ]

    def _object(self, raw: bytes, buckets: list[int]) -> bytes:
        end = raw.rindex(b"}")
        return b"%b,%b%b" % (raw[:end], self._members(buckets), raw[end:].rstrip())

    def _caption(self, rows: int) -> str:
        live = "" if self._nodes.live == self._nodes.count else f", {self._nodes.live} of them live"
        what = "node" if self._nodes.ids else "bucket"
        return f"{counted(rows, 'key')} in {counted(self._nodes.count, what)}{live}"


class _RawAnswer:
    """Texts of records, one a line, or as an array that is written when it is complete."""

    def __init__(self, format_: OutputFormat, sink: Sink) -> None:
        self._array = format_ == "json"
        self._sink = sink
        self._pieces: list[bytes] = []
        self.used = False

    def add(self, texts: list[bytes], header: bytes = b"") -> None:
        """``header`` goes out before the first."""
        if header and not self.used:
            self._sink.write(header)
        self.used = True
        if not texts:
            return
        if self._array:
            # One text: thousands of small ones, each an object, would take several times as much.
            self._pieces.append(b",".join(texts))
        else:
            self._sink.write(b"\n".join(texts) + b"\n")
            self._sink.flush()

    def finish(self) -> None:
        if self._array:
            self._sink.write(b"[" + b",".join(self._pieces) + b"]\n")
        self._sink.flush()
