"""Parquet and Arrow IPC: damaged files, memory, what rows are in JSON, and nodes in and out."""

from __future__ import annotations

import gc
import gzip
import io
import json
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.arrow_files import in_file, in_parquet, in_stream, table_of
from support.cli import rvhctl
from support.program import PATIENCE, Program

from rvhctl.__main__ import ALLOCATOR
from rvhctl.errors import InputError, UsageError, WriteError
from rvhctl.formats.arrow import ipc, parquet
from rvhctl.formats.arrow.columns import joined_batches, picked_rows
from rvhctl.formats.arrow.objects import json_rows
from rvhctl.formats.choice import refuse_terminal
from rvhctl.streams.source import Source

NODES = pa.table(
    {
        "id": pa.array(["a", "b", "c", "d"], pa.large_string()),
        "lat": [52.3, 52.3, -33.8, 1.0],
        "lon": [4.9, 4.91, 151.2, 2.0],
        "latency": pa.array([80, None, 280, 20.5], pa.float32()),
        "seen": pa.array([datetime(2026, 1, 2)] * 4, pa.timestamp("ns")),
        "zone": pa.array(["x", "y", "x", None]).dictionary_encode(),
        "samples": pa.array([[80.0], [], None, [20.0, None]]),
    }
)


WRITERS = {"parquet": in_parquet, "stream.arrow": in_stream, "file.arrow": in_file}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_a_cut_file_is_named(suffix: str, share: float, tmp_path: Path) -> None:
    file = tmp_path / f"cut.{suffix}"
    text = WRITERS[suffix](NODES)
    file.write_bytes(text[: int(len(text) * share)])
    outcome = rvhctl("failover", "--threshold", "100", str(file))
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
    assert outcome.err.startswith(f"rvhctl: {file}: this is not ")
    assert outcome.err.endswith("; write or fetch it again\n")


def test_a_damaged_stream_is_named(tmp_path: Path) -> None:
    """Offsets that lead elsewhere are found before anybody follows them."""
    text = bytearray(in_stream(pa.table({"key": ["a", "bc"]})))
    offsets = b"".join(number.to_bytes(4, "little") for number in (0, 1, 3))
    at = text.index(offsets)
    text[at + 4 : at + 8] = b"\xff\xff\xff\x7f"
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "arrow", stdin=bytes(text))
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.startswith("rvhctl: stdin: this is not Arrow IPC, or it is damaged or cut short (")


@pytest.mark.parametrize(
    ("door", "kept"), [("main(sys.argv[1:])", True), ("entry()", False)], ids=["host", "own"]
)
def test_the_allocator_is_for_the_command_line_alone_to_choose(
    door: str, kept: bool, program: Program, tmp_path: Path
) -> None:
    """A program that calls the package goes on with its own, for all that it does with Arrow."""
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(NODES))
    code = f"""
import os, sys
from rvhctl.__main__ import entry, main

def pool():
    from pyarrow import default_memory_pool
    return default_memory_pool().backend_name

before = pool() if {kept} else "system"
os._exit = lambda code: None
{door}
assert pool() == before, pool()
"""
    environment = {name: value for name, value in program.environment.items() if name != ALLOCATOR}
    command = [sys.executable, "-c", code, "failover", "--threshold", "100", "-o", "plain", str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"d\na\n", b"")


def coded_batches(*columns: tuple[list[int], list[bytes]]) -> bytes:
    """A stream with a batch for each column of a dictionary, by its indices and its entries."""
    entries = {id(texts): pa.array(texts, pa.binary()).view(pa.string()) for _, texts in columns}
    batches = [
        pa.record_batch(
            [pa.DictionaryArray.from_arrays(pa.array(indices), entries[id(texts)], safe=False)], ["key"]
        )
        for indices, texts in columns
    ]
    text = io.BytesIO()
    with pa.ipc.new_stream(text, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return text.getvalue()


GOOD = [b"a", b"b"]
DICTIONARIES = {
    "an index beyond a dictionary that was looked at": coded_batches(([0, 1], GOOD), ([1, 2], GOOD)),
    "one below it": coded_batches(([0, 1], GOOD), ([-1, 1], GOOD)),
    "another dictionary that is no text": coded_batches(([0, 1], GOOD), ([0, 1], [b"c", b"\xff"])),
}


@pytest.mark.parametrize("text", DICTIONARIES.values(), ids=DICTIONARIES)
@pytest.mark.parametrize("output", ["plain", "ndjson", "arrow"])
def test_a_dictionary_of_several_batches_is_looked_at_once_and_its_indices_always(
    text: bytes, output: str
) -> None:
    assert rvhctl("jump-hash", "-b", "3", "-i", "arrow", stdin=coded_batches(([0, 1], GOOD))).code == 0
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "arrow", "-o", output, stdin=text)
    assert outcome.code == 1
    assert outcome.err.startswith("rvhctl: stdin: this is not Arrow IPC, or it is damaged or cut short (")


def test_a_page_that_is_not_what_was_written_is_named(tmp_path: Path) -> None:
    text = io.BytesIO()
    keys = pa.table({"key": [f"user:{row}" for row in range(1000)]})
    pq.write_table(keys, text, use_dictionary=False, compression="none", write_page_checksum=True)
    damaged = text.getvalue().replace(b"user:77", b"uzer:77")
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "parquet", stdin=damaged)
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.startswith("rvhctl: stdin: this is not Parquet, or it is damaged or cut short (")


@pytest.mark.parametrize(
    ("command", "column"),
    [
        (("failover", "--threshold", "9"), "'key' of type string"),
        (("jump-hash", "-b", "3", "-o", "ndjson"), "'key' of type string"),
        (("jump-hash", "-b", "3", "--field", "more,key", "-o", "plain"), "'key'"),
        (("jump-hash", "-b", "3", "--field", "more,id", "-o", "plain"), "'id'"),
    ],
    ids="".join,
)
def test_text_that_is_no_text_is_named(command: tuple[str, ...], column: str, tmp_path: Path) -> None:
    """Parquet says so of a column, and no reader looks whether it is true."""
    offsets = pa.array([0, 1, 2], pa.int32()).buffers()[1]
    wrong = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xffa")])
    file = tmp_path / "wrong.parquet"
    file.write_bytes(in_parquet(pa.table({"key": wrong, "id": wrong, "more": ["x", "y"], "latency": [1, 2]})))
    outcome = rvhctl(*command, str(file))
    assert (outcome.code, outcome.out) == (1, b"")
    assert outcome.err.startswith(f"rvhctl: {file}: the column {column} is not UTF-8")


@pytest.mark.parametrize("output", ["parquet", "arrow"])
def test_no_terminal_gets_a_table_of_arrow(output: str) -> None:
    sink: Any = SimpleNamespace(is_terminal=True)
    with pytest.raises(UsageError, match=f"not for a terminal: add > answer.{output}"):
        refuse_terminal(output, sink)
    sink.is_terminal = False
    refuse_terminal(output, sink)


@pytest.mark.parametrize("suffix", WRITERS)
def test_compressed_tables_are_unpacked(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"nodes.{suffix}.gz"
    file.write_bytes(gzip.compress(WRITERS[suffix](NODES)))
    assert rvhctl("failover", "--threshold", "100", "-o", "plain", str(file)).out == b"d\na\n"


@pytest.mark.parametrize("module", [parquet, ipc])
def test_memory_is_that_of_some_row_groups(
    module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups, rows = 20, 4096
    monkeypatch.setattr(module, "ROWS", rows)
    suffix = "parquet" if module is parquet else "arrow"
    file = tmp_path / f"large.{suffix}"
    schema = pa.schema([("key", pa.string())])
    with file.open("wb") as target:
        writer: Any = (
            pq.ParquetWriter(target, schema, use_dictionary=False)
            if suffix == "parquet"
            else pa.ipc.new_stream(target, schema)
        )
        for group in range(groups):
            keys = pa.array([f"{group:>100}{row:>100}" for row in range(rows)])
            writer.write_table(pa.table([keys], schema), row_group_size=rows) if suffix == "parquet" else (
                writer.write_batch(pa.record_batch([keys], schema))
            )
        del keys
        writer.close()
    before = pa.total_allocated_bytes()
    most = count = 0
    with Source(str(file)) as source:
        for batch in module.read(source).batches:
            count += len(batch)
            most = max(most, pa.total_allocated_bytes() - before)
    size = rows * 200
    assert count == groups * rows
    assert most < 6 * size


def test_rows_in_json() -> None:
    batch = pa.record_batch(
        {
            "when": pa.array([datetime(2026, 1, 2, 3), None], pa.timestamp("us", "UTC")),
            "cost": pa.array([Decimal("123456789012345678901234567890.10"), None], pa.decimal128(38, 2)),
            "raw": pa.array([b"text", None], pa.binary_view()),
            "half": pa.array([1.5, None], pa.float16()),
            "nan": [float("nan"), 0.1],
            "big": pa.array([2**64 - 1, 0], pa.uint64()),
            "in": pa.array([{"a": [datetime(2026, 1, 2), None]}, None]),
            "coded": pa.array(["x", None]).dictionary_encode(),
            "runs": pa.RunEndEncodedArray.from_arrays([2], ["r"]),
            "uuid": pa.array([b"0123456789abcdef", None], pa.uuid()),
        }
    )
    assert json_rows(batch) == [
        b'{"when":"2026-01-02 03:00:00.000000Z","cost":123456789012345678901234567890.10,"raw":"text","half":1.5,'
        b'"nan":null,"big":18446744073709551615,"in":{"a":["2026-01-02 00:00:00.000000",null]},"coded":"x","runs":"r",'
        b'"uuid":"30313233-3435-3637-3839-616263646566"}',
        b'{"when":null,"cost":null,"raw":null,"half":null,"nan":0.1,"big":0,"in":null,"coded":null,"runs":"r",'
        b'"uuid":null}',
    ]


@pytest.mark.parametrize("write", [in_stream, in_file])
@pytest.mark.parametrize("name", [b"zone", b"inner"])
def test_a_column_whose_name_is_no_utf8_is_damage(write: Any, name: bytes) -> None:
    table = pa.table({"id": ["a"], "latency": [1], "zone": [{"inner": 1}]})
    text = write(table).replace(name, b"\xff" + name[1:])
    outcome = rvhctl("failover", "--threshold", "5", "-i", "arrow", stdin=text)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, b"", 1)
    said = {
        b"zone": "this is not Arrow IPC, or it is damaged or cut short ('utf-8' ",
        b"inner": "the column 'zone'",
    }
    assert outcome.err.startswith(f"rvhctl: stdin: {said[name]}")


VIEWS = pa.string_view()
RUNS = pa.RunEndEncodedArray.from_arrays([1, 3, 4], pa.array(["a", None, "b"]))

COLUMNS = {
    "text": pa.array(["a", None, "b", "c" * 20]),
    "text views": pa.array(["a", None, "b", "c" * 20], pa.string_view()),
    "views of bytes": pa.array([b"a", None, b"\xff", b"c" * 20], pa.binary_view()),
    "lists of views": pa.array([["a"], None, [], ["b", "c" * 20]], pa.list_(pa.string_view())),
    "records of views": pa.array([{"x": "a"}, None, {"x": None}, {"x": "c" * 20}], pa.struct({"x": VIEWS})),
    "large lists of views": pa.array([["a"], None, [], ["c" * 20]], pa.large_list(VIEWS)),
    "pairs of views": pa.array([["a"], None, ["b"], ["c" * 20]], pa.list_(VIEWS, 1)),
    "maps of views": pa.array([[("a", "b")], None, [], [("b", "c" * 20)]], pa.map_(VIEWS, VIEWS)),
    "runs": RUNS,
    "records of runs": pa.StructArray.from_arrays([RUNS], ["x"]),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_rows_are_picked_of_every_type(column: Any) -> None:
    batch = pa.record_batch({"x": column, "at": [0, 1, 2, 3]})
    for values in (column, pa.chunked_array([column[:1], column[1:]]), batch, pa.Table.from_batches([batch])):
        for rows in (pa.array([3, 0, 2]), pa.array([], pa.int64()), pa.array([True, False, True, True])):
            wanted = [0, 2, 3] if pa.types.is_boolean(rows.type) else rows.to_pylist()
            picked = picked_rows(values, rows)
            picked.validate(full=True)
            assert picked.to_pylist() == [values.to_pylist()[row] for row in wanted]
            assert getattr(picked, "schema", column.type) == getattr(values, "schema", column.type)


@pytest.mark.parametrize("kind", [VIEWS, pa.list_(VIEWS), pa.struct({"x": VIEWS})], ids=str)
def test_rows_are_picked_without_the_text_of_others(kind: Any) -> None:
    texts = [f"{number:040}" for number in range(1000)]
    values = {VIEWS: texts, pa.list_(VIEWS): [[text] for text in texts]}
    column = pa.array(values.get(kind) or [{"x": text} for text in texts], kind)
    picked = picked_rows(pa.record_batch({"x": column}), pa.array(range(0, 1000, 2)))
    assert picked.nbytes < 80_000


def test_rows_are_picked_of_a_column_without_chunks() -> None:
    column = pa.chunked_array([], RUNS.type)
    assert picked_rows(column, pa.array([], pa.int64())).to_pylist() == []


def test_nodes_with_views_come_and_go() -> None:
    """As polars writes them."""
    table = pa.table({"id": pa.array(["a", "b"], pa.string_view()), "latency": [7, 5]})
    asked = ("failover", "--threshold", "9", "-i", "arrow", "-o", "arrow")
    assert table_of(rvhctl(*asked, stdin=in_stream(table)).out).to_pylist() == table.to_pylist()[::-1]


@pytest.mark.parametrize(
    "column", [pa.array(["fast"]), pa.array([datetime(2026, 1, 2)]), pa.array([True])], ids=str
)
def test_a_latency_with_a_unit_that_is_no_number_is_named(column: Any) -> None:
    table = pa.table({"id": ["a"], "rtt_s": column})
    outcome = rvhctl("failover", "--threshold", "9", "-i", "arrow", stdin=in_stream(table))
    assert (outcome.code, outcome.out) == (1, b"")
    assert "the latency must be a number of milliseconds" in outcome.err


@pytest.mark.parametrize("columns", [[[b"\xff"]], [[float("inf")]], [[1], [2]]], ids=str)
def test_what_json_cannot_say_is_an_error(columns: list[Any]) -> None:
    batch = pa.record_batch(list(map(pa.array, columns)), ["x"] * len(columns))
    with pytest.raises(InputError, match="of a single file, -o parquet and -o arrow keep it"):
        json_rows(batch, "T")


def test_what_parquet_cannot_hold_is_said() -> None:
    table = pa.table({"key": ["a", "a"], "runs": pa.RunEndEncodedArray.from_arrays([2], ["r"])})
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "arrow", "-o", "parquet", stdin=in_stream(table))
    assert (outcome.code, outcome.err.startswith("rvhctl: cannot write the table: ")) == (1, True)
    assert outcome.err.endswith("; -o arrow has all types\n")
    found = rvhctl("jump-hash", "-b", "3", "-i", "arrow", "-o", "arrow", stdin=in_stream(table))
    assert table_of(found.out).drop_columns("bucket") == table


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("command", [("failover",), ("faultset", "-p", "3")], ids="".join)
@pytest.mark.parametrize("output", ["parquet", "arrow"])
def test_nodes_come_and_go_with_their_types(
    suffix: str, command: tuple[str, ...], output: str, tmp_path: Path
) -> None:
    file = tmp_path / f"nodes.{suffix}"
    file.write_bytes(WRITERS[suffix](NODES))
    text = rvhctl(*command, "--threshold", "100", str(file), "-o", output).out
    kept = json.loads(rvhctl(*command, "--threshold", "100", str(file), "-o", "json").out)
    rows = [["a", "b", "c", "d"].index(node["id"]) for node in kept]
    assert len(rows) == 2
    assert table_of(text).combine_chunks() == NODES.take(rows).combine_chunks()


def test_nodes_of_text_become_a_table_by_their_values() -> None:
    text = b'{"id": "a", "latency": 5, "new": [1]}\n{"id": 7, "latency": 2.5}\n'
    mixed = rvhctl("failover", "--threshold", "9", "-o", "parquet", stdin=text)
    assert (mixed.code, mixed.out) == (1, b"")
    assert mixed.err.startswith("rvhctl: 'id' has no single type of Arrow (")
    found = rvhctl("failover", "--threshold", "9", "-o", "parquet", stdin=text.replace(b"7", b'"b"'))
    assert table_of(found.out).to_pylist() == [
        {"id": "b", "latency": 2.5, "new": None},
        {"id": "a", "latency": 5, "new": [1]},
    ]


def test_integers_of_64_bits_without_a_sign_become_a_table() -> None:
    largest = (1 << 64) - 1
    text = b'{"id": 1, "latency": 5, "note": null}\n{"id": %d, "latency": 2, "note": %d}\n' % (
        largest,
        largest,
    )
    found = rvhctl("failover", "--threshold", "9", "-o", "parquet", stdin=text)
    assert [(row["id"], row["note"]) for row in table_of(found.out).to_pylist()] == [
        (largest, largest),
        (1, None),
    ]
    signed = rvhctl("failover", "--threshold", "9", "-o", "parquet", stdin=text.replace(b"1", b"-1", 1))
    assert signed.err.startswith("rvhctl: 'id' has no single type of Arrow (")
    steps = rvhctl("jump-hash", "-b", "9", "--down", "5", "--explain", "-k", "c", "-o", "arrow")
    told = json.loads(rvhctl("jump-hash", "-b", "9", "--down", "5", "--explain", "-k", "c", "-o", "json").out)
    hashes = [step["hash"] for step in told[0]["probes"]]
    assert max(hashes) > largest // 2
    assert table_of(steps.out).column("hash").to_pylist() == hashes


@pytest.mark.parametrize("suffix", WRITERS)
def test_a_null_latency_leaves_it_to_the_samples(suffix: str, tmp_path: Path) -> None:
    """As an empty cell of CSV does: rows of a table have all columns."""
    columns = {
        "id": pa.array(["a", "b", "c", "d"], pa.string() if suffix == "parquet" else pa.string_view()),
        "RTT": pa.array([None, float("nan"), None, 7.0]),
        "samples": [[5.0, None, 6.0], [9.0], None, [99.0]],
    }
    file = tmp_path / f"nodes.{suffix}"
    file.write_bytes(WRITERS[suffix](pa.table(columns)))
    flags = ("--threshold", "10", "--explain", "-o", "json", str(file))
    asked = ("failover", "--column", "latency=RTT", *flags)
    found = {row["id"]: row["latency"] for row in json.loads(rvhctl(*asked).out)}
    assert found == {"a": 5.5, "b": 9.0, "c": None, "d": 7.0}
    again = rvhctl("failover", "--threshold", "10", "-o", "json", *asked[1:3], str(file))
    assert [sorted(node) for node in json.loads(again.out)] == [
        ["id", "samples"],
        ["id", "latency", "samples"],
        ["id", "samples"],
    ]


def test_views_of_nodes_are_tables(tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(NODES))
    for view in (("-p", "3", "--explain"), ("--by", "zone", "--on-error", "skip", "--plan")):
        arguments = ("faultset", "--threshold", "100", *view, str(file), "-o")
        expected = json.loads(rvhctl(*arguments, "json").out)
        rows = expected if isinstance(expected, list) else next(iter(expected.values()))
        assert table_of(rvhctl(*arguments, "arrow").out).to_pylist() == rows


def test_other_documents_of_nodes_may_be_tables(tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(NODES))
    owner = rvhctl("jump-hash", "--nodes", str(file), "-k", "x")
    assert owner == rvhctl("jump-hash", "--nodes", "a,b,c,d", "-k", "x")
    measured = b'{"id":"a","latency":1}\n{"id":"d","latency":2}\n'
    joined = rvhctl(
        "faultset", "--threshold", "9", "-p", "3", "--inventory", str(file), "-o", "plain", stdin=measured
    )
    assert (joined.code, joined.out) == (0, b"a\nd\n")


def test_a_bad_node_is_named_by_its_row(tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(pa.table({"id": ["a", "b", "c"], "latency": [1.0, 2.0, -3.0]})))
    outcome = rvhctl("failover", "--threshold", "9", str(file), "-o", "parquet", "--on-error", "skip")
    assert outcome.code == 1
    assert f"{file}:3" in outcome.err
    assert table_of(outcome.out).to_pylist() == [{"id": "a", "latency": 1.0}, {"id": "b", "latency": 2.0}]


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    hint = (
        "tables and columns of Arrow and Parquet need pyarrow; install it with: pip install 'rvhctl[arrow]'\n"
    )
    for arguments in (("jump-hash", "-b", "3"), ("failover", "--threshold", "3")):
        outcome = rvhctl(*arguments, "-i", "parquet", stdin=b"PAR1")
        assert outcome == (1, b"", f"rvhctl: stdin: {hint}")
    outcome = rvhctl("failover", "--nodes", "a", "--latencies", "1", "--threshold", "3", "-o", "arrow")
    assert outcome == (1, b"", f"rvhctl: {hint}")
    outcome = rvhctl("jump-hash", "-b", "3", "-k", "a", "-o", "arrow")
    assert outcome == (1, b"", f"rvhctl: {hint}")


@pytest.mark.parametrize("output", ["parquet", "arrow"])
def test_columns_and_types_are_there_if_nobody_serves(output: str) -> None:
    """They are those of the answer when all serve."""
    words = ("failover", "--fail-on", "never", "-o", output, "--threshold")
    for stdin in (b'[{"id":"a","latency":1.5,"n":1},{"id":"b","latency":2,"t":"x"}]', in_parquet(NODES)):
        input_format = "auto" if stdin.startswith(b"[") else "parquet"
        nobody, everybody = (
            table_of(rvhctl(*words, limit, "-i", input_format, stdin=stdin).out) for limit in ("0", "999")
        )
        assert (nobody.num_rows, everybody.num_rows > 1) == (0, True)
        assert nobody.schema == everybody.schema


@pytest.mark.parametrize("output", ["parquet", "json"])
def test_columns_of_nodes_are_found_as_in_csv(output: str, tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    columns = {
        "host": ["a", "b", "c"],
        "latitude": [52.3, 1, 2],
        "LNG": [4.9, 2.0, 3],
        "rtt_s": [0.08, 0.0205, None],
    }
    file.write_bytes(in_parquet(pa.table(columns)))
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (tmp_path / "nodes.csv").write_text("\n".join(lines).replace("None", ""))
    arguments = ("faultset", "-p", "3", "--threshold", "100", "-l", "info", "-o")
    found = rvhctl(*arguments, output, str(file))
    expected = rvhctl(*arguments, "json", str(tmp_path / "nodes.csv"))
    assert found.err == expected.err.replace("nodes.csv", "nodes.parquet")
    if output == "json":
        assert json.loads(found.out) == json.loads(expected.out)
    else:
        assert table_of(found.out).to_pydict() == {name: values[:2] for name, values in columns.items()}


def test_columns_of_nodes_are_named_by_the_user(tmp_path: Path) -> None:
    file = tmp_path / "nodes.arrow"
    file.write_bytes(in_stream(pa.table({"name": ["a", "b"], "host": ["x", "y"], "t": [5, 6]})))
    doubtful = rvhctl("failover", "--threshold", "9", str(file))
    says = "2 columns may be the id: 'name', 'host'; say --column id=name or --column id=host"
    assert doubtful == (1, b"", f"rvhctl: {file}: {says}\n")
    columns = ("--column", "id=host", "--column", "latency=t")
    assert rvhctl("failover", "--threshold", "9", *columns, "-o", "plain", str(file)).out == b"x\ny\n"
    both = rvhctl("failover", "--threshold", "9", *columns, "-o", "arrow", str(file), str(file))
    assert both.err.startswith(f"rvhctl: {file}:1: the id 'x' was there before")
    absent = rvhctl("failover", "--threshold", "9", "--column", "id=no", str(file))
    assert absent.err == f"rvhctl: {file}: the table has no column 'no'; its columns: 'name', 'host', 't'\n"


def test_a_name_may_hold_what_separates_cells(tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(pa.table({"host;rtt;zone": ["x"], "a\tb": [1], "id": ["a"], "latency": [3]})))
    assert rvhctl("failover", "--threshold", "5", "-o", "plain", str(file)) == (0, b"a\n", "")


@pytest.mark.parametrize("module", [ipc, parquet])
@pytest.mark.parametrize("fails", range(3))
def test_behind_what_could_not_be_written_nothing_is(module: Any, fails: int) -> None:
    """Else an index would come behind a hole."""
    table = pa.table({"id": [f"n{number}" for number in range(9)]})
    arrived: list[bytes] = []

    def write(data: bytes) -> None:
        arrived.append(data)
        if len(arrived) == fails + 1:
            raise WriteError("write error: no space left")

    def write_all() -> None:
        writer = module.Writer(table.schema, write, key="id")
        for batch in table.to_batches(max_chunksize=5):
            writer.write(batch)
        writer.close()

    with pytest.raises(WriteError):
        write_all()
    gc.collect()
    assert len(arrived) == fails + 1


@pytest.mark.parametrize("kind", [pa.string(), VIEWS, pa.list_(VIEWS), RUNS.type], ids=str)
def test_slices_are_joined_with_no_text_but_their_own(kind: Any) -> None:
    texts = [f"{number:040}" for number in range(1000)]
    column = pa.array([[text] for text in texts] if pa.types.is_list(kind) else texts, kind)
    batch = pa.record_batch({"x": column})
    parts = [batch.slice(start, 2) for start in range(0, 1000, 100)]
    (joined,) = joined_batches(parts)
    assert joined.schema == batch.schema
    assert joined.to_pylist() == [row for part in parts for row in part.to_pylist()]
    assert joined.nbytes < 3000


def test_slices_that_pyarrow_does_not_join_stay() -> None:
    parts = [
        pa.record_batch({"x": pa.array([[text]], pa.list_(pa.dictionary("int8", "string")))}) for text in "ab"
    ]
    assert pa.Table.from_batches(joined_batches(parts)).to_pylist() == [{"x": ["a"]}, {"x": ["b"]}]
