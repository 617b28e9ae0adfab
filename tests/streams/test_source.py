"""Where input comes from: decompressed by its first bytes, without a byte-order mark, named in every error."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvhctl.errors import InputError, UsageError
from rvhctl.formats.choice import format_by_suffix
from rvhctl.streams.lines import whole_lines
from rvhctl.streams.source import Source, open_sources

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def read(path: Path) -> bytes:
    (source,) = contents(str(path))
    return source


def contents(*names: str) -> list[bytes]:
    return [source.read_all() for source in open_sources(names)]


WINDOW = {zstd.CompressionParameter.window_log: 31, zstd.CompressionParameter.content_size_flag: 0}
SKIPPED = b"\x5f\x2a\x4d\x18\x03\0\0\0abc"


def long_window(text: bytes) -> bytes:
    """As by ``zstd --long=31`` from a pipe."""
    packer = zstd.ZstdCompressor(options=WINDOW)
    return packer.compress(text) + packer.flush()


def skippable(text: bytes) -> bytes:
    """As by pzstd: what is to be skipped first, in between and last."""
    half = len(text) // 2
    packed = [zstd.compress(text[:half]), zstd.compress(text[half:])]
    return SKIPPED + SKIPPED + packed[0] + SKIPPED + packed[1] + SKIPPED


PACKERS: list[Callable[[bytes], bytes]] = [
    bytes,
    gzip.compress,
    zstd.compress,
    long_window,
    skippable,
    lzma.compress,
    bz2.compress,
]


@pytest.mark.parametrize("packed", PACKERS, ids=lambda packer: f"{packer.__module__}.{packer.__name__}")
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a mark"])
@pytest.mark.parametrize("text", [b"", b"a", b"foo\nbar\n" * 400_000], ids=["empty", "short", "long"])
def test_the_name_does_not_matter_for_what_is_in_a_file(
    packed: Callable[[bytes], bytes], mark: bytes, text: bytes, tmp_path: Path
) -> None:
    (tmp_path / "file.txt").write_bytes(packed(mark + text))
    assert read(tmp_path / "file.txt") == text


def test_several_members_are_one_text(tmp_path: Path) -> None:
    (tmp_path / "gz").write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    (tmp_path / "zst").write_bytes(zstd.compress(b"a\n") + zstd.compress(b"b\n"))
    (tmp_path / "xz").write_bytes(lzma.compress(b"a\n") + bytes(8) + lzma.compress(b"b\n"))
    (tmp_path / "bz2").write_bytes(bz2.compress(b"a\n") + bz2.compress(b"b\n"))
    names = [str(tmp_path / name) for name in ("gz", "zst", "xz", "bz2")]
    assert contents(*names) == [b"a\nb\n"] * 4


@pytest.mark.parametrize("packed", PACKERS, ids=lambda packer: f"{packer.__module__}.{packer.__name__}")
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a mark"])
def test_a_pipe_may_bring_byte_by_byte(packed: Callable[[bytes], bytes], mark: bytes) -> None:
    data = packed(mark + b"foo\nbar\n")
    stream = io.BufferedReader(Pieces([data[at : at + 1] for at in range(len(data))]))
    source = Source("pipe")
    source._file = stream
    assert source.look(lambda head: b"\n" in head).startswith(b"foo\n")
    assert source.look(lambda head: head.count(b"\n") == 2) == b"foo\nbar\n"
    assert source.look(lambda head: False) == b"foo\nbar\n"
    assert source.read_some(2)
    assert source.read_all().endswith(b"bar\n")


@pytest.mark.parametrize(
    "first", [b"\xff\xfe\1", b"\xfe\xff", b"\x1f\x8b", b"\xef\xbb\xbfa", b"\x28\xb5\x2f\xfd", b"PK\3\4"]
)
def test_raw_bytes_are_not_looked_at(first: bytes, tmp_path: Path) -> None:
    (tmp_path / "keys.gz").write_bytes(first + b"\0k2\0" + bytes(5000))
    with Source(str(tmp_path / "keys.gz"), raw=True) as source:
        assert source.read_all() == first + b"\0k2\0" + bytes(5000)


def test_a_file_that_was_looked_at_is_read_from_its_start(tmp_path: Path) -> None:
    for packed in PACKERS:
        (tmp_path / "file").write_bytes(packed(b"\xef\xbb\xbf" + b"x" * 100_000))
        with Source(str(tmp_path / "file")) as source:
            stream = source.stream
            assert source.look(lambda head: len(head) > 20_000)[:1] == b"x"
            source.rewind()
            os.unlink(tmp_path / "file")  # it is not opened again
            assert source.read_all() == b"x" * 100_000
            assert stream is source.stream or packed is not bytes


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe has a name of its own")
def test_one_pipe_under_two_names_is_refused() -> None:
    reader, writer = os.pipe()
    try:
        with pytest.raises(UsageError, match="are one pipe, which can be read only once"):
            next(open_sources([f"/dev/fd/{reader}", f"/proc/self/fd/{reader}"]))
    finally:
        os.close(writer)
        os.close(reader)


@pytest.mark.parametrize("read", [Source.read_all, lambda source: list(whole_lines(source))])
@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstd.compress, lzma.compress, bz2.compress])
@pytest.mark.parametrize("before", [b"", b"id,latency\n"])
def test_nul_is_no_text(
    read: Callable[[Source], object], packed: Callable[[bytes], bytes], before: bytes, tmp_path: Path
) -> None:
    (tmp_path / "bomb").write_bytes(packed(before + bytes(8 << 20)))
    with (
        Source(str(tmp_path / "bomb")) as source,
        pytest.raises(InputError, match=r"bomb(:\d+)?: NUL bytes instead of text$"),
    ):
        read(source)


@pytest.mark.parametrize("read", [Source.read_all, lambda source: list(whole_lines(source))])
def test_a_file_that_is_cut_is_no_short_text(read: Callable[[Source], object], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a,1234\n" * 10_000)
    with Source(str(path)) as source:
        assert source.read_some(7) == b"a,1234\n"
        os.truncate(path, 14 * 1000 + 3)
        with pytest.raises(InputError, match=r"file: was cut short while it was read$"):
            read(source)


def test_more_files_than_may_be_open(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    (tmp_path / "file").write_bytes(b"a")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(64, hard), hard))
    try:
        sources = [Source(str(tmp_path / "file")) for _ in range(100)]
        assert {source.look(bool) for source in sources} == {b"a"}
        for source in sources:
            source.__exit__(None, None, None)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_first_bytes_of_another_format_are_just_bytes(tmp_path: Path) -> None:
    for text in (b"\x1f", b"\x28\xb5", b"\xef\xbb", b"\xff"):
        (tmp_path / "file").write_bytes(text)
        assert read(tmp_path / "file") == text


def gzipped(data: bytes) -> bytes:
    """The same bytes at any time: the names of tests are made of them."""
    return gzip.compress(data, mtime=0)


def damaged(data: bytes) -> bytes:
    at = len(data) - 6
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (gzipped(b"foo\n" * 99)[:-5], "the compressed data ends too early; the file is truncated"),
        (gzipped(b"foo\n" * 99)[:12], "the compressed data ends too early; the file is truncated"),
        (b"\x1f\x8b", "the compressed data ends too early; the file is truncated"),
        (lzma.compress(b"foo\n" * 99)[:-5], "the compressed data ends too early; the file is truncated"),
        (bz2.compress(b"foo\n" * 99)[:-5], "the compressed data ends too early; the file is truncated"),
        (damaged(lzma.compress(b"foo\n" * 99)), "the compressed data is damaged: "),
        (damaged(bz2.compress(b"foo\n" * 99)), "the compressed data is damaged: "),
        (lzma.compress(b"foo\n") + b"rubbish, and more of it", "the compressed data is damaged: "),
        (bz2.compress(b"foo\n") + b"rubbish, and more of it", "the compressed data is damaged: "),
        (b"\xfd7zXZ\0nothing of the kind", "the compressed data is damaged: "),
        (SKIPPED + b"neither zstd", "the compressed data is damaged: "),
        (SKIPPED[:-1], "the compressed data ends too early; the file is truncated"),
        (zstd.compress(b"foo\n" * 99)[:-3], "the compressed data ends too early; the file is truncated"),
        (damaged(gzipped(b"foo\n" * 99)), "the compressed data is damaged: "),
        (gzipped(b"foo\n") + b"rubbish, and more of it", "the compressed data is damaged: "),
        (zstd.compress(b"foo\n")[:9] + b"\xff\xff\xff\xff\xff", "the compressed data is damaged: "),
        ("[]".encode("utf-16"), "the text is UTF-16; convert it to UTF-8"),
        (gzipped("[]".encode("utf-16")), "the text is UTF-16; convert it to UTF-8"),
    ],
)
def test_what_cannot_be_read(data: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "file")
    assert str(caught.value).startswith(f"{tmp_path / 'file'}: {problem}")


def test_an_error_of_the_system_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("rvhctl.streams.source._opened", lambda name: io.BufferedReader(Broken()))
    with pytest.raises(InputError, match=r"^tape: read error: Input/output error$"):
        Source("tape").read_all()


def test_other_errors_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), Source("x").reading():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (("-", "-"), UsageError("standard input ('-') can be read only once")),
        (("no such",), InputError("no such file or directory", source="no such")),
        (("",), InputError("no such file or directory", source="''")),
        ((".",), InputError("is a directory", source=".")),
        (("nul\0",), InputError("embedded null byte", source="nul\0")),
    ],
)
def test_names_are_looked_at_first(names: tuple[str, ...], error: Exception, tmp_path: Path) -> None:
    (tmp_path / "good").write_bytes(b"")
    with pytest.raises(type(error)) as caught:
        next(open_sources([str(tmp_path / "good"), *names]))
    assert str(caught.value).startswith(str(error))


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.json", "json"),
        ("a.ndjson", "ndjson"),
        ("a.JSONL", "ndjson"),
        ("dir.csv/a.tsv", "tsv"),
        ("a.csv.gz", "csv"),
        ("a.json.ZST", "json"),
        ("a.tsv.xz", "tsv"),
        ("a.jsonl.bz2", "ndjson"),
        ("a.gz", None),
        ("json", None),
        (".json", None),
        ("a.txt", None),
        ("-", None),
    ],
)
def test_a_suffix_states_a_format(name: str, format_: str | None) -> None:
    assert format_by_suffix(name) == format_


def test_a_compressed_stream_gives_what_is_there() -> None:
    """Whatever the compressor has flushed comes out while the stream is still open."""
    reader, writer = os.pipe()
    packer = zlib.compressobj(wbits=31)
    try:
        os.write(writer, packer.compress(b"foo\nba") + packer.flush(zlib.Z_SYNC_FLUSH))
        (source,) = [next(iter(open_sources([f"/dev/fd/{reader}"])))]
        assert source.read_some() == b"foo\nba"
    finally:
        os.close(writer)
        os.close(reader)


class Pieces(io.RawIOBase):
    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self.pieces.pop(0) if self.pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)


@given(
    st.lists(st.sampled_from([b"\n", b"a", b"bc\n", b"\n\nd", b"\0", b"x" * 50])),
    st.sampled_from([b"\n", b"\0"]),
)
def test_whole_lines_and_their_numbers(pieces: list[bytes], delimiter: bytes) -> None:
    text = b"".join(pieces)
    with patch("rvhctl.streams.source._opened", lambda name: io.BufferedReader(Pieces(pieces))):
        blocks = list(whole_lines(Source("pieces", raw=True), delimiter))
    assert b"".join(block for block, _ in blocks) == text
    assert all(block.endswith(delimiter) for block, _ in blocks[:-1])
    line = 1
    for block, number in blocks:
        assert number == line
        line += block.count(delimiter)
