"""A stream cut at line ends, answered as it comes."""

from __future__ import annotations

from collections.abc import Iterator

from rvhctl.source import Source


def whole_lines(source: Source, delimiter: bytes = b"\n") -> Iterator[tuple[bytes, int]]:
    """Blocks of whole lines, and the number of the first line of each, from 1.

    A block holds every line that could be read without waiting. Only the last may lack its line end.
    """
    pieces: list[bytes] = []
    line = 1
    while block := source.read_some():
        cut = block.rfind(delimiter) + 1
        if not cut:
            # A line longer than a block: kept in pieces, so that it is copied once.
            pieces.append(block)
            continue
        pieces.append(block[:cut])
        whole = b"".join(pieces) if len(pieces) > 1 else pieces[0]
        pieces = [block[cut:]] if cut < len(block) else []
        yield whole, line
        line += whole.count(delimiter)
    if pieces:
        yield b"".join(pieces), line
