"""The same nodes give the same answer in every format, from every kind of source; formats are those of the registry."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyte
import pytest
from support.cli import rvhctl
from support.program import PATIENCE, Program
from support.terminal import forked_on_terminal

from rvhctl.formats.choice import FORMATS
from rvhctl.streams.decompress import zstd_library

NODES = [
    {"id": "007", "lat": 48.8, "lon": 2.3, "latency": 1e-3, "zone": "par"},
    {"id": "a", "lat": 52.3, "lon": 4.9, "latency": 10.25, "zone": "ams"},
    {"id": 'c,"é', "lat": 48.8, "lon": 2.3, "latency": 40.1, "zone": "par"},
    {"id": "b", "lat": 52.3, "lon": 4.9, "latency": 95.0, "zone": "ams"},
]
TEXT = json.dumps(NODES).encode()
COMMANDS = ("failover", "faultset")
NAMES = [name for name, format_ in FORMATS.items() if not format_.columns or find_spec("pyarrow")]
RECORDS = [name for name in NAMES if name != "plain"]
"""Those that hold a node; a line of plain is its id alone."""


def written(format_: str) -> bytes:
    """Return the nodes in a format; no node is over the limit."""
    run = rvhctl("failover", "--threshold", "1000", "-o", format_, stdin=TEXT)
    assert run.code == 0, run.err
    return run.out


def answer(command: str, *arguments: str, stdin: bytes = b"") -> list[dict[str, Any]]:
    run = rvhctl(command, "--threshold", "50", "-o", "json", *arguments, stdin=stdin)
    assert run.code == 0, run.err
    records: list[dict[str, Any]] = json.loads(run.out)
    return records


@pytest.mark.parametrize("format_", RECORDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_format_and_source(command: str, format_: str, program: Program, tmp_path: Path) -> None:
    wanted = answer(command, stdin=TEXT)
    assert 0 < len(wanted) < len(NODES)
    data = written(format_)
    file, packed, pipe = (tmp_path / f"{name}.{format_}" for name in ("nodes", "packed", "pipe"))
    file.write_bytes(data)
    packed = packed.with_name(packed.name + ".gz")
    packed.write_bytes(gzip.compress(data))
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,), daemon=True)
    writer.start()
    stated = ("-i", format_)
    assert answer(command, str(file)) == wanted
    assert answer(command, str(packed)) == wanted
    assert answer(command, str(pipe)) == wanted
    assert answer(command, *stated, stdin=data) == wanted
    assert answer(command, *stated, stdin=gzip.compress(data)) == wanted
    writer.join(10)
    asked = (command, "--threshold", "50", "-o", "json", *stated)
    with file.open("rb") as redirected:
        runs = [
            program.run(*asked, stdin=data),
            program.run(*asked, "/dev/stdin", stdin=data),
            program.run(*asked, "-", stdin=zstd_library().compress(data)),
        ]
        process = program.start(*asked, stdin=redirected)
        out, err = process.communicate(timeout=PATIENCE)
    for code, text, said in (*runs, (process.returncode, out, err.decode())):
        assert (code, said) == (0, "")
        assert json.loads(text) == wanted


@pytest.mark.parametrize("output", NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_output_has_the_same_records(command: str, output: str) -> None:
    wanted = answer(command, stdin=TEXT)
    run = rvhctl(command, "--threshold", "50", "-o", output, stdin=TEXT)
    assert run.code == 0, run.err
    if output == "plain":
        assert run.out.decode().splitlines() == [node["id"] for node in wanted]
    else:
        again = answer(command, "-i", output, stdin=run.out)
        assert again == wanted


@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_shows_the_same_records(command: str, columns: int, tmp_path: Path) -> None:
    file = tmp_path / "nodes.json"
    file.write_bytes(TEXT)
    code, text = forked_on_terminal(command, "--threshold", "50", str(file), columns=columns)
    assert code == 0
    assert "\x1b[" in text
    screen = pyte.Screen(columns, 24)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    lines = [line.rstrip() for line in screen.display]
    start = next(number for number, line in enumerate(lines) if "──" in line) + 1
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[start : lines.index("", start)]]
    wanted = answer(command, stdin=TEXT)
    if command == "faultset":  # a group a row, its ids last, with quotes as in CSV
        (ids,) = csv.reader([", ".join(row[-1] for row in rows)], skipinitialspace=True)
        assert ids == [node["id"] for node in wanted]
        assert sum(int(row[2]) for row in rows) == len(wanted)
    else:
        assert [row[1] for row in rows] == [node["id"] for node in wanted]
        assert [float(row[2]) for row in rows] == [node["latency"] for node in wanted]
