"""The scanner reads a record as the JSON library does, or hands it over."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.naive_scans import assert_row_is_what_the_library_reads, bits, details_of, stated_details

from rvhctl.core.columns import Ints
from rvhctl.core.csv.objects import ObjectToRow
from rvhctl.core.json.skip import UNUSUAL
from rvhctl.core.nodes.json_record import SPECIAL_KEYS
from rvhctl.core.nodes.json_scan import JsonScan
from rvhctl.core.nodes.record import skip_printable
from rvhctl.core.nodes.scan import DONE, MORE, UNUSUAL_DOCUMENT, UNUSUAL_RECORD, NodeScan
from rvhctl.errors import InvalidNodeError
from rvhctl.nodes.fields import check_id

# At the end of a text the scanner cannot read ahead, and hands over what it could read elsewhere.
AHEAD = b"\n" * 32

PLAIN = b'{"id": "a1", "lat": 38.704022, "lon": -101.473911, "latency": 161.354}'


def steps(scan: NodeScan, limit: int = 1 << 20) -> Iterator[int]:
    """The statuses up to the last."""
    while True:
        status = scan.run(limit)
        yield status
        if status in (DONE, UNUSUAL_DOCUMENT):
            return


def scanned(data: bytes, *, coordinates: bool = True, limit: int = 1 << 20) -> tuple[NodeScan, list[bytes]]:
    """A finished scan of NDJSON, and the records that it handed over."""
    scan = JsonScan(data, coordinates)
    statuses = steps(scan, limit)
    unusual = [data[scan.slow_start : scan.slow_end] for status in statuses if status == UNUSUAL_RECORD]
    return scan, unusual


# -- texts of records ------------------------------------------------------------------------------

spaces = st.sampled_from(["", "", "", " ", "  ", "\t", "\r", " \t\r "])
digits = st.text("0123456789", min_size=1, max_size=20)
numbers = st.one_of(
    st.integers(-200, 2000).map(str),
    st.floats(0, 1e6).map(repr),
    st.floats(-180, 180).map(repr),
    st.floats(-90, 90).map(lambda x: f"{x:.6f}"),
    st.tuples(st.sampled_from(["", "-"]), digits, st.just("."), digits).map("".join),
    st.tuples(digits, st.sampled_from(["e", "E"]), st.sampled_from(["", "+", "-"]), digits).map("".join),
)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
strings = st.one_of(
    st.text("abc-019:.é", min_size=1, max_size=20).map(lambda text: json.dumps(text, ensure_ascii=False)),
    any_text.map(lambda text: json.dumps(text, ensure_ascii=False)),
    any_text.map(json.dumps),
)
others = st.sampled_from(["null", "true", "[1, {}]", '{"id": 1, "latency": [2]}', "[]", '"\\u00e9"', "{}"])
states = st.sampled_from(['"up"', '"drain"', '"down"', '"Up"', '"u\\u0070"', "null"])
any_value = numbers | strings | others | states
usual_fields = {"id": strings, "latency": numbers | st.just("null"), "lat": numbers, "lon": numbers}
KEYS = """
    id latency lat lon i\\u0064 Id lati latency2 tags state stat é weight weigh weight2 capacity capacit capacity2
    samples samples2 sample
"""
keys = st.sampled_from(["", *KEYS.split()])


@st.composite
def records(draw: st.DrawFn) -> str:
    fields = [(key, draw(value)) for key, value in usual_fields.items()]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        fields.append((draw(keys), draw(any_value)))
    if draw(st.sampled_from([False, False, False, True])):
        fields.remove(draw(st.sampled_from(fields)))
    fields = draw(st.permutations(fields))

    def gap() -> str:
        return draw(spaces)

    inner = ",".join(f'{gap()}"{key}"{gap()}:{gap()}{value}{gap()}' for key, value in fields)
    return f"{gap()}{{{inner}}}{gap()}"


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    line = bytearray(draw(records()).encode())
    if draw(st.booleans()):
        at = draw(st.integers(0, len(line)))
        piece = draw(
            st.binary(max_size=2)
            | st.sampled_from([b'"', b",", b"}", b"\\", b"0", b".", b"e5", b"-", b"\xed"])
        )
        line[at : at + draw(st.integers(0, 2))] = piece
    return bytes(line)


@given(
    st.lists(lines(), max_size=5),
    st.sampled_from([b"\n", b"\r\n"]),
    st.sampled_from([b"", AHEAD]),
    st.booleans(),
    st.integers(1, 300),
)
@example([b"{}{}", b"[]", b""], b"\n", b"", True, 1)
def test_lines(texts: list[bytes], end: bytes, ahead: bytes, coordinates: bool, limit: int) -> None:
    data = end.join(texts) + ahead
    scan, unusual = scanned(data, coordinates=coordinates, limit=limit)
    accepted = [scan.record(row) for row in range(len(scan))]
    for row in range(len(scan)):
        assert_row_is_what_the_library_reads(scan, row, coordinates)
    expected = [line.strip(b" \t\r") for line in data.split(b"\n") if line.strip(b" \t\r")]
    assert len(expected) == scan.elements
    remaining = iter(expected)
    for record in sorted_by_place(scan, accepted, unusual, data):
        assert next(remaining) == record


@pytest.mark.parametrize("array", [False, True], ids=["lines", "array"])
def test_white_space_alone_may_stand_between_tokens(array: bool) -> None:
    tokens = [
        b"{",
        b'"id"',
        b":",
        b'"a"',
        b",",
        b'"x"',
        b":",
        b"[",
        b"1",
        b"]",
        b",",
        b'"latency"',
        b":",
        b"5",
        b"}",
    ]
    for at in range(1, len(tokens)):
        for byte in range(50):
            record = b"".join([*tokens[:at], bytes([byte]), *tokens[at:]])
            scan = JsonScan(b"[" + record + b"]" + AHEAD if array else record + AHEAD, False, 0, array)
            done = [status for status in steps(scan) if status != MORE] == [DONE]
            assert done or bytes([byte]) not in (b" \t\r\n" if array else b" \t\r")
            for row in range(len(scan)):
                assert_row_is_what_the_library_reads(scan, row, False)


def sorted_by_place(scan: NodeScan, accepted: list[bytes], unusual: list[bytes], data: bytes) -> list[bytes]:
    """What was accepted and what was handed over, in the order of the text."""
    merged: list[bytes] = []
    rows = iter(accepted)
    others = iter(unusual)
    places = set(scan._starts)
    position = 0
    for line in data.split(b"\n"):
        start = position + len(line) - len(line.lstrip(b" \t\r"))
        position += len(line) + 1
        if line.strip(b" \t\r"):
            merged.append(next(rows) if start in places else next(others))
    assert not [*rows, *others]
    return merged


@given(
    st.lists(lines(), max_size=4),
    st.sampled_from([",", ",\n", " , ", "\n\n,", ",,", ""]),
    st.integers(1, 300),
)
def test_array(texts: list[bytes], comma: str, limit: int) -> None:
    data = b" [" + comma.encode().join(texts) + b"] \n"
    scan = JsonScan(data, True, 0, True)
    elements = 0
    for status in steps(scan, limit):
        if status == UNUSUAL_DOCUMENT:
            return
        if status == UNUSUAL_RECORD:
            elements += 1
            try:
                orjson.loads(data[scan.slow_start : scan.slow_end])
            except orjson.JSONDecodeError:
                return  # said where it is met
    for row in range(len(scan)):
        assert_row_is_what_the_library_reads(scan, row, True)
    assert scan.elements == elements + len(scan) == len(orjson.loads(data))


decimals = st.tuples(st.integers(0, 9_999_999).map(str), st.text("0123456789", min_size=6, max_size=17))


@given(numbers | decimals.map(".".join))
@example("0.1")
@example("9007199254740993")
@example("0.000000000000001")
@example("123456789012345.6")
@example("1797693134862315708145274237317043567981.5")
@example("6216553.719163165196608")  # 22 digits, whose lowest 64 bits are a small number
def test_numbers_to_the_last_bit(text: str) -> None:
    scan, unusual = scanned(b'{"id":"a","latency":' + text.encode() + b"}" + AHEAD, coordinates=False)
    if not unusual:
        assert bits(scan.latencies[0]) == bits(float(text))


# -- ordinary records are all read -----------------------------------------------------------------

usual_ids = st.text("abc-019:.é§日🚀", min_size=1, max_size=20) | st.integers(0, 10**18 - 1)
usual_numbers = st.floats(1e-9, 90) | st.floats(0, 90).map(lambda x: round(x, 6)) | st.integers(0, 90)
usual_latencies = st.floats(0.001, 1e15) | st.integers(0, 10**17)
usual_labels = (
    st.text("abc-019:.é", min_size=1, max_size=20) | st.integers(1 - 10**18, 10**18 - 1) | st.booleans()
)
usual_extra = st.dictionaries(
    st.sampled_from(["lati", "ü", "statement", "capacity2", "x"]), st.just({"id": [1]})
)


@st.composite
def ordinary(draw: st.DrawFn, labels: tuple[str, ...]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": draw(usual_ids),
        "latency": draw(st.none() | usual_numbers | usual_latencies),
    }
    placed = not labels or draw(st.sampled_from([True, True, False, None]))
    if placed is not None:
        record |= {name: draw(usual_numbers) if placed else None for name in ("lat", "lon")}
    record |= {label: draw(usual_labels) for label in labels}
    for name, value in (
        ("state", st.sampled_from(["up", "drain", "down", None])),
        ("weight", st.none() | st.sampled_from([1, 2.5, 1e-3])),
        ("capacity", st.none() | st.sampled_from([1, 7, 1e9])),
    ):
        if draw(st.booleans()):
            record[name] = draw(value)
    record |= draw(usual_extra)
    return {name: record[name] for name in draw(st.permutations(list(record)))}


def label_text(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@given(st.data(), st.sampled_from([(), ("zone",), ("zone", "rack", "é")]), st.booleans(), st.booleans())
def test_ordinary_records_are_all_read(
    data: st.DataObject, labels: tuple[str, ...], array: bool, latency: bool
) -> None:
    records = data.draw(st.lists(ordinary(labels), max_size=5))
    indent = data.draw(st.sampled_from([None, 1])) if array else None
    texts = [json.dumps(record, ensure_ascii=False, indent=indent) for record in records]
    text = (("[" + ",".join(texts) + "]") if array else " \t\r\n".join(texts)).encode() + AHEAD
    by = tuple(map(str.encode, labels))
    scan = JsonScan(text, True, 0, array, SPECIAL_KEYS, latency, by)
    assert list(steps(scan)) == [DONE]
    assert [scan.id_text(row) for row in range(len(scan))] == [str(record["id"]) for record in records]
    assert [scan.has_bare_id(row) for row in range(len(scan))] == [
        isinstance(record["id"], int) for record in records
    ]
    assert scan.in_hand.integer_ids == any(isinstance(record["id"], int) for record in records)
    columns = {"latency": scan.latencies, "lat": scan.lats, "lon": scan.lons}
    for name, column in columns.items():
        expected = [record.get(name) if latency or name != "latency" else None for record in records]
        assert [bits(value) for value in column] == [
            bits(math.nan if value is None else float(value)) for value in expected
        ]
    assert [details_of(scan, row) for row in range(len(scan))] == list(map(stated_details, records))
    groups = [tuple(label_text(record[label]) for label in labels) for record in records]
    known = list(dict.fromkeys(groups))
    if labels:
        assert [known[group] for group in scan.labels.group_of()] == groups
        assert scan.labels.texts == [value for group in known for value in group]


@pytest.mark.parametrize(
    "label",
    [
        '""',
        '"a\\n"',
        '"a\x7f"',
        "-",
        "-0",
        "01",
        "-01",
        "1.0",
        "1e3",
        "9" * 19,
        "tru",
        "fals",
        "null",
        "[]",
        "{}",
    ],
)
def test_unusual_labels_are_handed_over(label: str) -> None:
    text = f'{{"id":"a","latency":1,"zone":{label}}}'.encode()
    scan = JsonScan(text + AHEAD, False, 0, False, SPECIAL_KEYS, True, (b"zone",))
    assert list(steps(scan)) == [UNUSUAL_RECORD, DONE]
    assert (len(scan), text) == (0, text[scan.slow_start : scan.slow_end])


@pytest.mark.parametrize("fields", ['"lat":1', '"lat":null,"lon":1', '"lon":null', '"lat":91,"lon":1'])
def test_of_grouped_nodes_both_coordinates_are_known_or_none(fields: str) -> None:
    text = f'{{"id":"a","latency":1,"zone":"z",{fields}}}'.encode()
    scan = JsonScan(text + AHEAD, True, 0, False, SPECIAL_KEYS, True, (b"zone",))
    assert list(steps(scan)) == [UNUSUAL_RECORD, DONE]


# -- what the fast path is for ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        PLAIN,
        b'{"latency":0,"lon":180,"lat":-90,"id":"x"}',
        b'{"id":7,"lat":0.0,"lon":1e2,"latency":12.345678901234567}',
        b'\t{ "id" : "a" ,"lat" : 1 , "lon":2,"latency" : null } \r',
        # U+2010 differs in its last byte from the line separators.
        '{"id":"Zürich\u20101 🚀","name":"Z\\u00fcrich","lat":1,"lon":2,"latency":3}'.encode(),
        b'{"id":"a","tags":["a",{"state":"up"}],"lat":1,"lon":2,"latency":3}',
        b'{"id":"a","latitude":"no","lonely":null,"latency_ms":7,"lat":1,"lon":2,"latency":3}',
    ],
)
def test_usual_records_are_accepted(line: bytes) -> None:
    scan, unusual = scanned(line + AHEAD)
    assert unusual == []
    assert len(scan) == 1
    assert scan.record(0) == line.strip()
    assert_row_is_what_the_library_reads(scan, 0, True)


def test_ids_may_have_what_the_library_lets_them() -> None:
    """Every character from DEL on, but surrogates, which no UTF-8 has."""
    taken = {}
    for code in (*range(0x7F, 0xD800), *range(0xE000, 0x11000)):
        raw = chr(code).encode()
        end = skip_printable(raw + AHEAD, 0)
        assert end in (len(raw), UNUSUAL)
        taken[chr(code)] = end != UNUSUAL
    assert [c for c in taken if not taken[c]] == [c for c in taken if not is_id(c)]


def is_id(text: str) -> bool:
    try:
        return check_id(text) == text
    except InvalidNodeError:
        return False


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":"","lat":1,"lon":2,"latency":3}',
        b'{"id":"a\x7f","lat":1,"lon":2,"latency":3}',
        '{"id":"a\x85","lat":1,"lon":2,"latency":3}'.encode(),
        '{"id":"é\x85","lat":1,"lon":2,"latency":3}'.encode(),
        b'{"id":"a\\n","lat":1,"lon":2,"latency":3}',
        b'{"id":"a","lat":1,"lon":2}',
        b'{"id":"a","lat":1,"latency":2}',
        b'{"id":"a","lat":1,"lon":2,"latencz":3}',
        b'{"lat":1,"lon":2,"latency":3}',
        b'{"id":"a","lat":null,"lon":2,"latency":3}',
        b'{"id":"a","lat":1,"lon":2,"latency":"3"}',
        b'{"id":"a","lat":1,"lon":2,"latency":true}',
        b'{"id":"a","lat":1,"lon":2,"latency":-1}',
        b'{"id":"a","lat":1,"lon":2,"latency":-0.0}',
        b'{"id":"a","lat":90.1,"lon":2,"latency":3}',
        b'{"id":"a","lat":-90.5,"lon":2,"latency":3}',
        b'{"id":"a","lat":1,"lon":-180.5,"latency":3}',
        b'{"id":"a","lat":1,"lon":180.5,"latency":3}',
        b'{"id":"a","lat":01,"lon":2,"latency":3}',
        b'{"id":"a","lat":1,"lon":2,"latency":03.5}',
        b'{"id":"a","lat":1,"lon":2,"latency":-0}',
        b'{"id":"a","lat":1,"lon":2,"latency":1e999}',
        b'{"x\x01: 1,"id":"a","lat":1,"lon":2,"latency":3}',
        b'{"x\\: 1,"id":"a","lat":1,"lon":2,"latency":3}',
        b'{"id":"a","id":"b","lat":1,"lon":2,"latency":3}',
        b'{"id":1.0,"lat":1,"lon":2,"latency":3}',
        b'{"id":-1,"lat":1,"lon":2,"latency":3}',
        b'{"id":007,"lat":1,"lon":2,"latency":3}',
        b'{"id":1234567890123456789,"lat":1,"lon":2,"latency":3}',
        b'{"id":"a","lat":1,"lon":2,"latency":3}{}',
        b'{"id":"a","lat":1,"lon":2,"latency":3,}',
        b'{"id":"a","lat":1,"lon":2,"latency":3',
        b'{"id":"a","lat":1,"lon":2,"latency":3,"samples":[1]}',
        b'{"id":"a","lat":1,"lon":2,"latency":3,"state":"Up"}',
        b'{"id":"a","lat":1,"lon":2,"latency":3,"weight":0}',
        b'{"id":"a","lat":1,"lon":2,"latency":3,"capacity":"2"}',
        b'{"id":"a","lat":1,"lon":2,"latency":3,"s\\u0074ate":"down"}',
        b"{}",
        b"[]",
        b"\xef\xbb\xbf" + PLAIN,
    ],
)
def test_unusual_records_are_handed_over(line: bytes) -> None:
    for text in (line, line + AHEAD, line + b"\r\n" + PLAIN):
        scan, unusual = scanned(text)
        assert unusual == [line]
        assert scan.elements == len(scan) + 1


def test_other_fields_may_be_special() -> None:
    scan = JsonScan(
        b'{"id":"a","latency":3,"datacenter":1}\n{"id":"b","latency":3,"date":1}\n',
        False,
        0,
        False,
        (b"datacenter",),
    )
    assert [scan.run(1000), scan.run(1000)] == [UNUSUAL_RECORD, DONE]
    assert scan.id_text(0) == "b"


def test_a_record_is_on_one_line() -> None:
    first, second = PLAIN[:11], PLAIN[11:]
    assert scanned(first + b"\n" + second + AHEAD)[1] == [first, second.strip()]


def test_lat_and_lon_are_any_fields_when_nobody_asks() -> None:
    scan, unusual = scanned(b'{"lat":"north","id":"a","lat":[1],"latency":3,"lon":null}\n', coordinates=False)
    assert (unusual, scan.id_text(0), list(scan.lats)) == ([], "a", [])


def test_every_place_in_a_text_may_be_its_end() -> None:
    text = (
        '{"id":"é","k":"\\u00e9","n":-1.5e3,"o":{"a":[true,null]},"lat":1.5,"lon":2,"latency":3.25}'.encode()
    )
    for length in range(len(text)):
        scan, unusual = scanned(text[:length])
        assert (len(scan), unusual) == (0, [text[:length]] if length else [])


def test_rows_given_by_the_caller_stand_in_their_place() -> None:
    first, slow, third = PLAIN, b'{"id":"a\\u0062","latency":"9","lat":1,"lon":2}', PLAIN.replace(b"a1", b"c")
    data = b"\n" + first + b"\r\n\r\n" + slow + b"\n" + third
    scan = JsonScan(data, True)
    assert scan.run(1 << 20) == UNUSUAL_RECORD
    assert (scan.slow_start, scan.elements) == (data.index(slow), 2)
    scan.add_row(9.0, 1.0, 2.0, b"ab", scan.slow_start, scan.slow_end)
    assert scan.run(1 << 20) == DONE
    assert [scan.id_text(row) for row in range(3)] == ["a1", "ab", "c"]
    assert [scan.record(row) for row in range(3)] == [first, slow, third]
    assert list(scan.latencies) == [161.354, 9.0, 161.354]
    rows = Ints([2, 1, 0])
    assert scan.join_ids(rows, 0, 3, b"\n") == b"c\nab\na1\n"
    assert scan.join_ids(rows, 1, 2, b"") == b"ab"
    assert scan.join_records(rows, 0, 3, b",") == third + b"," + slow + b"," + first + b","
    assert scan.join_lines(rows, 0, 2) == third + b"\n" + slow + b"\n"


@given(st.lists(st.integers(0, 400), max_size=30), st.binary(max_size=3))
def test_records_of_any_length_are_joined(lengths: list[int], end: bytes) -> None:
    texts = [b'{"id":"%d","x":"%s","latency":1}' % (i, b"x" * length) for i, length in enumerate(lengths)]
    scan, unusual = scanned(b"\n".join(texts) + AHEAD, coordinates=False)
    assert not unusual
    rows = Ints(list(reversed(range(len(texts)))))
    assert scan.join_records(rows, 0, len(texts), end) == b"".join(text + end for text in reversed(texts))
    assert scan.join_ids(rows, 0, len(texts), end) == b"".join(b"%d%s" % (i, end) for i in rows)


def test_rows_are_cells_if_each_object_has_these_members() -> None:
    data = b'{"id":"a","latency":1}\n{"id":"b","latency":2,"x":3}\n{"id":"c","latency":null}\n'
    scan, unusual = scanned(data + AHEAD, coordinates=False)
    converter = ObjectToRow([b'"id"', b'"latency"'], ord(","))
    assert not unusual
    assert [scan.all_fit(Ints(rows), 0, len(rows), converter) for rows in ([0, 1], [2, 0], [1], [])] == [
        False,
        True,
        False,
        True,
    ]
    assert scan.join_cells(Ints([2, 1, 0]), 0, 1, converter) == b"c,\n"


def test_a_budget_ends_a_call_not_the_scan() -> None:
    data = (PLAIN + b"\n") * 5000
    scan = JsonScan(data, True)
    statuses = list(steps(scan, 10_000))
    assert statuses[-1] == DONE
    assert set(statuses[:-1]) == {MORE}
    assert 30 <= len(statuses) <= 40
    assert len(scan) == scan.elements == 5000
    assert set(scan.latencies) == {161.354}
    assert list(scan._ends) == [i * (len(PLAIN) + 1) + len(PLAIN) for i in range(5000)]


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\t\n "])
def test_nothing_but_blank_lines(data: bytes) -> None:
    scan = JsonScan(data, True)
    assert (scan.run(100), len(scan), scan.elements) == (DONE, 0, 0)


# -- one array -------------------------------------------------------------------------------------


def test_an_array_of_usual_records() -> None:
    data = b"[" + b", ".join([PLAIN] * 3) + b"]\n"
    scan = JsonScan(data, True, 0, True)
    assert (scan.run(1 << 20), len(scan)) == (DONE, 3)
    assert [scan.record(row) for row in range(3)] == [PLAIN] * 3


def test_an_array_over_many_lines() -> None:
    data = json.dumps([json.loads(PLAIN)] * 3, indent=2).encode()
    scan = JsonScan(data, True, 0, True)
    assert (scan.run(1 << 20), len(scan)) == (DONE, 3)
    assert json.loads(scan.record(1)) == json.loads(PLAIN)
    lines = scan.join_lines(Ints([2, 0]), 0, 2)
    assert lines.endswith(b"\n")
    assert [json.loads(line) for line in lines.splitlines()] == [json.loads(PLAIN)] * 2


def test_an_unusual_element_of_an_array() -> None:
    data = b"[" + PLAIN + b', {"id": 7.5, "x": [\n]} , ' + PLAIN + b"]"
    scan = JsonScan(data, True, 0, True)
    assert scan.run(1 << 20) == UNUSUAL_RECORD
    assert data[scan.slow_start : scan.slow_end] == b'{"id": 7.5, "x": [\n]}'
    assert (scan.run(1 << 20), len(scan), scan.elements) == (DONE, 2, 3)


@pytest.mark.parametrize("text", [b"[]", b"[ ]", b" \n[\n]\n"])
def test_an_empty_array(text: bytes) -> None:
    scan = JsonScan(text, True, 0, True)
    assert (scan.run(100), len(scan)) == (DONE, 0)


@pytest.mark.parametrize(
    "text",
    [
        *(b"[%s", b"[%s,", b"[%s,]", b"[%s}", b"[%s] x", b"[%s %s]", b"[,%s]", b"[", b"[%s]]", b"[%s,1x]"),
        *(b"", b"{}", b"%s", b"[%s;%s]", b"[%s]%s", b"[%s]%s]", b"x%s]", b"[%s,{]"),
    ],
)
def test_a_broken_array_is_the_library_s(text: bytes) -> None:
    scan = JsonScan(text.replace(b"%s", PLAIN) + AHEAD, True, 0, True)
    assert list(steps(scan))[-1] == UNUSUAL_DOCUMENT


def test_a_scan_may_begin_behind_a_byte_order_mark() -> None:
    scan = JsonScan(b"\xef\xbb\xbf" + PLAIN + b"\n", True, 3)
    assert (scan.run(1000), scan.record(0)) == (DONE, PLAIN)
