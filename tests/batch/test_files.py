"""Requests of a file on several processes: the same bytes as from a pipe, on one."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import rvhctl
from support.processes import children, gone, wait_until
from support.program import PATIENCE, Program

from rvhctl.batch import files
from rvhctl.batch.blocks import Cursor, Work
from rvhctl.concurrency.fork import Message, in_turns
from rvhctl.errors import CutShortError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

COMMAND = ("jump-hash", "--batch", "-b", "9")


def requests(number: int) -> bytes:
    kinds = [
        '{"key":"%d"}',
        '{"key":%d,"id":"r"}',
        "",
        '{"keys":["a",%d]}',
        "nope %d",
        "  ",
        '{"buckets":%d}',
    ]
    texts = ((kinds[row % 7], row) for row in range(number))
    return b"".join((kind % row if "%d" in kind else kind).encode() + b"\n" for kind, row in texts)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small blocks, workers for everything; how many processes each file was shared by."""
    numbers: list[int] = []

    def counted(blocks: Any, answer: Any, processes: int) -> Iterator[Message]:
        numbers.append(processes)
        return in_turns(blocks, answer, processes)

    monkeypatch.setattr(files, "in_turns", counted)
    monkeypatch.setattr(files, "BLOCK", 1000)
    monkeypatch.setattr(files, "FORK_FROM_SECONDS", 0.0)
    return numbers


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
@pytest.mark.parametrize("end", [b"", b'{"key":"the last line has no end"}', b"\n\n \n"])
def test_a_file_gives_the_same_bytes_as_a_pipe(
    jobs: int, end: bytes, tmp_path: Path, started: list[int]
) -> None:
    text = requests(2000) + end
    path = tmp_path / "requests"
    path.write_bytes(text)
    code, out, err = rvhctl(*COMMAND, stdin=text)
    assert b"stdin:5:1: not JSON" in out
    out = out.replace(b"stdin:", f"{path}:".encode())
    assert rvhctl(*COMMAND, "-j", str(jobs), str(path)) == (code, out, err)
    assert started == ([jobs] if jobs > 1 else [])


@pytest.mark.usefixtures("started")
def test_lines_longer_than_blocks(tmp_path: Path) -> None:
    text = b"".join(b'{"key":"%b"}\n' % (b"x" * size) for size in (1, 990, 1000, 1, 5000, 3, 12_345, 1, 2))
    (tmp_path / "requests").write_bytes(text)
    alone = rvhctl(*COMMAND, stdin=text)
    assert rvhctl(*COMMAND, "-j", "3", str(tmp_path / "requests")) == alone
    assert alone.code == 0


def test_the_index_runs_on_through_files_and_a_pipe(tmp_path: Path, started: list[int]) -> None:
    paths = [tmp_path / name for name in ("first", "second")]
    for path in paths:
        path.write_bytes(requests(1000))
    files = [str(paths[0]), "-", str(paths[1]), str(paths[0])]
    code, out, _ = rvhctl(*COMMAND, "-j", "2", *files, stdin=requests(1000))
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["index"] for answer in answers] == list(range(4 * 714))
    messages = [answer["error"]["message"] for answer in answers if not answer["ok"]]
    assert [message.partition(":1: ")[0] for message in messages if "not JSON" in message] == [
        f"{file if file != '-' else 'stdin'}:{line}" for file in files for line in range(5, 1001, 7)
    ]
    assert started == [2, 2, 2]


def test_on_error_fail_ends_at_the_first_failure(tmp_path: Path, started: list[int]) -> None:
    path = tmp_path / "requests"
    good = b'{"key":"foo"}\n'
    path.write_bytes(good * 900 + b"\n{}\n" + good * 900 + b"{}\n")
    code, out, err = rvhctl(*COMMAND, "-j", "3", "--on-error", "fail", str(path))
    assert [json.loads(line)["ok"] for line in out.splitlines()] == [True] * 900 + [False]
    assert (code, err) == (1, f"rvhctl: {path}:902: a request needs key or keys; it has no member\n")
    assert started == [3]


def test_standard_input_from_where_it_stands(tmp_path: Path, program: Program) -> None:
    path = tmp_path / "requests"
    path.write_bytes(b"skip\n" + requests(60_000))
    outs = []
    for jobs in ("1", "2"):
        with path.open("rb") as file:
            file.seek(5)
            with program.start(*COMMAND, "-j", jobs, stdin=file) as process:
                outs.append(process.communicate(timeout=PATIENCE))
    assert outs[0] == outs[1]
    assert outs[0][0].count(b"\n") == 42_857


@pytest.mark.usefixtures("started")
def test_a_file_that_is_cut_meanwhile_is_no_short_answer(tmp_path: Path) -> None:
    path = tmp_path / "requests"
    line = b'{"key":"foo"}\n'
    path.write_bytes(line * 1000)
    work = Work("jump-hash", {"buckets": 9, "hash": "xxh64"})
    with path.open("rb+") as file:
        run = files.file_answers(file.fileno(), 0, 1000 * len(line), Cursor(), work, 1)
        answered = next(run).requests
        file.truncate(500 * len(line) + 3)
        with pytest.raises(CutShortError):
            answered += sum(answers.requests for answers in run)
    assert 0 < answered <= 500


def test_a_file_that_is_cut_under_the_workers(tmp_path: Path, started: list[int]) -> None:
    path = tmp_path / "requests"
    line = b'{"key":"foo"}\n'
    path.write_bytes(line * 100_000)
    work = Work("jump-hash", {"buckets": 9, "hash": "xxh64"})
    with path.open("rb+") as file:
        cursor = Cursor()
        cursor.begin("requests")
        run = files.file_answers(file.fileno(), 0, 100_000 * len(line), cursor, work, 2)
        answered = [next(run) for _ in range(4)]
        file.truncate(0)
        with pytest.raises(CutShortError):
            answered += run
    assert started == [2]
    whole = sum(answers.requests - answers.failed for answers in answered)
    indices = [json.loads(text)["index"] for answers in answered for text in answers.text.splitlines()]
    assert indices[:whole] == list(range(whole))


@pytest.mark.parametrize("how", ["interrupt", "kill", "no reader"])
def test_workers_end_with_the_run(how: str, tmp_path: Path, program: Program) -> None:
    path = tmp_path / "requests"
    path.write_bytes(requests(7) * 300_000)
    with program.start(*COMMAND, "-j", "3", str(path), start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        workers: set[int] = set()
        while len(workers) < 2:
            process.stdout.read(1 << 12)
            workers = children(process.pid)
        if how == "interrupt":
            os.killpg(process.pid, signal.SIGINT)
        elif how == "kill":
            process.kill()
        process.stdout.close()
        code = {"interrupt": 130, "kill": -signal.SIGKILL, "no reader": 141}[how]
        assert (process.wait(PATIENCE), process.stderr.read()) == (code, b"")
    wait_until(lambda: all(map(gone, workers)), "the end of the workers")
