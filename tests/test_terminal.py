"""The program on a terminal: tables, colours, and nothing from the data that a terminal would obey."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from support.program import Program
from support.terminal import on_terminal

KEY = ("jump-hash", "-b", "5", "-k", "foo")


@pytest.mark.parametrize(
    "arguments", [("failover", "--th", "5"), ("jump-hash", "-b", "5"), ("failover", "--batch")]
)
def test_nobody_waits_for_somebody_to_type(program: Program, arguments: tuple[str, ...]) -> None:
    code, got = on_terminal(program, *arguments)
    assert code == 2
    assert got == "rvhctl: no input: name a FILE, pipe data in, or give it with flags\n"


def test_flags_need_no_input(program: Program) -> None:
    assert on_terminal(program, *KEY) == (0, "3\n")


def test_a_table_is_the_answer_on_a_terminal(program: Program) -> None:
    flags = ("failover", "--nodes", "a,b", "--lats", "5,7.25", "--th", "9")
    assert on_terminal(program, *flags, NO_COLOR="1") == (
        0,
        "\n"
        " rank   node   latency ms\n"
        " ────────────────────────\n"
        "    1   a            5.00\n"
        "    2   b            7.25\n"
        "\n"
        "2 of 2 nodes within 9 ms\n",
    )


def test_text_keys_are_answered_with_numbers_on_a_terminal_too(program: Program) -> None:
    assert on_terminal(program, "jump-hash", "-b", "5", stdin=b"foo\nbar\n") == (0, "3\n4\n")


def test_keys_in_json_are_answered_with_a_table(program: Program) -> None:
    code, got = on_terminal(program, "jump-hash", "-b", "5", "-i", "json", stdin=b'["foo"]', NO_COLOR="1")
    assert (code, got.split()) == (
        0,
        ["key", "bucket", "────────────", "foo", "3", "1", "key", "in", "5", "buckets"],
    )


@pytest.mark.parametrize("columns", [5, 20, 80, 200])
def test_no_terminal_is_too_narrow(program: Program, columns: int) -> None:
    nodes = [
        {"id": "[bold]x[/bold]", "latency": 12.125},
        {"id": "[/items]", "latency": 1},
        {"id": ":smile:", "latency": 2},
        {"id": "日本語ノード", "latency": 3},
        {"id": "x" * 500, "latency": 4},
    ]
    text = json.dumps(nodes, ensure_ascii=False).encode()
    code, got = on_terminal(program, "failover", "--th", "99", stdin=text, columns=columns, NO_COLOR="1")
    assert code == 0
    text = re.sub(r"\s", "", got)
    assert all(str(node["id"]) in text for node in nodes[:-1])
    assert got.count("x") == 501
    assert all(number in text for number in ("1.000", "2.000", "3.000", "4.000", "12.125"))
    assert all(cell_len(line) <= columns for line in got.splitlines())


@pytest.mark.parametrize(
    ("environment", "flags", "colored"),
    [
        ({}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": ""}, (), True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
        ({"TERM": "dumb"}, (), False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, (), True),
        ({"CLICOLOR": "0"}, (), False),
        ({"CLICOLOR": "1"}, (), True),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, (), True),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "0"}, (), False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, (), False),
        ({}, ("--color", "never"), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
    ],
)
def test_who_decides_about_colour(
    program: Program, environment: dict[str, str], flags: tuple[str, ...], colored: bool
) -> None:
    code, got = on_terminal(program, *KEY, "-o", "table", *flags, **environment)
    assert (code, "\x1b[" in got) == (0, colored)
    if not flags:
        code, got = on_terminal(program, "-h", **environment)
        assert (code, "\x1b[" in got) == (0, colored)


@pytest.mark.parametrize("arguments", [(*KEY, "-o", "table"), ("-h",), ("failover", "-h")])
def test_a_pipe_gets_no_colour_unless_it_is_forced(program: Program, arguments: tuple[str, ...]) -> None:
    for environment, colored in (
        ({}, False),
        ({"GITHUB_ACTIONS": "true"}, False),
        ({"FORCE_COLOR": "1"}, True),
    ):
        code, out, err = program.run(*arguments, environment=environment)
        assert (code, err) == (0, "")
        assert (b"\x1b[" in out) == colored


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("csv", "id,latency,note\na,1,x\\u001b[31m\\u009b\\u202ey\n"),
        ("tsv", "id\tlatency\tnote\na\t1\tx\\u001b[31m\\u009b\\u202ey\n"),
        ("ndjson", '{"id":"a","latency":1,"note":"x\\u001b[31m\\u009b\\u202ey"}\n'),
    ],
)
def test_data_does_not_steer_a_terminal(program: Program, format_: str, expected: str) -> None:
    rows = "id,latency,note\na,1,x\x1b[31m\x9b\u202ey\n".encode()
    arguments = ("failover", "--th", "9", "-o", format_)
    assert on_terminal(program, *arguments, stdin=rows, NO_COLOR="1") == (0, expected)


def test_a_pipe_gets_the_data_as_it_is(program: Program) -> None:
    rows = "id,latency,note\na,1,x\x1b[31m\x9b\u202ey\n".encode()
    assert program.run("failover", "--th", "9", stdin=rows) == (0, rows, "")


def test_keys_do_not_steer_a_terminal(program: Program) -> None:
    code, got = on_terminal(
        program, "jump-hash", "-b", "5", "-i", "ndjson", stdin=b'"b\\u001b[31mr"\n', NO_COLOR="1"
    )
    assert code == 0
    assert "b\\x1b[31mr" in got
    assert "\x1b" not in got


def test_a_terminal_without_unicode(program: Program) -> None:
    ascii_ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "NO_COLOR": "1"}
    text = json.dumps([{"id": "é日", "latency": 1}], ensure_ascii=False).encode()
    code, got = on_terminal(program, "failover", "--th", "9", stdin=text, **ascii_)
    assert code == 0
    assert got.isascii()
    assert "\\xe9\\u65e5" in got
    for arguments in (("-h",), ("nonsense",), ("failover", "--th", "5", "é")):
        _, got = on_terminal(program, *arguments, **ascii_)
        assert got.isascii()
    assert got == "rvhctl: \\xc3\\xa9: no such file or directory\n"


def test_no_argument_shows_the_help_where_messages_go(program: Program) -> None:
    code, out, err = program.run()
    assert (code, out) == (2, b"")
    assert "Usage: rvhctl" in err
    assert "jump-hash" in err


def test_an_ordinary_file_as_input_and_a_terminal_for_the_answer(program: Program, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("foo\n")
    assert on_terminal(program, "jump-hash", "-b", "5", str(tmp_path / "keys")) == (0, "3\n")


@pytest.mark.parametrize(("columns", "longest"), [(80, 62), (120, 72), (300, 72)])
def test_bars_are_no_longer_than_people_compare(program: Program, columns: int, longest: int) -> None:
    arguments = ("jump-hash", "-b", "3", "--stats")
    code, got = on_terminal(program, *arguments, stdin=b"a\nb\nc\nd\n", columns=columns)
    assert code == 0
    assert max(line.count("█") for line in got.splitlines()) == longest
