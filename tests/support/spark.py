"""``python tests/support/spark.py``: run the recipes for Spark; wants Java 17, ``pip install pyspark`` and rvhctl."""

from __future__ import annotations

import os
import random
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from recipes import recipes

from rvhctl import arrow

KEYS = 25_000


def keys() -> list[str]:
    """Short and long ones, of all alphabets."""
    draw = random.Random(0)
    texts = [
        "".join(chr(draw.randrange(1, 0x3000)) for _ in range(draw.randrange(1, 70))) for _ in range(5000)
    ]
    return list(dict.fromkeys([*texts, "\U0001f600", " a ", *(f"user:{number}" for number in range(KEYS))]))


def main() -> None:
    [statement] = [recipe for recipe in recipes("sql") if "spark" in recipe]
    [program] = [recipe for recipe in recipes("py") if "pyspark" in recipe]
    column = pa.array(keys())
    os.environ["PYSPARK_PYTHON"] = sys.executable  # its workers are others
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # Java keeps the folder that it starts in.
        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        pq.write_table(pa.table({"key": column}), "keys.parquet", row_group_size=7000)
        native = {row["key"]: row["bucket"] for row in spark.sql(statement).collect()}
        exec(program, {"__name__": "recipe"})
        written = {row["key"]: row["bucket"] for row in spark.read.parquet("out.parquet").collect()}
        os.chdir("/")
    guava = arrow.jump_hash(column, 1000, seed=42, dialect="guava")
    for name, found, wanted in (
        ("without Python", native, guava),
        ("mapInArrow", written, arrow.jump_hash(column, 1000)),
    ):
        if found != dict(zip(column.to_pylist(), wanted.to_pylist(), strict=True)):
            sys.exit(f"Spark {spark.version}, {name}: WRONG")
        print(f"Spark {spark.version}, {name}: {len(found)} keys, the same buckets")


if __name__ == "__main__":
    main()
