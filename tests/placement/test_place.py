"""Rows that say of each key where it belongs: from bytes, and through the libraries, they are the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.cli import rvhctl

from rvhctl import Placement
from rvhctl.formats import write
from rvhctl.placement.sources import answer as reading

FORMATS = ["ndjson", "json", "csv", "tsv"]
PLACES = [
    ("-b", "7"),
    ("-b", "100000"),
    ("--nodes", 'a,"c, d",é', "--replicas", "2"),
    ("--nodes", "a,b,c", "--down", "b"),
]
TEXT = 'user-1\nwith "quotes"\nback\\slash\na,b\nt\tab\r\n\x7fdel\x01\né日本🚀\nlast'.encode()
VALUES = (
    b'"user-1"\n{"key":"a"}\n\n {"more":1,"key":"b,\\u00e9 \\"","x":[{}]}\n7\n-7\n-0\n18446744073709551615\n'
    b'{"key":-12}\n"\xc3\xa9\\n"\n  "x"  \n{"key":"twice","key":"second"}'
)
BAD_TEXT = b"ok\n\n\xff\nok \xc3\n\xed\xa0\x80\nok2\n"
BAD_VALUES = b'"ok"\n{}\n{"key":1.5}\n[1]\n"\xff"\nnull\n{"key":""}\n1e400\n"ok2"\n'


def both(monkeypatch: pytest.MonkeyPatch, *words: str, stdin: bytes) -> None:
    """Run it twice, and hold the answers equal."""
    answers = []
    for compiled in (True, False):
        monkeypatch.setattr(reading, "COMPILED", compiled)
        answers.append(rvhctl("jump-hash", *words, stdin=stdin))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format(format_: str, place: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for on_error in ("stop", "skip"):
        words = (*place, "-o", format_, "--on-error", on_error)
        for text in (TEXT, b"", BAD_TEXT, TEXT + b"\n" + BAD_TEXT):
            both(monkeypatch, *words, stdin=text)
            both(monkeypatch, *words, "--hash", "sha256", stdin=text)
        both(monkeypatch, "-0", *words, stdin=TEXT.replace(b"a,b\n", b"a\nb\0"))
        for text in (VALUES, BAD_VALUES, VALUES + b"\n" + BAD_VALUES):
            both(monkeypatch, "-i", "ndjson", *words, stdin=text)
            both(monkeypatch, "-i", "ndjson", *words, "--hash", "int", stdin=text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=6), max_size=6), st.sampled_from(FORMATS))
def test_any_keys(monkeypatch: pytest.MonkeyPatch, keys: list[str], format_: str) -> None:
    text = "\n".join(keys).encode("utf-8", "surrogatepass")
    values = "\n".join(json.dumps(key) for key in keys).encode()
    for more in ((), ("--replicas", "2")):
        both(monkeypatch, "-b", "5", *more, "-o", format_, "--on-error", "skip", stdin=text)
        both(monkeypatch, "-b", "5", *more, "-o", format_, "-i", "ndjson", "--on-error", "skip", stdin=values)


def test_many_lines_with_a_bad_one_far_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"".join(b"key-%d\n" % number for number in range(10_000)) + b"\xff" + b"y" * 1000 + b"\nlast\n"
    both(monkeypatch, "-b", "5", "-o", "ndjson", stdin=text)
    both(monkeypatch, "-b", "5", "-o", "ndjson", "--on-error", "skip", stdin=text)


def test_a_document_that_is_too_long_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"".join(b"key-%d\n" % number for number in range(20_000))
    whole = rvhctl("jump-hash", "-b", "5", "-o", "json", stdin=text)
    monkeypatch.setattr(write, "MOST_HELD", 10_000)
    assert rvhctl("jump-hash", "-b", "5", "-o", "json", stdin=text) == whole
    assert len(json.loads(whole.out)) == 20_000
    broken = rvhctl("jump-hash", "-b", "5", "-o", "json", stdin=text + b"\n")
    assert (broken.code, broken.out) == (1, b"")


ROWS = [
    {"n": "1", "user": "a,b"},
    {"n": "2", "user": 'é\\"x'},
    {"n": "3", "user": "user-3"},
    {"n": "4", "user": "-7"},
]


def text_of(shape: str, rows: list[dict[str, str]]) -> bytes:
    if shape == "ndjson":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if shape == "json":
        return json.dumps(rows, indent=1).encode()
    out = io.StringIO()
    writer = csv.DictWriter(
        out, ["n", "user"], delimiter="\t" if shape == "tsv" else ",", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def rows_in(shape: str, text: bytes) -> list[dict[str, Any]]:
    if shape == "ndjson":
        return list(map(json.loads, text.splitlines()))
    if shape == "json":
        return list(json.loads(text))
    return list(csv.DictReader(io.StringIO(text.decode()), delimiter="\t" if shape == "tsv" else ","))


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("replicas", [None, 2])
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("shape", FORMATS)
def test_records_go_out_with_what_was_chosen_for_their_field(
    shape: str, format_: str, replicas: int | None, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Placement(["x", 'y"', "z"] if named else 3)
    words = ["--nodes", 'x,y",z'] if named else ["-b", "3"]
    words += ["--replicas", str(replicas)] if replicas else []
    words += ["--field", "user", "-i", shape, "-o", format_]
    text = text_of(shape, ROWS)
    both(monkeypatch, *words, stdin=text)
    expected: list[dict[str, Any]] = []
    for row in ROWS:
        names = ring.replicas(row["user"], replicas or 1)
        chosen = [ring.nodes.ids.index(str(name)) if named else name for name in names]
        own = format_ in ("json", "ndjson") or format_ == shape
        made: dict[str, Any] = dict(row) if own else {"key": row["user"]}
        made["bucket"] = chosen[0]
        if named:
            made["node"] = names[0]
        if replicas and format_ in ("json", "ndjson"):
            made["replicas"] = [
                {"bucket": bucket, "node": name} if named else {"bucket": bucket}
                for bucket, name in zip(chosen, names, strict=True)
            ]
        elif replicas:
            made |= {f"replica_{at}": name for at, name in enumerate(names, 1)}
        expected.append(made)
    found = rows_in(format_, rvhctl("jump-hash", *words, stdin=text).out)
    if format_ in ("csv", "tsv"):
        expected = [{name: str(value) for name, value in row.items()} for row in expected]
    assert found == expected


def test_tables_of_different_columns_are_refused_unless_each_row_is_an_object(tmp_path: Path) -> None:
    for name, text in (("a.csv", "n,user\n1,a\n"), ("b.csv", "user,n\nb,2\n"), ("c.csv", "user,n\nc,3\n")):
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv")]
    words = ["-b", "3", "--field", "user"]
    refused = rvhctl("jump-hash", *words, "-o", "csv", *files)
    assert (refused.code, "different columns" in refused.err) == (1, True)
    assert rvhctl("jump-hash", *words, "-o", "csv", *files[1:]).out.splitlines()[1:] == [b"b,2,2", b"c,3,0"]
    rows = rows_in("ndjson", rvhctl("jump-hash", *words, "-o", "ndjson", *files).out)
    assert [(row["n"], row["user"]) for row in rows] == [("1", "a"), ("2", "b"), ("3", "c")]
