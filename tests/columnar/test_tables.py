"""Record batches with the owners of their keys answer as the same records in NDJSON."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest

from rvhctl import InputError, Placement
from rvhctl.columnar.tables import TableOwners
from rvhctl.keys.fields import field_paths
from rvhctl.keys.key import KeyRule
from rvhctl.keys.records import KeySpec, record_key

RECORDS: list[dict[str, Any]] = [
    {"id": "foo", "n": 1, "user": {"id": "a", "tags": ["x", "y"]}, "a.b": "dots"},
    {"id": "é", "n": -7, "user": {"id": "日本", "tags": ["z"]}, "a.b": "more"},
    {"id": "", "n": 2**63 - 1, "user": {"id": "", "tags": [""]}, "a.b": ""},
    {"id": None, "n": None, "user": None, "a.b": None},
    {"id": "bar" * 20, "n": 0, "user": {"id": "b", "tags": []}, "a.b": "x"},
]
BATCH = pa.RecordBatch.from_pylist(RECORDS)
NAMED = Placement(["a", "b", "c"], down=["b"])


def spec_of(field: str | None, **rule: bool) -> KeySpec:
    path, *further = (None,) if field is None else field_paths(field)
    return KeySpec(KeyRule(**rule), path, tuple(further))


@pytest.mark.parametrize("placement", [Placement(1000), NAMED, Placement(10, hash="sha256-le")], ids=repr)
@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("id", {}),
        ("n", {}),
        ("n", {"as_text": True}),
        ("user.id", {}),
        ("user.tags.0", {}),
        ("id,n", {}),
        ("id,user.id", {}),
        (r"a\.b", {}),
    ],
)
def test_answers_are_those_of_records(field: str, rule: dict[str, bool], placement: Placement) -> None:
    spec = spec_of(field, **rule)
    expected, wrong = [], []
    for number, record in enumerate(RECORDS, 101):
        try:
            key = record_key(spec, record, lambda: record, "T", None, f"row {number}")  # noqa: B023
        except InputError as error:
            wrong.append(str(error))
            continue
        replicas = placement.chosen_buckets([key], 2)[0]
        added = [placement.nodes.entry(bucket) for bucket in replicas]
        expected.append({**record, **added[0], "replicas": added})
    found: list[InputError] = []
    owners = TableOwners(placement, spec, 2)
    answered = owners.append(BATCH, "T", 100, found.append)
    answered.validate(full=True)
    assert answered.to_pylist() == expected
    assert list(map(str, found)) == wrong
    assert answered.schema == owners.schema(BATCH.schema, "T")


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([b"a", b"b", b"a"]),
        pa.array(["a", "b", "a"], pa.large_string()),
        pa.array(["a", "b", "a"], pa.string_view()),
        pa.RunEndEncodedArray.from_arrays([1, 2, 3], ["a", "b", "a"]),
    ],
    ids=lambda column: str(column.type),
)
def test_other_columns_stay_as_they_are(column: Any) -> None:
    batch = pa.RecordBatch.from_arrays(
        [column, pa.array([1, None, 3], pa.decimal128(9, 2)), pa.array([[1], None, []])], ["key", "d", "l"]
    )
    answered = TableOwners(NAMED, KeySpec(), 2).append(batch, "T", 0)
    assert answered.select(["key", "d", "l"]) == batch
    assert answered.column("bucket").to_pylist() == NAMED.buckets(["a", "b", "a"])
    assert answered.column("node").to_pylist() == NAMED.owners(["a", "b", "a"])
    nodes = [[entry["node"] for entry in row] for row in answered.column("replicas").to_pylist()]
    assert nodes == NAMED.replicas_many(["a", "b", "a"], 2)


@pytest.mark.parametrize("field", ["id", "id,n"])
@pytest.mark.parametrize("kind", [pa.string_view(), pa.string()], ids=str)
def test_rows_without_a_key_are_left_out_beside_views(field: str, kind: Any) -> None:
    """As polars writes text."""
    batch = pa.record_batch({"id": pa.array(["a", None, "b"], kind), "n": [1, 2, 3]})
    wrong: list[InputError] = []
    answered = TableOwners(NAMED, spec_of(field), 2).append(batch, "T", 0, wrong.append)
    assert answered.column("id").to_pylist() == ["a", "b"]
    assert [error.place for error in wrong] == ["row 2"]


def test_decimal_text_is_the_key_where_integers_are_asked_for() -> None:
    batch = pa.RecordBatch.from_pydict({"key": ["7", "+08", "x"]})
    wrong: list[InputError] = []
    placement = Placement(100, hash="int")
    answered = TableOwners(placement, spec_of(None, integers=True)).append(batch, "T", 0, wrong.append)
    assert answered.column("bucket").to_pylist() == placement.buckets([7, 8])
    assert [error.place for error in wrong] == ["row 3"]


@pytest.mark.parametrize(
    ("columns", "field", "message"),
    [
        ({"id": ["a"]}, None, "T: the column 'key' is missing; there is id"),
        (
            {"id": [1.5]},
            "id",
            "T: column 'id': a key must be text, bytes or an integer (got a column of double)",
        ),
        ({"id": [""]}, "id", "T: row 1: the key is empty"),
        ({"id": [None]}, "id", "T: row 1: the field 'id' is neither a string nor an integer (got null)"),
        (
            {"id": ["a"], "bucket": [1]},
            "id",
            "T: the record already has 'bucket', which is to be added; rename it, or use -o plain",
        ),
    ],
    ids=json.dumps,
)
def test_what_is_wrong_is_said(columns: dict[str, list[Any]], field: str | None, message: str) -> None:
    batch = pa.RecordBatch.from_pydict(columns)
    with pytest.raises(InputError) as raised:
        TableOwners(Placement(3), spec_of(field)).append(batch, "T", 0)
    assert str(raised.value) == message


def test_no_rows_have_the_same_columns() -> None:
    owners = TableOwners(NAMED, spec_of("id"), 2)
    answered = owners.append(BATCH.slice(0, 0), "T", 0)
    assert (len(answered), answered.schema) == (0, owners.schema(BATCH.schema, "T"))
