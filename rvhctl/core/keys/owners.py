"""Rows of keys by their owners: the bytes of some, of each bucket's, or only the owners' numbers."""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter, read_i32_le, read_i64_le, write_i32_le, write_i64_le
from librt.vecs import vec
from mypy_extensions import i32, i64

from rvhctl.core.columns import Ints, ints, place_in
from rvhctl.core.keys.rows import KeyRows
from rvhctl.core.words import copy


def selected(buckets: Ints, block: bytes, rows: KeyRows, owners: Ints, line_end: bytes) -> bytes:
    """The bytes of the rows that belong to some buckets, which ascend; each and a line end, if it has none itself."""
    owner_of, starts, ends = owners.values, rows.starts.values, rows.ends.values
    wanted = buckets.values
    count: i64 = len(wanted)
    answers = BytesWriter()
    for row in range(rows.count):
        if place_in(wanted, owner_of[row]) < count:
            copy(answers, block, starts[row], ends[row])
            answers.write(line_end)
    return answers.getvalue()


def packed(owners: Ints, rows: i64) -> bytes:
    """The owners as integers of four bytes, for ``Tally.add`` or ``Traffic.add``."""
    owner_of = owners.values
    answers = BytesWriter()
    for row in range(rows):
        owner: i32 = int(owner_of[row])
        write_i32_le(answers, owner)
    return answers.getvalue()


def packed_pairs(owners: Ints, others: Ints, rows: i64) -> bytes:
    """Owner here and owner there of each row."""
    owner_of, other_of = owners.values, others.values
    answers = BytesWriter()
    for row in range(rows):
        owner: i32 = int(owner_of[row])
        other: i32 = int(other_of[row])
        write_i32_le(answers, owner)
        write_i32_le(answers, other)
    return answers.getvalue()


def packed_groups(block: bytes, rows: KeyRows, owners: Ints, line_end: bytes) -> bytes:
    """The bytes of each bucket's rows, in order: the bucket, how many bytes, the bytes; and so on.

    Behind each row comes a line end, if it has none itself.
    """
    owner_of, starts, ends = owners.values, rows.starts.values, rows.ends.values
    groups: dict[int, BytesWriter] = {}
    for row in range(rows.count):
        owner = int(owner_of[row])
        group = groups.get(owner)
        if group is None:
            group = groups[owner] = BytesWriter()
        copy(group, block, starts[row], ends[row])
        group.write(line_end)
    answers = BytesWriter()
    for bucket, group in groups.items():
        write_i64_le(answers, bucket)
        write_i64_le(answers, len(group))
        answers.write(group.getvalue())
    return answers.getvalue()


def groups_of(text: bytes) -> list[tuple[int, bytes]]:
    """What ``packed_groups`` has packed."""
    groups: list[tuple[int, bytes]] = []
    at: i64 = 0
    end: i64 = len(text)
    while at < end:
        size = read_i64_le(text, at + 8)
        groups.append((int(read_i64_le(text, at)), text[at + 16 : at + 16 + size]))
        at += 16 + size
    return groups


class Tally:
    """How many keys each bucket owns."""

    def __init__(self, buckets: i64) -> None:
        self.counts: Final = ints(vec[i64]([0] * int(buckets)))
        self.total: i64 = 0

    def add(self, owners: bytes) -> None:
        """Count ``packed`` owners."""
        counts = self.counts.values
        end: i64 = len(owners)
        for at in range(0, end, 4):
            owner: i64 = int(read_i32_le(owners, at))
            counts[owner] += 1
        self.total += end >> 2


class Traffic:
    """How many keys leave and enter each node, when buckets here and there may be numbered differently."""

    def __init__(self, nodes: i64, here: Ints, there: Ints) -> None:
        """``here`` and ``there``: which node each bucket is; empty where a bucket is its number."""
        self.here: Final = here
        self.there: Final = there
        self.entering: Final = ints(vec[i64]([0] * int(nodes)))
        self.leaving: Final = ints(vec[i64]([0] * int(nodes)))
        self.total: i64 = 0
        self.moved: i64 = 0

    def add(self, pairs: bytes) -> None:
        """Count ``packed_pairs``."""
        here, there = self.here.values, self.there.values
        entering, leaving = self.entering.values, self.leaving.values
        end: i64 = len(pairs)
        named = len(here) > 0
        for at in range(0, end, 8):
            source: i64 = int(read_i32_le(pairs, at))
            target: i64 = int(read_i32_le(pairs, at + 4))
            if named:
                source = here[source]
                target = there[target]
            if source != target:
                self.moved += 1
                leaving[source] += 1
                entering[target] += 1
        self.total += end >> 3
