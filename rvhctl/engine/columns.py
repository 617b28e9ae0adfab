"""A Parquet file again, with the owners of its keys: a row group at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from rvhctl.columnar.tables import TableOwners
from rvhctl.engine.job import Bad, Job
from rvhctl.engine.stores import store_of
from rvhctl.errors import InputError, OnBad, RvhctlError

BATCH: Final = 1 << 16
"""Rows between two looks at whether the run is still wanted."""

CODED: Final = ("bucket", "node", "replicas.list.element.bucket", "replicas.list.element.node")
"""Columns of few values; to look whether others are such takes as long as all the rest."""


def copy_table(job: Job, source: str, waiting: str, look: Callable[[], None], bad: Bad) -> int:
    """Write a Parquet file again, with the owners of its keys.

    Args:
        waiting: the path of what is written.
        look: called now and then; what it raises ends the work.

    Returns:
        How many rows the output has, by what it says of itself.

    Raises:
        InputError: the input is no such file, or a row has no key and that ends the work.
        RvhctlError: rows are missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    store, there = store_of(source), store_of(waiting)
    owners = TableOwners(job.placement, job.spec, job.replicas)
    target = {"where": there.bare(waiting), "filesystem": there.filesystem}
    try:
        with pq.ParquetFile(store.bare(source), filesystem=store.filesystem) as file:
            expected = int(file.metadata.num_rows)
            schema = owners.schema(file.schema_arrow, source)
            with pq.ParquetWriter(
                **target, schema=schema, compression=_compression(file.metadata), use_dictionary=list(CODED)
            ) as writer:
                for table in _tables(file, schema, owners, source, look, bad):
                    writer.write_table(table, len(table))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        if isinstance(error, OSError) and (type(error) is not OSError or error.errno is not None):
            raise
        problem = str(error).partition("\n")[0]
        raise InputError(f"is not read as Parquet: {problem}", source=source) from None
    with pq.ParquetFile(there.bare(waiting), filesystem=there.filesystem) as written:
        rows = int(written.metadata.num_rows)
    if rows != expected - bad.count:
        left_out = f", of which {bad.count} have no key" if bad.count else ""
        raise RvhctlError(f"{waiting}: {rows} rows were written of {expected} of {source}{left_out}")
    return rows


def _tables(
    file: Any, schema: Any, owners: TableOwners, source: str, look: Callable[[], None], on_bad: OnBad
) -> Iterator[Any]:
    """Each row group that has rows, with what is appended."""
    from pyarrow import Table

    row = 0
    for group in range(file.num_row_groups):
        batches = []
        for batch in file.iter_batches(BATCH, row_groups=[group]):
            look()
            batches.append(owners.append(batch, source, row, on_bad))
            row += len(batch)
        table = Table.from_batches(batches, schema)
        if len(table):
            yield table


def _compression(metadata: Any) -> str:
    """How the columns of a file are compressed, as the first of them tells."""
    if not (metadata.num_row_groups and metadata.num_columns):
        return "snappy"
    codec = str(metadata.row_group(0).column(0).compression).lower()
    return "none" if codec == "uncompressed" else codec
