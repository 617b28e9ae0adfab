"""A table answers as the same rows do as lines of NDJSON, however it is cut, in a file and in a pipe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.arrow_files import in_file, in_parquet, in_stream, table_of
from support.cli import rvhctl

from rvhctl.formats.shapes import plain_layout
from rvhctl.nodes.tables import columns
from rvhctl.nodes.tables import read as tables
from rvhctl.nodes.tables.kept import KeptRows

NAMES = st.text("ab\u00e9\u0085\n,\"' ", max_size=3)
IDS = {
    pa.string(): st.text("abcdefgh\u00e9", min_size=3, max_size=6),
    pa.large_string(): NAMES,
    pa.string_view(): st.text("abcdefgh", min_size=3, max_size=6),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.int8(): st.integers(-128, 127),
    pa.bool_(): st.booleans(),
    pa.dictionary(pa.int32(), pa.string()): st.text("abcdefgh", min_size=3, max_size=6),
}
LATENCIES = {
    pa.float64(): st.none() | st.floats(0, 200) | st.just(-0.0),
    pa.float32(): st.none() | st.sampled_from([0.5, 99.75, 100.0, 1e30]),
    pa.int64(): st.none() | st.integers(0, 200) | st.just(2**63 - 1),
    pa.null(): st.none(),
    pa.string(): st.just("9"),
}
DEGREES = {
    pa.float64(): st.floats(-90, 90) | st.just(-0.0),
    pa.int32(): st.integers(-90, 90),
}
OTHERS: dict[str, dict[Any, st.SearchStrategy[Any]]] = {
    "state": {pa.string(): st.sampled_from(["up", "drain", "down", None]), pa.null(): st.none()},
    "weight": {pa.float64(): st.none() | st.floats(0.5, 4), pa.int32(): st.integers(1, 3)},
    "capacity": {pa.float64(): st.none() | st.floats(0.5, 4)},
    "samples": {pa.list_(pa.float64()): st.none() | st.lists(st.none() | st.floats(0, 200), max_size=4)},
    "zone": {
        pa.string(): st.sampled_from(["x", "y", "\u00e9"]),
        pa.int64(): st.integers(0, 2),
        pa.dictionary(pa.int8(), pa.string()): st.sampled_from(["x", "y"]),
    },
    "note": {pa.string(): st.none() | NAMES, pa.list_(pa.int64()): st.none() | st.lists(st.integers(0, 9))},
}
WRONG: dict[str, st.SearchStrategy[Any]] = {
    "latency": st.sampled_from([-1.0, -3]),
    "lat": st.sampled_from([91.0, None]),
    "lon": st.just(None),
    "weight": st.just(0),
    "zone": st.just(None),
}
"""Values that no node may have, of which a few come."""


@st.composite
def rows(draw: st.DrawFn) -> pa.Table:
    """A table of nodes, of which now and then one is wrong."""
    kinds: Mapping[str, dict[Any, st.SearchStrategy[Any]]] = {
        "id": IDS,
        "lat": DEGREES,
        "lon": DEGREES,
        "latency": LATENCIES,
        **{name: OTHERS[name] for name in draw(st.lists(st.sampled_from([*OTHERS]), unique=True))},
    }
    count = draw(st.integers(0, 9))
    unique = draw(st.sampled_from([True, True, False]))
    found = {}
    for name, types in kinds.items():
        kind = draw(st.sampled_from([*types]))
        values = draw(
            st.lists(
                types[kind], min_size=count, max_size=count, unique=name == "id" and unique and count < 3
            )
        )
        if name in WRONG and count and not draw(st.integers(0, 19)):
            values[draw(st.integers(0, count - 1))] = draw(WRONG[name])
        try:
            found[name] = pa.array(values, kind)
        except (pa.ArrowException, OverflowError):
            found[name] = pa.array(draw(st.lists(types[kind], min_size=count, max_size=count)), kind)
    return pa.table(found)


def lines(table: pa.Table) -> bytes:
    """Its rows as people would write them; a null latency beside samples is none."""
    records = table.to_pylist()
    for record in records:
        if "samples" in record and record["latency"] is None:
            del record["latency"]
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


COMMANDS = [
    ("failover", "--threshold", "100"),
    ("failover", "--threshold", "100", "--on-error", "skip"),
    ("failover", "--relative", "1.5", "--explain"),
    ("faultset", "--threshold", "100", "-p", "2"),
    ("faultset", "--threshold", "100", "-p", "2", "--on-error", "skip"),
    ("faultset", "--relative", "1.5", "--by", "zone", "--plan"),
]


@pytest.mark.parametrize("output", ["plain", "ndjson", "csv", "json"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@settings(max_examples=25, deadline=None)
@given(
    table=rows(),
    group=st.integers(1, 4),
    shape=st.sampled_from(["parquet", "stream", "file"]),
    piped=st.booleans(),
)
def test_answers_are_those_of_lines(
    command: tuple[str, ...],
    output: str,
    table: pa.Table,
    group: int,
    shape: str,
    piped: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = (
        in_parquet(table, group)
        if shape == "parquet"
        else {"stream": in_stream, "file": in_file}[shape](table)
    )
    format_ = "parquet" if shape == "parquet" else "arrow"
    folder = tmp_path_factory.getbasetemp()
    asked = (*command, "-o", output)
    (folder / "nodes.ndjson").write_bytes(lines(table))
    expected = rvhctl(*asked, str(folder / "nodes.ndjson"))
    if piped:
        found = rvhctl(*asked, "-i", format_, stdin=text)
    else:
        (folder / f"nodes.{format_}").write_bytes(text)
        found = rvhctl(*asked, str(folder / f"nodes.{format_}"))
    assert found.code == expected.code
    assert said(found.err) == said(expected.err)
    assert found.out == expected.out


def said(err: str) -> str:
    """Messages without the names of files."""
    return re.sub(r"(?m)(?<=rvhctl: |irst at )\S*?(?=:)", "F", err)


@pytest.fixture
def by_records(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why tables were read as records."""
    seen: list[str] = []

    class Noted(columns.UnusualError):
        def __init__(self) -> None:
            seen.append("unusual")

    monkeypatch.setattr(columns, "UnusualError", Noted)
    monkeypatch.setattr(tables, "UnusualError", Noted)
    return seen


NODES = pa.table(
    {
        "id": ["b", "a", "c", "d", "e"],
        "lat": [1.0, 2.0, 50.0, 50.1, -9.0],
        "lon": [1.0, 2.0, 9.0, 9.1, 170.0],
        "latency": [5.0, 3.0, None, 80.0, 300.0],
        "state": ["up", None, "up", "up", "drain"],
        "zone": pa.array(["x", "y", "x", "y", "x"]).dictionary_encode(),
        "runs": pa.RunEndEncodedArray.from_arrays([2, 5], ["r", "s"]),
        "view": pa.array(["1", "2", "3", "4", None], pa.string_view()),
        "infinite": [float("inf")] * 5,
    }
)


@pytest.mark.parametrize("piped", [True, False])
def test_usual_tables_are_not_read_as_records(by_records: list[str], piped: bool, tmp_path: Path) -> None:
    table = NODES.drop_columns("infinite")
    file = tmp_path / "nodes.arrow"
    file.write_bytes(in_file(table))
    given = ("-i", "arrow") if piped else (str(file),)
    text = file.read_bytes() if piped else None
    for command in COMMANDS:
        rvhctl(*command, "-o", "json", *given, stdin=text)
    assert by_records == []


@pytest.mark.parametrize("output", ["parquet", "arrow"])
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_rows_keep_columns_of_any_type(suffix: str, output: str, tmp_path: Path) -> None:
    """Also those that have no form in JSON, or of which the library itself takes no rows."""
    table = NODES if suffix == output == "arrow" else NODES.drop_columns("runs")
    file = tmp_path / f"nodes.{suffix}"
    file.write_bytes((in_parquet if suffix == "parquet" else in_stream)(table))
    found = rvhctl("faultset", "--threshold", "100", "-p", "2", "-o", output, str(file))
    assert (found.code, found.err) == (0, "")
    kept = table_of(found.out).to_pylist()
    assert [row["id"] for row in kept] == ["a", "b", "d"]
    by_id = {row["id"]: row for row in table.to_pylist()}
    assert kept == [by_id[row["id"]] for row in kept]


@pytest.mark.parametrize("output", ["ndjson", "csv", "json"])
def test_nothing_goes_out_before_what_has_no_form_in_json(output: str, tmp_path: Path) -> None:
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(NODES.drop_columns("runs")))
    found = rvhctl("failover", "--threshold", "100", "-o", output, str(file))
    assert (found.code, found.out) == (1, b"")
    assert "the column 'infinite' of type double is not UTF-8, or no value of JSON" in found.err


def test_only_columns_of_nodes_are_read_where_no_row_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    add = columns.TableColumns.add

    def noted(self: columns.TableColumns, batch: Any) -> Any:
        seen.append(batch.schema.names)
        return add(self, batch)

    monkeypatch.setattr(columns.TableColumns, "add", noted)
    file = tmp_path / "nodes.parquet"
    file.write_bytes(in_parquet(NODES.drop_columns("runs"), 9))
    for flags in (("-o", "plain"), ("-o", "json", "--explain"), ("-o", "json")):
        rvhctl("failover", "--threshold", "100", *flags, str(file))
    assert seen[:2] == [["id", "latency", "state"]] * 2
    assert len(seen[2]) == len(NODES.schema.names) - 1


def batches_of(count: int, rows: int) -> Iterator[pa.RecordBatch]:
    for batch in range(count):
        ids = [f"{batch:>60}{row:>60}" for row in range(rows)]
        yield pa.record_batch({"id": ids, "latency": [1000.0 if row else 1.0 for row in range(rows)]})


def test_of_slow_nodes_nothing_is_kept(tmp_path: Path) -> None:
    """The memory is that of the survivors, and of some batches."""
    file = tmp_path / "nodes.arrow"
    batches = batches_of(40, 2000)
    with file.open("wb") as target:
        first = next(batches)
        with pa.ipc.new_stream(target, first.schema) as writer:
            for batch in (first, *batches):
                writer.write_batch(batch)
    size = first.nbytes
    del batches, batch, first
    most = 0
    add = columns.TableColumns.add

    def measured(self: columns.TableColumns, batch: Any) -> Any:
        nonlocal most
        most = max(most, pa.total_allocated_bytes())
        return add(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns.TableColumns, "add", measured)
        found = rvhctl("failover", "--threshold", "100", "-o", "ndjson", str(file))
    assert found.out.count(b"\n") == 40
    assert most < 10 * size


@pytest.mark.parametrize("command", [("failover",), ("faultset", "-p", "2")], ids=str)
@pytest.mark.parametrize("output", ["arrow", "parquet"])
@pytest.mark.parametrize("write", [in_stream, in_parquet])
def test_where_nobody_is_fit_the_table_has_no_rows(write: Any, output: str, command: tuple[str, ...]) -> None:
    table = pa.table({"id": ["a", "b"], "latency": [7, 8], "lat": [1.5, 2], "lon": [3, 4]})
    source = "parquet" if write is in_parquet else "arrow"
    asked = (*command, "--threshold", "5", "--fail-on", "down", "-i", source, "-o", output)
    outcome = rvhctl(*asked, stdin=write(table))
    assert outcome.code == 3
    assert table_of(outcome.out).equals(table.slice(0, 0))


def test_rows_of_several_files_are_found_by_ids_that_are_bytes(tmp_path: Path) -> None:
    ids = [b"a", "\u00e9".encode(), b"c", b"d"]
    for number in (0, 2):
        table = pa.table({"id": pa.array(ids[number : number + 2], pa.binary()), "latency": [9 - number, 30]})
        (tmp_path / f"{number}.arrow").write_bytes(in_stream(table))
    files = [str(tmp_path / f"{number}.arrow") for number in (0, 2)]
    outcome = rvhctl("failover", "--threshold", "10", "-o", "arrow", *files)
    assert (outcome.code, outcome.err) == (0, "")
    assert table_of(outcome.out).to_pylist() == [{"id": b"c", "latency": 7}, {"id": b"a", "latency": 9}]


def test_rows_of_files_are_found_whatever_their_ids_are_called(tmp_path: Path) -> None:
    """Which is told from the other columns by its name, as in a table of text."""
    for number, name in enumerate(("Node", "id")):
        table = pa.table({name: [f"{name}-1", f"{name}-2"], "latency": [2.0 + number, 9.0]})
        (tmp_path / f"{number}.arrow").write_bytes(in_file(table))
    names = [str(tmp_path / f"{number}.arrow") for number in range(2)]
    outcome = rvhctl("failover", "--threshold", "5", "-o", "arrow", *names)
    assert table_of(outcome.out).to_pydict() == {
        "Node": ["Node-1", None],
        "latency": [2.0, 3.0],
        "id": [None, "id-1"],
    }


def test_records_end() -> None:
    batch = pa.record_batch({"id": ["a", "b"], "latency": [1, 2]})
    layout = plain_layout(batch.schema.names, "\t", b"")
    assert list(KeptRows(batch.schema, [batch], layout, "T")) == [
        b'{"id":"a","latency":1}',
        b'{"id":"b","latency":2}',
    ]
