"""Tables of Arrow with the owners of their keys, a record batch at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from rvhctl.columnar.columns import library
from rvhctl.columnar.keys import KeyOwners
from rvhctl.errors import InputError, JumpHashError, OnBad, listed, raise_error, shorten
from rvhctl.keys.fields import RESERVED, FieldPath, check_reserved
from rvhctl.keys.key import Key
from rvhctl.keys.records import KeySpec, record_key
from rvhctl.placement.placement import Placement

KEY: Final = FieldPath("key")
"""The column of keys where none is named."""


class TableOwners:
    """Appends to record batches who owns the key of each row: ``bucket``, and perhaps ``node`` and ``replicas``."""

    def __init__(self, placement: Placement, spec: KeySpec, replicas: int | None = None) -> None:
        """
        Args:
            placement: whose buckets own the keys.
            spec: where a row has its key, and what a key must be; a row without one is bad, as a record of JSON is.
            replicas: how many of each key's order are listed; None: the owner alone.
        """
        self._pa: Final = library()
        self._placement: Final = placement
        self._spec: Final = spec
        self._paths: Final = (spec.path or KEY, *spec.further)
        self._count: Final = replicas or 1
        self._owners: Final = KeyOwners(placement, "null")
        self._replicas: Final = None if replicas is None else KeyOwners(placement, "null", replicas)
        self._ids: Final = self._pa.array(placement.nodes.ids, "string") if placement.nodes.ids else None

    def schema(self, schema: Any, source: str) -> Any:
        """What becomes of a schema.

        Raises:
            InputError: it has a column that is to be appended.
        """
        bucket, node, replicas = RESERVED
        pa = self._pa
        added = [pa.field(bucket, pa.int32())]
        if self._ids is not None:
            added.append(pa.field(node, pa.dictionary(pa.int32(), pa.string())))
        if self._replicas is not None:
            added.append(pa.field(replicas, self._entries([]).type))
        check_reserved(schema.names, tuple(field.name for field in added), source, None)
        for field in added:
            schema = schema.append(field)
        return schema

    def append(self, batch: Any, source: str, row: int, on_bad: OnBad = raise_error) -> Any:
        """A record batch with the owners of its keys.

        Args:
            batch: a ``pyarrow.RecordBatch``.
            source: what messages call its file.
            row: how many rows of the file stand before it.
            on_bad: what is done about a row that has no key; where that does not raise, the row is left out.

        Raises:
            InputError: there is no such column, it cannot be keys, or ``on_bad`` raised; as `schema`.
        """
        schema = self.schema(batch.schema, source)
        batch, keys, buckets = self.owned(batch, source, row, on_bad)
        columns = [*batch.columns, buckets]
        if self._ids is not None:
            columns.append(self._pa.DictionaryArray.from_arrays(buckets, self._ids))
        if self._replicas is not None:
            decoded = isinstance(keys, list)
            chosen = (
                self._placement.chosen(keys, self._count) if decoded else self._replicas.several(keys, row)
            )
            columns.append(self._entries(chosen))
        return self._pa.RecordBatch.from_arrays(columns, schema=schema)

    def owned(self, batch: Any, source: str, row: int, on_bad: OnBad = raise_error) -> tuple[Any, Any, Any]:
        """The rows that have a key, their keys, and the bucket that owns each; arguments as of `append`.

        Raises:
            InputError: as `append`.
        """
        column = self._column(batch, source)
        if column is None:
            return self._by_record(batch, source, row, on_bad)
        try:
            buckets = self._owners.of(column, row)
        except JumpHashError as error:
            raise InputError(str(error), source=source, place=f"column {self._paths[0].shown}") from None
        if buckets.null_count:
            for at in self._pa.compute.indices_nonzero(buckets.is_null()).to_pylist():
                on_bad(self._bad(batch, int(at), source, row))
            good = buckets.is_valid()
            batch, column, buckets = (each.filter(good) for each in (batch, column, buckets))
        return batch, column, buckets

    def _column(self, batch: Any, source: str) -> Any:
        """The column of keys as it is hashed; None where a key has to be made of each row.

        Raises:
            InputError: there is none of that name.
        """
        pa, types = self._pa, self._pa.types
        path, *further = [_walked(path, batch, source) for path in self._paths]
        if further:
            return None
        column = batch.column(path.names[0])
        for name in path.names[1:]:
            at = column.type.get_field_index(name) if types.is_struct(column.type) else -1
            if at < 0:
                return None
            column = pa.compute.struct_field(column, at)
        coded = types.is_dictionary(column.type) or types.is_run_end_encoded(column.type)
        kind = column.type.value_type if coded else column.type
        if types.is_integer(kind):
            return column.cast(kind).cast("string") if self._spec.rule.as_text else column
        return None if types.is_null(kind) or self._spec.rule.integers else column

    def _by_record(self, batch: Any, source: str, row: int, on_bad: OnBad) -> tuple[Any, Any, Any]:
        """The same by the keys of decoded records."""
        keys: list[Key] = []
        rows: list[int] = []
        for at, key in enumerate(self._keys(batch, source, row)):
            if isinstance(key, InputError):
                on_bad(key)
            else:
                keys.append(key)
                rows.append(at)
        buckets = self._pa.array(self._placement.buckets(keys), "int32")
        return batch if len(rows) == len(batch) else batch.take(self._pa.array(rows, "int64")), keys, buckets

    def _keys(self, batch: Any, source: str, row: int) -> Iterator[Key | InputError]:
        """The key of each row by the rules of JSON, or what is wrong with it."""
        path, *further = [_walked(path, batch, source) for path in self._paths]
        spec = self._spec._replace(path=path, further=tuple(further))
        records = batch.select(sorted({path.names[0] for path in (path, *further)})).to_pylist()
        for number, record in enumerate(records, row + 1):
            record = {name: _text(value) for name, value in record.items()}
            try:
                yield record_key(spec, record, lambda: record, source, None, f"row {number}")  # noqa: B023 called at once
            except InputError as error:
                yield error

    def _bad(self, batch: Any, at: int, source: str, row: int) -> InputError:
        """What is wrong with a row that has no key."""
        error = next(self._keys(batch.slice(at, 1), source, row + at))
        assert isinstance(error, InputError)
        return error

    def _entries(self, buckets: Any) -> Any:
        """Lists of the replicas of each row."""
        pa = self._pa
        numbers = pa.array(buckets, "int32")
        columns = {"bucket": numbers} | ({} if self._ids is None else {"node": self._ids.take(numbers)})
        entries = pa.StructArray.from_arrays(list(columns.values()), list(columns))
        offsets = pa.array(range(0, len(numbers) + 1, self._count), "int32")
        return pa.ListArray.from_arrays(offsets, entries)


def _walked(path: FieldPath, batch: Any, source: str) -> FieldPath:
    """The path by names: a column may have dots in its own.

    Raises:
        InputError: there is no column of the first name, or several.
    """
    names = batch.schema.names
    if path.text in names and len(path.names) > 1:
        path = FieldPath(re.sub(r'[\\.,"]', r"\\\g<0>", path.text))
    first = path.names[0]
    if first not in names:
        hint = f"there is {listed(names)}" if names else ""
        raise InputError(f"the column {shorten(first)} is missing", source=source, hint=hint)
    if names.count(first) > 1:
        raise InputError(f"the column {shorten(first)} is there several times", source=source)
    return path


def _text(value: Any) -> Any:
    """A value as JSON has it, where it can."""
    with suppress(UnicodeDecodeError):
        return value.decode() if isinstance(value, bytes) else value
    return value
