"""Tables of Arrow as files of several batches, and the other way round."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq


def in_parquet(table: pa.Table, group: int = 2) -> bytes:
    text = io.BytesIO()
    pq.write_table(table, text, row_group_size=group)
    return text.getvalue()


def in_stream(table: pa.Table) -> bytes:
    text = io.BytesIO()
    with pa.ipc.new_stream(text, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return text.getvalue()


def in_file(table: pa.Table) -> bytes:
    """With an index at its end, as Feather has it."""
    text = io.BytesIO()
    with pa.ipc.new_file(text, table.schema) as writer:
        writer.write_table(table)
    return text.getvalue()


def table_of(text: bytes) -> pa.Table:
    """What is in a file of Parquet, or else in a stream."""
    return pq.read_table(io.BytesIO(text)) if text[:4] == b"PAR1" else pa.ipc.open_stream(text).read_all()
