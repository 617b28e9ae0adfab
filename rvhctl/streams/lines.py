"""A stream cut at line ends, answered as it comes."""

from __future__ import annotations

from collections.abc import Iterator

from rvhctl.errors import InputError
from rvhctl.streams.regular_file import has_nuls
from rvhctl.streams.source import Source


def whole_lines(source: Source, delimiter: bytes = b"\n") -> Iterator[tuple[bytes, int]]:
    """Blocks of whole lines, and the number of the first line of each, from 1.

    A block holds every line that could be read without waiting. Only the last may lack its line end.

    Raises:
        InputError: the source cannot be read; or NUL comes instead of lines.
    """
    pieces: list[bytes] = []
    line = 1
    while block := source.read_some():
        cut = block.rfind(delimiter) + 1
        if not cut:
            if has_nuls(block):
                raise InputError("NUL bytes instead of text", source=source.name, line=line)
            # A line longer than a block: kept in pieces, so that it is copied once.
            pieces.append(block)
            continue
        pieces.append(block[:cut])
        whole = b"".join(pieces) if len(pieces) > 1 else pieces[0]
        pieces = [block[cut:]] if cut < len(block) else []
        yield whole, line
        line += whole.count(delimiter)
    if pieces:
        whole = b"".join(pieces)
        pieces.clear()
        yield whole, line


def line_pieces(text: bytes, size: int) -> Iterator[bytes]:
    """A text in pieces of whole lines: at most ``size`` bytes, or more where a line is longer."""
    start = 0
    while start < len(text):
        end = text.rfind(b"\n", start, start + size) + 1 or text.find(b"\n", start + size) + 1 or len(text)
        yield text[start:end]
        start = end
