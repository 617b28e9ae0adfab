"""Help, and what is said about a command line that does not make sense."""

from __future__ import annotations

import re

import pytest
from support.cli import rvhctl

from rvhctl.app import COMMANDS, one_command
from rvhctl.cli.options import epilog


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("failovr",), "no such command 'failovr'; did you mean 'failover'?; try 'rvhctl --help'"),
        (("xyz",), "no such command 'xyz'; try 'rvhctl --help'"),
        (("--nope",), "no such option: --nope; try 'rvhctl --help'"),
        (("-x",), "no such option: -x; try 'rvhctl --help'"),
        (
            ("failover", "--treshold", "5"),
            "no such option: --treshold; did you mean '--threshold'?; try 'rvhctl failover --help'",
        ),
        (("jump-hash", "-z"), "no such option: -z; try 'rvhctl jump-hash --help'"),
        (("failover", "--th"), "option '--th' requires an argument; try 'rvhctl failover --help'"),
        (
            ("jump-hash", "-b", "many"),
            "invalid value for '--buckets' / '-b': 'many' is not a valid int; try 'rvhctl jump-hash --help'",
        ),
        (
            ("failover", "-o", "jsn"),
            "invalid value for '--output' / '-o': 'jsn' is not one of 'auto', 'table', 'json', 'ndjson', 'csv', "
            "'tsv', 'plain'; did you mean 'json'?; try 'rvhctl failover --help'",
        ),
        (
            ("failover", "--on-error", "warn"),
            "invalid value for '--on-error': 'warn' is not one of 'skip', 'fail'; try 'rvhctl failover --help'",
        ),
    ],
)
def test_one_line_with_the_nearest_thing(arguments: tuple[str, ...], message: str) -> None:
    assert rvhctl(*arguments) == (2, b"", f"rvhctl: {message}\n")


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_help_fits_and_has_examples_and_exit_codes(command: tuple[str, ...], columns: str, flag: str) -> None:
    code, out, err = rvhctl(*command, flag, COLUMNS=columns)
    assert (code, err) == (0, "")
    lines = out.decode().splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert f" Usage: {' '.join(['rvhctl', *command])} " in "\n".join(lines)
    examples = lines[lines.index(" Examples:") + 1 : lines.index(" Exit codes:")]
    assert len([line for line in examples if "rvhctl" in line]) >= 2
    codes = re.findall(r"^ +(\d+)  \w", "\n".join(lines[lines.index(" Exit codes:") :]), re.MULTILINE)
    assert codes == [
        "0",
        "1",
        "2",
        *(["3"] if command != ("completion",) else []),
        "130",
        "141",
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    for parameter in one_command(name).params:
        assert getattr(parameter, "help", None), parameter.name


def test_no_bracket_is_eaten() -> None:
    out = rvhctl("failover", "-h").out.decode()
    assert "[OPTIONS] [FILE]..." in out
    assert "[x>=1]" in out


def test_brackets_of_an_example_stay() -> None:
    assert "\\[FILE]" in epilog("rvhctl failover [FILE]")


def test_all_commands_are_listed() -> None:
    out = rvhctl("-h").out.decode()
    assert all(f"│ {name} " in out for name in COMMANDS)
