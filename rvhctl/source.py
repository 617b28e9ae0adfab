"""Where input comes from: files and standard input, plain, gzip or zstd, and which format each is in."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, cast

from rvhctl.errors import InputError, UsageError

if TYPE_CHECKING:
    from typing_extensions import Buffer

FileFormat = Literal["json", "ndjson", "csv", "tsv"]

STDIN: Final = "-"
GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
UTF8_BOM: Final = b"\xef\xbb\xbf"
UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
COMPRESSED_SUFFIXES: Final = frozenset({".gz", ".zst"})

BLOCK: Final = 1 << 20
"""Bytes asked for at a time."""


class Source:
    """One open input: its name for messages, and its bytes, decompressed and without a byte-order mark."""

    def __init__(self, name: str, stream: io.BufferedReader, *, plain_file: bool) -> None:
        self.name = name
        self.plain_file = plain_file
        """A regular, uncompressed file: it may be cut into pieces."""
        self._stream = stream

    @property
    def stream(self) -> io.BufferedReader:
        return self._stream

    def read_some(self, size: int = BLOCK) -> bytes:
        """What is there now, at most ``size`` bytes; empty at the end."""
        with self.reading():
            return self._stream.read1(size)

    def read_all(self) -> bytes:
        """The rest, to the end."""
        with self.reading():
            raw = self._stream.raw
            if self.plain_file and isinstance(raw, io.FileIO):
                # Straight into one object of the file's size; the buffer in between would copy it.
                raw.seek(self._stream.tell())
                return raw.readall()
            # Block by block: a single read() loops inside the interpreter and may miss a ^C between two blocks.
            return b"".join(iter(partial(self._stream.read1, BLOCK), b""))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What goes wrong while the stream is read becomes an error that names the source."""
        try:
            yield
        except EOFError:
            raise InputError(
                "the compressed data ends too early", source=self.name, hint="the file is truncated"
            ) from None
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise InputError(f"read error: {error.strerror}", source=self.name) from None
            # BadGzipFile, zlib.error and ZstdError are of modules that are imported only when they are needed.
            if type(error).__module__.partition(".")[0] not in ("gzip", "zlib", "backports", "compression"):
                raise
            raise InputError(f"the compressed data is damaged: {error}", source=self.name) from None


def open_sources(files: Sequence[str]) -> Iterator[Source]:
    """The inputs in order, each open while it is used; with none, standard input."""
    names = list(files) or [STDIN]
    if names.count(STDIN) > 1:
        raise UsageError("standard input ('-') can be read only once")
    for name in names:
        if name != STDIN:
            _check_exists(name)
    if not files and stdin_is_terminal():
        raise UsageError("no input: name a FILE, pipe data in, or give it with flags")
    for name in names:
        if name == STDIN:
            stream = _stdin()
            yield _prepare("stdin", stream, plain_file=_is_regular(stream))
            continue
        try:
            file = open(name, "rb")  # noqa: SIM115 (closed below, after the consumer is done)
        except OSError as error:
            raise InputError(_reason(error), source=name) from None
        with file:
            yield _prepare(name, file, plain_file=os.path.isfile(name))


def stdin_is_terminal() -> bool:
    return sys.stdin is None or sys.stdin.isatty()


def format_by_suffix(name: str) -> FileFormat | None:
    """The format that a file's name states, looking through .gz and .zst."""
    path = PurePath(name)
    if path.suffix.lower() in COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    suffixes: dict[str, FileFormat] = {
        ".json": "json",
        ".ndjson": "ndjson",
        ".jsonl": "ndjson",
        ".csv": "csv",
        ".tsv": "tsv",
    }
    return suffixes.get(path.suffix.lower())


def _check_exists(name: str) -> None:
    """Before anything is answered, so that a misspelt last FILE does not cost the whole run."""
    try:
        is_directory = os.path.isdir(name)
        os.stat(name)
    except (OSError, ValueError) as error:
        raise InputError(_reason(error), source=name or "''") from None
    if is_directory:
        raise InputError("is a directory", source=name)


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:]


def _stdin() -> io.BufferedReader:
    if sys.stdin is None:
        raise UsageError("no input: standard input is closed")
    stream = sys.stdin.buffer
    if isinstance(stream, io.BufferedReader):
        return stream
    return io.BufferedReader(cast("io.RawIOBase", stream))


def _is_regular(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:  # no file at all
        return False


def _prepare(name: str, stream: BinaryIO, *, plain_file: bool) -> Source:
    buffered = cast("io.BufferedReader", stream)
    source = Source(name, buffered, plain_file=plain_file)
    with source.reading():
        head = buffered.peek(4)[:4]
        if head.startswith(GZIP_MAGIC):
            import gzip

            unzipped = gzip.GzipFile(fileobj=cast("BinaryIO", _Available(buffered)))
            buffered = io.BufferedReader(_Decompressed(unzipped), BLOCK)
            plain_file = False
        elif head.startswith(ZSTD_MAGIC):
            buffered = io.BufferedReader(_Decompressed(_zstd(name, buffered)), BLOCK)
            plain_file = False
        source = Source(name, buffered, plain_file=plain_file)
        head = buffered.peek(4)[:4]
        if head.startswith(UTF8_BOM):
            buffered.read(len(UTF8_BOM))
        elif head.startswith(UTF16_BOMS):
            raise InputError("the text is UTF-16", source=name, hint="convert it to UTF-8")
    return source


class _Available:
    """A compressed stream whose ``read`` gives what is there instead of waiting for more."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read() if size < 0 else self._stream.read1(size)

    def seekable(self) -> bool:
        return False


class _Decompressed(io.RawIOBase):
    """The other end: what is decompressed goes on at once."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        data = self._stream.read1(len(view))
        view[: len(data)] = data
        return len(data)


def _zstd(name: str, stream: io.BufferedReader) -> io.BufferedIOBase:
    try:
        if sys.version_info >= (3, 14):
            from compression.zstd import ZstdFile
        else:
            from backports.zstd import ZstdFile
    except ImportError:
        raise InputError(
            "the data is zstd-compressed", source=name, hint="install it with: pip install 'rvhctl[zstd]'"
        ) from None
    return cast("io.BufferedIOBase", ZstdFile(cast("BinaryIO", _Available(stream)), "rb"))
