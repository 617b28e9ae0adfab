"""Columns of the libraries themselves, of every type that a fleet or keys may be in: each is what a list of it is."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import chdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.recipes import recipes

from rvhctl import NodeColumns, Placement, evaluate, failover, faultset, geohash, jump_hash_many
from rvhctl.policy.policy import Policy

NAN = math.nan
IDS, NUMBERS, DEGREES, ZONES = ["a", "b", "c"], [3, 1, 2], [1.5, 2.5, 3.5], ["x", "y", "x"]
LATENCIES = [7.5, None, 2.5]
PLAIN = [NAN if value is None else value for value in LATENCIES]

TEXTS: dict[str, Callable[[list[str]], Any]] = {
    "NumPy": np.array,
    "NumPy of objects": lambda texts: np.array(texts, object),
    "pandas": pd.Series,
    "pandas, string": lambda texts: pd.Series(texts, dtype="string"),
    "pandas, Arrow": lambda texts: pd.Series(texts, dtype="string[pyarrow]"),
    "pandas, category": lambda texts: pd.Series(texts, dtype="category"),
    "pandas, other labels": lambda texts: pd.Series(texts, index=[9, 8, 7]),
    "pandas, an index": pd.Index,
    "polars": pl.Series,
    "polars, category": lambda texts: pl.Series(texts, dtype=pl.Categorical),
    "Arrow": pa.array,
    "Arrow, in chunks": lambda texts: pa.chunked_array([texts[:1], texts[1:]]),
    "Arrow, dictionary": lambda texts: pa.array(texts).dictionary_encode(),
}
INTEGERS: dict[str, Callable[[list[int]], Any]] = {
    "NumPy": np.array,
    "NumPy, unsigned": lambda numbers: np.array(numbers, np.uint64),
    "NumPy, 32 bits": lambda numbers: np.array(numbers, np.int32),
    "an array": lambda numbers: array("q", numbers),
    "pandas": pd.Series,
    "pandas, nullable": lambda numbers: pd.Series(numbers, dtype="Int64"),
    "polars": pl.Series,
    "Arrow": pa.array,
}
FLOATS: dict[str, Callable[[list[float | None]], Any]] = {
    "NumPy": lambda _: np.array(PLAIN),
    "NumPy, every other": lambda _: np.repeat(np.array(PLAIN), 2)[::2],
    "NumPy, 32 bits": lambda _: np.array(PLAIN, np.float32),
    "NumPy, masked": lambda _: np.ma.masked_invalid(np.array(PLAIN)),
    "a buffer": lambda _: memoryview(array("d", PLAIN)),
    "pandas": lambda _: pd.Series(PLAIN, index=[9, 8, 7]),
    "pandas, nullable": lambda values: pd.Series(values, dtype="Float64"),
    "pandas, Arrow": lambda values: pd.Series(values, dtype="double[pyarrow]"),
    "polars": pl.Series,
    "Arrow": pa.array,
    "Arrow, in chunks": lambda values: pa.chunked_array([values[:1], values[1:]]),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_texts(kind: str) -> None:
    make = TEXTS[kind]
    ids = make(IDS)
    assert failover(ids, LATENCIES, 9) == ["c", "a"]
    assert jump_hash_many(ids, 99) == jump_hash_many(IDS, 99)
    assert Placement(ids).owners(ids) == Placement(IDS).owners(IDS)
    assert Placement([*IDS, "d"], down=ids).owners(["k"]) == ["d"]
    nodes = NodeColumns(ids, latencies=LATENCIES, lats=DEGREES, lons=DEGREES, labels={"zone": make(ZONES)})
    assert faultset(nodes, 9, 1) == ["c", "a"]
    assert [group.name for group in evaluate(nodes, Policy(threshold=9), by="zone")] == ["x", "y"]
    states = NodeColumns(IDS, latencies=PLAIN, states=make(["up", "up", "drain"]))
    assert evaluate(states, Policy(threshold=9)).answer == ["a"]


@pytest.mark.parametrize("kind", INTEGERS)
def test_integers(kind: str) -> None:
    numbers = INTEGERS[kind](NUMBERS)
    answer = failover(numbers, LATENCIES, 9)
    assert answer == [2, 3]
    assert jump_hash_many(numbers, 99) == jump_hash_many(NUMBERS, 99)
    assert Placement(IDS).stats(numbers).total == 3
    assert geohash.encode_many(numbers, numbers, 5) == geohash.encode_many(NUMBERS, NUMBERS, 5)
    assert evaluate(NodeColumns(numbers, latencies=numbers), Policy(threshold=2)).answer == [1, 2]


@pytest.mark.parametrize("kind", FLOATS)
def test_floats(kind: str) -> None:
    latencies = FLOATS[kind](LATENCIES)
    assert failover(IDS, latencies, 9) == ["c", "a"]
    nodes = NodeColumns(IDS, latencies=latencies, lats=DEGREES, lons=DEGREES, weights=latencies)
    assert faultset(nodes, 9, 1) == ["c", "a"]
    assert evaluate(nodes, Policy(threshold=9)).explain("b").reason == "no_measurement"


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_table_is_refused_with_what_to_do(make: Callable[[Any], Any]) -> None:
    table = make({"id": IDS, "latency": LATENCIES})
    for call in (faultset, evaluate):
        with pytest.raises(
            ValueError, match=r"^nodes cannot be a table: give a list, or NodeColumns of its columns"
        ):
            call(table, Policy(threshold=9) if call is evaluate else 9)
    with pytest.raises(ValueError, match=r"table|must be a number or a list of nodes"):
        Placement(table)
    assert failover(table["id"], table["latency"], 9) == ["c", "a"]


RECIPES = [recipe for recipe in recipes("py") if "pyspark" not in recipe]
"""Spark is 450 MB and wants Java: ``python tests/support/spark.py`` runs its own."""


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda text: text.split()[1])
def test_a_recipe_for_an_engine_gives_the_buckets_of_each_key(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keys = [f"user-{number}" for number in range(250_000)]
    pq.write_table(pa.table({"key": keys}), "keys.parquet", row_group_size=100_000)
    exec(recipe, {})
    answer = pq.read_table("out.parquet")
    assert answer["key"].to_pylist() == keys
    assert answer["bucket"].to_pylist() == jump_hash_many(keys, 1000)


def test_clickhouse_gives_the_buckets_of_each_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keys = [f"user-{number}" for number in range(25_000)]
    pq.write_table(pa.table({"key": keys}), "keys.parquet")
    [statement] = [recipe for recipe in recipes("sql") if "spark" not in recipe]
    rows = chdb.query(statement, "ArrowTable")
    found = dict(zip(rows["key"].cast(pa.string()).to_pylist(), rows["bucket"].to_pylist(), strict=True))
    assert found == dict(zip(keys, jump_hash_many(keys, 1000), strict=True))


def test_there_are_recipes() -> None:
    assert len(RECIPES) == 3
