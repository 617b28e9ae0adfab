"""Lines of a memory: only those that we write are read, and nodes are found in any order."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.core.columns import Codes, Ints
from rvhctl.core.memory.remembered import DONE, MORE, UNUSUAL, Met, Remembered, remembered
from rvhctl.core.policy.damping import IN, OUT, UNKNOWN

LINE = b'"a":{"fit":true,"streak":0,"seen":5}'
END = b"\n}}\n"


def scanned(text: bytes, rounds: int = 9) -> int:
    return Remembered(text, 0, 9).scan(9, rounds)


def test_lines_that_are_read() -> None:
    assert scanned(LINE + END) == DONE
    assert (
        scanned(LINE + b",\n" + LINE.replace(b"a", "é".encode(), 1).replace(b"true", b"false") + END) == DONE
    )
    assert Remembered(LINE + b",\n" + LINE + END, 0, 2).scan(1, 9) == MORE
    assert scanned(LINE.replace(b":0", b":9007199254740992").replace(b":5", b":9") + END) == DONE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"true", b"1"),
        (b"true", b"truE"),
        (b"true", b"falsE"),
        (b"true", b"xalse"),
        (b":0", b":-1"),
        (b":0", b":00"),
        (b":0", b":0.0"),
        (b":0", b":9007199254740993"),
        (b":5", b":10"),
        (b":5", b":"),
        (b"seen", b"sean"),
        (b"streak", b"strike"),
        (b"fit", b"fat"),
        (b'"a"', b"a"),
        (b'"a"', b',\n"a"'),
        (b'"a"', b'"\xff"'),
        (b'"a"', b'"\n"'),
        (b"5}", b"5 }"),
        (b"5}", b'5,"more":1}'),
        (END, b",\n}}\n"),
        (END, b"\n}}"),
        (END, b"\n}}\n\n"),
        (END, b", " + LINE + END),
        (END, b""),
    ],
)
def test_lines_that_are_left(old: bytes, new: bytes) -> None:
    text = LINE + END
    assert old in text
    assert scanned(text.replace(old, new, 1)) == UNUSUAL


ids = st.lists(st.text('ab"\\é\n', min_size=1, max_size=12), unique=True, max_size=9)


@given(ids, st.lists(st.booleans(), min_size=9, max_size=9), ids)
def test_nodes_are_found(known: list[str], fits: list[bool], here: list[str]) -> None:
    size = len(known)
    table = remembered(orjson.dumps(known), Codes(fits[:size]), Ints(range(size)), Ints([3] * size))
    met = Met(table, len(here), 7)
    for start in range(0, len(here), 4):
        met.add(orjson.dumps(here[start : start + 4]), len(here[start : start + 4]))
    by_id = dict(zip(known, zip(fits, range(9), strict=True), strict=False))
    assert not met.repeated()
    assert met.places == [UNKNOWN if one not in by_id else IN if by_id[one][0] else OUT for one in here]
    assert met.streaks == [by_id[one][1] if one in by_id else 0 for one in here]
    absent = [one for one in known if by_id[one][0] and one not in here]
    assert [orjson.loads(text) for text in met.absent()] == absent


@pytest.mark.parametrize("here", [[], ["a"], ["b", "a"]])
def test_an_id_that_is_remembered_twice_is_seen(here: list[str]) -> None:
    table = remembered(b'["a","b","a"]', Codes([1, 1, 0]), Ints([0, 0, 0]), Ints([1, 1, 1]))
    met = Met(table, len(here), 7)
    met.add(orjson.dumps(here), len(here))
    assert met.repeated()
