"""``--to-dir``: a file for each file, in this process; and what is refused before any is read."""

from __future__ import annotations

import bz2
import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.cli import rvhctl

TEN = ("jump-hash", "-b", "10")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("keys.txt").write_text("foo\nbar\n")


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("--engine dask keys.txt", "--engine makes no sense without --to-dir"),
        ("--resume keys.txt", "--resume makes no sense without --to-dir"),
        ("--to-dir out", "--to-dir takes FILEs, not standard input: each becomes a file of its name"),
        (
            "--to-dir out keys.txt -",
            "--to-dir takes FILEs, not standard input: each becomes a file of its name",
        ),
        ("--to-dir out -k foo", "--key makes no sense with --to-dir"),
        ("--to-dir out --stats keys.txt", "--stats makes no sense with --to-dir"),
        ("--to-dir out --to 11 keys.txt", "--to makes no sense with --to-dir"),
        ("--to-dir out --only 1 keys.txt", "--only makes no sense with --to-dir"),
        (
            "--to-dir out --max-load 1.1 keys.txt",
            "--max-load makes no sense with --to-dir: no file knows the keys of",
        ),
        (
            "--to-dir out --engine dask --jobs 2 keys.txt",
            "--jobs makes no sense with --engine, whose workers are",
        ),
        (
            "--to-dir out -o table keys.txt",
            "-o table makes no sense with --to-dir, which writes for programs",
        ),
        ("--to-dir out --engine ray keys.txt", "--engine takes dask or dask://HOST:8786 (got 'ray')"),
        ("--to-dir out --engine dask://a:b keys.txt", "--engine: 'b' is no port (got 'dask://a:b')"),
        ("--to-dir out --engine dask://a:65536 keys.txt", "--engine: '65536' is no port (got"),
        (
            "--to-dir out --engine dask://::1 keys.txt",
            "--engine: '::1' is no host (got 'dask://::1'); an IPv6 address stands in brackets, as in [::1]",
        ),
        ("--to-dir out --engine dask://[::1:8786 keys.txt", "--engine: '[::1:8786' is no host"),
        ("--to-dir out --engine dask://a..b keys.txt", "--engine: 'a..b' is no host"),
        ("--to-dir out --engine dask://a@b keys.txt", "--engine: 'a@b' is no host"),
        ("--to-dir '' keys.txt", "the folder for outputs has an empty name"),
        ("--to-dir . keys.txt", "an output would replace the input keys.txt; name another folder"),
        ("--to-dir out keys.txt ./keys.txt", "keys.txt and ./keys.txt are one file"),
        ("--to-dir out --batch keys.txt", "--to-dir makes no sense with --batch"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(more: str, wrong: str) -> None:
    words = ["" if word == "''" else word for word in more.split()]
    code, out, err = rvhctl(*TEN, *words)
    assert (code, out) == (2, b"")
    assert err.startswith(f"rvhctl: {wrong}")
    assert err.count("\n") == 1
    assert not Path("out").exists()


def test_what_cannot_be_done_is_an_error() -> None:
    assert rvhctl(*TEN, "--to-dir", "out", "missing.txt") == (1, b"", "rvhctl: missing.txt: no such file\n")
    assert rvhctl(*TEN, "--to-dir", "keys.txt", "keys.txt") == (1, b"", "rvhctl: keys.txt: is no directory\n")
    Path("out").mkdir()
    Path("out/keys.txt").write_text("mine")
    refused = f"rvhctl: {Path('out/keys.txt')}: the file exists; name another folder\n"
    assert rvhctl(*TEN, "--to-dir", "out", "keys.txt") == (1, b"", refused)
    assert [path.name for path in Path("out").iterdir()] == ["keys.txt"]


def test_without_an_engine_this_process_does_it() -> None:
    Path("more").mkdir()
    Path("more/keys.txt").write_text("baz\n")
    done = rvhctl(*TEN, "--to-dir", "out", "--level", "info", "keys.txt", "more/keys.txt")
    assert done == (0, b"", "rvhctl: out: 2 files, 3 records\n")
    assert Path("out/keys.txt").read_bytes() == rvhctl(*TEN, "keys.txt").out
    assert Path("out/more/keys.txt").read_bytes() == rvhctl(*TEN, "more/keys.txt").out
    assert rvhctl(*TEN, "--to-dir", "out", "--resume", "keys.txt", "more/keys.txt") == (0, b"", "")


def test_damaged_data_ends_in_one_line() -> None:
    packed = bytearray(bz2.compress(b"foo\n" * 5000))
    packed[len(packed) // 2] ^= 0xFF
    Path("b.txt.bz2").write_bytes(packed)
    code, out, err = rvhctl(*TEN, "--to-dir", "out", "b.txt.bz2")
    assert (code, out) == (1, b"")
    assert err.startswith("rvhctl: b.txt.bz2: the compressed data is damaged: ")
    assert err.count("\n") == 1


def test_an_error_of_the_system_ends_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("rvhctl.commands._files.bucket_file", broken)
    assert rvhctl(*TEN, "--to-dir", "out", "keys.txt") == (1, b"", "rvhctl: keys.txt: input/output error\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no hangups")
def test_a_second_signal_of_another_kind_does_not_disturb_the_clearing_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal that goes sends one, and who looks after the process another soon after."""
    cleared: list[bool] = []

    @contextmanager
    def cut_off(*_: object) -> Iterator[None]:
        try:
            signal.raise_signal(signal.SIGHUP)
            yield
        finally:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            cleared.append(True)

    monkeypatch.setattr("rvhctl.commands._files._resumable", cut_off)
    assert rvhctl(*TEN, "--to-dir", "out", "keys.txt").code == 128 + signal.SIGHUP
    assert cleared
