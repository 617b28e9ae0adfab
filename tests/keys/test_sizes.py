"""How large keys are, by numbers and by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from support.arrow_files import in_file, in_parquet, in_stream

from rvhctl import InputError, JumpHashError
from rvhctl.keys.sizes import named_sizes, read_sizes, size_in, sizes_of

BAD = [-1, float("nan"), float("inf"), 1e301, "1", None, True, [1]]


def test_sizes_in_order() -> None:
    assert sizes_of(["a", "b"], None) == [1, 1]
    assert sizes_of(["a", "b"], (2, 0.5)) == [2, 0.5]
    assert str(sizes_of(["a"], [-0.0])) == "[0.0]"


@pytest.mark.parametrize("size", BAD)
def test_a_size_that_is_none(size: Any) -> None:
    with pytest.raises(JumpHashError, match="size 2: a size must be a number from 0 to 1e300"):
        sizes_of(["a", "b"], [1, size])
    with pytest.raises(JumpHashError, match="the size of 'b': a size must be a number from 0 to 1e300"):
        named_sizes({"b": size})


@pytest.mark.parametrize("sizes", ["12", b"12", 12])
def test_no_sizes(sizes: Any) -> None:
    with pytest.raises(JumpHashError, match="sizes must be a list of numbers, or a mapping"):
        sizes_of(["a"], sizes)


def test_more_or_fewer_than_keys() -> None:
    with pytest.raises(JumpHashError, match="2 keys, but 1 size"):
        sizes_of(["a", "b"], [1])


def test_a_key_without_a_size_has_the_median_of_the_others() -> None:
    told: list[str] = []
    sizes = named_sizes({"a": 1, "b": 2, "c": 9, "other": 100}, "FILE")
    assert sizes.of(["x", "c", "a", "b"], told.append) == [2, 9, 1, 2]
    assert told == ["FILE: 1 key of 4 not in it; each has the size 2"]
    assert sizes.of(["x", "b", "c"]) == [5.5, 2, 9]
    assert sizes.of(["x", "y"]) == [1, 1]
    assert sizes.of(["a", "a"], told.append) == [1, 1]
    assert len(told) == 1


def test_the_tests_of_a_file_add_up_to_it() -> None:
    sizes = named_sizes({"a.py::x": 0.1, "a.py::C::y": 0.2, "a.py::z": 0.3, "b.py::x": 1, "b.py": 5})
    assert sizes.of(["a.py", "b.py", "a.py::x"]) == [0.6, 5, 0.1]


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sizes.json"
    for text, problem in {
        "[1]": "sizes are a JSON object",
        '{"a": "1"}': "the size of 'a': a size must be",
        '{"a": 1': "not JSON|end|unexpected|EOF",
    }.items():
        path.write_text(text)
        with pytest.raises(InputError, match=problem) as caught:
            read_sizes(str(path))
        assert caught.value.source == str(path)
    path.write_text('{"a": 1, "b": 2.5}')
    assert read_sizes(str(path)).sizes == {"a": 1, "b": 2.5}


@pytest.mark.parametrize("write", [in_parquet, in_file, in_stream])
def test_a_table(write: Callable[[pa.Table], bytes], tmp_path: Path) -> None:
    path = tmp_path / ("sizes.parquet" if write is in_parquet else "sizes.arrow")
    sizes = {"size": pa.array([1, 2, 0], pa.int8()), "note": [1, 2, 3], "key": ["a", "b", "c"]}
    path.write_bytes(write(pa.table(sizes)))
    assert read_sizes(str(path)).sizes == {"a": 1, "b": 2, "c": 0}
    offsets = pa.array([0, 1, 2, 3], pa.int32()).buffers()[1]
    wrong = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"\xffab")])
    for changed, problem in (
        ({"key": ["a", "b", "a"]}, "row 3: the key 'a' was there before"),
        ({"key": ["a", None, "b"]}, "row 2: a key must be text, bytes or an integer .got null"),
        ({"key": [True, False, None]}, "row 1: a key must be text"),
        ({"size": [1.0, None, 2.0]}, "the size of 'b': a size must be a number"),
        ({"size": ["1", "2", "3"]}, "the size of 'a': a size must be a number"),
        ({"size": [1.0, -1.0, 2.0]}, "the size of 'b': a size must be a number"),
        ({"key": wrong}, "not UTF-8|damaged"),
    ):
        path.write_bytes(write(pa.table({**sizes, **changed})))
        with pytest.raises(InputError, match=problem):
            read_sizes(str(path))
    path.write_bytes(write(pa.table({"key": ["a"], "seconds": [1]})))
    with pytest.raises(InputError, match="a table with the columns key, size; there is key, seconds"):
        read_sizes(str(path))


@pytest.mark.parametrize("text", ["1_0", "x", "", "nan", "-1", "1,5", "\u0661"])
def test_a_cell_that_is_no_size(text: str) -> None:
    with pytest.raises(InputError, match="a size must be"):
        size_in(text)
    assert size_in(" 1.5e1") == 15
