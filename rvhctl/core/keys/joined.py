"""A key of several fields of a record, straight from the bytes around them."""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter, write_i64_le
from mypy_extensions import i64

from rvhctl.core.columns import Ints
from rvhctl.core.keys.lines import NOTHING_WRONG, decimal_bits, decimal_problem
from rvhctl.core.keys.rows import KeyRows
from rvhctl.core.placement.bits import WHOLE
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.core.words import copy


class KeyFields:
    """Where the fields of one key stand in a block, in the order in which they are joined.

    A text has a start and an end, a 64-bit integer ends at a negative number.
    """

    def __init__(self, count: i64, seed: i64, kept: bool) -> None:
        """``kept``: the key itself is wanted, too, and not only its XXH64 with ``seed``."""
        self.count: Final[i64] = count
        self.starts: Final = Ints([0] * int(count))
        self.ends: Final = Ints([0] * int(count))
        self._seed: Final[i64] = seed
        self._kept: Final = kept

    def take(self, rows: KeyRows, row: i64, block: bytes) -> bool:
        """Make them the key of a row; False if they are none: all empty, or an integer is too large."""
        starts, ends = self.starts.values, self.ends.values
        data = BytesWriter()
        empty = True
        for at in range(self.count):
            start, end = starts[at], ends[at]
            if end < 0:
                if decimal_problem(block, start, -end) != NOTHING_WRONG:
                    return False
                data.write(WHOLE)
                write_i64_le(data, decimal_bits(block, start, -end))
                empty = False
            else:
                write_i64_le(data, end - start)
                copy(data, block, start, end)
                empty = empty and start == end
        if empty:
            return False
        text = data.getvalue()
        rows.keys.values[row] = xxh64_span(text, 0, len(text), self._seed)
        if self._kept:
            rows.others[int(row)] = self._key(block)
            rows.key_starts.values[row] = -1
        return True

    def _key(self, block: bytes) -> tuple[object, ...]:
        """The key as its fields."""
        fields: list[object] = []
        for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True):
            fields.append(int(block[start:-end]) if end < 0 else block[start:end].decode())
        return tuple(fields)
