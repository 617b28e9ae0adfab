"""Help: a screenful of what most people need, all there is in groups, and pages of the manual."""

from __future__ import annotations

import re
import sys
from itertools import product

import pytest
from support.cli import rvhctl
from typer.core import TyperArgument, TyperOption

from rvhctl.app import COMMANDS, command_line, one_command
from rvhctl.cli.option_groups import PANELS
from rvhctl.manual.topics import TOPICS

LINES, COLUMNS = 40, "80"
"""Of a screen that shows all of a short help."""

ALL = [(), *((name,) for name in COMMANDS)]


def lines_of(*arguments: str, columns: str = COLUMNS) -> list[str]:
    code, out, err = rvhctl(*arguments, COLUMNS=columns)
    assert (code, err) == (0, "")
    return out.decode().splitlines()


def sections(lines: list[str]) -> dict[str, list[str]]:
    """What stands under each heading."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if line and line[0] != " ":
            found[line] = []
        elif line and found:
            found[next(reversed(found))].append(line)
    return found


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_short_help_is_one_screen_and_says_where_there_is_more(command: tuple[str, ...]) -> None:
    lines = lines_of(*command, "-h")
    assert len(lines) <= LINES
    assert lines[-1] == "--help shows all, 'rvhctl help' the topics."
    assert lines[2].startswith(f"Usage: {' '.join(['rvhctl', *command])} ")
    examples = sections(lines)["Examples"]
    assert len([line for line in examples if "rvhctl" in line]) == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_short_help_has_options_that_exist_in_the_order_of_need(name: str) -> None:
    command = one_command(name)
    flags = {flag for parameter in command.params for flag in parameter.opts}
    needs = {
        flag: getattr(parameter, "need", None) for parameter in command.params for flag in parameter.opts
    }
    shown = [
        flag
        for line in sections(lines_of(name, "-h")).get("Most used", [])
        if (flag := line.split()[0].rstrip(",")).startswith("-")
    ]
    assert set(shown) <= flags
    places = [needs[flag] for flag in shown]
    assert None not in places
    assert places == sorted(places)


def test_what_most_people_need_first() -> None:
    text = "\n".join(lines_of("faultset", "-h"))
    order = ["--relative X", "-p, --precision", "--by LABEL", "--threshold MS"]
    assert sorted(order, key=text.index) == order
    assert "--relative 1.5 -p auto" in text


@pytest.mark.parametrize(("name", "columns"), [*product(COMMANDS, ["46", "80", "120"])])
def test_help_shows_every_option_in_its_group(name: str, columns: str) -> None:
    lines = lines_of(name, "--help", columns=columns)
    found = sections(lines)
    assert max(map(len, lines)) <= int(columns)
    panels = [panel for panel in PANELS if panel in found]
    assert [heading for heading in found if heading in PANELS] == panels
    for parameter in one_command(name).params:
        if getattr(parameter, "hidden", False):
            continue
        assert isinstance(parameter, TyperOption | TyperArgument)
        label = str(parameter.metavar) if isinstance(parameter, TyperArgument) else parameter.opts[0]
        inside = found[str(parameter.rich_help_panel)]
        assert any(re.match(rf" .*{re.escape(label)}(?![\w-])", line) for line in inside), label


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_help_ends_with_all_examples_and_exit_codes(command: tuple[str, ...]) -> None:
    found = sections(lines_of(*command, "--help"))
    assert list(found)[-2:] == ["Examples", "Exit codes"]
    nobody = ["3"] if command not in [("completion",), ("help",)] else []
    assert [line.split()[0] for line in found["Exit codes"]] == ["0", "1", "2", *nobody, "130", "141"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained_by_sentences_and_defaults_look_alike(name: str) -> None:
    for parameter in one_command(name).params:
        text = getattr(parameter, "help", None)
        assert text, parameter.name
        assert text.endswith("."), parameter.name
        assert "default" not in text.lower(), parameter.name
        default = getattr(parameter, "show_default", None)
        assert isinstance(default, str) or default is False or parameter.default in (None, False), (
            parameter.name
        )


def test_what_the_program_is_and_has() -> None:
    for flag in ("-h", "--help"):
        found = sections(lines_of(flag))
        assert [line.split()[0] for line in found["Commands"] if line[2] != " "] == [*COMMANDS]
        assert [line.split()[0] for line in found["Topics"] if line[2] != " "] == [*TOPICS]


def test_a_long_example_can_still_be_pasted() -> None:
    for columns in ("46", "80"):
        text = "\n".join(lines_of("faultset", "--help", columns=columns))
        joined = re.sub(r" \\\n +", " ", text)
        assert (
            "rvhctl faultset --relative 1.5 --floor 2 --min-survivors 50% --fail-on down nodes.csv" in joined
        )


def test_nothing_is_eaten() -> None:
    assert "Usage: rvhctl failover [OPTIONS] [FILE]..." in lines_of("failover", "-h")
    assert any(r"'user=(\w+)'" in line for line in lines_of("jump-hash", "--help"))


def test_help_needs_no_drawing_library() -> None:
    code = "import sys; from rvhctl.__main__ import main; main(['faultset', '--help']); sys.exit('rich' in sys.modules)"
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_both_helps_are_options_of_every_command() -> None:
    for command in (command_line(), *map(one_command, COMMANDS)):
        assert {"-h", "--help"} <= {flag for parameter in command.params for flag in parameter.opts}
