"""Columns of NumPy, pandas, polars and buffers, as arguments."""

from array import array
from typing import assert_type

import numpy as np
import pandas as pd
import polars as pl

from rvhctl import (
    Evaluation,
    NodeColumns,
    Placement,
    Policy,
    evaluate,
    failover,
    faultset,
    geohash,
    jump_hash_many,
)

ids = ["ams-1", "ams-2"]
latencies = np.array([12.5, 9.0])
frame = pd.DataFrame({"id": ids, "lat": [52.4, 52.4], "lon": [4.9, 4.9], "latency": [12.5, 9.0]})
table = pl.DataFrame({"id": ids, "lat": [52.4, 52.4], "lon": [4.9, 4.9], "latency": [12.5, 9.0]})

assert_type(failover(ids, latencies, 100), list[str])
assert_type(failover(ids, array("d", [12.5, 9.0]), 100), list[str])
assert_type(failover(ids, memoryview(array("d", [12.5, 9.0])), 100), list[str])
failover(frame["id"], frame["latency"], 100)
failover(table["id"], table["latency"], 100)
failover(np.array([1, 2]), latencies, np.float64(100))

of_pandas = NodeColumns(
    frame["id"],
    latencies=frame["latency"],
    lats=frame["lat"],
    lons=frame["lon"],
    labels={"zone": frame["id"]},
)
of_polars = NodeColumns(table["id"], latencies=table["latency"], lats=table["lat"], lons=table["lon"])
of_numpy = NodeColumns(
    ids, latencies=latencies, lats=latencies, lons=latencies, states=np.array(["up", "down"])
)
assert_type(faultset(of_pandas, 100), list[str | int])
assert_type(evaluate(of_polars, Policy(threshold=100)), Evaluation)
assert_type(of_numpy[0:1], NodeColumns)

assert_type(geohash.encode_many(latencies, latencies, 5), list[str])
assert_type(geohash.encode_many(frame["lat"], frame["lon"], 5), list[str])
assert_type(geohash.encode_many(table["lat"], table["lon"], 5), list[str])

assert_type(jump_hash_many(np.arange(10), 5), list[int])
assert_type(jump_hash_many(frame["id"], 5), list[int])
assert_type(jump_hash_many(table["id"], 5), list[int])
assert_type(Placement(frame["id"]).owners(table["id"]), list[str | int])


def wrong() -> None:
    faultset(frame, 100)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
