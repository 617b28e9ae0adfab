"""Row column-memory: columns_memory.py CALLS ROWS calls ``arrow.jump_hash`` and prints the sum of the last answer."""

from __future__ import annotations

import sys

import pyarrow.compute as pc

from benchmarks.inputs import key_column
from rvhctl import arrow

calls, rows = map(int, sys.argv[1:])
keys = key_column(rows)
for _ in range(calls):
    buckets = arrow.jump_hash(keys, 1000)
print(pc.sum(buckets))
