"""Rows C, J and T by DuckDB: failover_duckdb.py FILE THRESHOLD."""

from __future__ import annotations

import sys

# Ids ascend in the file, so ordering by id is input order.
FAILOVER = """
    COPY (
        SELECT id, lat, lon, latency
        FROM read_json('{0}', format = 'newline_delimited',
                       columns = {{id: 'VARCHAR', lat: 'DOUBLE', lon: 'DOUBLE', latency: 'DOUBLE'}})
        WHERE latency <= {1} ORDER BY latency{2}
    ) TO '/dev/stdout' (FORMAT json)
"""


CSV = """
    COPY (
        SELECT id, lat, lon, latency
        FROM read_csv('{0}', header = true,
                      columns = {{id: 'VARCHAR', lat: 'DOUBLE', lon: 'DOUBLE', latency: 'DOUBLE'}})
        WHERE latency <= {1} ORDER BY latency, id
    ) TO '/dev/stdout' (FORMAT csv, HEADER)
"""

# DuckDB has no xxh64 with jump: its own hash, and a bucket by remainder.
RECORDS = """
    COPY (
        SELECT {1}, hash(key) % {2} AS bucket
        FROM read_csv('{0}', header = true, columns = {{key: 'VARCHAR', zone: 'VARCHAR', size: 'VARCHAR'}})
    ) TO '/dev/stdout' ({3})
"""
AS_CSV = "FORMAT csv, HEADER"
AS_OBJECTS = "FORMAT json"


def sql(path: str, threshold: str, ties: str = ", id") -> str:
    """``ties``: what decides between equal latencies; empty: whatever DuckDB's sort makes of them."""
    return FAILOVER.format(path, threshold, ties)


if __name__ == "__main__":
    import duckdb

    duckdb.sql(sql(*sys.argv[1:3]))
