"""Every table and view of every command, as a colour terminal shows it: whole, no wider than the screen."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

import pyte
import pytest
from support.screens import displayed, lines_of, said, screen_of, unstyled
from support.terminal import forked_on_terminal

from rvhctl.commands import COMMANDS

LONG = "par-1-with-a-very-long-name-that-nobody-would-give-but-somebody-did"
NODES = [
    {"id": "ams-1.prod.example.net", "lat": 52.37, "lon": 4.90, "latency": 12.5},
    {"id": "ams-2", "lat": 52.37, "lon": 4.90, "latency": 9},
    {"id": LONG, "lat": 48.86, "lon": 2.35, "latency": 31},
    {"id": "東京ノード", "lat": 35.68, "lon": 139.69, "latency": 123456.125},
    {"id": "jfk", "lat": 40.64, "lon": -73.78, "latency": None},
]
FIT = "\n".join(map(json.dumps, NODES))
FAILED = [
    {"id": "s" * 40, "lat": 37.62, "lon": -122.38, "latency": 3, "state": "down"},
    {"id": "lhr", "lat": 51.47, "lon": -0.45, "latency": 4, "state": "drain"},
]
MIXED = "\n".join(map(json.dumps, [*NODES, *FAILED]))
KEYS = "\n".join(["foo", "x" * 90, "日本語のキー", "[bold]", "18446744073709551615", *map(str, range(9))])
ROWS = "\n".join(json.dumps({"user": {"id": f"user-{i}"}, "n": i}) for i in range(9))
NAMES = f"ams-2,{LONG},東京ノード,d,e,f,g"
FPING = "ams-2 : 9.1 9.2 - 9.0\njfk : - - - -\n"

VIEWS = [
    ("failover --th 1e9", FIT),
    ("failover --th 30 --top 1", FIT),
    ("failover --th 30", MIXED),
    ("failover --relative 1.2 --fail-on down", FIT),
    ("failover --th 30 --explain", MIXED),
    ("failover --from fping --th 30 --explain", FPING),
    ("faultset --th 1e9", FIT),
    ("faultset --th 1e9 --top 1 -p 1", FIT),
    ("faultset --th 40", MIXED),
    ("faultset --relative 1.5 --merge-below 2 -p 4", MIXED),
    ("faultset --relative 1.5 --min-survivors 2", MIXED),
    ("faultset --relative 1.5 --plan", MIXED),
    ("faultset --relative 1.5 --plan --merge-below 2 -p 3 --down ams-2", MIXED),
    ("faultset --relative 1.5 --explain", MIXED),
    ("faultset --th 40 --explain --max-ejection 10%", FIT),
    ("faultset --advise", FIT),
    ("jump-hash -b 5 -o table", KEYS),
    ("jump-hash -b 1 -k only -o table", None),
    (f"jump-hash --nodes {NAMES} --down d -o table", KEYS),
    (f"jump-hash --nodes {NAMES} --replicas 3 -o table", KEYS),
    ("jump-hash -b 50 --replicas 20 -o table", KEYS),
    ("jump-hash -b 5 --field user.id -o table", ROWS),
    ("jump-hash -b 5 --regex (..) -o table", "ab\ncd\n" + "long " * 30),
    ("jump-hash -b 7 --stats", KEYS),
    ("jump-hash -b 700 --stats", KEYS),
    (f"jump-hash --nodes {NAMES} --stats", KEYS),
    ("jump-hash -b 5 --to 6", KEYS),
    (f"jump-hash --nodes {NAMES} --to-down d", KEYS),
    ("jump-hash -b 5 --to 6 --moves", KEYS),
    (f"jump-hash --nodes {NAMES} --to-nodes a,b --moves", KEYS),
    ("jump-hash -b 5 --down 1,2 --explain", KEYS),
    (f"jump-hash --nodes {NAMES} --down d,e,f --explain --replicas 2", KEYS),
    ("jump-hash --list-hashes", None),
]
HELP = [f"{command} {flag}" for command in ("", *COMMANDS) for flag in ("-h", "--help")]

COLOURED = {
    "degraded": "brown",  # pyte's word for yellow
    "damped": "brown",
    "kept_by_safeguard": "brown",
    "down": "red",
    "dropped_by_safeguard": "red",
}
"""The words that have a colour, all others have none."""


WIDE = 4000
"""Columns in which nothing folds."""


def drawn(command: str, text: str | None, columns: int, folder: Path) -> str:
    """What a terminal of so many columns gets."""
    files: list[str] = []
    if text is not None:
        file = folder / ("input" if command.startswith("failover --from") else "input.ndjson")
        if command.startswith("jump-hash") and "--field" not in command:
            file = folder / "input"
        file.write_text(text, encoding="utf-8")
        files = [str(file)]
    code, got = forked_on_terminal(*command.split(), "--level", "error", *files, columns=columns)
    assert code == 0, got
    return got


@pytest.mark.parametrize(("command", "text"), VIEWS)
def test_a_terminal_shows_the_whole_view(command: str, text: str | None, tmp_path: Path) -> None:
    whole = said(lines_of(screen_of(drawn(command, text, WIDE, tmp_path), WIDE)))
    assert whole["caption"]
    for columns in (46, 80, 200):
        got = drawn(command, text, columns, tmp_path)
        screen = screen_of(got, columns)
        shown = displayed(screen)
        # The terminal breaks no line: none is wider than the screen.
        assert shown == unstyled(got)
        assert not re.search(r"u001b|x1b|\[\d+m|…", shown)
        assert said(lines_of(screen)) == whole
        for word, color in colored_words(screen):
            assert COLOURED[word] == color


def colored_words(screen: pyte.Screen) -> set[tuple[str, str]]:
    """The words with a colour of their own, and which."""
    found = set()
    for line in screen.buffer.values():
        for color, group in groupby((line[at] for at in range(screen.columns)), key=lambda cell: cell.fg):
            if color != "default":
                found.add(("".join(cell.data for cell in group).strip(), color))
    return found


@pytest.mark.parametrize("columns", [46, 200])
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("failover --th 30", set()),
        ("failover --th 99 --explain", {("down", "red")}),
        ("faultset --relative 1.5 --min-survivors 2", {("degraded", "brown"), ("down", "red")}),
        ("faultset --relative 1.5 --plan", {("down", "red")}),
        ("jump-hash --nodes a,b,c --down b --explain -i json", {("down", "red")}),
    ],
)
def test_colours_mean_something(
    command: str, words: set[tuple[str, str]], columns: int, tmp_path: Path
) -> None:
    text = json.dumps(list(map(str, range(20)))) if "json" in command else MIXED
    assert colored_words(screen_of(drawn(command, text, columns, tmp_path), columns)) == words


@pytest.mark.parametrize(
    "flags", ["", "--nodes a,b --replicas 2", "--down 1 --explain", "--to 6 --moves", "--regex .*"]
)
def test_keys_do_not_steer_a_terminal(flags: str, tmp_path: Path) -> None:
    keys = [f"b\x1b[31m{i}\u202e" for i in range(20)]
    buckets = "" if "--nodes" in flags else "-b 5"
    got = drawn(f"jump-hash {buckets} {flags} -o table", "\n".join(keys), 80, tmp_path)
    shown = "".join(said(lines_of(screen_of(got, 80)))["key"])
    assert re.search(r"(b\\x1b\[31m\d+\\u202e)+", shown)
    assert set(re.findall(r"\x1b\[[0-9;]*m", got)) <= {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m"}


@pytest.mark.parametrize("columns", [46, 80, 200])
@pytest.mark.parametrize("command", HELP)
def test_help_is_no_wider_than_the_screen(command: str, columns: int) -> None:
    code, got = forked_on_terminal(*command.split(), columns=columns)
    shown = displayed(screen_of(got, columns))
    assert code == 0
    assert shown == unstyled(got)
    assert "…" not in shown


@pytest.mark.parametrize("columns", [46, 200])
@pytest.mark.parametrize("flags", ["", "--plan", "--explain"])
def test_what_needs_a_look_is_not_faint(flags: str, columns: int, tmp_path: Path) -> None:
    got = drawn(f"faultset --relative 1.5 --min-survivors 2 {flags}", MIXED, columns, tmp_path)
    assert "\x1b[31mdown\x1b[0m" in got
    assert not re.search(r"\x1b\[2;3\d", got)
