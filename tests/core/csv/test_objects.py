"""Rows become objects, and objects rows, as the libraries make them, or are left to these."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from librt.strings import BytesWriter

from rvhctl.core.csv.objects import NULL_OR_LEFT, NUMBER, TEXT, WORD, ObjectToRow, RowToObject, appended
from rvhctl.formats import csv
from rvhctl.formats.shapes import plain_layout

KINDS = {
    "id": TEXT,
    "note": TEXT,
    "lat": NUMBER,
    "latency": NUMBER,
    "weight": NUMBER,
    "capacity": NUMBER,
    "samples": NULL_OR_LEFT,
    "state": WORD,
}

delimiters = st.sampled_from([",", "\t", ";"])
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
cells = st.one_of(
    any_text,
    st.text('ab",;\t \\\r\né', max_size=6),
    st.floats().map(repr),
    st.integers(-1000, 1000).map(str),
    st.sampled_from(
        ["", "", "-0", "+1", "007", ".5", "5.", "1e400", "1E+05", " 1", "[1, null]", "up", "null"]
    ),
)


@st.composite
def rows(draw: st.DrawFn) -> tuple[list[str], str, bytes]:
    names = draw(st.lists(st.sampled_from([*KINDS]), min_size=1, unique=True))
    delimiter = draw(delimiters)
    row = [draw(cells) for _ in names]
    return names, delimiter, csv.joined_row(row, delimiter).removesuffix(b"\n")


def object_of(names: list[str], delimiter: str, data: bytes, start: int, end: int) -> bytes | None:
    converter = RowToObject(
        [orjson.dumps(name) for name in names], [KINDS[name] for name in names], ord(delimiter)
    )
    out = BytesWriter()
    out.write(b"before")
    written = converter.write(out, data, start, end)
    assert written or out.getvalue() == b"before"
    return out.getvalue().removeprefix(b"before") if written else None


@given(rows(), st.sampled_from([b"", b"\n", b"\r\n", b"\n" * 20, b"\nx,y,z,1,2,3,4,5"]))
@example((["id", "lat"], ",", b"a\x7f,1"), b"\n")
@example((["id", "lat"], ",", b'"a,b",""'), b"\n")
def test_a_row_is_the_object_that_the_library_makes(row: tuple[list[str], str, bytes], behind: bytes) -> None:
    names, delimiter, text = row
    found = object_of(names, delimiter, b"#\n" + text + behind, 2, 2 + len(text))
    if found is not None:
        assert found == csv.json_record(plain_layout(names, delimiter), text)


@pytest.mark.parametrize("state", ["up", " up", "up ", "a b", " "])
def test_words_have_no_space_around_them(state: str) -> None:
    """With one they are left to the library, which takes it away."""
    for cell in (state, f'"{state}"'):
        text = f"{cell},x".encode()
        found = object_of(["state", "note"], ",", text + b"\n", 0, len(text))
        assert found == (None if state != state.strip() else b'{"state":"%b","note":"x"}' % state.encode())


def test_usual_rows_are_converted() -> None:
    names = ["id", "lat", "weight", "samples", "note"]
    for text, expected in (
        (b"a,1.50,,,x y", b'{"id":"a","lat":1.50,"weight":null,"samples":null,"note":"x y"}'),
        (b'"a,b","-1e5",2,"",', b'{"id":"a,b","lat":-1e5,"weight":2,"samples":null,"note":""}'),
        ("é,0,,,日本".encode(), '{"id":"é","lat":0,"weight":null,"samples":null,"note":"日本"}'.encode()),
    ):
        assert object_of(names, ",", text + b"\n", 0, len(text)) == expected
        assert csv.json_record(plain_layout(names, ","), text) == expected


members = st.one_of(
    any_text,
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.integers(0, 9) | st.sampled_from(["a,b", 'q"', "t\t"]), max_size=3),
)


@st.composite
def objects(draw: st.DrawFn) -> tuple[list[str], bytes]:
    names = draw(
        st.lists(st.sampled_from(["id", "lat", "no,te", "é", "x"]), min_size=1, max_size=4, unique=True)
    )
    value = {name: draw(members) for name in names}
    text = json.dumps(
        value,
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), ("\r ,\n", "\t:")])),
    )
    return names, text.encode()


@given(objects(), delimiters)
@example((["id", "x"], b'{"id":"a;b","x":[1,"q"]}'), ";")
@example((["id", "x"], b'{"id":"a","x":[1,\r2]}'), ";")
def test_an_object_is_the_row_that_the_library_makes(
    text_of: tuple[list[str], bytes], delimiter: str
) -> None:
    names, text = text_of
    converter = ObjectToRow([orjson.dumps(name) for name in names], ord(delimiter))
    data = b"# " + text + b"\n"
    if not converter.fits(data, 2, 2 + len(text)):
        return
    out = BytesWriter()
    converter.write(out, data, 2, 2 + len(text))
    cells = csv._json_cells(text)
    assert [*cells] == names
    assert out.getvalue() == csv.joined_row([*cells.values()], delimiter)


def test_usual_objects_are_converted_and_others_do_not_fit() -> None:
    converter = ObjectToRow([b'"id"', b'"lat"', b'"tags"'], ord(","))
    text = b'{"id": "a,b", "lat": null, "tags": ["x", {"y": 1}]}'
    out = BytesWriter()
    assert converter.fits(text, 0, len(text))
    converter.write(out, text, 0, len(text))
    assert out.getvalue() == b'"a,b",,"[""x"", {""y"": 1}]"\n'
    for other in (
        b'{"lat": 1, "id": "a", "tags": []}',
        b'{"id": "a", "lat": 1}',
        b'{"id": "a", "lat": 1, "tags": [], "more": 1}',
        b'{"id": "a\\n", "lat": 1, "tags": []}',
        b'{"id": "a", "lat": 1, "tags": []',
    ):
        assert not converter.fits(other, 0, len(other))


ROWS = [b"a,1.50", b'"b,c",2']
CAME = [b'{"id":"a","latency":1.50}', b'{"id":"b,c","latency":2}']


def appended_to(records: list[bytes], delimiter: str = ",") -> bytes:
    converter = ObjectToRow([b'"zone"', b'"rack"'], ord(delimiter))
    return appended(ROWS[: len(records)], CAME[: len(records)], records, converter, ord(delimiter))


def test_rows_are_written_with_what_their_objects_say_besides() -> None:
    records = [CAME[0][:-1] + b',"zone":"x","rack":null}', CAME[1][:-1] + b',"zone":7.50,"rack":"r,1"}']
    assert appended_to(records) == b'a,1.50,x,\n"b,c",2,7.50,"r,1"\n'
    assert appended_to(records[:1], ";") == b"a,1.50;x;\n"


@pytest.mark.parametrize(
    "record",
    [
        b'{"id":"z","latency":1.50,"zone":"x","rack":"r"}',
        b'{"id":"a","latency":1.50,"zone":"x"}',
        b'{"id":"a","latency":1.50,"rack":"x","zone":"r"}',
        b'{"id":"a","latency":1.50,"zone":"\\u0041","rack":"r"}',
        b'{"id":"a","latency":1.50}',
        b'{"id":"a"}',
    ],
)
def test_a_row_whose_object_says_otherwise_is_left_to_the_library(record: bytes) -> None:
    assert appended_to([record]) == b""
