"""Keys in arrays: straight from their bytes, record by record, and as lines of NDJSON, the answers are the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl.keys import lines
from rvhctl.placement.sources import answer as reading

BARE = b"""["a", "b\\n", 5, -0,\r
 12345678901234567890, {"key" :\n"\\u0041"},"\xc3\xa9"\t, "]", {"key": 7, "of":[1,\r\n {"key":"no"}]}]"""
RECORDS = b"""[{"key": "a", "x":[1,\n2], "user":{"id":3}}, {"key":7,"user":{"id":"\\u00e9"}},
{"key":"\\ud83d\\ude00","y":{"z":"]},{"},"user":{ "id" : 18446744073709551615}} ]\n"""
WRONG = b"""["a", "", 5.5, null, "b", [], {"k": 1}, {"key": "c", "bucket": 1}, 36893488147419103232]"""

PLACES = [("-b", "7"), ("--nodes", 'a,"c, d",e', "--replicas", "2"), ("--nodes", "a,b,c", "--down", "b")]
FLAGS = [
    *(("-o", format_) for format_ in ("plain", "ndjson", "json", "csv", "tsv", "table")),
    ("--stats", "-o", "json"),
    ("--only", "0"),
    ("--only", "0,1,2"),
    ("--only", "1", "--allow-empty"),
    ("--hash", "int"),
    ("--hash", "sha256", "-o", "json"),
]


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
@pytest.mark.parametrize("flags", FLAGS, ids=" ".join)
@pytest.mark.parametrize("on_error", ["stop", "skip"])
def test_every_answer(
    place: tuple[str, ...], flags: tuple[str, ...], on_error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = [
        (BARE, ()),
        (WRONG, ()),
        (b" [ ] ", ()),
        (RECORDS, ("--field", "user.id")),
        (WRONG, ("--field", "key")),
    ]
    for document, field in inputs:
        words = ("jump-hash", "-i", "json", *place, *flags, *field, "--on-error", on_error)
        answers = []
        for compiled in (True, False):
            for module in (reading, lines):
                monkeypatch.setattr(module, "COMPILED", compiled)
            answers.append(rvhctl(*words, stdin=document))
        assert answers[0] == answers[1]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.text(min_size=1) | st.integers(-(2**63), 2**64 - 1)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.fixed_dictionaries({"key": KEYS}, optional={"a": JSON, "]": JSON}), max_size=8),
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
    st.sampled_from(["plain", "ndjson", "csv"]),
    st.sampled_from([(), ("--field", "key")]),
)
def test_as_lines(
    records: list[dict[str, Any]], indent: int | str | None, ascii_: bool, output: str, field: tuple[str, ...]
) -> None:
    words = ("jump-hash", "-b", "1000", *field, "-o", output)
    # What is between the tokens of a record goes out as it came in, but for line ends.
    document = json.dumps(records, indent=indent, ensure_ascii=ascii_)
    lines = "".join(json.dumps(record, ensure_ascii=ascii_) + "\n" for record in records)
    of_array = rvhctl(*words, "-i", "json", stdin=document.encode())
    of_lines = rvhctl(*words, "-i", "ndjson", stdin=lines.encode())
    if field and output == "ndjson":
        parsed = [[json.loads(line) for line in answer.out.splitlines()] for answer in (of_array, of_lines)]
        assert parsed[0] == parsed[1]
        assert of_array.code == of_lines.code == 0
    else:
        assert of_array == of_lines


def test_files_of_each_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for compiled in (True, False):
        for module in (reading, lines):
            monkeypatch.setattr(module, "COMPILED", compiled)
        folder = tmp_path / str(compiled)
        folder.mkdir()
        done = rvhctl(
            "jump-hash", "-i", "json", "-b", "3", "--split-to", f"{folder}/{{bucket}}.json", stdin=BARE
        )
        assert done.code == 0, done.err
        written.append({file.name: file.read_bytes() for file in folder.iterdir()})
        assert sorted(map(str, (key for text in written[-1].values() for key in json.loads(text)))) == sorted(
            map(str, json.loads(BARE))
        )
    assert written[0] == written[1]


@pytest.mark.parametrize("compiled", [False, True], ids=["records", "bytes"])
@pytest.mark.parametrize(
    ("shape", "text"),
    [("json", b'["a", "", 5.5, "b", null]'), ("csv", b'key\na\n""\nb\n'), ("ndjson", b'"a"\n5.5\n"b"\n')],
)
def test_what_is_left_out_is_not_counted(
    shape: str, text: bytes, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "COMPILED", compiled)
    words = ("jump-hash", "-i", shape, "-b", "3", "--on-error", "skip", "-l", "debug")
    assert "rvhctl: 2 keys on the " in rvhctl(*words, stdin=text).err


def test_an_element_is_named() -> None:
    done = rvhctl("jump-hash", "-i", "json", "-b", "3", "--on-error", "skip", stdin=WRONG)
    assert done.code == 1
    assert "stdin: key 2: the key is empty\n" in done.err
    assert "key 7: the object has no member 'key'" in done.err


def test_a_hash_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mmh3", None)
    done = rvhctl("jump-hash", "-i", "json", "-b", "3", "--hash", "murmur3-128", stdin=b'["a"]')
    assert (done.code, done.out) == (1, b"")
    assert "murmur3-128 needs the mmh3 library" in done.err
