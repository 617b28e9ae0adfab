"""Records grouped by their labels, as bytes: no object is made for a record whose group is known."""

from __future__ import annotations

from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import BLOCK, Ints, ints, zeros
from rvhctl.core.placement.xxh64 import xxh64_span
from rvhctl.core.words import COMPILED, same


class LabelGroups:
    """The groups of records that have the same labels, numbered in order of first appearance.

    Attributes:
        texts: the labels of one group after the other, ``depth`` each, in UTF-8.
    """

    def __init__(self, depth: i64, seed: i64) -> None:
        """``depth``: labels of a record; ``seed``: unforeseeable, of the hashes."""
        self.depth: Final[i64] = depth
        self.texts: list[bytes] = []
        self._seed: Final[i64] = seed
        self._group_of = vec[i64]()
        # Compiled: an open-addressing table of group numbers + 1, 0 where empty. Interpreted: a dict.
        self._slots = zeros(BLOCK)
        self._hashes = vec[i64]()
        self._known: dict[tuple[bytes, ...], int] = {}

    def group_of(self) -> Ints:
        """The group of each record."""
        return ints(self._group_of)

    def add(self, data: bytes, starts: vec[i64], ends: vec[i64]) -> None:
        """Group the next record; its labels are ``data[starts[k]:ends[k]]``."""
        group = (
            self._find_in_table(data, starts, ends) if COMPILED else self._find_in_dict(data, starts, ends)
        )
        self._group_of = append(self._group_of, group)

    def add_values(self, values: list[bytes]) -> None:
        """Group the next record; its labels stand nowhere as they are."""
        starts = vec[i64]()
        ends = vec[i64]()
        end: i64 = 0
        for value in values:
            starts = append(starts, end)
            end += len(value)
            ends = append(ends, end)
        self.add(b"".join(values), starts, ends)

    def _find_in_dict(self, data: bytes, starts: vec[i64], ends: vec[i64]) -> i64:
        values = [data[start:end] for start, end in zip(starts, ends, strict=True)]
        group = self._known.setdefault(tuple(values), len(self._known))
        if len(self._known) * int(self.depth) > len(self.texts):
            self.texts += values
        return group

    def _find_in_table(self, data: bytes, starts: vec[i64], ends: vec[i64]) -> i64:
        digest = self._seed
        for label in range(self.depth):
            digest = xxh64_span(data, starts[label], ends[label], digest)
        slots, hashes = self._slots, self._hashes
        mask: i64 = len(slots) - 1
        slot = digest & mask
        while True:
            group = slots[slot] - 1
            if group < 0:
                break
            if hashes[group] == digest and self._is(group, data, starts, ends):
                return group
            slot = (slot + 1) & mask
        group = len(hashes)
        slots[slot] = group + 1
        self._hashes = append(hashes, digest)
        for label in range(self.depth):
            self.texts.append(data[starts[label] : ends[label]])
        if group * 2 > mask:
            self._grow(mask * 4 + 3)
        return group

    def _is(self, group: i64, data: bytes, starts: vec[i64], ends: vec[i64]) -> bool:
        """Whether these are the labels of a group."""
        first = group * self.depth
        for label in range(self.depth):
            value = self.texts[first + label]
            if not same(data, starts[label], ends[label], value, 0, len(value)):
                return False
        return True

    def _grow(self, mask: i64) -> None:
        """Take a larger table, so that at most half of it is taken."""
        slots = zeros(mask + 1)
        for group in range(len(self._hashes)):
            slot = self._hashes[group] & mask
            while slots[slot] != 0:
                slot = (slot + 1) & mask
            slots[slot] = group + 1
        self._slots = slots
