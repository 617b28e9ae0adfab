"""Every option of every command: given twice, out of range, unparsable, and with a byte that is not UTF-8."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import rvhctl
from typer.core import TyperOption

from rvhctl.app import COMMANDS, command_line, one_command

NODES = b'[{"id":"a","lat":52.3,"lon":4.9,"latency":5},{"id":"b","lat":52.3,"lon":4.9,"latency":6}]'
BASE = {
    "failover": ("--threshold", "100"),
    "faultset": ("--threshold", "100"),
    "jump-hash": ("-k", "a", "-b", "5"),
    "completion": (),
    "help": (),
}
OPTIONS = [
    (command, option)
    for command in COMMANDS
    for option in one_command(command).params
    if isinstance(option, TyperOption)
]
NAMES = [f"{command} {option.opts[0]}" for command, option in OPTIONS]
TAKES_VALUE = [pair for pair in OPTIONS if not pair[1].is_flag]

VALUE_NAMES = [f"{command} {option.opts[0]}" for command, option in TAKES_VALUE]

NEEDS = {
    "--floor": ("--relative", "2"),
    "--rise": ("--memory", "m"),
    "--fall": ("--memory", "m"),
    "--hysteresis": ("--memory", "m"),
    "--nearest": ("--plan",),
    "--spill": ("--plan",),
    "--fill": ("--plan",),
    "--demand": ("--plan",),
    "--jobs": ("--batch",),
    "--steps": ("--to", "6", "--moves"),
    "--id-label": ("--from", "prometheus"),
    "--unit": ("--from", "prometheus"),
    "--column": ("--from", "haproxy"),
    "jump-hash --threshold": ("--nodes", "n.json"),
    "--rename": ("--nodes", "a,b", "--slots", "slots.json"),
    "--to-dir": ("keys.txt",),
    "--engine": ("--to-dir", "out", "keys.txt"),
}
DROPS = {
    "jump-hash --rename": ("-b", "5"),
    "jump-hash --to-dir": ("-k", "a"),
    "jump-hash --engine": ("-k", "a"),
    "jump-hash --nodes": ("-b", "5"),
    "jump-hash --threshold": ("-b", "5"),
}

OUT_OF_RANGE = {
    "--threshold": ("-1", "inf", "nan"),
    "--relative": ("0.5", "nan", "-1"),
    "--floor": ("-1", "inf"),
    "--max-loss": ("120%", "-1%"),
    "--max-ejection": ("120%", "-1%"),
    "--hysteresis": ("120%", "-1%"),
    "--min-survivors": ("0", "-1", "0%", "101%"),
    "--fill": ("120%", "-1%", "0%"),
    "--steps": ("120%", "-1%", "0%"),
    "--demand": ("", "no-such-file"),
    "--rise": ("0", "-1", "1000001"),
    "--fall": ("0", "-1", "1000001"),
    "--precision": ("0", "13", "-1"),
    "--top": ("0", "-1"),
    "--merge-below": ("0", "-1"),
    "--nearest": ("-1",),
    "--jobs": ("0", "-1"),
    "--buckets": ("0", "-1", "2147483648", "9" * 30),
    "--replicas": ("0", "-1", "6"),
    "--weight": ("1=0", "1=-1", "1=nan", "1=inf"),
    "--max-weight": ("0", "-1", "nan", "inf", "0.5"),
    "--max-load": ("0.5", "-1", "nan", "inf"),
    "--to": ("0", "-1", "2147483648"),
    "--seed": ("-1", str(1 << 64)),
    "failover --latencies": ("-1", "inf"),
    "failover --nodes": (),
    "faultset --nodes": ("a:91:0:1", "a:0:181:1", "a:0:0:-1"),
}
UNPARSABLE = {
    "--engine": ("ray", "dask://", ""),
    "--weight": ("1", "1=x", "x=1"),
    "--rename": ("a", "=a", "a="),
    "--max-loss": ("20", "x%", "x"),
    "--max-ejection": ("20", "x%", "x"),
    "--hysteresis": ("20", "x%", "x"),
    "--fill": ("20", "x%", "x"),
    "--steps": ("20", "x%", "x", ""),
    "--min-survivors": ("x", "1.5", ""),
    "--precision": ("x", "1.5", ""),
    "failover --latencies": ("x", "1_0"),
    "--column": ("id", "id=", "=host", "nobody=x", "id=a,id=b", "id=a,lat=a"),
    "--inventory-column": ("id", "id=", "=host", "nobody=x", "id=a,id=b", "id=a,lat=a"),
    "faultset --nodes": ("a", "a:b:c:d"),
}
TEXTS = {
    *("--nodes", "--down", "--down-cell", "--memory", "--inventory", "--key", "--live", "--field", "--regex"),
    *(
        "--only",
        "--split-to",
        "--to-nodes",
        "--man",
        "--schema",
        "--to-down",
        "--id-label",
        "--by",
        "--down-group",
    ),
    *("--demand", "--spread", "--slots", "--size", "--sizes", "--to-dir"),
}
"""Options that take a name, a path or a pattern, which always parses, or is looked up."""


def _line(command: str, option: TyperOption, value: str | None) -> tuple[str, ...]:
    flag = option.opts[0]
    named = f"{command} {flag}"
    base = list(BASE[command])
    for part in DROPS.get(named, ()):
        base.remove(part)
    if flag in base:
        at = base.index(flag)
        del base[at : at + 2]
    if option.opts[-1] in base:
        at = base.index(option.opts[-1])
        del base[at : at + 2]
    if named == "failover --latencies":
        base += ["--nodes", "a"]
    if named == "failover --nodes":
        base += ["--latencies", "1,2"]
    needs = NEEDS.get(named, NEEDS.get(flag, ()))
    if "--batch" in needs and command == "jump-hash":
        base = ["-b", "5"]
    return (command, *base, *needs, flag if value is None else f"{flag}={value}")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its own, for what ``--memory`` and ``--split-to`` write."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=NAMES)
@pytest.mark.parametrize("short", [False, True])
def test_an_option_given_twice_adds_up_or_is_wrong_usage(
    command: str, option: TyperOption, short: bool
) -> None:
    again = option.opts[-1] if short else option.opts[0]
    value = () if option.is_flag else (_valid(option),)
    outcome = rvhctl(command, option.opts[0], *value, again, *value)
    if option.multiple:
        assert "given twice" not in outcome.err
    else:
        assert outcome == (2, b"", f"rvhctl: {option.opts[0]} is given twice\n")


def test_an_option_of_the_program_given_twice_is_wrong_usage() -> None:
    for option in command_line().params:
        if isinstance(option, TyperOption):
            expected = (2, b"", f"rvhctl: {option.opts[0]} is given twice\n")
            assert rvhctl(option.opts[0], option.opts[-1], "failover") == expected


def _valid(option: TyperOption) -> str:
    choices = getattr(option.type, "choices", None)
    return str(choices[0]) if choices else "1"


@pytest.mark.parametrize(("command", "option"), TAKES_VALUE, ids=VALUE_NAMES)
def test_out_of_range_is_1_and_unparsable_is_2(command: str, option: TyperOption) -> None:
    flag = option.opts[0]
    named = f"{command} {flag}"
    is_number = option.type.name in ("int", "float")
    texts = UNPARSABLE.get(named, UNPARSABLE.get(flag, ("x", "") if is_number else ()))
    if getattr(option.type, "choices", None):
        texts = ("no-such-choice", "")
    values = OUT_OF_RANGE.get(named, OUT_OF_RANGE.get(flag, ()))
    assert texts or flag in TEXTS, f"say what does not parse as {named}"
    assert values or not is_number, f"say what is out of range for {named}"
    for code, tried in ((1, values), (2, texts)):
        for value in tried:
            outcome = rvhctl(*_line(command, option, value), stdin=NODES)
            assert (outcome.code, outcome.out) == (code, b""), (value, outcome)
            assert outcome.err.startswith("rvhctl: ")
            assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(("command", "option"), TAKES_VALUE, ids=VALUE_NAMES)
def test_a_byte_that_is_not_utf8_is_answered_or_named(command: str, option: TyperOption) -> None:
    for value in ("\udcff", "\udcff,b", "a:0:0:1,\udcff:0:0:1", "\udcff=1"):
        outcome = rvhctl(*_line(command, option, value), stdin=NODES)
        assert outcome.code in (0, 1, 2, 3), outcome
        assert outcome.code == 0 or outcome.err.startswith("rvhctl: ")
        assert "\\udcff" not in outcome.err
        assert "\\udcff" not in outcome.out.decode(errors="replace")


UNITS_OF_CELLS = ("50ms", "50 MS", "1.5s", "250us")
"""What a cell of a table may say."""


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("50ms", "write 50"),
        ("50 MS", "write 50"),
        ("1.5s", "write 1500"),
        ("250us", "write 0.25"),
        ("2m", "write 120000"),
        ("1,5", "write 1.5"),
        ("1,500", "write 1.500 or 1500"),
    ],
)
def test_a_duration_with_a_unit_or_a_comma_is_told_how_to_be_written(text: str, hint: str) -> None:
    for line in (
        ("failover", "--threshold", text),
        ("faultset", "--floor", text),
        ("jump-hash", "--th", text),
    ):
        code, out, err = rvhctl(*line)
        assert (code, out) == (2, b"")
        assert f"'{text}' is not a number of milliseconds; {hint}; try" in err
    if "," not in text:
        err = rvhctl("failover", "--nodes", "a", "--latencies", text, "--threshold", "1").err
        assert err == f"rvhctl: --latencies: not a number (got '{text}'); {hint}\n"
    for given in (
        f'{{"ids":["a"],"latencies":[1],"threshold":"{text}"}}',
        f'[{{"id":"a","latency":"{text}"}}]',
        f'{{"id":"a","latency":"{text}"}}\n{{"id":"b","latency":1}}',
        *(() if text in UNITS_OF_CELLS else (f'id,latency\na,"{text}"',)),
    ):
        err = rvhctl("failover", *([] if "threshold" in given else ["--th", "1"]), stdin=given.encode()).err
        assert err.endswith(f"(got '{text}'); {hint}\n")
    request = f'{{"ids":["a"],"latencies":[1],"threshold":"{text}"}}'
    assert f"(got '{text}'); {hint}\"" in rvhctl("failover", "--batch", stdin=request.encode()).out.decode()


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_names_are_utf8_whatever_the_locale(locale: dict[str, str]) -> None:
    def answer(name: bytes, *more: str) -> tuple[int, bytes, bytes]:
        command = [sys.executable, "-m", "rvhctl", "jump-hash", "--nodes", name, "-k", "foo", *more]
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **locale})
        return done.returncode, done.stdout, done.stderr

    assert answer("é,b".encode()) == (0, "é\n".encode(), b"")
    assert answer("é,b".encode(), "-o", "ndjson")[1] == '{"key":"foo","bucket":0,"node":"é"}\n'.encode()
    assert answer("é,b".encode(), "--down", "é")[:2] == (0, b"b\n")
    refused = b"rvhctl: --nodes: an id is text, and this is not UTF-8 (got '\\xff,b')\n"
    assert answer(b"\xff,b") == answer(b"\xff,b", "-o", "ndjson") == (2, b"", refused)
