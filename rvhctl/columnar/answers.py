"""Keys that stand in tables of Arrow, and answers that are such tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orjson import loads

from rvhctl.columnar.columns import library
from rvhctl.columnar.keys import KeyOwners
from rvhctl.columnar.records import TableKeys
from rvhctl.columnar.tables import TableOwners
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import ROWS, KeyRows
from rvhctl.errors import InputError, JumpHashError, NothingSelectedError, OnBad, listed
from rvhctl.formats.arrow.columns import picked_rows
from rvhctl.formats.arrow.objects import json_lines, json_rows
from rvhctl.formats.arrow.tables import Table, Writer
from rvhctl.formats.choice import FORMATS, OBJECTS, DataFormat, OutputFormat
from rvhctl.keys.jobs import LineJob
from rvhctl.keys.key import Key, shown
from rvhctl.keys.records import SLICE, KeySpec, Records
from rvhctl.placement.job import Action, Output, line_job
from rvhctl.placement.placement import Placement, keys_at_once
from rvhctl.placement.sources.answer import line_keys
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.sink import Sink
from rvhctl.streams.source import Source

LONGEST: Final = (1 << 63) - 1
"""The greatest signed integer of 64 bits."""

Answer = Callable[[Any, str, int, OnBad], int]
"""Answers for a record batch of a source before which so many rows stand; how many have keys."""


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

    def add(self, records: Records) -> None:
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
            key = self._spec.path.names[0] if self._spec.path else "key"
            module = FORMATS[self._format].load()
            self._writer = module.Writer(self._schema, self._sink.write, key=key)
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


class OnlyTables(TableAction):
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
        self._wanted: Final = library().array(buckets, "int32")
        self._found: bool = allow_empty

    def begin(self, table: Table, source: str) -> None:
        self._take(table.schema, source)

    def add_batch(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        batch, _, buckets = self._owners.owned(batch, source, row, on_bad)
        chosen = picked_rows(batch, library().compute.is_in(buckets, self._wanted))
        self._found = self._found or len(chosen) > 0
        self._write(chosen)
        return len(batch)

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


def answer_table(
    source: Source,
    shape: DataFormat,
    action: Action,
    placement: Placement,
    spec: KeySpec,
    replicas: int,
    on_bad: OnBad,
) -> int:
    """Answer for the keys of one table; how many.

    Args:
        replicas: how many owners of each key ``action`` asks for.
    """
    keys = TableKeys(spec)
    output = action.output(OBJECTS, "") if action.owners_alone else None
    table: Table = FORMATS[shape].load().read(source, None if output is None else keys.first_names)
    keys.columns(table.schema, source.name)
    answer: Answer
    if isinstance(action, TableAction):
        action.begin(table, source.name)
        answer = action.add_batch
    elif output is not None:
        answer = _OwnersAlone(placement, keys, action, output, replicas).add_batch
    else:
        job = (
            None
            if spec.size
            else _line_job(placement, keys.by_names(spec, table.schema, source.name), action, replicas)
        )
        answer = (
            _DecodedRows(keys, spec, action) if job is None else _JsonLines(keys, job, action)
        ).add_batch
    count = row = 0
    for batch in watched(table.batches, reading(source.name), unit="rows", size=len):
        count += answer(batch, source.name, row, on_bad)
        row += len(batch)
    return count


class _OwnersAlone:
    """Answers that say nothing but who the owners are: no row is decoded."""

    def __init__(
        self, placement: Placement, keys: TableKeys, action: Action, output: Output, replicas: int
    ) -> None:
        self._placement: Final = placement
        self._keys: Final = keys
        self._action: Final = action
        self._output: Final = output
        self._owners: Final = KeyOwners(placement, "null")
        self._rows: Final = KeyRows(keys_at_once(replicas, ROWS))

    def add_batch(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        column = self._keys.column(batch, source)
        if column is None:
            keys = list(self._keys.good(batch, source, row, on_bad))
            self._action.add(Records(OBJECTS, keys, [b""] * len(keys)))
            return len(keys)
        with self._keys.naming(source):
            missing = self._owners.missing(column)
            if missing is not None:
                pc = library().compute
                for at in pc.indices_nonzero(missing).to_pylist():
                    on_bad(self._keys.bad(batch, int(at), source, row))
                column = picked_rows(column, pc.invert(missing))
            self._action.write(self._owners.answered(column, row, self._output, self._rows))
        return len(column)


def _line_job(placement: Placement, spec: KeySpec, action: Action, replicas: int) -> LineJob | None:
    """The job over rows as lines of NDJSON, where there is one."""
    keys = line_keys(OBJECTS, placement, spec, spec.rule.utf8 and action.writes_keys(OBJECTS))
    output = action.output(OBJECTS, "") if keys else None
    if keys is None or output is None:
        return None
    return line_job(keys, placement, output, b"\n", keys_at_once(replicas, ROWS))


class _JsonLines:
    """Answers that repeat the key or the whole row, made of the rows as lines of NDJSON."""

    def __init__(self, keys: TableKeys, job: LineJob, action: Action) -> None:
        self._keys: Final = keys
        self._job: Final = job
        self._action: Final = action

    def add_batch(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        count = 0
        for start in range(0, len(batch), SLICE):
            part = batch.slice(start, SLICE)
            at = 0
            for answers in self._job.answers(json_lines(part, source)):
                if answers.text:
                    self._action.write(answers.text)
                at += answers.lines
                count += answers.lines
                if answers.problem != NOTHING_WRONG:
                    on_bad(self._keys.bad(part, at, source, row + start))
                    at += 1
        return count


class _DecodedRows:
    """Answers that repeat the key, or the whole row as an object of JSON."""

    def __init__(self, keys: TableKeys, spec: KeySpec, action: Action) -> None:
        self._keys: Final = keys
        self._spec: Final = spec
        self._action: Final = action

    def add_batch(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        count = 0
        for start in range(0, len(batch), SLICE):
            part = batch.slice(start, SLICE)
            count += self._add(part, source, row + start, on_bad)
        return count

    def _add(self, batch: Any, source: str, row: int, on_bad: OnBad) -> int:
        rows = json_rows(batch, source)
        records = Records(OBJECTS, [], [], sizes=[])
        sizes: list[float] = []
        for at, key in enumerate(self._keys.each(batch, source, row)):
            try:
                if isinstance(key, InputError):
                    raise key
                if self._spec.size:
                    place = f"row {row + at + 1}"
                    sizes.append(self._spec.size.size_of(loads(rows[at]), source, None, place))
                records.keys.append(key)
                records.raws.append(rows[at])
            except InputError as error:
                on_bad(error)
        self._action.add(records._replace(sizes=sizes))
        return len(records.keys)
