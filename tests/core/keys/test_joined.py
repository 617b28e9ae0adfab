"""Keys of several fields, from bytes and from values, as their definition reads."""

from __future__ import annotations

import csv
import io
import json

import pytest
import xxhash
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.naive_placement import naive_joined

from rvhctl.core.keys.cells import CellScan
from rvhctl.core.keys.fields import FieldScan
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows
from rvhctl.core.placement.bits import joined_bytes
from rvhctl.errors import JumpHashError

plain = st.text(st.characters(min_codepoint=32, blacklist_characters='"\\', codec="utf-8"), max_size=40)
fields = plain | st.integers(-(2**63), 2**64 - 1)
keys = st.lists(fields, min_size=2, max_size=5).map(tuple).filter(lambda key: set(key) != {""})


def scanned(scan: FieldScan | CellScan, block: bytes) -> KeyRows:
    rows = KeyRows(100)
    rows.begin(0)
    scan.fill(rows, block)
    return rows


def digest(key: tuple[str | int, ...], seed: int = 0) -> int:
    return xxhash.xxh64_intdigest(naive_joined(key), seed=seed)


@given(keys, keys)
@example(("a", "b"), ("ab", ""))
@example(("42", "x"), (42, "x"))
@example(("", "a"), ("a", ""))
def test_other_fields_have_other_bytes(one: tuple[str | int, ...], other: tuple[str | int, ...]) -> None:
    assert joined_bytes(one) == naive_joined(one)
    same = [part % 2**64 if isinstance(part, int) else part for part in one] == [
        part % 2**64 if isinstance(part, int) else part for part in other
    ]
    assert (joined_bytes(one) == joined_bytes(other)) == same


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ((), "at least two"),
        (("a",), "at least two"),
        (("", b""), "empty"),
        (("a", 2**64), "64 bits"),
        (("a", 1.5), "must be str"),
        (("a", True), "must be str"),
        (("a", None), "must be str"),
        (("a", ("b", "c")), "must be str"),
        (("a", "\udcff"), "UTF-8"),
    ],
)
def test_what_is_no_key(key: tuple[object, ...], says: str) -> None:
    with pytest.raises(JumpHashError, match=says):
        joined_bytes(key)


@settings(deadline=None)
@given(st.lists(st.tuples(fields, fields, fields), min_size=1, max_size=5), st.booleans(), st.booleans())
def test_fields_of_records(records: list[tuple[str | int, ...]], as_text: bool, kept: bool) -> None:
    lines = [
        json.dumps({"x": {"c": c, "b": b}, "n": None, "a": a}, ensure_ascii=False) for a, b, c in records
    ]
    further = [FieldScan([b"x", name], [], False, 7, False, as_text) for name in (b"b", b"c")]
    scan = FieldScan([b"a"], [], False, 7, False, as_text, kept, further)
    rows = scanned(scan, "".join(line + "\n" for line in lines).encode())
    wanted = [tuple(map(str, key)) if as_text else key for key in records]
    first_empty = next((at for at, key in enumerate(wanted) if set(key) == {""}), len(wanted))
    assert rows.problem == (NOTHING_WRONG if first_empty == len(wanted) else UNUSUAL_LINE)
    found = [key % 2**64 for key in list(rows.keys)[: rows.count]]
    assert found == [digest(key, 7) for key in wanted[:first_empty]]
    if kept:
        assert [rows.others[row] for row in range(rows.count)] == wanted[:first_empty]


@settings(deadline=None)
@given(st.lists(st.tuples(plain, plain, plain), min_size=1, max_size=5), st.permutations(range(3)))
def test_cells_of_rows(records: list[tuple[str, ...]], order: list[int]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(records)
    rows = scanned(CellScan(3, order[:2], ord(","), False, 0, True), out.getvalue().encode())
    wanted = [tuple(record[at] for at in order[:2]) for record in records]
    first_empty = next((at for at, key in enumerate(wanted) if set(key) == {""}), len(wanted))
    found = [key % 2**64 for key in list(rows.keys)[: rows.count]]
    assert found == [digest(key) for key in wanted[:first_empty]]
    assert [rows.others[row] for row in range(rows.count)] == wanted[:first_empty]


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":"x"}',
        b'{"b":"x"}',
        b'{"a":"x","b":null}',
        b'{"a":"x","b":1.5}',
        b'{"a":"x","b":-0}',
        b'{"a":"x","b":18446744073709551616}',
        b'{"a":"","b":""}',
        rb'{"a":"x","b":"\n"}',
        b'{"a":"x","b":["y"]}',
        b'{"a":"x","b":"y"',
    ],
)
def test_anything_else_is_left_to_the_library(line: bytes) -> None:
    scan = FieldScan([b"a"], [], False, 0, False, False, False, [FieldScan([b"b"], [], False, 0)])
    rows = scanned(scan, line + b"\n")
    assert (rows.count, rows.problem) == (0, UNUSUAL_LINE)


def test_an_integer_of_any_size_has_a_text() -> None:
    scan = FieldScan([b"a"], [], False, 0, False, True)
    rows = scanned(scan, b'{"a":%d}\n{"a":-5}\n' % (10**30))
    assert [key % 2**64 for key in list(rows.keys)[:2]] == [
        xxhash.xxh64_intdigest(text) for text in (b"%d" % (10**30), b"-5")
    ]
