"""One object of JSON out of two."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.json.merging import merged_object

LEFT_OUT = [b'"latency"', b'"samples"']
STATES = [b'"up"', b'"drain"', b'"down"']


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
        (b'{"\\u0069d":"a"}', b'{"id":"a"}', b""),
        (b'{"id":"a","x":1,"x":2}', b'{"id":"a"}', b""),
        (b'{"id":"a"}', b'{"id":"a","x":1,"x":2}', b""),
    ],
)
def test_what_is_known_counts(own: bytes, known: bytes, merged: bytes) -> None:
    assert merged_object(own, known, LEFT_OUT, STATES, [], []) == merged


def test_what_both_say_otherwise_is_collected() -> None:
    differing: list[bytes] = []
    own, known = (
        b'{"id":"m","a":1,"b":"x","c":2,"d":null,"e":5}',
        b'{"id":"k","a":1,"b":"y","c":3,"d":4,"e":null}',
    )
    merged = merged_object(own, known, LEFT_OUT, STATES, [b'"a"', b'"b"', b'"d"', b'"e"', b'"id"'], differing)
    assert merged == b'{"id":"k","a":1,"b":"y","c":3,"d":4,"e":5}'
    assert differing == [b'"id"', b'"m"', b'"k"', b'"b"', b'"x"', b'"y"']


NUMBERS = st.integers(0, 10**12)
TEXTS = st.sampled_from(["", "up", "down", "é", "a" * 40])
VALUES = st.one_of(st.none(), TEXTS, NUMBERS, st.lists(NUMBERS))
RECORDS = st.dictionaries(st.sampled_from(["state", "zone", "latency", "é", "a" * 40]), VALUES)


@given(RECORDS, RECORDS)
def test_objects_are_merged_as_mappings_are(own: dict[str, Any], known: dict[str, Any]) -> None:
    own, known = {"id": "a", **own}, {"id": "b", **known}
    wanted = {**own, "id": "b"}
    for name, value in known.items():
        worse = name == "state" and (own.get(name), value) == ("up", "down")
        counts = worse if name == "state" else value not in (None, "")
        if name not in ("id", "latency") and (counts or own.get(name) in (None, "")):
            wanted[name] = value
    merged = merged_object(orjson.dumps(own), orjson.dumps(known), LEFT_OUT, STATES, [], [])
    assert merged == orjson.dumps(wanted)
