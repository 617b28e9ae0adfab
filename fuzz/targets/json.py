"""Values, spans, rows and merged objects of JSON: beside them stands orjson."""

from __future__ import annotations

import orjson
from support.naive_merging import of_mappings

from fuzz.target import Given, target
from rvhctl.core.json.merging import ObjectMerger
from rvhctl.core.json.rows import join_objects
from rvhctl.core.json.skip import UNUSUAL, plain_end, skip_digits, skip_number, skip_string, skip_value
from rvhctl.core.json.spans import element_lines, element_spans, member_spans

VALUES = ('"', "\\", "\\u", "\\u00e9", "\\ud83d", "-", "0.", "e+", "1e9", "true", "false", "null")
CONTAINERS = ("[", "]", "{", "}", ",", ":", "[]", "{}", '{"a":1}', "[1,2]", "\n", "\t", "\r")
CHARACTERS = (
    "é",
    "\u2028",
    "🚀",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xc0\x80",
    b"\x7f",
    b"\xff",
)


def loads(text: bytes) -> object:
    """The value; an error of the library stands for what is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return error


@target(*VALUES, *CONTAINERS, *CHARACTERS)
def json_skip(data: bytes) -> object:
    """What is passed over is a value to the library, and what stands behind it counts for nothing."""
    given = Given(data)
    newline = given.one_of(10, 32)
    text = given.text()
    ends = []
    for behind in (b"", b" ", b" " * 40):
        try:
            ends.append(skip_value(text + behind, 0, newline))
        except IndexError:
            ends.append(UNUSUAL)
    assert ends[1] == ends[2]
    assert ends[0] in (ends[1], UNUSUAL)
    if ends[1] != UNUSUAL:
        value = loads(text[: ends[1]])
        assert not isinstance(value, orjson.JSONDecodeError), value
        assert newline == 10 or b"\n" not in text[: ends[1]]
    return ends


@target(*VALUES, *CHARACTERS)
def json_tokens(data: bytes) -> object:
    """Strings, numbers and digits, from any place in a text on."""
    given = Given(data)
    at = given.below(40)
    text = given.text()
    at = min(at, len(text))
    plain = next((place for place in range(at, len(text)) if not is_plain(text[place])), None)
    found = []
    for skip in (plain_end, skip_string, skip_number, skip_digits):
        try:
            found.append(skip(text, at))
        except IndexError:
            found.append(UNUSUAL)
    assert found[0] == (UNUSUAL if plain is None else plain)
    if found[1] != UNUSUAL:
        assert type(loads(b'"' + text[at : found[1]])) is str
    if found[2] != UNUSUAL:
        assert type(loads(text[at : found[2]])) in (int, float)
    digits = text[at:] + b"."
    assert found[3] == at + next(place for place, c in enumerate(digits) if not 48 <= c <= 57)
    return found


def is_plain(c: int) -> bool:
    return 32 <= c < 127 and c not in b'"\\'


@target(*VALUES, *CONTAINERS, *CHARACTERS)
def json_spans(data: bytes) -> object:
    """Elements and members of what the library reads; of anything else they find no place outside of the text."""
    value = loads(data)
    start = len(data) - len(data.lstrip())
    if isinstance(value, list):
        spans = element_spans(data, start)
        parts = [data[first:last] for first, last in zip(spans[::2], spans[1::2], strict=True)]
        assert parts == [part.strip() for part in parts]
        assert orjson.dumps([loads(part) for part in parts]) == orjson.dumps(value)
        lines = element_lines(data, start)
        assert orjson.dumps([loads(line) for line in lines.split(b"\n")[:-1]]) == orjson.dumps(value)
        return [spans, lines]
    if isinstance(value, dict):
        spans = member_spans(data, start)
        parts = [data[first:last] for first, last in zip(spans[::2], spans[1::2], strict=True)]
        members = {loads(key): loads(text) for key, text in zip(parts[::2], parts[1::2], strict=True)}
        assert orjson.dumps(members) == orjson.dumps(value)
        return spans
    for find in (element_spans, member_spans):
        try:
            spans = find(data, 0)
        except IndexError:
            continue
        assert all(0 <= place <= len(data) for place in spans)
    return None


@target(*VALUES, *CONTAINERS, *CHARACTERS)
def json_rows(data: bytes) -> object:
    """Columns become objects."""
    columns = loads(data)
    if (
        not isinstance(columns, list)
        or not columns
        or not all(isinstance(column, list) for column in columns)
    ):
        return None
    count = min(map(len, columns))
    columns = [column[:count] for column in columns]
    openings = [b'%b"%d":' % (b"," if at else b"{", at) for at in range(len(columns))]
    joined = join_objects(openings, [orjson.dumps(column) for column in columns], count, b"}\n")
    rows = [{str(at): column[row] for at, column in enumerate(columns)} for row in range(count)]
    assert joined == b"".join(orjson.dumps(row) + b"\n" for row in rows)
    return joined


@target(
    *VALUES, *CONTAINERS, '"id":', '"state":"up"', '"down"', '"drain"', '"zone":', '"latency":3', longest=600
)
def json_merging(data: bytes) -> object:
    """Lines, of which each first is a record and each second what is known of it."""
    lines = data.split(b"\n")
    records, known = lines[::2], lines[1::2]
    records = records[: len(known)]
    merger = ObjectMerger([b'"latency"'], [b'"up"', b'"drain"', b'"down"'], [b'"zone"'])
    merged = merger.merge(records, known, b',"latency":null}')
    for own, other, text in zip(records, known, merged, strict=True):
        values = (loads(own) if own else None, loads(other))
        # By their texts: a state with an escape in it is none.
        if text and b"\\" not in own + other and not any(isinstance(value, ValueError) for value in values):
            merged_values = of_mappings(*values)
            assert orjson.dumps(orjson.loads(text)) == orjson.dumps(merged_values), (own, other, text)
    return [merged, merger.differing]
