"""Rows A, C, D and K to N by ClickHouse, in process (chdb-core): clickhouse.py keys FILE BUCKETS | failover FILE
THRESHOLD | faultset FILE THRESHOLD PRECISION FORMAT | lines FILE BUCKETS FORMAT | records FILE BUCKETS FORMAT.

``parallelize_output_from_storages = 0`` keeps the lines of one file in order; without it two threads
are quicker and their answers come out shuffled. Parsing and writing still use every processor.
"""

from __future__ import annotations

import sys

import chdb

COLUMNS = "id String, lat Float64, lon Float64, latency Float64"

KEYS = """
    INSERT INTO FUNCTION file('/dev/stdout', 'TSV')
    SELECT jumpConsistentHash(xxHash64(line), {1}) FROM file('{0}', 'LineAsString')
    SETTINGS parallelize_output_from_storages = 0
"""

# Ids ascend in the file, so ordering by id is input order.
FAILOVER = """
    INSERT INTO FUNCTION file('/dev/stdout', 'JSONEachRow')
    SELECT id, lat, lon, latency FROM file('{0}', 'JSONEachRow', '{columns}')
    WHERE latency <= {1} ORDER BY latency, id
"""

LINES = """
    INSERT INTO FUNCTION file('/dev/stdout', '{2}')
    SELECT line AS key, jumpConsistentHash(xxHash64(line), {1}) AS bucket FROM file('{0}', 'LineAsString')
    SETTINGS parallelize_output_from_storages = 0
"""

RECORDS = """
    INSERT INTO FUNCTION file('/dev/stdout', '{2}')
    SELECT key, jumpConsistentHash(xxHash64(key), {1}) AS bucket FROM file('{0}', '{2}', 'key String')
    SETTINGS parallelize_output_from_storages = 0, input_format_skip_unknown_fields = 1
"""

# Cells in the order of their first node, surviving or not.
FAULTSET = """
    INSERT INTO FUNCTION file('/dev/stdout', 'TSVRaw')
    SELECT arrayStringConcat(
        arrayMap(node -> node.2, arraySort(groupArrayIf((latency, id), latency <= {1}))), '\\n')
    FROM file('{0}', '{3}', '{columns}')
    GROUP BY geohashEncode(lon, lat, {2})
    HAVING countIf(latency <= {1}) > 0
    ORDER BY min(id)
"""

work, *arguments = sys.argv[1:]
queries = {"keys": KEYS, "failover": FAILOVER, "faultset": FAULTSET, "lines": LINES, "records": RECORDS}
chdb.query(queries[work].format(*arguments, columns=COLUMNS))
