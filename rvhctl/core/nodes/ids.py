"""Ids as a column of texts: one behind the other in UTF-8, no object for each."""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter, read_i64_le, write_i64_le
from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.nodes.duplicates import hash_of
from rvhctl.core.words import copy

END: Final = 0xFFFFFFFF
PIECE_BITS: Final = 32


class IdTexts:
    """The ids of some rows."""

    def __init__(self) -> None:
        # Joined, all of them would be there twice.
        self._pieces: list[bytes] = []
        # The piece in which each id stands, and where it ends there, behind those of an id before the first.
        self._ends = vec[i64]([-1 << 32])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, offsets: bytes, data: bytes) -> None:
        """Put ids behind these.

        Args:
            offsets: where each begins, and the last ends, as integers of 64 bits.
            data: of these alone, less than 4 GiB; the first starts at its beginning, whatever its offset.
        """
        ends = self._ends
        piece: i64 = len(self._pieces)
        shift = (piece << PIECE_BITS) - read_i64_le(offsets, 0)
        size: i64 = len(offsets)
        for at in range(8, size, 8):
            ends = append(ends, read_i64_le(offsets, at) + shift)
        self._ends = ends
        self._pieces.append(data)

    def _start(self, row: i64) -> i64:
        """Where an id begins in its piece."""
        before = self._ends[row]
        if before >> PIECE_BITS != self._ends[row + 1] >> PIECE_BITS:
            return 0
        return before & END

    def id_text(self, row: i64) -> str:
        if row < 0:
            row += len(self._ends) - 1
        last = self._ends[row + 1]
        return self._pieces[last >> PIECE_BITS][self._start(row) : last & END].decode()

    def id_texts(self, rows: Ints) -> list[str]:
        """The ids of these rows."""
        return [self.id_text(row) for row in rows.values]

    def join_ids(self, rows: Ints, first: i64, last: i64, end: bytes) -> bytes:
        """The ids of ``rows[first:last]``, ``end`` behind each."""
        writer = BytesWriter()
        wanted = rows.values
        for index in range(first, last):
            row = wanted[index]
            place = self._ends[row + 1]
            copy(writer, self._pieces[place >> PIECE_BITS], self._start(row), place & END)
            writer.write(end)
        return writer.getvalue()


def hash_texts(offsets: bytes, data: bytes, seed: i64) -> bytes:
    """The hashes of texts, 8 bytes each; see ``hash_of``, and `IdTexts.add` for the arguments."""
    writer = BytesWriter()
    base = read_i64_le(offsets, 0)
    size: i64 = len(offsets)
    start: i64 = 0
    for at in range(8, size, 8):
        end = read_i64_le(offsets, at) - base
        write_i64_le(writer, hash_of(data, start, end, seed))
        start = end
    return writer.getvalue()
