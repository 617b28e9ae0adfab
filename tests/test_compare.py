"""``tests/support/compare.py``, which holds a change still: it sees what differs, and asks for everything."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.compare import Words, difference, main, steps_of
from support.matrix import cases
from support.matrix_files import files
from support.matrix_options import OPTIONS

from rvhctl.app import COMMANDS, one_command
from rvhctl.core.words import COMPILED

CORE = f"--core={'compiled' if COMPILED else 'interpreted'}"
STUB = """
from pathlib import Path


def main(arguments):
    if arguments[0] == "jump-hash" and Path("out").is_dir():
        Path("out/left").write_text("something")
    print("a", "b", sep="\\n", flush=True)
    return 3
"""


def test_a_program_is_like_itself(capsys: pytest.CaptureFixture[str]) -> None:
    few = r"^sources: .*(failover --threshold 100 -o plain.* (nodes|cut-nodes)\.csv|<\(cat nodes.csv)"
    assert main([sys.executable, sys.executable, CORE, "--only", few]) == 0
    assert capsys.readouterr().out.startswith("9 command lines, 0 differ, in 0 ways")


def test_another_program_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = tmp_path / "rvhctl"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STUB)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    only = r"rvhctl jump-hash -b 10 keys.txt --split-to out/part-\{bucket\}"
    assert main([sys.executable, str(python), CORE, "--only", only]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["1 x", "  $ rvhctl jump-hash -b 10 keys.txt --split-to out/part-{bucket}"]
    assert {"    -code 0", "    +code 3", "    +out  a", "    +out  b", "    +out/left something"} <= set(out)
    assert any(line.startswith("    -out/part-") for line in out)
    assert out[-1].startswith("1 command lines, 1 differ, in 1 ways")


def test_words_that_were_renamed_make_no_difference() -> None:
    words = Words([("verdict", "health")])
    assert words.to_old(b"--health=healthy health") == b"--verdict=healthy verdict"


def test_a_line_of_shell_is_taken_apart() -> None:
    line = "cat a | A=1 rvhctl failover 'b c' <(cat d) ; rvhctl -h < e"
    assert steps_of(line) == [
        (["failover", "b c", "fifo/d"], "a", True, {"A": "1"}),
        (["-h"], "e", False, {}),
    ]


def test_of_a_long_output_only_the_first_difference_is_shown() -> None:
    lines = [f"{number}\n".encode() for number in range(1000)]
    changed = [*lines[:500], b"x\n", *lines[501:900], *lines[:100]]
    outputs = [([(0, b"".join(some), b"")], {}) for some in (lines, changed)]
    assert difference(outputs[0], outputs[1]) == ["-out  500", "+out  x"]


def test_the_matrix_has_every_option_of_every_command() -> None:
    assert set(OPTIONS) == set(COMMANDS)
    for name in COMMANDS:
        options = [
            parameter for parameter in one_command(name).params if parameter.param_type_name == "option"
        ]
        named = {spelling for option in OPTIONS[name] for spelling in option.spellings}
        assert named == {spelling for option in options for spelling in option.opts}, name
        valid = {option.spellings[0]: set(option.valid) for option in OPTIONS[name]}
        for option in options:
            assert valid[option.opts[0]] >= set(getattr(option.type, "choices", ())), option.opts


def test_the_matrix_reads_no_file_that_is_not_made() -> None:
    lines = [case.line for case in cases(pairs=True)]
    assert len(lines) == len(set(lines)) > 1500
    assert {stdin for line in lines for _, stdin, _, _ in steps_of(line)} <= files().keys() | {""}
