"""One record of what an inventory and a measurement say of a node."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import nan
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.nodes.inventory import merging
from rvhctl.nodes.inventory.merging import NONE_SEEN, Contradictions, merged_objects, merged_texts

STATES = ("up", "drain", "down")


@pytest.fixture(scope="module", params=[True, False], ids=["by the core", "one by one"], autouse=True)
def _ways(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "COMPILED", request.param)
        yield


def merged_text(measured: bytes | None, known: bytes, seen: Contradictions = NONE_SEEN) -> bytes:
    (text,) = merged_texts([measured], [known], seen)
    return text


def test_what_the_inventory_states_counts() -> None:
    measured = {"latency": 3, "id": "10.0.0.1", "rack": "", "zone": None, "lat": nan, "weight": 2}
    known = {
        "id": "a",
        "weight": 5,
        "zone": "z",
        "rack": "r",
        "lat": 1,
        "latency": 9,
        "samples": [9],
        "x": [1],
    }
    assert merged_objects(measured, known) == {
        "latency": 3,
        "id": "a",
        "rack": "r",
        "zone": "z",
        "lat": 1,
        "weight": 5,
        "x": [1],
    }


@pytest.mark.parametrize(("measured", "known"), [*product((*STATES, None), repeat=2)])
def test_the_worse_state_counts(measured: str | None, known: str | None) -> None:
    worst = max((state for state in (measured, known) if state), key=STATES.index, default=None)
    record = merged_objects({"id": "a", "state": measured}, {"id": "a", "state": known})
    assert record["state"] == worst


def test_a_wrong_state_is_left_to_be_refused() -> None:
    assert merged_objects({"id": "a", "state": "off"}, {"id": "a", "state": "down"})["state"] == "off"
    assert merged_text(b'{"id":"a","state":7}', b'{"id":"a","state":"up"}') == b'{"id":"a","state":7}'


def test_who_was_not_measured_has_no_measurement_of_once() -> None:
    assert merged_objects(None, {"id": "a", "latency": 9, "samples": [9], "zone": "z"}) == {
        "id": "a",
        "zone": "z",
        "latency": None,
    }
    assert merged_text(None, b'{"id": 7, "latency": 9}') == b'{"id":7,"latency":null}'


def test_numbers_keep_their_digits() -> None:
    measured = b'{ "latency": 1.50, "id": "x", "n": 1e3, "list": [1,\t2.0] }'
    known = b'{"id": 12345678901234567890123, "lat": 5.20, "list": null}'
    assert merged_text(measured, known) == (
        b'{"latency":1.50,"id":12345678901234567890123,"n":1e3,"list":[1,\t2.0],"lat":5.20}'
    )


def test_a_name_is_the_same_however_it_is_spelt() -> None:
    assert (
        merged_text(b'{"\\u0069d":"a","z\\u006fne":"y"}', b'{"id":"b","zone":"x"}')
        == b'{"id":"b","zone":"x"}'
    )


def test_what_both_say_otherwise_is_told_but_not_what_prints_alike() -> None:
    seen = Contradictions(["zone", "weight"])
    for number, (zone, weight) in enumerate([("x", "2"), ("y", "2.0"), ("1", "3"), ("x", "4"), ('"x"', "2")]):
        measured = b'{"id":"m","zone":%b,"weight":%b}' % (
            zone.encode() if zone in ("1", '"x"') else b'"%b"' % zone.encode(),
            weight.encode(),
        )
        known = b'{"id":"n%d","zone":"%b","weight":2}' % (number, b"1" if number == 2 else b"x")
        assert merged_text(measured, known, seen).startswith(b'{"id":"n%d",' % number)
        merged_objects(orjson.loads(measured), orjson.loads(known), NONE_SEEN)
    assert seen.warnings == [
        "measured otherwise than in the inventory, which counts: "
        "zone of 'n1' is 'x', not 'y', weight of 'n2' is 2, not 3, weight of 'n3' is 2, not 4"
    ]


VALUES = st.one_of(st.none(), st.sampled_from(["", "up", "down", "drain", "é", '"', "z"]), st.integers(0, 9))
RECORDS = st.dictionaries(
    st.sampled_from(["state", "zone", "weight", "latency", "samples", "é", '"']), VALUES
)


@given(st.none() | RECORDS, RECORDS)
def test_texts_are_merged_as_objects_are(measured: dict[str, Any] | None, known: dict[str, Any]) -> None:
    measured = None if measured is None else {"id": "m", **measured}
    known = {"id": "k", **known}
    merged = merged_text(None if measured is None else orjson.dumps(measured), orjson.dumps(known))
    assert merged == orjson.dumps(merged_objects(measured, known))


@given(st.lists(st.tuples(st.none() | RECORDS, RECORDS), max_size=5))
def test_many_are_merged_as_one_by_one(
    pairs: list[tuple[dict[str, Any] | None, dict[str, Any]]],
) -> None:
    measured = [None if own is None else orjson.dumps({"id": "m", **own}) for own, _ in pairs]
    known = [orjson.dumps({"id": f"k{row}", **known}) for row, (_, known) in enumerate(pairs)]
    together, alone, objects = (Contradictions(["zone", "weight", "é", '"']) for _ in range(3))
    texts = merged_texts(measured, known, together)
    assert texts == [merged_text(one, other, alone) for one, other in zip(measured, known, strict=True)]
    for one, other in zip(measured, known, strict=True):
        merged_objects(one and orjson.loads(one), orjson.loads(other), objects)
    assert together.warnings == alone.warnings == objects.warnings
