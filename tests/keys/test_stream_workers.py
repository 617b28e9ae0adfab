"""Worker processes over one file: same answers, right lines in errors, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.key_lines import bucket_lines
from support.processes import children, gone, wait_until

from rvhctl.errors import CutShortError, InputError, RvhctlError
from rvhctl.keys import stream
from rvhctl.keys.hashes import RECIPES
from rvhctl.keys.jobs import Job
from rvhctl.keys.stream import Counts
from rvhctl.placement.jump import jump_hash
from rvhctl.streams.lines import line_blocks, lines_end, read_range

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

ROOT = Path(__file__).parents[2]
JOB = Job(1000, RECIPES["xxh64"], b"\n")


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BLOCK", 1000)
    monkeypatch.setattr(stream, "LARGE_FILE", 1)


@pytest.fixture(autouse=True)
def nobody_left() -> Iterator[None]:
    before = children(os.getpid())
    yield
    assert children(os.getpid()) == before


def answers(path: Path, jobs: int, on_bad: list[InputError] | None = None) -> tuple[bytes, Counts]:
    written: list[bytes] = []
    with path.open("rb") as file:
        counts = bucket_lines(
            file,
            source_name="keys",
            buckets=1000,
            jobs=jobs,
            write=written.append,
            flush=lambda: None,
            on_bad=None if on_bad is None else on_bad.append,
        )
    return b"".join(written), counts


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_the_order_of_the_lines(tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "keys"
    keys = [f"user-{number}" for number in range(3000)]
    path.write_text("\n".join(keys))
    text = "".join(f"{jump_hash(key, 1000)}\n" for key in keys)
    assert answers(path, jobs) == (text.encode(), Counts(3000, 0))


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_bad_lines_have_their_number_in_the_whole_file(tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "keys"
    keys = ["" if number in (700, 701, 2500) else f"user-{number}" for number in range(1, 3001)]
    path.write_text("\n".join(keys) + "\n")
    errors: list[InputError] = []
    text, counts = answers(path, jobs, errors)
    assert [error.line for error in errors] == [700, 701, 2500]
    assert counts == Counts(3000, 3)
    assert text == b"".join(b"%d\n" % jump_hash(key, 1000) for key in keys if key)
    with pytest.raises(InputError, match=r"^keys:700: the key is empty") as caught:
        answers(path, jobs)
    assert caught.value.line == 700


@pytest.mark.usefixtures("small_blocks")
def test_lines_longer_than_blocks(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    keys = ["x" * size for size in (1, 999, 1000, 1001, 5000, 1, 1, 12_345)]
    path.write_text("\n".join(keys) + "\n")
    assert answers(path, 3)[0] == b"".join(b"%d\n" % jump_hash(key, 1000) for key in keys)


def test_small_files_and_busy_programs_need_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    big = stream.LARGE_FILE
    monkeypatch.setattr(stream, "usable_processors", lambda: 5)
    assert stream.processes_for(big, None) == 5
    assert stream.processes_for(big, 2) == 2
    assert stream.processes_for(big - 1, 2) == 1
    import threading

    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    assert stream.processes_for(big, 2) == 1
    done.set()
    thread.join()


@pytest.mark.usefixtures("small_blocks")
def test_workers_end_with_an_abandoned_run(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("key\n" * 100_000)
    with path.open("rb") as file:
        run = stream.file_answers(file.fileno(), 0, 400_000, JOB, 3)
        next(run)
        assert len(children(os.getpid())) >= 2
        run.close()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("what", [OSError(5, "Input/output error"), MemoryError()])
def test_what_stops_a_worker_stops_the_run(
    what: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys"
    path.write_text("key\n" * 100_000)
    parent, pread = os.getpid(), os.pread

    def broken(descriptor: int, size: int, at: int) -> bytes:
        if os.getpid() != parent and at > 20_000:
            raise what
        return pread(descriptor, size, at)

    monkeypatch.setattr(os, "pread", broken)
    with pytest.raises(type(what) if isinstance(what, OSError) else RvhctlError) as caught:
        answers(path, 2)
    assert "Input/output error" in str(caught.value) or "has died" in str(caught.value)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_file_that_is_cut_meanwhile_is_no_short_answer(jobs: int, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("key\n" * 10_000)
    with path.open("rb+") as file:
        run = stream.file_answers(file.fileno(), 0, 40_000, JOB, jobs)
        answered = [next(run)]
        file.truncate(10_002)
        with pytest.raises(CutShortError, match=r"^was cut short while it was read$"):
            answered += run
    # Workers may have read on before the file was cut.
    assert sum(answers.lines for answers in answered) <= (2500 if jobs == 1 else 9999)


@pytest.mark.usefixtures("small_blocks")
def test_a_long_line_that_is_cut_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text("x" * 30_000 + "\n")
    with path.open("rb+") as file:
        run = stream.file_answers(file.fileno(), 0, 30_001, JOB, 1)
        file.truncate(20_000)
        with pytest.raises(CutShortError):
            list(run)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("step", [1, 7, 999])
def test_a_file_system_may_give_less_than_was_asked_for(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys"
    path.write_bytes(b"".join(b"key %d\n" % number for number in range(500)))
    size = path.stat().st_size

    def short(descriptor: int, wanted: int, start: int, whole: Any = os.pread) -> bytes:
        return bytes(whole(descriptor, min(wanted, step), start))

    with path.open("rb") as file:
        wanted = [answers.text for answers in stream.file_answers(file.fileno(), 0, size, JOB, 1)]
        monkeypatch.setattr(os, "pread", short)
        assert lines_end(file.fileno(), 0, b"\n") == size
        got = [answers.text for answers in stream.file_answers(file.fileno(), 0, size, JOB, 1)]
        assert b"".join(got) == b"".join(wanted)
        blocks = list(line_blocks(partial(read_range, file.fileno()), 0, size, 100))
        assert b"".join(blocks) == path.read_bytes()
        assert all(block.endswith(b"\n") and len(block) <= 100 for block in blocks)


PROGRAM = """
import sys
from rvhctl.keys.hashes import RECIPES
from rvhctl.keys.jobs import Job
from rvhctl.keys.stream import answer_lines
out = sys.stdout.buffer
with open(sys.argv[1], "rb") as file:
    job = Job(1000, RECIPES["xxh64"], b"\\n")
    answer_lines(file, job, source_name="keys", jobs=3, write=out.write, flush=out.flush)
"""


@pytest.fixture
def stuck(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run with workers whose answers nobody reads."""
    path = tmp_path / "keys"
    path.write_bytes(b"".join(b"%d\n" % number for number in range(1_000_000)) * 3)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, path],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_an_interrupt_ends_all_and_only_the_parent_speaks(stuck: subprocess.Popen[bytes]) -> None:
    workers = children(stuck.pid)
    assert len(workers) == 2
    os.killpg(stuck.pid, signal.SIGINT)
    assert stuck.wait(10) == -signal.SIGINT
    wait_until(lambda: all(map(gone, workers)), "the end of the workers")
    assert stuck.stderr
    assert stuck.stderr.read().count(b"Traceback") == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_do_not_outlive_their_parent(how: signal.Signals, stuck: subprocess.Popen[bytes]) -> None:
    workers = children(stuck.pid)
    assert len(workers) == 2
    stuck.send_signal(how)
    assert stuck.wait(10) == -how
    wait_until(lambda: all(map(gone, workers)), "the end of the workers")


def test_workers_end_when_the_reader_has_gone(stuck: subprocess.Popen[bytes]) -> None:
    workers = children(stuck.pid)
    assert stuck.stdout
    assert stuck.stderr
    stuck.stdout.close()
    assert stuck.wait(10) == 1
    assert b"BrokenPipeError" in stuck.stderr.read()
    wait_until(lambda: all(map(gone, workers)), "the end of the workers")
