"""Answers for keys that stand in tables of Arrow."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from rvhctl.columnar.actions import TableAction
from rvhctl.columnar.columns import library
from rvhctl.columnar.keys import KeyOwners
from rvhctl.columnar.records import TableKeys
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import ROWS, KeyRows
from rvhctl.errors import OnBad
from rvhctl.formats.arrow.columns import picked_rows
from rvhctl.formats.arrow.objects import json_lines, json_rows
from rvhctl.formats.arrow.tables import Table
from rvhctl.formats.choice import FORMATS, OBJECTS, DataFormat
from rvhctl.keys.jobs import LineJob
from rvhctl.keys.records import SLICE, KeySpec, Records
from rvhctl.placement.bounded.gather import GatherAction
from rvhctl.placement.job import Action, Output, line_job
from rvhctl.placement.placement import Placement, keys_at_once
from rvhctl.placement.sources.answer import line_keys
from rvhctl.streams.progress import reading, watched
from rvhctl.streams.source import Source

Answer = Callable[[Any, str, int, OnBad], int]
"""Answers for a record batch of a source before which so many rows stand; how many have keys."""


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
    if isinstance(action, GatherAction) and isinstance(action.action, TableAction):
        action.action.begin(table, source.name)
        answer = partial(_gather, action, action.action)
    elif isinstance(action, TableAction):
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
        texts = json_rows(batch, source)
        rows, keys, sizes = self._keys.sized(batch, texts, source, row, on_bad)
        self._action.add(Records(OBJECTS, keys, [texts[at] for at in rows], sizes=sizes))
        return len(keys)


def _gather(
    gather: GatherAction, tables: TableAction, batch: Any, source: str, row: int, on_bad: OnBad
) -> int:
    """Let the rows of a batch wait until all keys are there; how many have one."""
    records = tables.keep(batch, source, row, on_bad)
    gather.add(records)
    return len(records.keys)
