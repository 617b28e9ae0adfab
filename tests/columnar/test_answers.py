"""jump-hash over tables of Arrow: what goes in comes out with all its types, and as the same records in NDJSON do."""

from __future__ import annotations

import datetime
import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow as pa
import pytest
from support.arrow_files import in_file, in_parquet, in_stream, table_of
from support.cli import Outcome, rvhctl
from support.program import PATIENCE, Program

from rvhctl import Placement
from rvhctl.columnar import actions

ROWS = 10
KEYS = [f"user:{number}" for number in range(ROWS)]
TYPES = pa.table(
    {
        "key": pa.array(KEYS, pa.large_string()),
        "n": pa.array([None, *range(1, ROWS)], pa.uint64()),
        "coded": pa.array(["x", None] * (ROWS // 2)).dictionary_encode(),
        "when": pa.array([datetime.datetime(2026, 1, 2, 3, 4, 5)] * ROWS, pa.timestamp("ns", "Europe/Paris")),
        "day": pa.array([None, datetime.date(2026, 1, 2)] * (ROWS // 2), pa.date32()),
        "cost": pa.array([Decimal("1.50"), None] * (ROWS // 2), pa.decimal128(38, 2)),
        "raw": pa.array([b"\xff", None] * (ROWS // 2)),
        "flag": pa.array([True, None] * (ROWS // 2)),
        "nested": pa.array(
            [{"id": f"u{number}", "tags": [[1.5, None], None]} for number in range(ROWS - 1)] + [None],
            pa.struct([("id", pa.string()), ("tags", pa.list_(pa.list_(pa.float32())))]),
        ),
        "labels": pa.array([[("a", 1)], None] * (ROWS // 2), pa.map_(pa.string(), pa.int32())),
    },
    metadata={"made": "by a test"},
)
PLAIN = TYPES.select(["key", "n", "coded", "flag", "nested"])
FORMATS = ["parquet", "arrow"]


def ndjson(table: pa.Table) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in table.to_pylist())


def asked(*arguments: str, stdin: bytes = b"") -> bytes:
    outcome = rvhctl("jump-hash", *arguments, stdin=stdin)
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out


INPUTS: list[tuple[str, str, Callable[[pa.Table], bytes]]] = [
    ("parquet", "keys.parquet", in_parquet),
    ("arrow", "keys.arrow", in_file),
    ("arrow", "keys.feather", in_stream),
]


@pytest.mark.parametrize(("format_", "name", "write"), INPUTS, ids=["parquet", "file", "stream"])
@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("piped", [True, False], ids=["pipe", "file"])
def test_all_columns_keep_their_types_and_nulls(
    format_: str, name: str, write: Callable[[pa.Table], bytes], output: str, piped: bool, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(write(TYPES))
    given = ("-i", format_) if piped else (str(file),)
    text = asked("-b", "1000", "-o", output, *given, stdin=file.read_bytes() if piped else b"")
    answered = table_of(text)
    assert answered.drop_columns("bucket").cast(TYPES.schema) == TYPES
    assert [field.type for field in answered.schema][:-1] == [field.type for field in TYPES.schema]
    assert answered.schema.metadata[b"made"] == b"by a test"
    assert answered.column("bucket").type == pa.int32()
    assert answered.column("bucket").to_pylist() == Placement(1000).buckets(KEYS)


ASKED = [
    ("-b", "7"),
    ("-b", "7", "--field", "key"),
    ("-b", "7", "--field", "nested.id", "--on-error", "skip"),
    ("-b", "7", "--field", "n", "--on-error", "skip"),
    ("-b", "7", "--field", "n", "--as-text", "--on-error", "skip"),
    ("-b", "7", "--field", "key,n", "--on-error", "skip"),
    ("--nodes", "a,b,c", "--down", "b", "--replicas", "2", "--field", "key"),
    ("-b", "7", "--stats"),
    ("-b", "7", "--to", "8"),
    ("-b", "7", "--to", "8", "--moves"),
    ("-b", "2", "--explain"),
    ("-b", "7", "--max-load", "1.2"),
    ("-b", "7", "--hash", "sha256-le"),
    ("-b", "7", "--hash", "int", "--field", "n", "--on-error", "skip"),
]


@pytest.mark.parametrize("output", ["json", "ndjson", "csv", "plain", "table"])
@pytest.mark.parametrize("arguments", ASKED, ids=" ".join)
def test_text_is_that_of_the_same_records_in_ndjson(arguments: tuple[str, ...], output: str) -> None:
    run = ("jump-hash", *arguments, "-o", output)
    if "--field" not in arguments:
        run = (*run, "--field", "key")
    found = rvhctl(*run, "-i", "parquet", stdin=in_parquet(PLAIN))
    expected = rvhctl(*run, "-i", "ndjson", stdin=ndjson(PLAIN))
    assert (found.code, loaded(found, output)) == (expected.code, loaded(expected, output))
    assert len(found.err.splitlines()) == len(expected.err.splitlines())


def loaded(outcome: Outcome, output: str) -> object:
    """What was said, without the spaces that JSON may have."""
    return list(map(json.loads, outcome.out.splitlines())) if "json" in output else outcome.out


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("arguments", [each for each in ASKED if "--max-load" not in each], ids=" ".join)
def test_tables_say_the_same(arguments: tuple[str, ...], output: str) -> None:
    if {"--stats", "--to"} & set(arguments) and "--moves" not in arguments:
        expected = rvhctl("jump-hash", *arguments, "-o", "json", "-i", "parquet", stdin=in_parquet(PLAIN)).out
        rows = json.loads(expected)["buckets"]
    else:
        whole = (
            arguments
            if "--field" in arguments or "--explain" in arguments
            else (*arguments, "--field", "key")
        )
        text = rvhctl("jump-hash", *whole, "-o", "ndjson", "-i", "parquet", stdin=in_parquet(PLAIN)).out
        rows = list(map(json.loads, text.splitlines()))
    if "--explain" in arguments:
        return
    found = rvhctl("jump-hash", *arguments, "-o", output, "-i", "parquet", stdin=in_parquet(PLAIN))
    assert table_of(found.out).to_pylist() == rows


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize(
    ("given", "keys"),
    [
        (("-k", "a", "-k", "b"), ["a", "b"]),
        (("-i", "plain"), ["a", "b"]),
        (("--hash", "int", "-k", "-3", "-k", "4"), [-3, 4]),
        (("--hash", "int", "-k", str(2**64 - 1)), [2**64 - 1]),
        (("--regex", "(.)", "-i", "plain"), ["a", "b"]),
    ],
    ids=str,
)
def test_keys_that_stand_in_no_table_become_a_column(
    given: tuple[str, ...], keys: list[Any], output: str
) -> None:
    text = asked("--nodes", "x,y", "-o", output, *given, stdin=b"" if "-k" in given else b"a\nb\n")
    answered = table_of(text)
    assert answered.column("key").to_pylist() == keys
    assert answered.column_names[-3:] == ["key", "bucket", "node"]


def test_records_of_several_columns_go_out_by_their_buckets(tmp_path: Path) -> None:
    chosen = asked("-b", "3", "--only", "1", "-i", "parquet", stdin=in_parquet(TYPES))
    rest = asked("-b", "3", "--only", "0,2", "-i", "arrow", "-o", "parquet", stdin=in_stream(TYPES))
    buckets = Placement(3).buckets(KEYS)
    assert table_of(chosen) == TYPES.filter(pa.array(buckets).cast("bool").fill_null(False)).filter(
        pa.array([bucket == 1 for bucket in buckets if bucket])
    )
    assert len(table_of(rest)) + len(table_of(chosen)) == ROWS
    nobody = rvhctl("jump-hash", "-b", "1000", "--only", "0", "-i", "parquet", stdin=in_parquet(TYPES))
    assert (nobody.code, nobody.out) == (3, b"")
    allowed = asked("-b", "1000", "--only", "0", "--allow-empty", "-i", "parquet", stdin=in_parquet(TYPES))
    assert (len(table_of(allowed)), table_of(allowed).schema.names) == (0, TYPES.schema.names)


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("write", [in_parquet, in_stream, in_file])
def test_a_table_without_rows_has_its_columns(write: Callable[[pa.Table], bytes], output: str) -> None:
    format_ = "parquet" if write is in_parquet else "arrow"
    text = write(TYPES.slice(0, 0))
    answered = table_of(asked("-b", "3", "-o", output, "-i", format_, stdin=text))
    assert (len(answered), answered.schema.names) == (0, [*TYPES.schema.names, "bucket"])
    assert asked("-b", "3", "-i", format_, stdin=text) == b""


def test_several_files_make_one_table(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(in_parquet(PLAIN))
    (tmp_path / "b.arrow").write_bytes(in_stream(PLAIN))
    (tmp_path / "c.parquet").write_bytes(in_parquet(TYPES))
    a, b, c = (str(tmp_path / name) for name in ("a.parquet", "b.arrow", "c.parquet"))
    assert len(table_of(asked("-b", "3", "-o", "parquet", a, b))) == 2 * ROWS
    assert len(table_of(asked("-b", "1", "--only", "0", a, b))) == 2 * ROWS
    outcome = rvhctl("jump-hash", "-b", "3", "-o", "parquet", a, c)
    assert outcome.code == 1
    assert outcome.err == (
        f"rvhctl: {c}: the inputs have different columns; answer for each by itself; -o ndjson takes them all\n"
    )


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("on_error", ["fail", "skip"])
def test_a_row_without_a_key_is_left_out_or_nothing_is_whole(output: str, on_error: str) -> None:
    text = in_parquet(pa.table({"key": ["a", None, "", "b"]}), group=1)
    outcome = rvhctl(
        "jump-hash", "-b", "3", "-o", output, "-i", "parquet", "--on-error", on_error, stdin=text
    )
    assert outcome.code == 1
    first = "rvhctl: stdin: row 2: the field 'key' is neither a string nor an integer (got null)\n"
    assert outcome.err.startswith(first)
    if on_error == "skip":
        assert "rvhctl: stdin: row 3: the key is empty\n" in outcome.err
        assert table_of(outcome.out).column("key").to_pylist() == ["a", "b"]
    else:
        with pytest.raises(pa.ArrowException):
            table_of(outcome.out)


@pytest.mark.parametrize("held", [1, actions.HELD])
@pytest.mark.parametrize("output", [None, *FORMATS])
@pytest.mark.parametrize(("format_", "name", "write"), INPUTS, ids=["parquet", "file", "stream"])
def test_each_bucket_has_a_table_of_its_own(
    format_: str,
    name: str,
    write: Callable[[pa.Table], bytes],
    output: str | None,
    held: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the rows and the types of all files, however few of them wait at a time."""
    monkeypatch.setattr(actions, "HELD", held)
    files = [tmp_path / f"{part}-{name}" for part in "ab"]
    for file in files:
        file.write_bytes(write(TYPES))
    template = str(tmp_path / "out-{node}")
    flags = ("--nodes", "x,y,z", "--split-to", template, *(("-o", output) if output else ()))
    assert asked(*flags, *map(str, files)) == b""
    expected: dict[str, list[int]] = {}
    for row, owner in enumerate(Placement(["x", "y", "z"]).owners(KEYS)):
        expected.setdefault(str(owner), []).append(row)
    assert sorted(path.name for path in tmp_path.glob("out-*")) == sorted(f"out-{node}" for node in expected)
    for node, rows in expected.items():
        text = Path(template.format(node=node)).read_bytes()
        assert text.startswith(b"PAR1") is ((output or format_) == "parquet")
        found = table_of(text)
        assert found.schema.equals(TYPES.schema)
        assert found.to_pylist() == TYPES.take(rows).to_pylist() * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("jump-hash", "-b", "3", "-o", "plain"),
        ("jump-hash", "-b", "3", "-o", "parquet"),
        ("jump-hash", "--nodes", "a,b,c", "-o", "arrow"),
        ("jump-hash", "-b", "3", "--only", "0,1,2"),
        ("failover", "--threshold", "9", "-o", "parquet"),
        ("faultset", "--threshold", "9", "-p", "3", "-o", "ndjson"),
    ],
    ids=" ".join,
)
def test_nothing_waits_for_pandas(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """It takes longer to import than a hundred thousand rows to answer, and is not needed."""
    file = tmp_path / "rows.parquet"
    rows = {"key": ["a", "b"], "id": ["a", "b"], "latency": [1, 2], "lat": [1.0, 2.0], "lon": [3, 4]}
    file.write_bytes(in_parquet(pa.table(rows)))
    text = "import sys; from rvhctl.__main__ import main; print(main(sys.argv[1:]) or 0, 'pandas' in sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-c", text, *arguments, str(file)], capture_output=True, timeout=PATIENCE, check=True
    )
    assert outcome.stdout.endswith(b"0 False\n"), outcome.stderr


SIZED = pa.table(
    {
        "key": pa.array(KEYS, pa.string_view()),
        "n": [3.5, 1, 2, 9, 0, 1, 1, 4, 2, 30],
        "raw": pa.array([b"\xff"] * ROWS),
        "runs": pa.RunEndEncodedArray.from_arrays([4, ROWS], ["a", None]),
    }
)


@pytest.mark.parametrize("flags", [(), ("--size", "n"), ("--sizes", "SIZES")], ids=str)
@pytest.mark.parametrize("nodes", [("-b", "3"), ("--nodes", "x,y,z")], ids=str)
def test_a_bound_holds_in_tables_too(flags: tuple[str, ...], nodes: tuple[str, ...], tmp_path: Path) -> None:
    """Rows wait until all keys are there, and come with all their columns, whatever has no form in JSON."""
    sizes = tmp_path / "sizes.parquet"
    sizes.write_bytes(in_parquet(SIZED.select(["key", "n"]).rename_columns(["key", "size"])))
    flags = tuple(str(sizes) if flag == "SIZES" else flag for flag in flags)
    asks = (*nodes, "--max-load", "1.1", "--level", "error", *flags)
    lines = asked(
        *asks, "--field", "key", "-i", "ndjson", "-o", "ndjson", stdin=ndjson(SIZED.select(["key", "n"]))
    )
    owners = [json.loads(line)["bucket"] for line in lines.splitlines()]
    assert owners != Placement(3).buckets(KEYS)
    files = [tmp_path / "a.arrow", tmp_path / "b.arrow"]
    files[0].write_bytes(in_stream(SIZED.slice(0, 7)))
    files[1].write_bytes(in_file(SIZED.slice(7)))
    paths = list(map(str, files))
    whole = table_of(asked(*asks, "-o", "arrow", *paths))
    assert whole.column("bucket").to_pylist() == owners
    assert whole.select(SIZED.schema.names).to_pylist() == SIZED.to_pylist()
    assert ("node" in whole.schema.names) is (nodes[0] == "--nodes")
    some = table_of(asked(*asks, "--only", "1" if nodes[0] == "-b" else "y", *paths)).to_pylist()
    assert some == [row for row, owner in zip(SIZED.to_pylist(), owners, strict=True) if owner == 1]
    asked(*asks, "--split-to", str(tmp_path / "part-{bucket}"), *paths)
    parts = {bucket: table_of((tmp_path / f"part-{bucket}").read_bytes()).to_pylist() for bucket in {*owners}}
    assert parts == {
        bucket: [row for row, owner in zip(SIZED.to_pylist(), owners, strict=True) if owner == bucket]
        for bucket in {*owners}
    }


def test_rows_without_a_key_or_a_size_have_no_part_in_a_bound() -> None:
    table = pa.table({"key": ["a", None, "b", "c", "d"], "n": [1, 1, None, 2, 3]})
    flags = (
        "-b",
        "2",
        "--max-load",
        "1.5",
        "--size",
        "n",
        "--on-error",
        "skip",
        "-i",
        "parquet",
        "-o",
        "parquet",
    )
    outcome = rvhctl("jump-hash", *flags, stdin=in_parquet(table))
    assert outcome.code == 1
    assert table_of(outcome.out).column("key").to_pylist() == ["a", "c", "d"]
    assert ["row 2" in outcome.err, "row 3" in outcome.err, "row 4" in outcome.err] == [True, True, False]


def test_rows_stay_in_order_in_the_table_of_their_bucket(tmp_path: Path) -> None:
    table = pa.table({"key": [f"user:{row % 7}" for row in range(999)], "n": range(999)})
    asked("-b", "2", "-i", "arrow", "--split-to", str(tmp_path / "{bucket}"), stdin=in_stream(table))
    parts = [table_of((tmp_path / str(bucket)).read_bytes()).column("n").to_pylist() for bucket in (0, 1)]
    assert [sorted(part) for part in parts] == parts
    assert sorted(parts[0] + parts[1]) == list(range(999))


def test_tables_of_buckets_are_there_all_or_none(tmp_path: Path) -> None:
    template = str(tmp_path / "{bucket}.parquet")
    wrong = in_parquet(pa.table({"key": [*KEYS, ""]}))
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "parquet", "--split-to", template, stdin=wrong)
    assert (outcome.code, outcome.err) == (1, "rvhctl: stdin: row 11: the key is empty\n")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "2.parquet").write_bytes(b"kept")
    right = in_parquet(pa.table({"key": KEYS}))
    outcome = rvhctl("jump-hash", "-b", "3", "-i", "parquet", "--split-to", template, stdin=right)
    assert (outcome.code, outcome.err.endswith("the file exists; --force replaces it\n")) == (1, True)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("2.parquet", b"kept")]


@pytest.mark.parametrize("nodes", [("-b", "3"), ("--nodes", "a,b")])
def test_nobody_takes_what_a_killed_run_wrote_for_whole(nodes: tuple[str, str], program: Program) -> None:
    """Not even behind the last row that was answered, where a stream of Arrow may end."""
    answered = b""
    with program.start("jump-hash", *nodes, "-o", "arrow") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"foo\n")
        process.stdin.flush()
        while not answered or not rows_so_far(answered):
            assert select.select([process.stdout], [], [], PATIENCE)[0], "no answer while the input is open"
            answered += os.read(process.stdout.fileno(), 1 << 16)
        process.kill()
        answered += process.stdout.read()
    with pytest.raises(pa.ArrowException):
        table_of(answered)
    with pytest.raises(OSError, match="buffer"):
        polars.read_ipc_stream(io.BytesIO(answered))


def rows_so_far(text: bytes) -> int:
    try:
        return len(pa.ipc.open_stream(text).read_next_batch())
    except (pa.ArrowException, StopIteration):
        return 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ("--split-to", "x{bucket}", "-o", "csv"),
            2,
            "rows go out as they came in: -o csv makes no sense here",
        ),
        (("--only", "1", "-o", "ndjson"), 2, "rows go out as they came in: -o ndjson makes no sense here"),
        (("--batch", "-i", "ndjson", "-o", "arrow"), 2, "--batch answers in NDJSON, not in arrow"),
        (("--batch",), 2, "--batch reads NDJSON, not parquet"),
        (("--regex", "."), 2, "--regex reads text lines, not parquet"),
        (("--field", "no"), 1, "stdin: the column 'no' is missing; there is key, n, coded, when"),
        (
            ("--field", "cost"),
            1,
            "stdin: column 'cost': a key must be text, bytes or an integer (got a column of decimal",
        ),
        (("--field", "raw", "-o", "ndjson"), 1, "stdin: the column 'raw' of type binary is not UTF-8"),
    ],
    ids=str,
)
def test_what_does_not_go_is_said(arguments: tuple[str, ...], code: int, message: str) -> None:
    given = () if "-i" in arguments else ("-i", "parquet")
    outcome = rvhctl("jump-hash", "-b", "3", *given, *arguments, stdin=in_parquet(TYPES))
    assert (outcome.code, outcome.err.startswith(f"rvhctl: {message}")) == (code, True), outcome.err
