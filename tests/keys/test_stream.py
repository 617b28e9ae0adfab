"""Streams of keys: every cut of the input gives the same answers, and nobody waits for them."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.key_lines import bucket_lines

from rvhctl.core.words import COMPILED
from rvhctl.errors import InputError
from rvhctl.keys import stream as keystream
from rvhctl.keys.stream import Counts
from rvhctl.placement.jump import jump_hash

ROOT = Path(__file__).parents[2]


def run(
    stream: BinaryIO | int, *, skip: bool = True, **options: Any
) -> tuple[bytes, Counts | None, list[str]]:
    """The answers, the counts (None after an error) and the errors."""
    answers: list[bytes] = []
    errors: list[InputError] = []
    options = {"source_name": "keys", "buckets": 1000, "jobs": 1, **options}
    on_bad = errors.append if skip else None
    try:
        counts = bucket_lines(stream, write=answers.append, flush=lambda: None, on_bad=on_bad, **options)
    except InputError as error:
        errors.append(error)
        counts = None
    return b"".join(answers), counts, [str(error) for error in errors]


def naive(
    data: bytes, *, skip: bool, delimiter: bytes = b"\n", buckets: int = 1000
) -> tuple[bytes, Counts | None, list[str]]:
    """One line after the other, without a stream."""
    *lines, last = data.split(delimiter)
    if delimiter == b"\n":
        lines = [line.removesuffix(b"\r") for line in lines]
    if last:
        lines.append(last)
    answers, errors = b"", []
    for number, line in enumerate(lines, 1):
        if line:
            answers += b"%d\n" % jump_hash(line, buckets)
        else:
            errors.append(f"keys:{number}: the key is empty")
            if not skip:
                return answers, None, errors
    return answers, Counts(len(lines), len(errors)), errors


class Pieces(io.RawIOBase):
    """A stream that gives one piece a read."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]

    def read(self, size: int = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


pieces = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"\0", b"a", b"key", b"x" * 20]), max_size=30)


@given(pieces, st.booleans(), st.sampled_from([b"\n", b"\0"]))
@example([b"a\r"], True, b"\n")
@example([b"a", b"\r", b"\n", b"b"], False, b"\n")
def test_a_stream_in_any_pieces(parts: list[bytes], skip: bool, delimiter: bytes) -> None:
    expected = naive(b"".join(parts), skip=skip, delimiter=delimiter)
    assert run(Pieces(parts), skip=skip, delimiter=delimiter) == expected
    assert run(io.BytesIO(b"".join(parts)), skip=skip, delimiter=delimiter) == expected


@settings(max_examples=60, deadline=None)
@given(pieces, st.booleans(), st.sampled_from([b"\n", b"\0"]), st.integers(1, 40), st.sampled_from([1, 1, 3]))
def test_a_file_in_any_blocks(
    parts: list[bytes], skip: bool, delimiter: bytes, block: int, jobs: int
) -> None:
    data = b"".join(parts)
    expected = naive(data, skip=skip, delimiter=delimiter)
    with tempfile.TemporaryFile() as file, pytest.MonkeyPatch.context() as patch:
        file.write(data)
        file.seek(0)
        patch.setattr(keystream, "BLOCK", block)
        patch.setattr(keystream, "LARGE_FILE", 1)
        patch.setattr(keystream, "READ", block)
        assert run(file, skip=skip, delimiter=delimiter, jobs=jobs) == expected


def test_a_descriptor_and_a_position() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"skipped\nfoo\nbar\nend")
        file.seek(8)
        expected = naive(b"foo\nbar\nend", skip=True)
        assert run(file) == expected
        os.lseek(file.fileno(), 8, os.SEEK_SET)
        assert run(file.fileno()) == expected
        assert os.read(file.fileno(), 1) == b""


def test_peeked_bytes_are_not_lost() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"foo\nbar\n")
        file.seek(0)
        assert file.peek(3)[:3] == b"foo"
        assert file.read(4) == b"foo\n"
        assert run(file) == naive(b"bar\n", skip=True)


def test_a_decompressor_is_read_and_its_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "keys.gz"
    data = b"".join(b"user-%d\n" % number for number in range(1000))
    path.write_bytes(gzip.compress(data))
    with gzip.open(path) as file:
        assert run(file, jobs=2) == naive(data, skip=True)


def test_a_file_that_grows_meanwhile_is_answered_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes(b"foo\nba")
    answers: list[bytes] = []

    def write(text: bytes) -> None:
        if not answers:
            with path.open("ab") as file:
                file.write(b"r\nbaz\n")
        answers.append(text)

    with path.open("rb") as file:
        counts = bucket_lines(file, source_name="keys", buckets=7, jobs=1, write=write, flush=lambda: None)
    assert b"".join(answers) == naive(b"foo\nbar\nbaz\n", skip=True, buckets=7)[0]
    assert counts == Counts(3, 0)


def test_whatever_was_read_is_answered_before_the_next_read() -> None:
    given_out = [b"fo", b"o\nb", b"ar\nbaz\n", b"qux", b"\n"]
    written: list[bytes] = []
    flushed = b""

    def flush() -> None:
        nonlocal flushed
        flushed = b"".join(written)

    class Producer(io.RawIOBase):
        def __init__(self) -> None:
            self.turn = 0

        def read(self, size: int = -1) -> bytes:
            so_far = b"".join(given_out[: self.turn])
            assert flushed == naive(so_far[: so_far.rfind(b"\n") + 1], skip=False, buckets=9)[0]
            self.turn += 1
            return given_out[self.turn - 1] if self.turn <= len(given_out) else b""

    bucket_lines(Producer(), source_name="keys", buckets=9, write=written.append, flush=flush)
    assert flushed == naive(b"foo\nbar\nbaz\nqux\n", skip=False, buckets=9)[0]


PROGRAM = """
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
if sys.argv[1] == "interpreted":
    import os, rvhctl.core
    for folder, _, _ in os.walk(rvhctl.core.__path__[0]):
        sys.path_importer_cache[folder] = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))
from resource import RUSAGE_SELF, getrusage
from rvhctl.keys.hashes import RECIPES
from rvhctl.keys.jobs import Job
from rvhctl.keys.stream import answer_lines
before = getrusage(RUSAGE_SELF).ru_maxrss
out = sys.stdout.buffer
job = Job(1000, RECIPES["xxh64"], b"\\n")
answer_lines(sys.stdin.buffer, job, source_name="stdin", jobs=1, write=out.write, flush=out.flush)
print(getrusage(RUSAGE_SELF).ru_maxrss - before, file=sys.stderr)
"""


def program(**options: Any) -> subprocess.Popen[bytes]:
    core = "compiled" if COMPILED else "interpreted"
    command = [sys.executable, "-c", PROGRAM, core]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_a_slow_producer_sees_each_answer_while_it_waits() -> None:
    process = program(stdin=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    for key in (b"foo", b"bar", b"baz"):
        process.stdin.write(key + b"\n")
        process.stdin.flush()
        # The producer writes nothing more before it has the answer.
        assert process.stdout.readline() == b"%d\n" % jump_hash(key, 1000)
    _, errors = process.communicate()
    assert process.returncode == 0, errors


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in KiB on Linux only")
@pytest.mark.parametrize("how", ["pipe", "file"])
def test_one_huge_line_costs_little_more_than_twice_its_size(how: str, tmp_path: Path) -> None:
    size = 60_000_000
    path = tmp_path / "keys"
    path.write_bytes(b"foo\n" + b"k" * size + b"\nbar\n")
    expected = b"".join(b"%d\n" % jump_hash(key, 1000) for key in (b"foo", b"k" * size, b"bar"))
    with path.open("rb") as file:
        if how == "file":
            process = program(stdin=file)
        else:
            process = program(
                stdin=(cat := subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)).stdout
            )
            assert cat.stdout
            cat.stdout.close()
        answers, peak = process.communicate()
    assert answers == expected
    assert int(peak) * 1024 <= 2.5 * size


def test_memory_is_flat() -> None:
    process = program(stdin=subprocess.PIPE)
    block = b"".join(b"user-%d\n" % number for number in range(10_000))
    blocks = 60 if COMPILED else 6
    answers, peak = process.communicate(block * blocks)
    assert answers.count(b"\n") == blocks * 10_000
    assert int(peak) * 1024 < 6_000_000


def test_a_bad_number_says_where_and_what() -> None:
    data = b"1\n-9223372036854775808\r\nabc\r\n\n18446744073709551616\n+7"
    text, counts, errors = run(io.BytesIO(data), hash_name="int")
    assert text.split() == [b"%d" % jump_hash(key, 1000) for key in (1, -(2**63), 7)]
    assert counts == Counts(6, 3)
    assert [error.split("; ")[0] for error in errors] == [
        "keys:3: not a 64-bit integer key (got 'abc')",
        "keys:4: the key is empty",
        "keys:5: not a 64-bit integer key (got '18446744073709551616')",
    ]


def test_a_bad_line_is_shown_escaped_and_cut() -> None:
    _, _, errors = run(io.BytesIO(b"\x1b[31m\xff" + b"z" * 10_000 + b"\n"), hash_name="int")
    assert len(errors) == 1
    assert errors[0].isprintable()
    assert len(errors[0]) < 250


def test_a_read_error_is_told() -> None:
    with pytest.raises(IsADirectoryError):
        run(os.open(tempfile.gettempdir(), os.O_RDONLY))
