"""Pipes that do not wait, as event-driven programs hand them on: every byte is read, and every byte written."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from support.program import PATIENCE, Program

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes there always wait")

KEYS = b"".join(b"user-%d\n" % number for number in range(20_000))
RECORDS = b"".join(b'{"id":"n%d","latency":%d}\n' % (number, number % 90) for number in range(2000))


def from_a_pipe_that_does_not_wait(
    program: Program, arguments: list[str], text: bytes
) -> tuple[int, bytes, bytes]:
    """The program's code and output, where what it reads comes in two parts."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)

    def feed() -> None:
        with open(theirs, "wb", buffering=0) as pipe:
            for half in (text[: len(text) // 2], text[len(text) // 2 :]):
                time.sleep(0.3)  # it has found the pipe empty
                pipe.write(half)

    feeder = threading.Thread(target=feed)
    feeder.start()
    with program.start(*arguments, stdin=ours) as process:
        os.close(ours)
        out, err = process.communicate(timeout=PATIENCE)
    feeder.join()
    return process.returncode, out, err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("jump-hash -b 9", KEYS),
        ("jump-hash -b 9 --stats -o csv", KEYS),
        ("jump-hash -b 9 -o json", KEYS),
        ("jump-hash --nodes a,b --max-load 1.1 -o csv", KEYS),
        ("jump-hash -b 9 --field id", RECORDS),
        ("jump-hash -b 9", gzip.compress(KEYS, mtime=0)),
        ("jump-hash --batch -b 9", RECORDS.replace(b'"latency"', b'"x"').replace(b'"id"', b'"key"')),
        ("failover --relative 2", RECORDS),
        ("failover --threshold 5 -", json.dumps([{"id": "a", "latency": 3}] * 1).encode()),
    ],
)
def test_what_is_late_is_read(program: Program, arguments: str, text: bytes) -> None:
    found = from_a_pipe_that_does_not_wait(program, arguments.split(), text)
    code, out, err = program.run(*arguments.split(), stdin=text)
    assert found == (code, out, err.encode())
    assert out


@pytest.mark.parametrize("format_", ["plain", "ndjson", "json", "csv", "table"])
def test_a_slow_reader_gets_everything(program: Program, format_: str, tmp_path: Path) -> None:
    arguments = ("jump-hash", "-b", "9", "-o", format_)
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with (tmp_path / "out").open("wb") as file:
        reader = subprocess.Popen(["sh", "-c", "sleep 0.5; exec cat"], stdin=ours, stdout=file)
    with program.start(*arguments, stdout=theirs) as process:
        os.close(ours)
        os.close(theirs)
        _, err = process.communicate(KEYS, timeout=PATIENCE)
    assert reader.wait(PATIENCE) == 0
    out = (tmp_path / "out").read_bytes()
    assert (process.returncode, out, err) == (0, program.run(*arguments, stdin=KEYS)[1], b"")
