"""The program as the scripts call it: lines on standard output, and never a message."""

from __future__ import annotations

import pytest
from support.program import Program


def answer(program: Program, shell: str, *arguments: str) -> tuple[int, str, str]:
    code, out, err = program.run(*arguments, environment={"_RVHCTL_COMPLETE": shell})
    return code, out.decode(), err


def test_bash_gives_its_line(program: Program) -> None:
    assert answer(program, "bash", "rvhctl jump-hash --nodes 'a b,c' --down a", " x") == (
        0,
        "list\na\\ b\t\n",
        "",
    )


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_others_give_their_words(shell: str, program: Program) -> None:
    words = ["jump-hash", "--nodes", "a b,c", "--down", "a", "x"]

    assert answer(program, shell, "4", *words) == (0, "list\na b\t\n", "")


def test_an_option_comes_with_what_it_means(program: Program) -> None:
    assert answer(program, "zsh", "0", "-V") == (
        0,
        "words\n-V\tShow the version and the core, and end.\n",
        "",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("2", "faultset", "--down", ""),
        ("3", "faultset", "no-such-file", "--down", ""),
        ("3", "faultset", ".", "--down", ""),
        ("2", "jump-hash", "--down", ""),
        ("2", "jump-hash", "--no-such-option", "--down"),
        ("9", "faultset"),
        ("x", "faultset"),
        (),
    ],
)
def test_nothing_that_is_wrong_with_a_line_is_said(arguments: tuple[str, ...], program: Program) -> None:
    code, out, err = answer(program, "fish", *arguments)

    assert (code, err) in [(0, ""), (1, "")]
    assert out in ("", "words\n--down\tThese nodes have failed, and others own their keys.\n")
