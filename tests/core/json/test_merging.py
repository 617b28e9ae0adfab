"""Objects of JSON, each out of two."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.naive_merging import of_mappings

from rvhctl.core.json.merging import MOST, ObjectMerger

LEFT_OUT = [b'"latency"', b'"samples"']
STATES = [b'"up"', b'"drain"', b'"down"']
ABSENT = b',"latency":null}'


def merge(own: bytes, known: bytes) -> bytes:
    (merged,) = ObjectMerger(LEFT_OUT, STATES, []).merge([own], [known], ABSENT)
    return merged


@pytest.mark.parametrize(
    ("own", "known", "merged"),
    [
        (b'{"id":1}', b'{"id":"a"}', b'{"id":"a"}'),
        (
            b'{ "latency" : 1.0, "id":"a" }',
            b'{"id":"a","latency":2,"z":[1, 2]}',
            b'{"latency":1.0,"id":"a","z":[1, 2]}',
        ),
        (
            b'{"id":"a","z":null,"y":"","x":{}}',
            b'{"z":1,"y":"b","x":2,"id":"c"}',
            b'{"id":"c","z":1,"y":"b","x":2}',
        ),
        (b'{"id":"a","state":"up"}', b'{"id":"a","state":"down"}', b'{"id":"a","state":"down"}'),
        (b'{"id":"a","state":"down"}', b'{"id":"a","state":"up"}', b'{"id":"a","state":"down"}'),
        (b'{"id":"a","state":"off"}', b'{"id":"a","state":"up"}', b'{"id":"a","state":"off"}'),
        (b'{"id":"a","x":"up"}', b'{"id":"a","x":"down"}', b'{"id":"a","x":"down"}'),
        (b"", b'{"id":7,"latency":9,"z": "x" }', b'{"id":7,"z":"x","latency":null}'),
        (b'{"id":"a","z":"\\""}', b'{"id":"a","y":"\\u0041"}', b'{"id":"a","z":"\\"","y":"\\u0041"}'),
        (b'{"\\u0069d":"a"}', b'{"id":"a"}', b""),
        (b'{"id":"a"}', b'{"id":"a","\\u0061":1}', b""),
        (b'{"id":"a"', b'{"id":"a"}', b""),
        (b'{"id":"a","\\x":1}', b'{"id":"a"}', b""),
        (b'{"id":"a","x" 1}', b'{"id":"a"}', b""),
        (b'{"id":"a","x":01}', b'{"id":"a"}', b""),
        (b'{"id":"a" "x":1}', b'{"id":"a"}', b""),
        (b'{"id":"a",7:1}', b'{"id":"a"}', b""),
        (b'{"id":"a"}', b'{"id":"a","\\x":1}', b""),
        (b'{"id":"a"}', b'{"id":"a","x" 1}', b""),
        (b'{"id":"a"}', b'{"id":"a","x":tru}', b""),
        (b'{"id":"a"}', b'{"id":"a",}', b""),
        (b'{"id":"a"}', b'["id"]', b""),
        (b'{"z":"a"}', b'{"id":"a"}', b""),
        (b'{"id":"a"}', b'{"z":"a"}', b""),
        (b'{"id":"a","x":1,"x":2}', b'{"id":"a"}', b""),
        (b'{"id":"a"}', b'{"id":"a","x":1,"x":2}', b""),
    ],
)
def test_what_is_known_counts(own: bytes, known: bytes, merged: bytes) -> None:
    assert merge(own, known) == merged
    merger = ObjectMerger(LEFT_OUT, STATES, [])
    before = b'{"id":"a","x":1,"y":2,"z":3}'
    assert merger.merge([before, own], [before, known], ABSENT) == [before, merged]


def test_what_both_say_otherwise_is_collected() -> None:
    own = b'{"id":"m","a":1,"b":"x","c":2,"d":null,"e":5,"state":"up"}'
    known = b'{"id":"k","a":1,"b":"y","c":3,"d":4,"e":null,"state":"down"}'
    watched = [b'"a"', b'"b"', b'"d"', b'"e"', b'"id"', b'"state"']
    merger = ObjectMerger(LEFT_OUT, STATES, watched)
    merged = merger.merge([own, b"", own], [known] * 3, ABSENT)
    assert merged[::2] == [b'{"id":"k","a":1,"b":"y","c":3,"d":4,"e":5,"state":"down"}'] * 2
    assert merged[1] == b'{"id":"k","a":1,"b":"y","c":3,"d":4,"e":null,"state":"down","latency":null}'
    assert merger.differing == [(row, b'"b"', b'"x"', b'"y"') for row in (0, 2)]


def test_more_members_are_for_the_library() -> None:
    for more in (0, 1):
        record = orjson.dumps({"id": "a"} | {f"m{number}": number for number in range(MOST - 1 + more)})
        assert bool(merge(record, b'{"id":"b"}')) != bool(more)
        assert bool(merge(b'{"id":"b"}', record)) != bool(more)


NUMBERS = st.integers(0, 10**12)
TEXTS = st.sampled_from(["", "up", "down", "é", "a" * 40])
VALUES = st.one_of(st.none(), TEXTS, NUMBERS, st.lists(NUMBERS))
RECORDS = st.dictionaries(st.sampled_from(["state", "zone", "latency", "é", "a" * 40]), VALUES)


@given(st.lists(st.tuples(st.none() | RECORDS, RECORDS), max_size=6), st.booleans())
def test_objects_are_merged_as_mappings_are(
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any]]], twice: bool
) -> None:
    """Each as by itself, whichever came before."""
    pairs = [pair for pair in pairs for _ in range(1 + twice)]
    rows = [(None if own is None else {"id": "a", **own}, {"id": "b", **known}) for own, known in pairs]
    records = [b"" if own is None else orjson.dumps(own) for own, _ in rows]
    merger = ObjectMerger(LEFT_OUT, STATES, [b'"zone"'])
    merged = merger.merge(records, [orjson.dumps(known) for _, known in rows], ABSENT)
    assert merged == [orjson.dumps(of_mappings(own, known)) for own, known in rows]
    assert merger.differing == [
        (row, b'"zone"', *map(orjson.dumps, zones))
        for row, (own, known) in enumerate(rows)
        if own
        and len({*map(repr, zones := (own.get("zone"), known.get("zone")))}) == 2
        and None not in zones
        and "" not in zones
    ]


@pytest.mark.parametrize("first", [0, 1, 2])
def test_members_that_come_and_go_are_thought_over(first: int) -> None:
    texts = [b'{"id":"a"}', b'{"id":"a","x":1}', b'{"id":"a","x":1,"y":2}', b'{"id":"a","y":2,"x":1}']
    pairs = [(own, known) for own in [b"", *texts] for known in texts]
    pairs = pairs[first::3] + pairs[::-1]
    merger = ObjectMerger(LEFT_OUT, STATES, [])
    merged = merger.merge([own for own, _ in pairs], [known for _, known in pairs], ABSENT)
    assert merged == [merge(own, known) for own, known in pairs]
    expected = [of_mappings(orjson.loads(own) if own else None, orjson.loads(known)) for own, known in pairs]
    assert merged == list(map(orjson.dumps, expected))
