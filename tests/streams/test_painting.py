"""JSON on a terminal: the same values, indented and in colours, however it comes."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.program import Program
from support.terminal import on_terminal

from rvhctl.streams.painting import JsonPainter

NODES = b'[{"id":"a","latency":1,"note":{"x":[],"y":[null,true,-1.5e3]}},{"id":"b","latency":9}]'
FAILOVER = ("failover", "--threshold", "5")

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", text)


def painted(text: bytes, cuts: list[int], **how: bool) -> str:
    painter = JsonPainter(**how)
    places = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    pieces = [painter(text[start:end]) for start, end in pairwise(places)]
    return b"".join(pieces).decode()


@given(VALUES, st.lists(st.integers(0, 10_000)), st.booleans(), st.booleans())
def test_it_is_the_library_s_indentation(
    value: Any, cuts: list[int], color: bool, ensure_ascii: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ensure_ascii).encode("utf-8", "surrogatepass") + b"\n"
    try:
        text.decode()
    except UnicodeDecodeError:
        return
    got = painted(text, cuts, color=color, indent=True)
    assert (plain(got) if color and "\x1b" not in text.decode() else got) == (
        json.dumps(value, ensure_ascii=ensure_ascii, indent=2) + "\n"
    )


@given(st.lists(VALUES, max_size=3), st.lists(st.integers(0, 10_000)))
def test_lines_stay_lines(values: list[Any], cuts: list[int]) -> None:
    text = "".join(f"{json.dumps(value)}\n" for value in values).encode() + b"\n"
    assert plain(painted(text, cuts, color=True, indent=False)).encode() == text
    assert painted(text, cuts, color=False, indent=False).encode() == text


def test_a_document_on_a_terminal(program: Program) -> None:
    code, got = on_terminal(program, *FAILOVER, "-o", "json", stdin=NODES)
    assert code == 0
    assert plain(got) == json.dumps([json.loads(NODES)[0]], indent=2).replace("-1500.0", "-1.5e3") + "\n"
    assert '\x1b[1m"id"\x1b[0m: \x1b[32m"a"\x1b[0m,\n' in got
    assert "\x1b[2mnull\x1b[0m" in got


def test_lines_on_a_terminal(program: Program) -> None:
    code, got = on_terminal(program, *FAILOVER, "-o", "ndjson", stdin=NODES)
    assert (code, plain(got).encode()) == (0, NODES[1:].split(b"}},")[0] + b"}}\n")
    assert got.startswith('{\x1b[1m"id"\x1b[0m:\x1b[32m"a"\x1b[0m,')
    code, got = on_terminal(program, "jump-hash", "--batch", "-b", "5", stdin=b'{"key":"foo"}\n')
    assert (code, plain(got)) == (0, '{"index":0,"ok":true,"bucket":3}\n')
    assert "\x1b" in got


VIEWS = [
    "faultset --relative 2 -p 2 --plan",
    "faultset --relative 2 -p 2 --explain",
    "faultset --relative 2 -p 2 --drill both",
    "faultset --advise",
    "jump-hash -b 3 -i json --field id",
    "jump-hash -b 3 -i json --field id --stats",
    "jump-hash -b 3 -i json --field id --explain",
    "jump-hash --list-hashes",
]


@pytest.mark.parametrize("line", VIEWS)
def test_every_view_is_indented_and_the_same(program: Program, line: str) -> None:
    nodes = b'[{"id":"a","lat":1,"lon":2,"latency":1},{"id":"b","lat":50,"lon":2,"latency":9}]'
    arguments = (*line.split(), "-o", "json")
    code, got = on_terminal(program, *arguments, stdin=nodes, NO_COLOR="1")
    piped, out, _ = program.run(*arguments, stdin=nodes)
    assert (code, piped, out.count(b"\n")) == (0, 0, 1)
    got = "\n".join(line for line in got.split("\n") if not line.startswith("rvhctl:"))
    assert re.sub(r"\s", "", got) == re.sub(r"\s", "", out.decode())
    assert got == json.dumps(json.loads(out), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("environment", "flags", "colored"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
    ],
)
def test_a_program_reads_json_without_colours(
    program: Program, environment: dict[str, str], flags: tuple[str, ...], colored: bool
) -> None:
    """But where this very run is asked for them; it stays on one line."""
    code, out, _ = program.run(*FAILOVER, "-o", "json", *flags, stdin=NODES, environment=environment)
    assert (code, b"\x1b" in out) == (0, colored)
    assert plain(out.decode()).encode() == NODES.split(b"}},")[0] + b"}}]\n"
