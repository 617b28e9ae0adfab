"""Answers that are tables of Arrow."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from rvhctl.columnar.columns import library
from rvhctl.columnar.kept import KeptBatches
from rvhctl.columnar.records import TableKeys
from rvhctl.columnar.tables import TableOwners
from rvhctl.errors import InputError, JumpHashError, NothingSelectedError, OnBad, listed
from rvhctl.formats.arrow.columns import joined_batches, picked_rows
from rvhctl.formats.arrow.objects import json_rows
from rvhctl.formats.arrow.tables import Table, Writer
from rvhctl.formats.choice import FORMATS, OutputFormat
from rvhctl.keys.key import Key, shown
from rvhctl.keys.records import SLICE, KeySpec, Records
from rvhctl.placement.job import Action
from rvhctl.placement.placement import Placement
from rvhctl.placement.split_files import SplitFiles, Template
from rvhctl.streams.sink import Sink

KEPT: Final = "kept"
"""The shape of records whose rows wait in a file."""

HELD: Final = 1 << 26
"""Bytes of rows that wait until they are written to the files of their buckets."""

LONGEST: Final = (1 << 63) - 1
"""The greatest signed integer of 64 bits."""


class TableAction(Action):
    """Writes a table: rows of tables as they came, or the key alone, and who owns it."""

    def __init__(
        self, placement: Placement, replicas: int | None, format_: OutputFormat, sink: Sink, spec: KeySpec
    ) -> None:
        self._owners: Final = TableOwners(placement, spec, replicas)
        self._spec: Final = spec
        self._format: Final = format_
        self._sink: Final = sink
        self._writer: Writer | None = None
        self._schema: Any = None
        self._key: Final = spec.path.names[0] if spec.path else "key"
        self._placement: Final = placement
        self._kept: KeptBatches | None = None
        self._again: Iterator[Any] | None = None

    def begin(self, table: Table, source: str) -> None:
        """From now on come batches of this table.

        Raises:
            InputError: it lacks the column of keys, has one that is to be added, or other columns than one before.
        """
        self._take(self._owners.schema(table.schema, source), source)

    def add_batch(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        """Write the rows of a batch, of which so many stand before it; how many have keys."""
        answered = self._owners.append(batch, source, row, on_bad)
        self._write(answered)
        return len(answered)

    def keep(self, batch: Any, source: str, row: int, on_bad: OnBad) -> Records:
        """Keep the rows of a batch until all keys are there; return their keys, with which they are to be added."""
        size = self._spec.size
        texts = (
            json_rows(batch.select([name for name in batch.schema.names if name == size.names[0]]))
            if size
            else []
        )
        rows, keys, sizes = TableKeys(self._spec).sized(batch, texts, source, row, on_bad)
        if self._kept is None:
            self._kept = KeptBatches(batch.schema)
        self._kept.add(
            batch if len(rows) == len(batch) else picked_rows(batch, library().array(rows, "int64"))
        )
        return Records(KEPT, keys, [b""] * len(keys), sizes=sizes)

    def add(self, records: Records) -> None:
        if records.shape == KEPT:
            assert self._kept is not None
            self._again = self._again or self._kept.again()
            self._write_owned(
                next(self._again), library().array(self._placement.buckets(records.keys), "int32")
            )
            return
        pa = library()
        for start in range(0, len(records.keys), SLICE):
            part = records.part(start, start + SLICE)
            columns = {"key": self._key_column(part.keys)}
            if self._spec.pattern is not None:
                raws = [raw.removesuffix(b"\r").decode() for raw in part.raws]
                columns = {"record": pa.array(raws, "string"), **columns}
            schema = self._owners.schema(
                pa.schema([(name, column.type) for name, column in columns.items()]), ""
            )
            self._take(schema, "")
            arrays = [*columns.values(), *self._owners.of_keys(part.keys)]
            self._write(pa.RecordBatch.from_arrays(arrays, schema=schema))

    def _write_owned(self, batch: Any, buckets: Any) -> None:
        """Write rows of which the owners are known."""
        self._write(self._owners.beside(batch, buckets))

    def finish(self) -> None:
        if self._schema is None:
            pa = library()
            names = ["key"] if self._spec.pattern is None else ["record", "key"]
            self._take(self._owners.schema(pa.schema([(name, pa.string()) for name in names]), ""), "")
        self._opened().close()
        self._sink.flush()

    def _take(self, schema: Any, source: str) -> None:
        """Refuse rows with other columns than those before."""
        if self._schema is None:
            self._schema = schema
        elif not schema.equals(self._schema):
            raise InputError(
                "the inputs have different columns",
                source=source,
                hint="answer for each by itself; -o ndjson takes them all",
            )

    def _opened(self) -> Writer:
        if self._writer is None:
            module = FORMATS[self._format].load()
            self._writer = module.Writer(self._schema, self._sink.write, key=self._key)
        return self._writer

    def _write(self, batch: Any) -> None:
        if len(batch):
            self._opened().write(batch)
            self._sink.flush()

    def _key_column(self, keys: list[Key]) -> Any:
        """Integers where the first keys are, else text."""
        pa = library()
        kind = None if self._schema is None else self._schema.field("key").type
        if kind is None:
            numbers = [key for key in keys if isinstance(key, int)]
            whole = pa.uint64() if max(numbers, default=0) > LONGEST else pa.int64()
            kind = whole if len(numbers) == len(keys) else pa.string()
        if pa.types.is_string(kind):
            return pa.array([str(shown(key)) for key in keys], kind)
        try:
            return pa.array(keys, kind)
        except (pa.ArrowException, OverflowError, TypeError):
            raise JumpHashError(
                f"some keys are {kind}, and others are not; -o ndjson takes them all"
            ) from None


class RowsAsTheyCame(TableAction):
    """Writes rows of tables without anything beside them, by the bucket that owns each."""

    def begin(self, table: Table, source: str) -> None:
        self._take(table.schema, source)

    def add_batch(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        batch, _, buckets = self._owners.owned(batch, source, row, on_bad)
        self._write_owned(batch, buckets)
        return len(batch)


class OnlyTables(RowsAsTheyCame):
    """``--only``: the rows of some buckets, as they came."""

    def __init__(
        self,
        placement: Placement,
        buckets: list[int],
        allow_empty: bool,
        format_: OutputFormat,
        sink: Sink,
        spec: KeySpec,
    ) -> None:
        super().__init__(placement, None, format_, sink, spec)
        self._names: Final = [str(placement.nodes.name_of(bucket)) for bucket in buckets]
        pa = library()
        wanted = pa.py_buffer(array("i", buckets))
        self._wanted: Final = pa.Array.from_buffers(pa.int32(), len(buckets), [None, wanted])
        self._found: bool = allow_empty

    def _write_owned(self, batch: Any, buckets: Any) -> None:
        chosen = picked_rows(batch, library().compute.is_in(buckets, self._wanted))
        self._found = self._found or len(chosen) > 0
        self._write(chosen)

    def finish(self) -> None:
        """
        Raises:
            NothingSelectedError: there was no record of these buckets.
        """
        if not self._found:
            raise NothingSelectedError(
                f"no record belongs to {listed(self._names)}; --allow-empty makes that fine"
            )
        super().finish()


class SplitTables(RowsAsTheyCame):
    """``--split-to``: the rows of each bucket, as they came, in a file of their own."""

    def __init__(
        self,
        placement: Placement,
        template: str,
        force: bool,
        format_: OutputFormat,
        sink: Sink,
        spec: KeySpec,
    ) -> None:
        super().__init__(placement, None, format_, sink, spec)
        self.files: Final = SplitFiles(Template(template, placement.nodes), force=force)
        self._writers: Final[dict[int, Writer]] = {}
        self._waiting: Final[dict[int, list[Any]]] = {}
        self._held = 0

    def _write_owned(self, batch: Any, buckets: Any) -> None:
        compute = library().compute
        order = compute.array_sort_indices(buckets)
        rows = picked_rows(batch, order)
        start = 0
        counts = compute.value_counts(buckets.take(order))
        numbers = (counts.field(name).to_pylist() for name in ("values", "counts"))
        for bucket, count in zip(*numbers, strict=True):
            self._waiting.setdefault(bucket, []).append(rows.slice(start, count))
            start += count
        self._held += batch.nbytes
        if self._held >= HELD:
            self._write_groups()

    def _write_groups(self) -> None:
        """Write what waits, of each bucket as a group of rows."""
        for bucket, batches in self._waiting.items():
            writer = self._writers.get(bucket)
            if writer is None:
                module = FORMATS[self._format].load()
                add = partial(self.files.add, bucket)
                writer = self._writers[bucket] = module.Writer(self._schema, add, key=self._key)
            for batch in joined_batches(batches):
                writer.write(batch)
            writer.end_group()
        self._waiting.clear()
        self._held = 0

    def finish(self) -> None:
        self._write_groups()
        for writer in self._writers.values():
            writer.close()
