"""The field of plain records by the scanner itself; all else it leaves to the JSON library."""

from __future__ import annotations

import json
from typing import Any

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from rvhctl.core.keys.fields import FieldScan
from rvhctl.core.keys.lines import NOTHING_WRONG
from rvhctl.core.keys.rows import UNUSUAL_LINE, KeyRows

plain = st.text(
    st.characters(min_codepoint=32, blacklist_characters='"\\', codec="utf-8"), min_size=1, max_size=9
)
keys = st.one_of(plain, st.integers(-(2**63), 2**64 - 1))
values = st.one_of(
    plain, st.integers(-(10**15), 10**15), st.booleans(), st.none(), st.lists(plain, max_size=2)
)


def scan(data: bytes, *path: str, reserved: tuple[bytes, ...] = (), room: int = 100) -> KeyRows:
    rows = KeyRows(room)
    rows.begin(0)
    FieldScan([name.encode() for name in path], list(reserved), False, 0).fill(rows, data)
    return rows


def keys_of(rows: KeyRows) -> list[int]:
    return [key % 2**64 for key in list(rows.keys)[: rows.count]]


def bits(key: str | int) -> int:
    return key % 2**64 if isinstance(key, int) else xxhash.xxh64_intdigest(key.encode())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dictionaries(plain, values, max_size=3), st.one_of(plain, st.integers(-(2**63), 2**64 - 1))
        ),
        max_size=6,
    )
)
def test_rows_of_plain_records(records: list[tuple[dict[str, Any], Any]]) -> None:
    lines = [
        json.dumps({**fields, "user": {"x": 1, "id": key}}, ensure_ascii=False).encode() + b"\n"
        for fields, key in records
    ]
    data = b"".join(lines)
    rows = scan(data, "user", "id")
    assert (rows.count, rows.problem, rows.finished) == (len(records), NOTHING_WRONG, True)
    assert keys_of(rows) == [bits(key) for _, key in records]
    spans = zip(rows.starts, rows.insertions, rows.ends, strict=True)
    for line, (start, insertion, end) in zip(lines, spans, strict=False):
        assert data[start:end] == line
        assert data[insertion:end] == b"}\n"


@pytest.mark.parametrize(
    "line",
    [
        b'{"user":{"id":"a"},"user":{"x":1}}',
        b'{"user":{"id":"a"},"user":{}}',
        b'{"user":{"x":1}}',
        b'{"user":1}',
        b"{}",
        b"[]",
        b'{"user":{"id":"a"}',
        b'{"user":{"id":"a"}} x',
        b'{"user":{"id":"a",}}',
        b'{"user":{"id":"a",,"x":1}}',
        b'{"user":{"id":"a" "x":1}}',
        b'{"user":{"id":"a","x"}}',
        b'{"user":{"id":"a","x":}}',
        b'{"user":{"id":"a"},}',
        b'{"user":{"id":"a"},"x":1,}',
        b'{"user":{"id":"a"},"x"}',
        b'{"user":{"id":"a"},"x":01}',
        b'{"user":{"id":"a"} "x":1}',
        b'{"user":{"id":""}}',
        b'{"user":{"id":"\\u0061"}}',
        b'{"us\\u0065r":{"id":"a"}}',
        b'{"user":{"id":1.0}}',
        b'{"user":{"id":1e2}}',
        b'{"user":{"id":01}}',
        b'{"user":{"id":18446744073709551616}}',
        b'{"user":{"id":true}}',
        b'{"user":{"id":"\xff"}}',
        b'{"user":{"id":"a"},"bucket":1}',
    ],
)
def test_what_is_not_plain_is_left_to_the_library(line: bytes) -> None:
    good = b'{"user":{"id":"a"}}\n'
    rows = scan(good + line + b"\n" + good, "user", "id", reserved=(b"bucket",))
    assert (rows.count, rows.problem, rows.next) == (1, UNUSUAL_LINE, len(good))


@pytest.mark.parametrize(
    "behind", [b",", b',"x"', b',"x":', b',"x":1,', b',,"x":1', b' "x":1', b'"x":1', b"]"]
)
def test_a_syntax_error_behind_the_key_is_left_to_the_library(behind: bytes) -> None:
    good = b'{"id":"a"}\n'
    rows = scan(good + b'{"id":"a"' + behind + b"}\n" + good, "id")
    assert (rows.count, rows.problem, rows.next) == (1, UNUSUAL_LINE, len(good))


@pytest.mark.parametrize("space", [b" ", b"\t", b"  \t "])
def test_white_space_stands_wherever_it_may(space: bytes) -> None:
    parts = [b"{", b'"x"', b":", b"1", b",", b'"user"', b":", b"{", b'"id"', b":", b'"a"', b"}", b"}"]
    line = space.join([b"", *parts, b""]) + b"\n"
    rows = scan(line * 2, "user", "id")
    assert (rows.count, rows.problem, rows.finished) == (2, NOTHING_WRONG, True)
    assert keys_of(rows) == [bits("a")] * 2


def test_of_a_name_that_is_there_twice_the_last_counts() -> None:
    assert keys_of(scan(b'{"id":"a","id":"b"}\n', "id")) == [bits("b")]
    assert keys_of(scan(b'{"u":{"id":"a"},"u":{"id":"b"}}\n', "u", "id")) == [bits("b")]


def test_blank_lines_count_as_lines_only() -> None:
    rows = scan(b'\n \t\r\n{"id":1}\n\n', "id")
    assert (rows.count, rows.lines, rows.finished) == (1, 4, True)


def test_full_rows_go_on_where_they_stopped() -> None:
    data = b"".join(b'{"id":%d}\n' % number for number in range(10))
    rows = KeyRows(4)
    field = FieldScan([b"id"], [], False, 0)
    found: list[int] = []
    rows.begin(0)
    while not rows.finished:
        rows.begin(rows.next)
        field.fill(rows, data)
        found += keys_of(rows)
    assert found == list(range(10))


bare_keys = st.text("ab é日", min_size=1, max_size=12) | st.integers(-(2**63), 2**64 - 1)


@given(st.lists(st.tuples(bare_keys, st.booleans()), max_size=6), st.sampled_from(["", " ", "\t"]))
def test_records_may_be_the_keys_themselves(records: list[tuple[str | int, bool]], space: str) -> None:
    texts = [
        json.dumps({"x": [1], "key": key} if as_object else key, ensure_ascii=False)
        for key, as_object in records
    ]
    # At the very start of a block a bare record is left to the library.
    data = b"\n" + "".join(f"{space}{text}{space}\n" for text in texts).encode()
    rows = KeyRows(100)
    rows.begin(0)
    FieldScan([b"key"], [], False, 0, bare=True).fill(rows, data)
    assert (rows.count, rows.problem, rows.finished, rows.next) == (
        len(records),
        NOTHING_WRONG,
        True,
        len(data),
    )
    assert keys_of(rows) == [bits(key) for key, _ in records]


@pytest.mark.parametrize(
    "line", [b'""', b'"\\n"', b"1.5", b"-0", b"true", b"null", b"[1]", b'"a" 1', b'"a', b"{}"]
)
def test_bare_records_that_are_not_plain_are_left_to_the_library(line: bytes) -> None:
    rows = KeyRows(100)
    rows.begin(0)
    FieldScan([b"key"], [], False, 0, bare=True).fill(rows, b'\n"a"\n' + line + b'\n"b"\n')
    assert (rows.count, rows.problem, rows.next) == (1, UNUSUAL_LINE, 5)


def test_only_names_that_are_reserved_at_the_top_are_unusual() -> None:
    good = b'{"u":{"bucket":1,"id":"a"},"buckets":2}\n'
    for bad in (b'{"bucket":1,"u":{"id":"a"}}\n', b'{"u":{"id":"a"},"node":{}}\n'):
        rows = scan(good + bad, "u", "id", reserved=(b"bucket", b"node"))
        assert (rows.count, rows.problem, rows.next) == (1, UNUSUAL_LINE, len(good))


@pytest.mark.parametrize(("key", "text"), [(7, "7"), (-7, "-7"), (0, "0"), (10**30, str(10**30))])
def test_an_integer_may_be_its_text(key: int, text: str) -> None:
    rows = KeyRows(100)
    rows.begin(0)
    data = json.dumps({"id": key}).encode() + b"\n"
    FieldScan([b"id"], [], False, 5, as_text=True).fill(rows, data)
    assert keys_of(rows) == [xxhash.xxh64_intdigest(text.encode(), 5)]
    assert data[rows.key_starts[0] : rows.key_ends[0]] == text.encode()
