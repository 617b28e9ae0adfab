"""Tables and columns of Arrow: whole ones are read as pyarrow reads them, a damaged one ends in an error of ours."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from support.arrow_files import in_file, in_stream

from fuzz.target import Given, holding, target
from rvhctl import Placement, arrow, jump_hash
from rvhctl.columnar.tables import TableOwners
from rvhctl.errors import InputError, NoSurvivorsError, RvhctlError, raise_error
from rvhctl.formats.arrow import ipc, parquet
from rvhctl.keys.fields import field_paths
from rvhctl.keys.records import KeySpec
from rvhctl.nodes.read import read_nodes
from rvhctl.streams.source import Source

NAMES = ("id", "latency", "key", "samples", "lat", "zone", "rtt_s", "state")
DAY = date(2000, 1, 1)
NOON = datetime(2000, 1, 1, 12)


def text_of(given: Given) -> str:
    return given.text(given.below(5)).decode("utf-8", "replace")


def bytes_of(given: Given) -> bytes:
    return given.text(given.below(5))


def double_of(given: Given) -> float:
    """Any double, or a short one."""
    if given.flag():
        return float(given.number())
    (value,) = struct.unpack("<d", given.text(8).ljust(8, b"\0"))
    return float(value)


KINDS: dict[str, tuple[Any, Callable[[Given], Any]]] = {
    "string": (pa.string(), text_of),
    "large_string": (pa.large_string(), text_of),
    "string_view": (pa.string_view(), text_of),
    "coded": (pa.dictionary(pa.int32(), pa.string()), text_of),
    "binary": (pa.binary(), bytes_of),
    "latin": (pa.string(), bytes_of),
    "fixed": (pa.binary(2), lambda given: given.text(2).ljust(2, b"x")),
    "int64": (pa.int64(), lambda given: given.number(8) - 2**63),
    "uint64": (pa.uint64(), lambda given: given.number(8)),
    "int8": (pa.int8(), lambda given: given.number() - 128),
    "double": (pa.float64(), double_of),
    "float": (pa.float32(), lambda given: float(given.number(2)) / 8),
    "half": (pa.float16(), lambda given: float(given.number()) / 4),
    "bool": (pa.bool_(), Given.flag),
    "null": (pa.null(), lambda given: None),
    "decimal": (pa.decimal128(30, 2), lambda given: Decimal(given.number(8)) / 100),
    "date": (pa.date32(), lambda given: DAY + timedelta(given.number(2))),
    "time": (pa.time64("us"), lambda given: time(given.below(24), 1, 2, given.number(2))),
    "stamp": (pa.timestamp("us"), lambda given: NOON + timedelta(microseconds=given.number(4))),
    "zoned": (pa.timestamp("us", "UTC"), lambda given: NOON.replace(tzinfo=UTC) + timedelta(given.number())),
    "list": (pa.list_(pa.float64()), lambda given: [double_of(given) for _ in range(given.below(3))]),
    "struct": (
        pa.struct([("id", pa.string()), ("n", pa.int32())]),
        lambda given: {"id": text_of(given), "n": 1},
    ),
}
FORMS = ("parquet", "paged", "stream", "file")


def table_of(given: Given) -> pa.Table:
    """A table of a few rows."""
    rows = given.below(5)
    columns = {}
    for _ in range(given.below(3) + 1):
        name = given.one_of(*NAMES)
        kind, value_of = KINDS[given.one_of(*KINDS)]
        latin = value_of is bytes_of and kind == pa.string()
        nulls = given.flag()
        values = [None if nulls and given.below(3) == 0 else value_of(given) for _ in range(rows)]
        columns[name] = pa.array(values, pa.binary()).view(kind) if latin else pa.array(values, kind)
    return pa.table(columns)


def written(table: pa.Table, form: str) -> bytes:
    """A file of it, in batches of two rows."""
    if form in ("stream", "file"):
        return in_stream(table) if form == "stream" else in_file(table)
    text = io.BytesIO()
    paged: dict[str, Any] = {"use_dictionary": False, "compression": "none", "write_page_checksum": True}
    pq.write_table(table, text, row_group_size=2, **(paged if form == "paged" else {}))
    return text.getvalue()


def damaged(text: bytes, given: Given) -> bytes:
    """The text with some bytes otherwise, missing, or too many: most at its end, where an index stands."""
    for _ in range(given.below(4)):
        place = given.number(2) % (len(text) + 1)
        at = len(text) - place
        what, piece = given.below(4), given.text(given.below(4) + 1)
        behind = (b"", text[at:], text[at + len(piece) :])[min(what, 2)]
        text = text[:at] + (piece if what else b"") + behind
    return text


def json_of(value: object) -> object:
    """A value as JSON has it; what it cannot say is an error."""
    if isinstance(value, float):
        if math.isinf(value):
            raise ValueError
        return None if math.isnan(value) else value
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}{'Z' if value.tzinfo else ''}"
    if isinstance(value, date | time):
        return f"{value:%H:%M:%S.%f}" if isinstance(value, time) else value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return list(map(json_of, value))
    return {name: json_of(part) for name, part in value.items()} if isinstance(value, dict) else value


def json_rows_of(table: pa.Table) -> list[object] | None:
    """The rows; None where JSON cannot say one, also of a part that stands behind a null."""
    try:
        rows: list[Any] = list(map(json_of, table.to_pylist()))
    except ValueError:
        return None
    if {"latency", "samples"} <= set(table.column_names):
        for row in rows:
            if row["latency"] is None:
                del row["latency"]
    return rows


@target(*NAMES, b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x80\x01", longest=120)
def table_files(data: bytes) -> object:
    """Files of Parquet and Arrow as rows of JSON, as nodes, and with the owners of their keys."""
    given = Given(data)
    form = given.one_of(*FORMS)
    table = table_of(given)
    text = written(table, form)
    is_whole = (found := damaged(text, given)) == text
    module = parquet if form in ("parquet", "paged") else ipc
    answers: list[object] = []
    with holding(found) as path:
        for read in (json_rows, nodes, owners):
            try:
                answers.append(read(path, module))
            except RvhctlError as error:
                answers.append(str(error).replace(path, "f"))
            except MemoryError:  # a length that is damaged; of this the program says so
                answers.append("out of memory")
    if is_whole:
        rows = json_rows_of(table)
        assert isinstance(answers[0], list) == (rows is not None), (answers[0], rows)
        assert rows is None or [orjson.loads(row) for row in answers[0]] == rows  # type: ignore[union-attr]
        if rows is not None:
            check_owners(answers[2], table)
    return answers


def json_rows(path: str, module: Any) -> list[bytes]:
    with Source(path) as source:
        rows: list[bytes] = module.rows(source).splitlines()
    return rows


def nodes(path: str, module: Any) -> object:
    form = "parquet" if module is parquet else "arrow"
    read = read_nodes([path], form, coordinates=False, on_bad=raise_error)
    latencies = list(map(repr, read.fleet.latencies))
    return [list(read.fleet.ids), latencies, list(read.records)]


def owners(path: str, module: Any) -> object:
    """The buckets of the keys in the column ``key``, and what is wrong with the others."""
    bad: list[str] = []
    answer = TableOwners(Placement(1000), KeySpec(path=field_paths("key")[0]))
    buckets: list[int] = []
    row = 0

    def on_bad(error: InputError) -> None:
        bad.append(str(error))

    with Source(path) as source:
        table = module.read(source)
        answer.schema(table.schema, "f")
        for batch in table.batches:
            buckets += answer.append(batch, "f", row, on_bad).column("bucket").to_pylist()
            row += len(batch)
    return [buckets, bad]


def check_owners(answer: object, table: pa.Table) -> None:
    """Each key has the bucket that it has by itself."""
    if isinstance(answer, str):
        keys = table.schema.field("key").type if "key" in table.column_names else None
        assert keys is None or not (pa.types.is_integer(keys) or pa.types.is_string(keys)), answer
        return
    column = table.column("key").to_pylist()
    expected = [jump_hash(key, 1000) for key in column if key not in (None, "", b"")]
    assert answer[0] == expected  # type: ignore[index]
    assert len(answer[1]) == len(column) - len(expected)  # type: ignore[index]


def plain(array: Any) -> Any:
    return array


def in_runs(array: Any) -> Any:
    return pa.RunEndEncodedArray.from_arrays(pa.array(range(1, len(array) + 1), pa.int32()), array)


def in_chunks(array: Any) -> Any:
    return pa.chunked_array([array[:1], array[:0], array[1:]], array.type)


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "plain": plain,
    "chunks": in_chunks,
    "runs": in_runs,
    "coded": lambda array: array if pa.types.is_dictionary(array.type) else array.dictionary_encode(),
}


@target("a", "\0", "é", b"\xff", longest=80)
def columns(data: bytes) -> object:
    """Columns of keys and of latencies, in any layout and from any row on."""
    given = Given(data)
    kind, value_of = KINDS[given.one_of(*(name for name in KINDS if name != "latin"))]
    layout, empty = given.one_of(*LAYOUTS), given.one_of("error", "hash", "null")
    start, rows = given.below(3), given.below(9)
    values = [None if given.below(4) == 0 else value_of(given) for _ in range(start + rows)]
    array = pa.array(values, kind)
    try:
        column = LAYOUTS[layout](array).slice(start)
    except (pa.ArrowException, KeyError):  # it has no such layout
        return None
    values = values[start:]
    answers: list[object] = []
    try:
        found = arrow.jump_hash(column, 1000, empty=empty).to_pylist()  # type: ignore[arg-type]
        assert found == [bucket_of(key, empty) for key in values]
        answers.append(found)
    except RvhctlError as error:
        refused = empty == "error" and any(value in ("", b"") for value in values)
        assert refused or not any(isinstance(value, str | bytes) for value in values)
        answers.append(str(error))
    try:
        order = arrow.failover(column, 100.0).to_pylist()
    except NoSurvivorsError:
        order = []
    except RvhctlError as error:
        return [*answers, str(error)]
    latencies = [math.nan if value is None else float(value) for value in values]
    assert order == sorted((row for row in range(rows) if latencies[row] <= 100), key=latencies.__getitem__)
    return [*answers, order]


def bucket_of(key: Any, empty: str) -> int | None:
    """The bucket of a key by itself."""
    if key is None or (empty == "null" and key in ("", b"")):
        return None
    return jump_hash(xxhash.xxh64_intdigest(b"") if key in ("", b"") else key, 1000)
