"""What SECURITY.md promises of a run, as the interpreter's own audit sees it (``sys.addaudithook``)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.program import ENTRY, PATIENCE, Program

SPY = f"""
import os, sys
log = os.open("seen", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
WATCHED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname",
    "subprocess", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "pty",
    "os.rename", "os.link", "os.symlink", "os.mkdir",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NAMELESS = getattr(os, "O_TMPFILE", -1)
def spy(event, arguments):
    if event == "open":
        mode = arguments[2]
        seen = mode & WRITING and mode & NAMELESS != NAMELESS
    else:
        seen = event.startswith(WATCHED)
    if seen:
        os.write(log, f"{{event}} {{arguments[0]}}\\n".encode())
sys.addaudithook(spy)
{ENTRY}
"""
"""Writes down what would start a program, reach a network or leave something on the disk."""


FUNCTIONS = """
import asyncio
from rvhctl import *
from rvhctl import arrow, geohash
nodes = [{"id": n, "lat": n, "lon": n, "latency": n, "zone": "xyz"[n % 3]} for n in range(1, 40)]
evaluation = evaluate(nodes, Policy(relative=1.5, min_survivors="50%"), by="zone", memory=Memory())
FleetPlan(evaluation, spill="capacity"), drill(nodes, failures="both", by="zone"), advise(nodes)
Memory.from_json(evaluation.memory.to_json())
failover([1], [2], 3), faultset(nodes, 50), asyncio.run(faultset_async(nodes, 50)), geohash.geohash_cluster(nodes, 3)
ring = Placement(["a", "b"], down=["a"], slots=["b", "a"])
ring.assign(range(99), max_load=1.05), ring.steps(range(99), ring.with_down([]), 0.1), ring.stats(["k"])
jump_hash_many(range(9), 5), asyncio.run(jump_hash_many_async(range(9), 5)), arrow.jump_hash
"""


def test_a_function_of_python_reaches_for_nothing_outside(program: Program, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPY.replace(ENTRY, FUNCTIONS)],
        env=program.environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        cwd=tmp_path,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "seen").read_text() == ""
    assert [path.name for path in tmp_path.iterdir()] == ["seen"]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("failover --threshold 5 --explain -o table nodes.csv", ""),
        ("faultset --relative 2 -p auto --plan --async nodes.csv", ""),
        ("faultset --relative 2 --by zone -o html nodes.csv", ""),
        ("failover --threshold 5 --inventory nodes.csv http://127.0.0.1:9/nodes.csv", ""),
        ("jump-hash --nodes a,b --max-load 1.5 nodes.csv", ""),
        ("jump-hash -b 4 -j 2 -i plain many", ""),
        ("failover --batch --threshold 5 -j 2 many", ""),
        ("completion bash", ""),
        ("help faultset", ""),
        ("help --man pages", "pages"),
        ("failover --threshold 5 --memory kept nodes.csv", "kept kept.lock"),
        ("jump-hash --nodes a,b --slots kept -k x", "kept kept.lock"),
        ("jump-hash -b 2 --split-to part-{bucket} nodes.csv", "part-0 part-1"),
        ("jump-hash -b 2 --to-dir out nodes.csv many", "out"),
    ],
)
def test_no_program_no_connection_and_no_file_but_those_that_are_named(
    line: str, left: str, program: Program, tmp_path: Path
) -> None:
    text = "id,key,zone,lat,lon,latency\n" + "".join(f"{n},k{n},z,{n},{n},{n}\n" for n in range(1, 9))
    (tmp_path / "nodes.csv").write_text(text)
    (tmp_path / "many").write_text('{"ids":["a"],"latencies":[1]}\n' * 30_000)
    places = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", SPY, *line.split()],
        env=program.environment | places | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=tmp_path,
        timeout=PATIENCE,
    )
    assert done.returncode == ("://" in line), done.stderr
    events = [event.split(" ", 1) for event in (tmp_path / "seen").read_text().splitlines()]
    assert {event for event, _ in events} <= {"open", "os.rename", "os.link", "os.mkdir"}
    assert all((tmp_path / path).resolve().is_relative_to(tmp_path.resolve()) for _, path in events)
    assert bool(events) == bool(left), events
    assert {path.name for path in tmp_path.iterdir()} == {"nodes.csv", "many", "seen", *left.split()}
