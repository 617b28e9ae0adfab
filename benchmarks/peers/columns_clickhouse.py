"""Row W by ClickHouse in process (chdb-core), one thread, from its own table: case ``keys BUCKETS`` gives an Arrow
column, ``sum BUCKETS`` their sum alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyarrow as pa
from chdb.session import Session

from benchmarks.inputs import key_column

ONE_THREAD = "SETTINGS max_threads = 1, max_insert_threads = 1"


def prepare(case: str, size: int) -> Callable[[], Iterable[object]]:
    work, buckets = case.split(" ")
    keys = pa.table({"key": key_column(size)})  # noqa: F841  ClickHouse finds it by its name
    session = Session()
    session.query("CREATE TABLE keys (key String) ENGINE = Memory")
    session.query(f"INSERT INTO keys SELECT key FROM Python(keys) {ONE_THREAD}")
    bucket = f"jumpConsistentHash(xxHash64(key), {buckets})"
    query = f"SELECT {f'sum({bucket})' if work == 'sum' else bucket} AS bucket FROM keys {ONE_THREAD}"

    def answer() -> Iterable[object]:
        found: Iterable[object] = pa.ipc.open_file(session.query(query, "Arrow").bytes()).read_all()["bucket"]
        return found

    return answer
