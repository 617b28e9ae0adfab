"""Twice the input costs about twice the instructions, of Python and of the libraries, whatever it is that grows.

What grows is named in ``support/growth.py``. What its answer must grow with is no fault: pairs of failures are the
square of the groups. Counted on the compiled core by valgrind; the interpreted one is the same source.
``--all-growth`` counts all; without it, one case of nine, and what has grown faster once.
"""

from __future__ import annotations

import shutil
import sys
import threading
from itertools import pairwise
from pathlib import Path
from types import FunctionType

import pytest
from support import cli
from support.doors import declared
from support.growth import ALL, CASES, counted

import rvhctl
from rvhctl import arrow, dask, geohash
from rvhctl.batch import batch, files
from rvhctl.commands import COMMANDS
from rvhctl.core.words import COMPILED

MOST = 2.3
"""How much more the second doubling may cost than the first: n log n is below, n squared is 4."""

BLUR = 300_000
"""Instructions by which a run may differ for other reasons, such as what is made at its first call."""

WAITS = 3000
"""Calls by which a run of several threads may differ, which wait for one another."""

FOUND = (
    "failover: columns of CSV",
    "failover: --from mtr",
    "faultset: --down-cell",
    "faultset: --down-group",
    "--rename",
    "arrow: groups of rows of one dictionary, -o plain",
    "arrow.jump_hash(), chunks of one dictionary of string_view",
)

STEADY = {
    "one number": "--floor --fill --rise --fall --hysteresis --max-weight --seed",
    "one word, or one of a few": "--on-down --fail-on --dialect --id-label --column --inventory-column",
    "a check less, or a writing less": "--allow-fewer --allow-empty --frozen",
    "another way to write -o json": "--json",
    "there is no input": "--list-hashes --man --schema",
}
"""Options with which nothing can grow, by the reason."""

LINES = [make(cases[name][0])[0].split() for cases in ALL for name, make in cases.lines.items()]


def flags_of(command: str) -> str:
    """A command as far as others have its options: failover and faultset share most of them."""
    return "nodes" if command in ("failover", "faultset") else command


def asked() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The options that cases are about, and the words behind them."""
    spelt = {(one.command, flag): one.flags[0] for one in declared(*COMMANDS) for flag in one.flags}
    options, words = set(), set()
    for command, *rest in LINES:
        options |= {(flags_of(command), spelt[command, word]) for word in rest if (command, word) in spelt}
        words |= {(flags_of(command), f"{flag} {word}") for flag, word in pairwise(rest)}
    return options, words


def excess(counts: list[int]) -> float:
    """The instructions of the second doubling that are too many; what does not grow at all is in neither."""
    one, two, four = counts
    return (four - two) - MOST * (two - one) - BLUR


@pytest.mark.skipif(not COMPILED, reason="counted on the compiled core")
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind")
def test_twice_the_input_is_at_most_a_little_more_than_twice_the_work(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    names = list(CASES) if pytestconfig.getoption("--all-growth") else [*FOUND, *list(CASES)[::9]]

    counts = counted(tmp_path, *dict.fromkeys(names))

    assert counts.keys() == set(names)
    assert {name: each for name, each in counts.items() if excess(each) > 0} == {}
    # Where less were counted, a square would hide in the blur.
    assert {name: each for name, each in counts.items() if each[2] - each[1] < 2.5 * BLUR} == {}


def calls_of(line: str, requests: int) -> int:
    """How many functions this process calls, whatever it leaves to others: under valgrind a fork takes minutes."""
    text = "".join(f'{{"key":"k{at}"}}\n' for at in range(requests)).encode()
    Path("requests").write_bytes(text)
    calls = 0

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal calls
        calls += event.endswith("call")

    for profile in (threading.setprofile, sys.setprofile):
        profile(count)
    try:
        outcome = cli.rvhctl(*line.split(), stdin=text)
    finally:
        for profile in (sys.setprofile, threading.setprofile):
            profile(None)
    assert (outcome.code, outcome.out.count(b"\n")) == (0, requests)
    return calls


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
@pytest.mark.parametrize("given", ["requests", "", "--unordered"], ids=["file", "pipe", "unordered"])
def test_twice_the_requests_are_at_most_a_little_more_than_twice_the_calls_on_several_processes(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for module in (batch, files):
        monkeypatch.setattr(module, "BLOCK", 1 << 10)
    # No clock decides over the processes.
    monkeypatch.setattr(files, "FORK_FROM_SECONDS", 0.0)
    monkeypatch.setattr(batch, "POOL_AFTER_SECONDS", 0.0)

    line = f"jump-hash -b 8 --batch -j 2 {given}"
    _, one, two, four = (calls_of(line, size) for size in (1, 2000, 4000, 8000))

    assert four - two < MOST * (two - one) + WAITS


def test_a_square_is_seen_and_a_line_is_not() -> None:
    assert excess([10**7 + size**2 for size in (1000, 2000, 4000)]) > 0
    assert excess([10**7 + 1000 * size for size in (1000, 2000, 4000)]) < 0


def test_every_option_has_a_case_in_which_it_grows_or_a_reason_why_nothing_does() -> None:
    options, _ = asked()
    steady = {flag for flags in STEADY.values() for flag in flags.split()}
    declared_now = {(flags_of(one.command), one.flags[0]) for one in declared(*COMMANDS)}

    assert {flag for _, flag in declared_now} >= steady
    assert {flag for _, flag in options} & steady == set()
    assert {pair for pair in declared_now - options if pair[1] not in steady} == set()


@pytest.mark.parametrize("flag", ["--input-format", "--output", "--from"])
def test_every_format_has_a_case(flag: str) -> None:
    _, words = asked()
    wanted = {
        (flags_of(one.command), choice)
        for one in declared(*COMMANDS)
        if one.flags[0] == flag
        for choice in one.choices
        if choice != "auto"
    }
    short = {"--input-format": "-i", "--output": "-o"}.get(flag, flag)
    without = {pair for pair in wanted if (pair[0], f"{short} {pair[1]}") not in words}
    assert without == ({("nodes", "plain")} if flag == "--input-format" else set())  # which is refused


def test_every_command_and_every_function_of_the_package_has_a_case() -> None:
    assert set(COMMANDS) - {command for command, *_ in LINES} == {"help", "completion"}  # which read nothing
    functions = {
        prefix + name
        for prefix, module in (("", rvhctl), ("arrow.", arrow), ("dask.", dask), ("geohash.", geohash))
        for name in module.__all__
        if isinstance(getattr(module, name), FunctionType)
    }
    of_one_key = {"async_jump_hash", "jump_hash_async"}
    of_one_place = {"geohash.encode", "geohash.decode", "geohash.neighbors"}
    counted_ones = {name.partition("(")[0] for name in CASES}
    assert functions - counted_ones == of_one_key | of_one_place


def test_all_found_are_cases() -> None:
    assert CASES.keys() >= set(FOUND)
