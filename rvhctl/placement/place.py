"""Where each key or record belongs, in every format; records go out with their own bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import orjson

from rvhctl.core.csv.objects import RowToObject
from rvhctl.core.keys.answers import AnswerTemplate, BucketText, KeyText
from rvhctl.errors import InputError
from rvhctl.formats import jsontext
from rvhctl.formats.choice import FORMATS, DataFormat, OutputFormat, output_of
from rvhctl.formats.shapes import Layout
from rvhctl.formats.wording import counted
from rvhctl.formats.write import RowWriter
from rvhctl.keys.key import shown
from rvhctl.keys.records import SLICE, KeySpec, Records
from rvhctl.placement.job import (
    Action,
    Convert,
    Numbers,
    Output,
    Owners,
    extended_output,
    names_output,
    objects_output,
    rows_output,
    template_output,
)
from rvhctl.placement.placement import Placement, keys_at_once
from rvhctl.streams.sink import Sink
from rvhctl.streams.terminal import ColorChoice

PREPARED: Final = 65536
"""Up to so many buckets have their texts made beforehand."""

FLAT: Final = 4096
"""Up to so many buckets have all that is written of them in one text: about as many as fit into a cache."""


class PlaceAction(Action):
    """Says of each key which bucket, which node, which replicas."""

    def __init__(
        self,
        placement: Placement,
        replicas: int | None,
        format_: OutputFormat,
        sink: Sink,
        color: ColorChoice,
        spec: KeySpec,
    ) -> None:
        """``replicas`` None: owners only."""
        self._placement: Final = placement
        self._nodes: Final = placement.nodes
        self._listed: Final = replicas is not None
        self._count: Final = replicas or 1
        self._format: Final = output_of(format_)
        self._json: Final = bool(self._format.objects)
        self._sink: Final = sink
        self._has_path: Final = spec.path is not None
        self._pattern: Final = spec.pattern is not None
        names = [*(["record"] if self._pattern else []), "key", *self._added_names()]
        self._writer: Final = RowWriter(names, format_, sink, self._caption, color)
        self._header: tuple[str, ...] = ()
        self._layout: Layout | None = None
        self._converters: tuple[RowToObject, Convert]
        """What make an object of most rows of the table that is read, and of all."""

    @property
    def owners_alone(self) -> bool:
        return self._format.text and not self._pattern

    def output(self, shape: DataFormat, delimiter: str) -> Output | None:
        """What goes out for lines of that shape straight from their bytes; None: `add` has to."""
        owners = Owners(self._placement.table, self._count)
        if self._format.text:
            if self._pattern:
                return extended_output(owners, self._text_template(b"\t", b""))
            if self._listed:
                return template_output(owners, self._flat(self._text_template(b"", b"\n")))
            if self._nodes.ids:
                return names_output(owners, [node_id.encode() for node_id in self._nodes.ids])
            return Numbers(owners)
        if self._extends(shape):
            return self._extended_output(owners, shape, delimiter)
        if self._json:
            record = KeyText(b'{"record":', 0, orjson.dumps) if self._pattern else None
            key = KeyText(b',"key":' if self._pattern else b'{"key":', 0, orjson.dumps)
            return rows_output(owners, record, key, self._flat(self._object_template(self._object_end())))
        if between := self._format.delimiter:
            cell = partial(self._cell, between)
            record = KeyText(b"", ord(between), cell) if self._pattern else None
            key = KeyText(between.encode() if self._pattern else b"", ord(between), cell)
            return rows_output(owners, record, key, self._flat(self._row_template(between)))
        return None

    def _extended_output(self, owners: Owners, shape: DataFormat, delimiter: str) -> Output:
        """What goes out for records that go out as they came in, and more."""
        if not self._json:
            return extended_output(owners, self._flat(self._row_template(delimiter)))
        if delimiter:
            template = self._flat(self._object_template(self._object_end()))
            return objects_output(owners, template, lambda: self._converters)
        if FORMATS[shape] is self._format and not self._format.between:
            return extended_output(owners, self._flat(self._object_template(b"")))
        template = self._flat(self._object_template(self._object_end()))
        return extended_output(owners, template, keep_ends=False)

    def _object_end(self) -> bytes:
        """What ends an object, and stands between two."""
        return b"}" + (self._format.between or b"\n")

    def writes_keys(self, shape: DataFormat) -> bool:
        return not self._extends(shape)

    def _extends(self, shape: DataFormat) -> bool:
        """Whether records go out as they came in, and more: those with a field, where the format takes them."""
        if not self._has_path:
            return False
        return self._json or (FORMATS[shape] is self._format and bool(self._format.delimiter))

    def _flat(self, template: AnswerTemplate) -> AnswerTemplate:
        if self._nodes.count <= FLAT:
            template.flatten(self._nodes.count, self._count)
        return template

    def write(self, answers: bytes, /) -> None:
        if self._format.text or (self._has_path and self._format.objects == "lines"):
            self._sink.write(answers)
        else:
            self._writer.add_text(answers)

    def add(self, records: Records) -> None:
        size = keys_at_once(self._count, SLICE)
        extends = self._extends(records.shape)
        if extends and self._json and records.layout is not None and records.layout is not self._layout:
            module = FORMATS[records.shape].load()
            self._layout = records.layout
            self._converters = module.row_converter(self._layout), partial(module.json_record, self._layout)
        # Records may be none, but have a header.
        for start in range(0, len(records.keys) or 1, size):
            part = records.part(start, start + size)
            chosen = self._placement.chosen(part.keys, self._count)
            if extends:
                buckets = (chosen[at : at + self._count] for at in range(0, len(chosen), self._count))
                self._writer.add_records(list(self._extended(part, buckets)), self._opening(part))
            else:
                self._writer.add(list(zip(*self._columns(part, chosen), strict=True)))

    def finish(self) -> None:
        self._writer.finish()

    def _columns(self, records: Records, chosen: list[int]) -> Iterator[Iterable[Any]]:
        """The columns of rows; of plain text only the names, behind the record around each key."""
        replicas = [chosen[at :: self._count] for at in range(self._count)]
        names = [self._names_of(buckets) for buckets in replicas]
        if self._pattern:
            raws = [raw.removesuffix(b"\r") for raw in records.raws]
            yield raws if self._format.text else map(bytes.decode, raws)
        if self._format.text:
            yield from names
            return
        yield records.keys if self._json else map(shown, records.keys)
        yield replicas[0]
        if self._nodes.ids:
            yield names[0]
        if self._listed and self._json:
            yield zip(*(map(self._nodes.entry, buckets) for buckets in replicas), strict=True)
        elif self._listed:
            yield from names

    def _names_of(self, buckets: list[int]) -> Sequence[Any]:
        ids = self._nodes.ids
        return [ids[bucket] for bucket in buckets] if ids else buckets

    def _added_names(self) -> list[str]:
        """The names of what is said of a key."""
        names = [*self._nodes.entry(0)]
        if self._listed:
            names += ["replicas"] if self._json else [f"replica_{at}" for at in range(1, self._count + 1)]
        return names

    def _caption(self, rows: int) -> str:
        live = "" if self._nodes.live == self._nodes.count else f", {self._nodes.live} of them live"
        what = "node" if self._nodes.ids else "bucket"
        return f"{counted(rows, 'key')} in {counted(self._nodes.count, what)}{live}"

    def _text_template(self, before: bytes, after: bytes) -> AnswerTemplate:
        ids = [node_id.encode() for node_id in self._nodes.ids] or None
        return AnswerTemplate(None, BucketText(ids, b"", b""), before, b"\t", after)

    def _row_template(self, delimiter: str) -> AnswerTemplate:
        """What is added to a row behind its last cell, and its end."""
        separator = delimiter.encode()
        nodes = [separator + self._cell(delimiter, node_id) for node_id in self._nodes.ids]
        if nodes:
            owners = [b"%b%d%b" % (separator, i, node) for i, node in enumerate(nodes)]
            owner, item = BucketText(owners, b"", b""), BucketText(nodes, b"", b"")
        else:
            owner = item = BucketText(None, separator, b"")
        return AnswerTemplate(owner, item if self._listed else None, b"", b"", b"\n")

    def _cell(self, delimiter: str, value: object) -> bytes:
        """A value as a cell that does not stand alone."""
        row: bytes = self._format.load().joined_row(("", shown(value)), delimiter)
        return row[len(delimiter) : -1]

    def _object_template(self, end: bytes) -> AnswerTemplate:
        """What is added to an object before its last brace, and an ``end``."""
        ids = list(map(jsontext.dumps, self._nodes.ids))
        before, between = b',"bucket":', b',"node":'
        if ids or self._nodes.count <= PREPARED:
            numbers = range(self._nodes.count)
            texts = [b"%b%d" % (before, i) + (between + ids[i] if ids else b"") for i in numbers]
            owner = BucketText(texts, b"", b"")
            item = BucketText([b"{" + text[1:] + b"}" for text in texts] if self._listed else [], b"", b"")
        else:
            owner = BucketText(None, before, b"")
            item = BucketText(None, b'{"bucket":', b"}")
        if not self._listed:
            return AnswerTemplate(owner, None, b"", b"", end)
        return AnswerTemplate(owner, item, b',"replicas":[', b",", b"]" + end)

    def _opening(self, records: Records) -> bytes:
        """What stands before the first row, with what is added to the header; empty in JSON."""
        layout = records.layout
        if self._json or layout is None:
            return b""
        header = layout.delimiter, *layout.header
        if self._header and self._header != header:
            raise InputError("the inputs have different columns or delimiters; -o ndjson takes them all")
        self._header = header if layout.header else ()
        above = layout.opening.partition(b"\n") if layout.preamble else ()
        row: bytes = self._format.load().joined_row([*layout.header, *self._added_names()], layout.delimiter)
        return b"".join([*above[:2], row])

    def _extended(self, records: Records, chosen: Iterable[list[int]]) -> Iterator[bytes]:
        """The records with what was chosen added."""
        raws: Iterable[bytes] = records.raws
        layout = records.layout
        if layout is not None:
            delimiter = layout.delimiter
            if not self._json:
                joined_row = FORMATS[records.shape].load().joined_row
                for raw, buckets in zip(raws, chosen, strict=True):
                    yield raw + delimiter.encode() + joined_row(self._cells(buckets), delimiter)[:-1]
                return
            raws = map(self._converters[1], raws)
        for raw, buckets in zip(raws, chosen, strict=True):
            end = raw.rindex(b"}")
            yield b"%b,%b%b" % (raw[:end], self._members(buckets), raw[end:].rstrip())

    def _cells(self, buckets: list[int]) -> list[Any]:
        cells = list(self._nodes.entry(buckets[0]).values())
        return [*cells, *self._names_of(buckets)] if self._listed else cells

    def _members(self, buckets: list[int]) -> bytes:
        """What is added to a JSON object."""
        members = self._nodes.entry(buckets[0])
        if self._listed:
            members["replicas"] = list(map(self._nodes.entry, buckets))
        return orjson.dumps(members)[1:-1]
