"""Tables of Arrow with the owners of their keys, a record batch at a time."""

from __future__ import annotations

from typing import Any, Final

from rvhctl.columnar.columns import library
from rvhctl.columnar.keys import KeyOwners
from rvhctl.columnar.records import TableKeys
from rvhctl.errors import InputError, OnBad, raise_error
from rvhctl.formats.arrow.columns import picked_rows
from rvhctl.formats.arrow.tables import text_column
from rvhctl.keys.fields import RESERVED, check_reserved
from rvhctl.keys.key import Key
from rvhctl.keys.records import KeySpec
from rvhctl.placement.placement import Placement


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
        self._keys: Final = TableKeys(spec)
        self._count: Final = replicas or 1
        self._owners: Final = KeyOwners(placement, "null")
        self._replicas: Final = None if replicas is None else KeyOwners(placement, "null", replicas)
        self._ids: Final = text_column(placement.nodes.ids) if placement.nodes.ids else None

    def schema(self, schema: Any, source: str) -> Any:
        """What becomes of a schema.

        Raises:
            InputError: it has no column of keys, or has one that is to be appended.
        """
        bucket, node, replicas = RESERVED
        pa = self._pa
        added = [pa.field(bucket, pa.int32())]
        if self._ids is not None:
            added.append(pa.field(node, pa.dictionary(pa.int32(), pa.string())))
        if self._replicas is not None:
            added.append(pa.field(replicas, self._entries([]).type))
        self._keys.columns(schema, source)
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
        chosen = None
        if self._replicas is not None:
            decoded = isinstance(keys, list)
            chosen = (
                self._placement.chosen(keys, self._count) if decoded else self._replicas.several(keys, row)
            )
        return self._pa.RecordBatch.from_arrays(
            [*batch.columns, *self._added(buckets, chosen)], schema=schema
        )

    def of_keys(self, keys: list[Key]) -> list[Any]:
        """The columns that are appended, of keys that stand in no table."""
        chosen = self._placement.chosen(keys, self._count)
        owners = self._pa.array(chosen[:: self._count], "int32")
        return self._added(owners, None if self._replicas is None else chosen)

    def beside(self, batch: Any, buckets: Any) -> Any:
        """A record batch with owners of its keys that are known already."""
        columns = [*batch.columns, *self._added(buckets, None)]
        return self._pa.RecordBatch.from_arrays(columns, schema=self.schema(batch.schema, ""))

    def _added(self, buckets: Any, chosen: Any) -> list[Any]:
        columns = [buckets]
        if self._ids is not None:
            columns.append(self._pa.DictionaryArray.from_arrays(buckets, self._ids))
        if chosen is not None:
            columns.append(self._entries(chosen))
        return columns

    def owned(self, batch: Any, source: str, row: int, on_bad: OnBad = raise_error) -> tuple[Any, Any, Any]:
        """The rows that have a key, their keys, and the bucket that owns each; arguments as of `append`.

        Raises:
            InputError: as `append`.
        """
        column = self._keys.column(batch, source)
        if column is None:
            return self._by_record(batch, source, row, on_bad)
        with self._keys.naming(source):
            buckets = self._owners.of(column, row)
        if buckets.null_count:
            for at in self._pa.compute.indices_nonzero(buckets.is_null()).to_pylist():
                on_bad(self._keys.bad(batch, int(at), source, row))
            good = buckets.is_valid()
            batch, column, buckets = (picked_rows(each, good) for each in (batch, column, buckets))
        return batch, column, buckets

    def _by_record(self, batch: Any, source: str, row: int, on_bad: OnBad) -> tuple[Any, Any, Any]:
        """The same by the keys of decoded records."""
        keys: list[Key] = []
        rows: list[int] = []
        for at, key in enumerate(self._keys.each(batch, source, row)):
            if isinstance(key, InputError):
                on_bad(key)
            else:
                keys.append(key)
                rows.append(at)
        buckets = self._pa.array(self._placement.buckets(keys), "int32")
        if len(rows) < len(batch):
            batch = picked_rows(batch, self._pa.array(rows, "int64"))
        return batch, keys, buckets

    def _entries(self, buckets: Any) -> Any:
        """Lists of the replicas of each row."""
        pa = self._pa
        numbers = pa.array(buckets, "int32")
        columns = {"bucket": numbers} | ({} if self._ids is None else {"node": self._ids.take(numbers)})
        entries = pa.StructArray.from_arrays(list(columns.values()), list(columns))
        lists = pa.FixedSizeListArray.from_arrays(entries, self._count)
        return lists.cast(pa.list_(entries.type))
