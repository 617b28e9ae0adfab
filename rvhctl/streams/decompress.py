"""Compressed input: what it begins with, and what is in it as it comes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from rvhctl.errors import InputError

if TYPE_CHECKING:
    from typing_extensions import Buffer

Compression = Literal["gzip", "zstd", "xz", "bzip2"]

MAGICS: Final[dict[bytes, Compression]] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    # RFC 8878, 3.1.2: a skippable frame, which pzstd puts first.
    **{bytes([0x50 + number, 0x2A, 0x4D, 0x18]): "zstd" for number in range(16)},
    b"\xfd7zXZ\0": "xz",
    # Every level, and then the digits of pi of a block or, where nothing is in it, those of its root.
    **{
        b"BZh%d%b" % (level, digits): "bzip2"
        for level in range(1, 10)
        for digits in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
    },
}

BLOCK: Final = 1 << 20
"""Bytes asked for at a time."""


class Readable(Protocol):
    """Gives what is there, at most ``size`` bytes; nothing at the end."""

    def read1(self, size: int, /) -> bytes: ...


class _Available:
    """A compressed stream whose ``read`` gives what is there instead of waiting for more."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read() if size < 0 else self._stream.read1(size)

    def seekable(self) -> bool:
        return False


class Reading(io.RawIOBase):
    """A stream that passes on at once what comes, behind what was read of it before."""

    def __init__(self, stream: Readable, before: bytes = b"") -> None:
        self._stream = stream
        self._before = memoryview(before)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer)
        data: bytes | memoryview = self._before[: len(view)]
        if data:
            self._before = self._before[len(data) :]
        else:
            data = self._stream.read1(len(view))
        view[: len(data)] = data
        return len(data)


class _Inflate:
    """A decompressor of one member of gzip, by the protocol of those of the other formats.

    The reader of the standard library goes in steps of 8 KB before Python 3.12, and looks at the sums by itself.
    """

    def __init__(self) -> None:
        import zlib

        self._inflate: Final = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, size: int) -> bytes:
        text = self._inflate.decompress(self._inflate.unconsumed_tail + data, size)
        # Where there was no room for more there may be some, without anything left of the input.
        self.needs_input = not self._inflate.unconsumed_tail and len(text) < size
        return text


class _Members:
    """What several compressed members hold, one after the other, perhaps with NUL between them.

    The readers of the standard library take whatever does not begin like a member for the end of all.
    """

    def __init__(self, stream: io.BufferedReader, begin: Callable[[], Any]) -> None:
        self._stream = stream
        self._begin = begin
        self._member: Any = None
        self._rest = b""

    def read1(self, size: int) -> bytes:
        while True:
            data = self._rest
            self._rest = b""
            if not data and (self._member is None or self._member.needs_input):
                data = self._stream.read1(BLOCK)
                if not data:
                    if self._member is None:
                        return b""
                    raise EOFError
            if self._member is None:
                data = data.lstrip(b"\0")
                if not data:
                    continue
                self._member = self._begin()
            text: bytes = self._member.decompress(data, size)
            if self._member.eof:
                self._rest = self._member.unused_data
                self._member = None
            if text:
                return text


def unpacked(name: str, compression: Compression, stream: io.BufferedReader) -> Readable:
    match compression:
        case "gzip":
            return _Members(stream, _Inflate)
        case "xz":
            import lzma

            return _Members(stream, partial(lzma.LZMADecompressor, lzma.FORMAT_XZ))
        case "bzip2":
            import bz2

            return _Members(stream, bz2.BZ2Decompressor)
        case "zstd":
            return _zstd(name, stream)


def _zstd(name: str, stream: io.BufferedReader) -> Readable:
    try:
        zstd = zstd_library()
    except ImportError:
        hint = "install it with: pip install backports.zstd"
        raise InputError("the data is zstd-compressed", source=name, hint=hint) from None
    # As far as "zstd --long=31" goes back.
    window = zstd.DecompressionParameter.window_log_max
    opened: Readable = zstd.ZstdFile(_Available(stream), "rb", options={window: window.bounds()[1]})
    return opened


def zstd_library() -> Any:
    """Return Python's module for zstd.

    Raises:
        ImportError: it is not installed.
    """
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
