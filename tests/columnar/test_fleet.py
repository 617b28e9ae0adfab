"""Cells and survivors from columns of Arrow are those of the lists."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rvhctl
from rvhctl import (
    EmptyNodesError,
    FaultsetError,
    InvalidNodeError,
    LengthMismatchError,
    NegativeThresholdError,
    NodeColumns,
    NoSurvivorsError,
)
from rvhctl.arrow import failover, faultset, geohash_encode
from rvhctl.columnar import fleet

NAN = float("nan")
RANDOM = random.Random(7)
LATS = [RANDOM.uniform(-90, 90) for _ in range(300)] + [-90.0, 90.0, 0.0, -0.0]
LONS = [RANDOM.uniform(-180, 180) for _ in range(300)] + [180.0, -180.0, -0.0, 0.0]

LAYOUTS: dict[str, Callable[[list[Any]], Any]] = {
    "doubles": lambda values: pa.array(values, pa.float64()),
    "chunks": lambda values: pa.chunked_array([values[:3], [], values[3:]], pa.float64()),
    "slice": lambda values: pa.array([0.5, *values, 0.5], pa.float64()).slice(1, len(values)),
    "dictionary": lambda values: pa.array(values, pa.float64()).dictionary_encode(),
    "run ends": lambda values: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(1, len(values) + 1), pa.int32()), pa.array(values, pa.float64())
    ),
    "polars": lambda values: pl.Series(values, dtype=pl.Float64),
    "pandas": lambda values: pd.Series(values, dtype="double[pyarrow]"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("precision", [1, 5, 8, 9, 12])
def test_cells(layout: str, precision: int) -> None:
    found = geohash_encode(LAYOUTS[layout](LATS), LAYOUTS[layout](LONS), precision)
    assert found.to_pylist() == rvhctl.geohash.encode_many(LATS, LONS, precision)
    assert found.type == pa.string()
    found.validate(full=True)


def test_more_points_than_are_written_at_a_time() -> None:
    lats, lons = np.linspace(-90, 90, 2 * fleet.ROWS + 3), np.linspace(-180, 180, 2 * fleet.ROWS + 3)
    found = geohash_encode(pa.array(lats), pa.array(lons))
    assert found.to_pylist() == rvhctl.geohash.encode_many(lats, lons)


def test_chunks_are_those_of_the_latitudes() -> None:
    found = geohash_encode(LAYOUTS["chunks"](LATS), pa.chunked_array([LONS[:100], LONS[100:]]), 4)
    assert [len(chunk) for chunk in found.chunks] == [3, 0, len(LATS) - 3]
    assert found.to_pylist() == rvhctl.geohash.encode_many(LATS, LONS, 4)
    assert geohash_encode(pa.array([], pa.float64()), pa.array([], pa.float64())).type == pa.string()
    assert geohash_encode(pa.chunked_array([], pa.float64()), pa.array([], pa.float64())).type == pa.string()


def test_points_that_are_none() -> None:
    lat, lon = (
        pa.array([1.0, None, 3.0, NAN, 91.0, 4.0, None]),
        pa.array([1.0, 2.0, None, 4.0, 5.0, -181.0, 999.0]),
    )
    assert geohash_encode(lat, lon, 3, invalid="null").to_pylist() == ["s00", *[None] * 6]
    with pytest.raises(InvalidNodeError, match=r"^row 4: lat is missing"):
        geohash_encode(lat, lon)
    with pytest.raises(InvalidNodeError, match=r"^row 2: lat must lie within -90..90 degrees .got 91"):
        geohash_encode(pa.chunked_array([[1.0], [91.0]]), lon.slice(0, 2))
    assert geohash_encode(pa.array([None, 1.0]), pa.array([999.0, 1.0]), 2).to_pylist() == [None, "s0"]


LATENCIES = st.lists(
    st.none() | st.just(NAN) | st.floats(0, 1000) | st.sampled_from([0.0, -0.0, 100.0, 5.0]),
    min_size=1,
    max_size=60,
)


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except rvhctl.RvhctlError as error:
        return type(error), str(error)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(LATENCIES)
def test_failover(layout: str, latencies: list[float | None]) -> None:
    column = LAYOUTS[layout](latencies)
    want = outcome(lambda: rvhctl.failover(range(len(latencies)), latencies, 100))
    found = outcome(lambda: failover(column, 100))
    assert (found.to_pylist() if isinstance(found, pa.Array) else found) == want


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(LATS), st.sampled_from(LONS), st.none() | st.floats(0, 200)), min_size=1
    ),
    st.sampled_from([1, 6]),
)
def test_faultset(layout: str, nodes: list[tuple[float, float, float | None]], precision: int) -> None:
    lats, lons, latencies = map(list, zip(*nodes, strict=True))
    columns = NodeColumns(ids=range(len(nodes)), lats=lats, lons=lons, latencies=latencies)
    make = LAYOUTS[layout]
    want = outcome(lambda: rvhctl.faultset(columns, 100, precision))
    found = outcome(lambda: faultset(make(lats), make(lons), make(latencies), 100, precision))
    assert (found.to_pylist() if isinstance(found, pa.Array) else found) == want


def test_indices_are_for_take() -> None:
    table = pa.table({"id": ["a", "b", "c"], "ms": [30, 200, 10]})
    assert table.take(failover(table["ms"], 100))["id"].to_pylist() == ["c", "a"]


def test_refusals() -> None:
    good = pa.array([1.0, 2.0])
    with pytest.raises(
        InvalidNodeError, match=r"^row 2: the latency must be finite and not negative .got -1"
    ):
        failover(pa.array([1.0, -1.0]), 100)
    with pytest.raises(InvalidNodeError, match=r"^row 1: the latency must be finite"):
        faultset(good, good, pa.array([float("inf"), 1.0]), 100)
    with pytest.raises(InvalidNodeError, match=r"^row 2: lon is missing"):
        faultset(good, pa.array([1.0, None]), good, 100)
    with pytest.raises(LengthMismatchError, match="2 latencies, but 1 of lat"):
        faultset(good[:1], good, good, 100)
    with pytest.raises(LengthMismatchError, match="2 latitudes, but 1 longitudes"):
        geohash_encode(good, good[:1])
    with pytest.raises(EmptyNodesError):
        failover(pa.array([], pa.float64()), 100)
    with pytest.raises(NoSurvivorsError, match=r"none of 2 nodes answers within 0\.5 ms"):
        failover(good, 0.5)
    with pytest.raises(NegativeThresholdError):
        failover(good, -1)
    with pytest.raises(FaultsetError, match=r"latency must be numbers .got a column of run_end_encoded"):
        failover(pa.RunEndEncodedArray.from_arrays([1], pa.array(["a"], pa.string_view())), 1)
    with pytest.raises(FaultsetError, match=r"latency must be numbers .got a column of string"):
        failover(pa.array(["1"]), 100)
    with pytest.raises(FaultsetError, match="must be a column of Arrow"):
        failover([1.0], 100)
    with pytest.raises(FaultsetError, match="precision"):
        geohash_encode(good, good, 13)
    with pytest.raises(FaultsetError, match="invalid must be"):
        geohash_encode(good, good, invalid="skip")  # type: ignore[arg-type]
