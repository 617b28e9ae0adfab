"""``rvhctl help``: pages of the manual, on a terminal and in a pipe."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.program import Program
from support.terminal import on_terminal

from rvhctl.app import OurCommand, one_command
from rvhctl.commands import COMMANDS
from rvhctl.manual.topics import TOPICS

PAGES = [(), *((name,) for name in (*COMMANDS, *TOPICS))]


@pytest.mark.parametrize("page", PAGES, ids=" ".join)
@pytest.mark.parametrize("columns", ["46", "80", "120"])
def test_a_page_fits_and_begins_with_its_name(page: tuple[str, ...], columns: str) -> None:
    code, out, err = rvhctl("help", *page, COLUMNS=columns)
    lines = out.decode().splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "NAME"
    assert lines[1].startswith(f"    {'-'.join(['rvhctl', *page])} - ")
    assert max(map(len, lines)) <= int(columns)
    assert out.isascii()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_a_command_says_what_its_help_says(name: str) -> None:
    page = " ".join(rvhctl("help", name).out.decode().split())
    for parameter in one_command(name).params:
        assert getattr(parameter, "hidden", False) or getattr(parameter, "help", "?") in page
    pasted = page.replace(" \\ ", " ")
    command = one_command(name)
    assert isinstance(command, OurCommand)
    assert all(" ".join(example.split()) in pasted for example in command.notes.examples)


@pytest.mark.parametrize(
    ("typed", "nearest"), [("format", "formats"), ("exit-code", "exit-codes"), ("failovr", "failover")]
)
def test_an_unknown_topic_suggests_the_nearest(typed: str, nearest: str) -> None:
    code, out, err = rvhctl("help", typed)
    assert (code, out) == (2, b"")
    assert f"did you mean '{nearest}'?" in err
    assert err.count("\n") == 1


def test_a_terminal_shows_it_by_a_pager_and_a_pipe_does_not(program: Program, tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\nsed 's/^/> /'\n")
    pager.chmod(0o755)
    code, shown = on_terminal(program, "help", "formats", PAGER=str(pager))
    assert code == 0
    assert all(line.startswith("> ") for line in shown.splitlines())
    assert "\x1b" not in shown
    assert "N\bNA\bAM\bME\bE" in shown
    _, shown = on_terminal(program, "help", "formats", PAGER=str(pager), NO_COLOR="1")
    assert "> NAME\n" in shown


def test_the_reader_may_go_away(program: Program) -> None:
    command = f"{sys.executable} -m rvhctl help jump-hash | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env=program.environment, capture_output=True, text=True, check=True
    )
    first, code = done.stdout.splitlines()
    assert first == "NAME"
    assert code in ("0", "141")
    assert done.stderr == ""


def test_man_pages_are_clean(tmp_path: Path) -> None:
    """By the tools that are there; ``.ci/run`` has man, as every Debian."""
    assert rvhctl("help", "--man", str(tmp_path)) == (0, b"", "")
    pages = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert pages == {
        "man1/rvhctl.1",
        *(f"man1/rvhctl-{name}.1" for name in COMMANDS),
        *(f"man7/rvhctl-{name}.7" for name in TOPICS),
    }
    for page in sorted(pages):
        for tool in (
            ("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"),
            ("mandoc", "-Tlint", "-Wwarning"),
        ):
            if shutil.which(tool[0]):
                done = subprocess.run([*tool, str(tmp_path / page)], capture_output=True, text=True)
                found = done.stderr if tool[0] == "man" else done.stdout
                assert (done.returncode, found) == (0, ""), page


@pytest.mark.parametrize(("flag", "what"), [("--man", "page"), ("--schema", "schema")])
def test_a_page_is_whole_or_the_old_one(
    flag: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rvhctl("help", flag, str(tmp_path)).code == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, out, err = rvhctl("help", flag, str(tmp_path), COLUMNS="40")
    assert (code, out, err.count("\n")) == (1, b"", 1)
    assert f"cannot write the {what}" in err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, out, err = rvhctl("help", "--man", str(tmp_path / "file"))
    assert (code, out) == (1, b"")
    assert err.count("\n") == 1
    assert rvhctl("help", "--man", str(tmp_path), "formats").code == 2
