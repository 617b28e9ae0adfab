"""Compressed output, by the name of its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from rvhctl.errors import RvhctlError
from rvhctl.streams.decompress import zstd_library


@contextmanager
def packing(name: str, file: BinaryIO) -> Iterator[BinaryIO]:
    """What compresses what is written to it, as the suffix of a name says; the file itself where that says nothing.

    Raises:
        RvhctlError: the library for it is not installed.
    """
    suffix = name.rpartition(".")[2].lower()
    if suffix == "gz":
        from gzip import GzipFile

        # The same input gives the same bytes: no name and no time in them.
        with GzipFile("", "wb", 6, file, mtime=0) as packed:
            yield cast("BinaryIO", packed)
    elif suffix == "xz":
        from lzma import LZMAFile

        with LZMAFile(file, "wb") as packed_xz:
            yield cast("BinaryIO", packed_xz)
    elif suffix == "bz2":
        from bz2 import BZ2File

        with BZ2File(file, "wb") as packed_bz2:
            yield cast("BinaryIO", packed_bz2)
    elif suffix == "zst":
        with _zstd(name, file) as packed_zstd:
            yield packed_zstd
    else:
        yield file


def _zstd(name: str, file: BinaryIO) -> BinaryIO:
    try:
        zstd = zstd_library()
    except ImportError:
        raise RvhctlError(
            f"{name}: zstd needs a library; install it with: pip install backports.zstd"
        ) from None
    return cast("BinaryIO", zstd.ZstdFile(file, "wb"))
