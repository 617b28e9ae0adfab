"""Columns of numbers that interpreted code may hold: floats, 64-bit integers, small codes.

A ``vec`` that interpreted code hands to a compiled function is never freed: mypyc 2.4.1 takes a reference
to its buffer for the call and does not give it back. So no ``vec`` crosses the border of ``core``: outside,
a column is one of these objects. Inside, functions take ``values`` out of it once, at their head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, Generic, TypeVar, overload

from librt.strings import read_f64_le
from librt.vecs import append, extend, vec
from mypy_extensions import i64, u8

PIECE: Final = 4096
"""Entries that iteration makes objects of at a time, so that a long column is not held twice."""

BLOCK: Final = 1024
"""Entries that ``zeros`` adds at a time."""

SHOWN: Final = 8
"""Entries of a column that its repr shows."""

Entry = TypeVar("Entry")


class Column(Generic[Entry]):
    """What the columns have in common: a sequence that can be read, iterated over and pickled."""

    def __len__(self) -> int:
        raise NotImplementedError

    def piece(self, start: int) -> list[Entry]:
        """Up to ``PIECE`` entries from here on."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(map(self.piece, range(0, len(self), PIECE)))

    def tolist(self) -> list[Entry]:
        return list(iter(self))

    def __eq__(self, other: object) -> bool:
        """Whether the other is a column, or a list, of equal entries."""
        if isinstance(other, Column):
            return self.tolist() == other.tolist()
        return isinstance(other, list) and self.tolist() == other

    def __repr__(self) -> str:
        shown = self.piece(0)[:SHOWN]
        more = ", ..." if len(self) > len(shown) else ""
        return f"{type(self).__name__}([{', '.join(map(repr, shown))}{more}])"

    def __reduce__(self) -> tuple[Callable[[list[Entry]], Column[Entry]], tuple[list[Entry]]]:
        return type(self), (self.tolist(),)


class Floats(Column[float]):
    """A column of floats."""

    def __init__(self, items: Iterable[float] | None = None) -> None:
        self.values = vec[float]() if items is None else vec[float](items)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, row: int) -> float: ...
    @overload
    def __getitem__(self, row: slice) -> Floats: ...
    def __getitem__(self, row: int | slice) -> float | Floats:
        if isinstance(row, int):
            return self.values[row]
        start, stop, step = row.indices(len(self))
        return floats(self.values[start:stop]) if step == 1 else Floats(self.tolist()[row])

    def piece(self, start: int) -> list[float]:
        return list(self.values[start : start + PIECE])

    def extend(self, other: Floats) -> None:
        """Put the entries of another column behind these."""
        self.values = extend(self.values, other.values)


class Ints(Column[int]):
    """A column of integers of 64 bits: rows, counts, cells, keys."""

    def __init__(self, items: Iterable[int] | None = None) -> None:
        self.values = vec[i64]() if items is None else vec[i64](items)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, row: int) -> int: ...
    @overload
    def __getitem__(self, row: slice) -> Ints: ...
    def __getitem__(self, row: int | slice) -> int | Ints:
        if isinstance(row, int):
            return self.values[row]
        start, stop, step = row.indices(len(self))
        return ints(self.values[start:stop]) if step == 1 else Ints(self.tolist()[row])

    def piece(self, start: int) -> list[int]:
        return list(self.values[start : start + PIECE])

    def buffer(self) -> memoryview:
        """The entries as they lie in memory, not copied."""
        return memoryview(self.values)


class Codes(Column[int]):
    """A column of codes from 0 to 255."""

    def __init__(self, items: Iterable[int] | None = None) -> None:
        self.values = vec[u8]() if items is None else vec[u8](items)

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, row: int) -> int: ...
    @overload
    def __getitem__(self, row: slice) -> Codes: ...
    def __getitem__(self, row: int | slice) -> int | Codes:
        if isinstance(row, int):
            return self.values[row]
        start, stop, step = row.indices(len(self))
        return codes(self.values[start:stop]) if step == 1 else Codes(self.tolist()[row])

    def piece(self, start: int) -> list[int]:
        return list(self.values[start : start + PIECE])


def floats(values: vec[float]) -> Floats:
    """The values as a column, not copied; for the core alone, as the next two are."""
    column = Floats()
    column.values = values
    return column


def ints(values: vec[i64]) -> Ints:
    column = Ints()
    column.values = values
    return column


def codes(values: vec[u8]) -> Codes:
    column = Codes()
    column.values = values
    return column


def zeros(count: i64) -> vec[i64]:
    """Return ``count`` zeros, a whole number of blocks; made of a list they would take twice the memory and time."""
    block = vec[i64]([0] * int(BLOCK))
    column = vec[i64](capacity=count)
    for _ in range(count // BLOCK):
        column = extend(column, block)
    return column


def blank(count: i64) -> Floats:
    """Return a column of ``count`` zeros, to be read into."""
    return floats(vec[float]([0.0] * int(count)))


def joined_floats(pieces: list[bytes]) -> Floats:
    """Return floats of 8 bytes each, little-endian, as a column; each piece is emptied when it is copied."""
    count: i64 = 0
    for piece in pieces:
        count += len(piece) // 8
    column = vec[float](capacity=count)
    for k, piece in enumerate(pieces):
        size: i64 = len(piece)
        for at in range(0, size, 8):
            column = append(column, read_f64_le(piece, at) + 0.0)  # -0.0 becomes 0.0
        pieces[k] = b""
    return floats(column)


def all_texts(items: list[object]) -> bool:
    """Return whether all are text, plain and not empty."""
    return all(type(item) is str and item != "" for item in items)


def pick(items: list[object], order: Ints, start: i64, stop: i64) -> list[object]:
    """Return the items whose indices stand at start to stop - 1 of the order."""
    return [items[index] for index in order.values[start:stop]]


def picked_floats(items: Floats, order: Ints, start: i64, stop: i64) -> Floats:
    """Return the same of a column."""
    values = items.values
    found = vec[float]()
    for index in order.values[start:stop]:
        found = append(found, values[index])
    return floats(found)


def place_in(values: vec[i64], value: i64) -> i64:
    """Return where ascending values have this one; their number if they have it not."""
    low: i64 = 0
    end: i64 = len(values)
    high = end
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < end and values[low] == value else end


def digit_pass(source: vec[i64], target: vec[i64], low: i64, width: i64) -> bool:
    """Sort by ``width`` bits from bit ``low`` into the target; stable. False, and no target, if all are alike."""
    count: i64 = len(source)
    values: i64 = 2048
    mask = values - 1 if width == 11 else (values >> 1) - 1
    free = vec[i64]([0] * 2048)
    for item in source:
        free[(item >> low) & mask] += 1
    if free[(source[0] >> low) & mask] == count:
        return False
    total: i64 = 0
    for k in range(mask + 1):
        here = free[k]
        free[k] = total
        total += here
    for item in source:
        digit = (item >> low) & mask
        place = free[digit]
        target[place] = item
        free[digit] = place + 1
    return True
