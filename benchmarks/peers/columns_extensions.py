"""Row W by a loop over two C extensions: a column of Arrow in, another out; the case is the number of buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyarrow as pa
from jump import hash as jump_hash
from xxhash import xxh64_intdigest

from benchmarks.inputs import key_column


def prepare(case: str, size: int) -> Callable[[], Iterable[object]]:
    keys, buckets = key_column(size).cast(pa.binary()), int(case)

    def answer() -> Iterable[object]:
        found: Iterable[object] = pa.array(
            [jump_hash(xxh64_intdigest(key), buckets) for key in keys.to_pylist()], pa.int32()
        )
        return found

    return answer
