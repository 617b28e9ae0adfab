"""Every source is opened once, whatever its name: what was looked at is read, and a pause tells nothing."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from support.cli import rvhctl
from support.program import PATIENCE, Program

from rvhctl import jump_hash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")

PAUSE = 0.02

RECORDS = b'{"k":"a"}\n{"k":"b"}\n{"k":"c"}\n'
TABLE = b"id\tk\n1\ta\n2\tb\n"
NODES = b'{"id":"a","latency":12,"lat":1,"lon":2}\n{"id":"b","latency":20,"lat":1,"lon":2}\n'
REQUESTS = b'{"key":"a"}\n{"keys":["a","b"]}\n'

DOORS = [
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "FILE"),
    (TABLE, "jump-hash", "-b", "1000", "--field", "k", "FILE"),
    (b'\n\n  [\n{"k":"a"}]', "jump-hash", "-b", "1000", "--field", "k", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "--hash", "md5-be", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "--stats", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "--to", "900", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "--to", "900", "--moves", "FILE"),
    (RECORDS, "jump-hash", "-b", "3", "--field", "k", "--only", "0,1,2", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "--explain", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--field", "k", "-o", "json", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--regex", '"k":"(.)"', "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "--stats", "FILE"),
    (RECORDS, "jump-hash", "-b", "1000", "FILE"),
    (RECORDS.replace(b"\n", b"\0"), "jump-hash", "-b", "1000", "-0", "FILE"),
    (RECORDS.replace(b"\n", b"\0"), "jump-hash", "-b", "1000", "-0", "--to", "900", "FILE"),
    (b'"a"\n"b"\n', "jump-hash", "-b", "1000", "-i", "ndjson", "FILE"),
    (b'["a","b"]', "jump-hash", "-b", "1000", "-i", "json", "FILE"),
    (b"key\na\nb\n", "jump-hash", "-b", "1000", "-i", "csv", "FILE"),
    (REQUESTS, "jump-hash", "-b", "1000", "--batch", "FILE"),
    (NODES, "jump-hash", "--nodes", "FILE", "-k", "x"),
    (b"a\nb\n", "jump-hash", "--nodes", "@FILE", "-k", "x"),
    (b"a\nb\n", "jump-hash", "--nodes", "a,b,c", "--live", "FILE", "-k", "x"),
    (b"a\nb\n", "jump-hash", "--nodes", "a,b,c", "--to-nodes", "FILE", "-k", "x"),
    (NODES, "failover", "--threshold", "15", "FILE"),
    (NODES, "failover", "--threshold", "15", "--fail-on", "never", "FILE"),
    (b"id,latency\na,12\n", "failover", "--threshold", "15", "FILE"),
    (NODES, "faultset", "--threshold", "15", "FILE"),
    (NODES, "faultset", "--advise", "FILE"),
    (b'{"ids":["a"],"latencies":[1],"threshold":5}\n', "failover", "--batch", "FILE"),
    (b"a : 12.1\n", "failover", "--threshold", "15", "--from", "fping", "FILE"),
    (NODES, "faultset", "--threshold", "15", "--from", "fping", "--inventory", "FILE", "MEASURED"),
]


def pieces(data: bytes) -> Iterator[bytes]:
    """Cut where a reader might think that it has seen enough."""
    cuts = sorted({0, 1, 4, len(data) // 2, len(data)})
    yield from (data[low:high] for low, high in pairwise(cuts))


def from_fifo(
    program: Program, arguments: list[str], data: bytes, fifo: Path
) -> tuple[int | None, bytes, bytes]:
    """The outcome with a FIFO that is written once, with pauses."""
    os.mkfifo(fifo)
    process = program.start(*arguments, stdin=subprocess.DEVNULL)
    with fifo.open("wb", buffering=0) as writer:
        for piece in pieces(data):
            writer.write(piece)
            time.sleep(PAUSE)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


@pytest.mark.parametrize("door", DOORS, ids=lambda door: " ".join(door[1:]))
def test_a_pipe_is_opened_once(
    door: tuple[bytes, *tuple[str, ...]], program: Program, tmp_path: Path
) -> None:
    data, *command = door
    (tmp_path / "measured").write_bytes(b"a : 12.1\nb : 20\n")
    (tmp_path / "file").write_bytes(data)

    def arguments(name: str) -> list[str]:
        words = (word.replace("FILE", str(tmp_path / name)) for word in command)
        return [word.replace("MEASURED", str(tmp_path / "measured")) for word in words]

    wanted = rvhctl(*arguments("file"))
    assert wanted.code == 0, wanted.err
    assert from_fifo(program, arguments("fifo"), data, tmp_path / "fifo") == (0, wanted.out, b"")


def test_several_pipes_are_looked_at_and_read(program: Program, tmp_path: Path) -> None:
    texts = [RECORDS, TABLE, b'[{"k":"z"}]']
    names = [str(tmp_path / f"fifo{number}") for number in range(len(texts))]
    for name in names:
        os.mkfifo(name)
    process = program.start("jump-hash", "-b", "1000", "--field", "k", *names, stdin=subprocess.DEVNULL)
    for name, text in zip(names, texts, strict=True):
        with open(name, "wb", buffering=0) as writer:
            writer.write(text)
    out, err = process.communicate(timeout=PATIENCE)
    keys = [json.loads(line)["k"] for line in out.splitlines()]
    assert (process.returncode, keys, err) == (0, ["a", "b", "c", "a", "b", "z"], b"")


@pytest.mark.parametrize("names", [("-", "/dev/stdin"), ("/dev/stdin", "/dev/fd/0")])
@pytest.mark.parametrize(
    "command",
    [
        ("jump-hash", "-b", "9"),
        ("jump-hash", "-b", "9", "--field", "k"),
        ("jump-hash", "-b", "9", "--batch"),
        ("failover", "--threshold", "9"),
    ],
)
def test_one_pipe_is_not_read_by_two(
    names: tuple[str, str], command: tuple[str, ...], program: Program
) -> None:
    code, out, err = program.run(*command, *names, stdin=RECORDS)
    assert (code, out) == (2, b"")
    assert "can be read only once" in err


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_is_either_nodes_or_keys(name: str) -> None:
    for flag in ("--nodes", "--live", "--to-nodes"):
        more = () if flag == "--nodes" else ("--nodes", "a,b")
        outcome = rvhctl("jump-hash", flag, name, *more, stdin=b"a\nb\n")
        assert (outcome.code, outcome.out) == (2, b"")
        assert "can be read only once" in outcome.err
    outcome = rvhctl("faultset", "--threshold", "9", "--from", "fping", "--inventory", name, stdin=b"a : 1\n")
    assert (outcome.code, outcome.out) == (2, b"")
    assert "can be read only once" in outcome.err


# Keys by -0 are bytes

BINARY = [b"\xff\xfe\1", b"\x1f\x8b\x08", b"\xef\xbb\xbfk", b"\x28\xb5\x2f\xfd", b"PK\3\4", b"k2"]


@pytest.mark.parametrize("first", range(len(BINARY)))
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_keys_by_null_are_not_looked_at(first: int, suffix: str, tmp_path: Path) -> None:
    keys = BINARY[first:] + BINARY[:first]
    buckets = [jump_hash(key, 1000) for key in keys]
    path = tmp_path / f"keys{suffix}"
    path.write_bytes(b"\0".join(keys) + b"\0")
    plain = b"".join(b"%d\n" % bucket for bucket in buckets)
    command = ("jump-hash", "-b", "1000", "-0")
    assert rvhctl(*command, str(path)) == (0, plain, "")
    assert rvhctl(*command, stdin=path.read_bytes()) == (0, plain, "")
    assert rvhctl(*command, "--replicas", "1", "-o", "plain", stdin=path.read_bytes()) == (0, plain, "")
    assert rvhctl(*command, "--dialect", "paper", "--down", "", str(path)) == (0, plain, "")
    chosen = [key for key, bucket in zip(keys, buckets, strict=True) if bucket == buckets[0]]
    only = rvhctl(*command, "--only", str(buckets[0]), str(path))
    assert only == (0, b"".join(key + b"\0" for key in chosen), "")
    counts = json.loads(rvhctl(*command, "--stats", "-o", "json", str(path)).out)
    assert counts["total"] == len(keys)


@pytest.mark.parametrize("more", [(), ("--down", "1")])
@pytest.mark.parametrize("shape", [("-i", "ndjson"), ("keys.csv",)])
def test_null_is_refused_where_keys_are_no_text(
    more: tuple[str, ...], shape: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keys.csv").write_bytes(b"key\na\n")
    outcome = rvhctl("jump-hash", "-b", "9", "-0", *more, *shape, stdin=b'"a"\n')
    assert outcome == (2, b"", "rvhctl: --null makes no sense with keys that are not plain text\n")


# What is packed small and is large


@pytest.mark.parametrize(
    "command",
    [
        ("failover", "--threshold", "5"),
        ("faultset", "--threshold", "5"),
        ("jump-hash", "-b", "4"),
        ("jump-hash", "-b", "4", "--field", "k"),
        ("jump-hash", "-b", "4", "--field", "k", "--stats"),
        ("jump-hash", "-b", "4", "--regex", "(.+)"),
        ("jump-hash", "-b", "4", "-i", "json"),
        ("jump-hash", "-b", "4", "-i", "ndjson"),
        ("jump-hash", "-b", "4", "-i", "csv"),
        ("jump-hash", "-b", "4", "--batch"),
        ("jump-hash", "-k", "a", "--nodes"),
    ],
    ids=" ".join,
)
def test_nul_is_refused_at_the_first_block(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(4 << 20)))
    outcome = rvhctl(*command, str(tmp_path / "bomb"))
    assert (outcome.code, outcome.out) == (1, b"")
    assert re.fullmatch(rf"rvhctl: {tmp_path}/bomb(:1)?: NUL bytes instead of text\n", outcome.err)


def test_a_cell_without_an_end_is_refused() -> None:
    for text in (b"a" * (17 << 20), b'id,latency\n"' + b"a," * (9 << 20)):
        outcome = rvhctl("failover", "--threshold", "5", stdin=text)
        assert (outcome.code, outcome.out) == (1, b"")
        assert "not CSV: field larger than field limit" in outcome.err


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is that of Linux")
@pytest.mark.parametrize(
    "command", [("failover", "--threshold", "5"), ("jump-hash", "-b", "4", "--field", "k")]
)
def test_memory_runs_out_in_one_line(command: tuple[str, ...], program: Program, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(gzip.compress(b'{"k":"' + b"a" * (400 << 20), 1))
    limited = [
        "sh",
        "-c",
        'ulimit -v 700000; exec "$@"',
        "sh",
        *program.command(*command, str(tmp_path / "bomb")),
    ]
    done = subprocess.run(limited, env=program.environment, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"rvhctl: out of memory\n")
