"""Buckets and owners of columns of Arrow, in every layout, are those of each key alone."""

from __future__ import annotations

import gc
import sys
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
from rvhctl import JumpHashError, Placement, RvhctlError
from rvhctl.arrow import jump_hash, owners
from rvhctl.columnar import keys
from rvhctl.core.words import COMPILED

TEXTS = ["foo", "é", "", None, "a" * 40, "foo", "\x00", "日本語のキー", "b", None, "x" * 13, "user-1", "0"]
BYTES = [None if text is None else text.encode() + b"\xff" * (text == "b") for text in TEXTS]
FIXED = [None if text is None else text.encode()[:4].ljust(4, b".") for text in TEXTS]
INTEGERS = [0, 1, None, 127, 5, 5, None, 100]

LAYOUTS: dict[str, Callable[[list[Any]], Any]] = {
    "utf8": lambda texts: pa.array(texts, pa.string()),
    "large_utf8": lambda texts: pa.array(texts, pa.large_string()),
    "utf8 view": lambda texts: pa.array(texts, pa.string_view()),
    "dictionary": lambda texts: pa.array(texts, pa.string()).dictionary_encode(),
    "large dictionary of few rows": lambda texts: pa.DictionaryArray.from_arrays(
        pa.array([None if text is None else texts.index(text) for text in texts], pa.int8()),
        pa.array([*(text or "" for text in texts), *map(str, range(50))]),
    ),
    "run ends": lambda texts: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(1, len(texts) + 1), pa.int32()), pa.array(texts, pa.string())
    ),
    "chunks": lambda texts: pa.chunked_array([texts[:3], [], texts[3:4], texts[4:]], pa.string()),
    "slice": lambda texts: pa.array(["no", "", None, *texts, "no"]).slice(3, len(texts)),
    "slice of a large one": lambda texts: pa.array(["no", *texts, "no"], pa.large_string()).slice(
        1, len(texts)
    ),
    "slice of a view": lambda texts: pa.array(["no", *texts, "no"], pa.string_view()).slice(1, len(texts)),
    "slice of a dictionary": lambda texts: (
        pa.array(["no", *texts, "no"]).dictionary_encode().slice(1, len(texts))
    ),
    "slice of runs": lambda texts: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(2, len(texts) + 3), pa.int64()), pa.array(["no", *texts], pa.string())
    ).slice(2, len(texts)),
    "slice of runs of a view": lambda texts: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(2, len(texts) + 3), pa.int16()), pa.array(["no", *texts], pa.string_view())
    ).slice(2, len(texts)),
    "slice of runs of a dictionary": lambda texts: pa.RunEndEncodedArray.from_arrays(
        pa.array(range(2, len(texts) + 3), pa.int32()), pa.array(["no", *texts]).dictionary_encode()
    ).slice(2, len(texts)),
    "dictionary of runs": lambda texts: pa.DictionaryArray.from_arrays(
        pa.array(range(len(texts)), pa.uint16()),
        pa.RunEndEncodedArray.from_arrays(pa.array(range(1, len(texts) + 1), pa.int32()), pa.array(texts)),
    ),
    "dictionary of a view": lambda texts: pa.DictionaryArray.from_arrays(
        pa.array(range(len(texts)), pa.uint64()), pa.array(texts, pa.string_view())
    ),
    "polars": lambda texts: pl.Series(texts, dtype=pl.String),
    "categorical of polars": lambda texts: pl.Series(texts, dtype=pl.Categorical),
    "pandas": lambda texts: pd.Series(texts, dtype="string[pyarrow]"),
}
OF_BYTES = {
    "binary": pa.binary(),
    "large_binary": pa.large_binary(),
    "binary view": pa.binary_view(),
}


def expected(values: list[Any], placement: Placement, empty: str = "null") -> list[int | None]:
    """The buckets of each key alone; of an empty one by the digest itself."""
    found: list[int | None] = []
    for value in values:
        if value is None or (not value and value != 0 and empty == "null"):
            found.append(None)
        elif not value and value != 0:
            found.append(placement.bucket(placement.recipe.digest(b"")))
        else:
            found.append(placement.bucket(value))
    return found


@pytest.fixture(
    params=[True, False] if COMPILED else [False], ids=lambda native: "native" if native else "library"
)
def native(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(keys, "COMPILED", request.param)
    return bool(request.param)


class TestEveryLayout:
    PLACEMENTS = (
        Placement(1000),
        Placement(7, seed=42, dialect="guava"),
        Placement(["a", "b", "c", "d"], down=["b"], weights={"c": 0.5}),
        Placement(9, hash="sha256-le"),
    )

    @pytest.mark.parametrize("layout", LAYOUTS)
    @pytest.mark.parametrize("empty", ["null", "hash"])
    @pytest.mark.usefixtures("native")
    def test_of_text(self, layout: str, empty: Any) -> None:
        for placement in self.PLACEMENTS:
            column = LAYOUTS[layout](TEXTS)
            found = owners(column, placement, empty=empty)
            assert found.to_pylist() == expected(TEXTS, placement, empty)
            assert found.type == pa.int32()
            found.validate(full=True)

    @pytest.mark.usefixtures("native")
    def test_of_chunks_with_a_dictionary_each(self) -> None:
        """Whether they share it, or have others, of the same size and the same indices."""
        indices = pa.array([1, 0, 1])
        values = [pa.array(texts) for texts in (["a", "b"], ["c", "d"])]
        views = [value.cast("string_view") for value in values]
        for dictionaries in (
            [views[0], views[0], views[1], views[0]],
            [pa.DictionaryArray.from_arrays(indices, value) for value in values],
        ):
            column = pa.chunked_array([pa.DictionaryArray.from_arrays(indices, one) for one in dictionaries])
            keys = [one.to_pylist()[at] for one in dictionaries for at in (1, 0, 1)]
            for placement in self.PLACEMENTS:
                assert owners(column, placement).to_pylist() == expected(keys, placement)

    @pytest.mark.parametrize("layout", OF_BYTES)
    @pytest.mark.usefixtures("native")
    def test_of_bytes(self, layout: str) -> None:
        for placement in self.PLACEMENTS:
            column = pa.array([b"no", *BYTES], OF_BYTES[layout]).slice(1)
            assert owners(column, placement, empty="null").to_pylist() == expected(BYTES, placement)
            fixed = pa.array([b"none", *FIXED], pa.binary(4)).slice(1)
            assert owners(fixed, placement).to_pylist() == expected(FIXED, placement)

    @pytest.mark.parametrize(
        "kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
    )
    def test_of_integers(self, kind: str) -> None:
        bounds = np.iinfo(kind)
        values = [*INTEGERS, int(bounds.min), int(bounds.max)]
        for placement in self.PLACEMENTS:
            column = pa.array([3, *values], pa.type_for_alias(kind)).slice(1)
            for one in (column, column.dictionary_encode(), pa.chunked_array([column, column[:0]])):
                assert owners(one, placement).to_pylist() == expected(values, placement)

    @given(st.lists(st.none() | st.text(), max_size=40), st.integers(0, 40), st.integers(1, 2**31 - 1))
    @settings(max_examples=100, deadline=None)
    def test_any_slice(self, texts: list[str | None], start: int, buckets: int) -> None:
        placement = Placement(buckets)
        for kind in (pa.string(), pa.large_string(), pa.string_view()):
            column = pa.array(texts, kind).slice(start)
            assert owners(column, placement, empty="hash").to_pylist() == expected(
                texts[start:], placement, "hash"
            )

    def test_more_rows_than_are_copied_at_a_time(self) -> None:
        texts = [None if row % 97 == 0 else f"user-{row}" for row in range(3 * keys.ROWS + 5)]
        want = [None if text is None else rvhctl.jump_hash(text, 100) for text in texts]
        assert jump_hash(pa.array(texts), 100).to_pylist() == want
        assert jump_hash(pa.array(texts).dictionary_encode(), 100).to_pylist() == want
        numbers = pa.array(range(2 * keys.ROWS + 1))
        assert jump_hash(numbers, 100).to_pylist() == rvhctl.jump_hash_many(range(2 * keys.ROWS + 1), 100)


class TestShapes:
    def test_chunks_are_kept(self) -> None:
        column = LAYOUTS["chunks"](TEXTS)
        found = jump_hash(column, 5, empty="null")
        assert [len(chunk) for chunk in found.chunks] == [len(chunk) for chunk in column.chunks]
        named = owners(column, Placement(["a", "b"]), names=True, empty="null")
        assert [len(chunk) for chunk in named.chunks] == [len(chunk) for chunk in column.chunks]

    def test_nothing_has_a_type_too(self) -> None:
        assert jump_hash(pa.array([], pa.string()), 5) == pa.array([], pa.int32())
        assert jump_hash(pa.chunked_array([], pa.string()), 5).type == pa.int32()
        assert jump_hash(pa.nulls(3), 5) == pa.nulls(3, pa.int32())
        named = owners(pa.chunked_array([], pa.string()), Placement(["a"]), names=True)
        assert named.type == pa.dictionary(pa.int32(), pa.string())
        assert jump_hash(pa.array([""]), 5, empty="null") == pa.nulls(1, pa.int32())

    def test_names_are_a_dictionary(self) -> None:
        placement = Placement(["a", "b", "c"], down=["a"])
        found = owners(pa.array(["x", None, "y", "z"]), placement, names=True)
        assert found.to_pylist() == [
            None if key is None else placement.owner(key) for key in ("x", None, "y", "z")
        ]
        assert found.dictionary.to_pylist() == ["a", "b", "c"]
        found.validate(full=True)

    def test_a_table_keeps_its_other_columns(self) -> None:
        table = pa.table({"key": ["foo", "bar"], "x": [1, 2]})
        assert table.append_column("bucket", jump_hash(table["key"], 5)).to_pylist() == [
            {"key": "foo", "x": 1, "bucket": 3},
            {"key": "bar", "x": 2, "bucket": rvhctl.jump_hash("bar", 5)},
        ]


class TestRefusals:
    def test_an_empty_key_has_its_row(self) -> None:
        for layout in LAYOUTS.values():
            with pytest.raises(JumpHashError, match=r"^row 3: the key is empty$"):
                jump_hash(layout(TEXTS), 5)

    def test_a_key_that_is_no_integer_has_its_row(self) -> None:
        column = pa.chunked_array([["1", "2"], ["3", "x"]])
        for one in (column, column.dictionary_encode()):
            with pytest.raises(JumpHashError, match=r"^row 4: not a 64-bit integer key \(got 'x'\)"):
                jump_hash(one, 5, hash="int")
        assert jump_hash(pa.array(["1", "", None]), 5, hash="int", empty="null").to_pylist() == [
            rvhctl.jump_hash(1, 5),
            None,
            None,
        ]

    @pytest.mark.parametrize(
        ("column", "problem"),
        [
            (
                ["a", "b"],
                r"the keys must be a column of Arrow \(got \['a', 'b'\]\); pyarrow.array\(\) makes one",
            ),
            (pa.array([1.5]), "a key must be text, bytes or an integer .got a column of double"),
            (pa.array([True]), "got a column of bool"),
            (pa.array([["a"]]), "got a column of list"),
            (pa.array([1.5]).dictionary_encode(), "got a column of double"),
            (pa.table({"key": ["a"]}), "must be one column"),
            (pl.DataFrame({"key": ["a"]}), "must be one column"),
        ],
    )
    def test_what_is_no_column_of_keys(self, column: Any, problem: str) -> None:
        with pytest.raises(JumpHashError, match=problem):
            jump_hash(column, 5)

    def test_what_else_is_wrong(self) -> None:
        column = pa.array(["a"])
        with pytest.raises(JumpHashError, match="buckets is out of range"):
            jump_hash(column, 0)
        with pytest.raises(JumpHashError, match="buckets must be an integer"):
            jump_hash(column, ["a"])  # type: ignore[arg-type]
        with pytest.raises(JumpHashError, match="empty must be 'error', 'hash' or 'null'"):
            jump_hash(column, 5, empty="skip")  # type: ignore[arg-type]
        with pytest.raises(JumpHashError, match="the nodes have no names"):
            owners(column, Placement(5), names=True)
        with pytest.raises(JumpHashError, match="placement"):
            owners(column, 5)  # type: ignore[arg-type]

    def test_without_the_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(
            RvhctlError, match=r"need pyarrow; install it with: pip install 'rvhctl\[arrow\]'"
        ):
            jump_hash(["a"], 5)


def test_nothing_is_kept() -> None:
    columns = [layout([text or None for text in TEXTS]) for layout in LAYOUTS.values()]
    placement = Placement(["a", "b", "c"], down=["b"])

    def call() -> None:
        for column in columns:
            owners(column, placement, names=True)
            jump_hash(column, 5)

    for _ in range(20):
        call()
    gc.collect()
    before, held = sys.getallocatedblocks(), pa.total_allocated_bytes()
    for _ in range(20):
        call()
    gc.collect()
    # Of 600 calls: a block now and then is a cache of the library.
    assert sys.getallocatedblocks() - before < 200
    assert pa.total_allocated_bytes() == held
