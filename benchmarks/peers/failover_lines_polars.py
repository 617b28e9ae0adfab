"""Row C by Polars: failover_lines_polars.py FILE THRESHOLD"""

from __future__ import annotations

import sys

import polars as pl

path, threshold = sys.argv[1], float(sys.argv[2])
schema = {"id": pl.String, "lat": pl.Float64, "lon": pl.Float64, "latency": pl.Float64}
nodes = pl.read_ndjson(path, schema=schema)
survivors = nodes.filter(pl.col("latency") <= threshold).sort("latency", maintain_order=True)
survivors.write_ndjson(sys.stdout.buffer)
