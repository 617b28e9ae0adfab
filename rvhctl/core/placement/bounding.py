"""Owners of a finite set of keys when no node may own more than its bound.

Keys come in tiers: those larger than every bound, then the large ones from the largest on, then the small ones from
the smallest on. Tier by tier, each key goes to the first node of its own order of preference that has room, in
rounds: in round p all that are left ask the node at place p, by the hash of their bits. So nothing depends on the
order of the input. A small key always finds room; a large one that finds none goes where it does the least harm, if
large keys fit in no other manner either.
"""

from __future__ import annotations

from math import inf
from typing import Final

from librt.vecs import append, vec
from mypy_extensions import i64

from rvhctl.core.columns import Floats, Ints, digit_pass, ints
from rvhctl.core.placement.choosing import Chooser
from rvhctl.core.placement.probes import word_hash
from rvhctl.core.placement.table import BucketTable
from rvhctl.core.words import COMPILED, MASK_64

RANK_SEED: Final = 0x2000000000000000
"""2^61, the seed of the hash by which keys of one round take turns."""

LOW_32: Final = 0xFFFFFFFF

OVERSIZED: Final = 0
"""The tier of keys that are larger than every bound."""
LARGE: Final = 1
"""The first tier of large keys."""
SMALL: Final = 127
"""The last tier of small keys; there are not more than 63 of them, nor of the large ones."""
TIERS: Final = 128

BY_CLASS: Final = 0
"""Large keys go tier by tier, in rounds."""
BY_SIZE: Final = 1
"""Large keys go one by one from the largest on, each to the first node of its order that has room."""
EVENLY: Final = 2
"""Large keys go one by one from the largest on, each to where its node is the least full with it."""
MANNERS: Final = 3

MOST_TRIED: Final = 16384
"""Large keys up to which other manners are tried where the first is too much for a node."""

PLACES: Final = 8
"""Places of a key's order that are made at first; then four times as many, and so on."""


def units_of(sizes: Floats, exponent: i64) -> Ints:
    """The sizes times 2^exponent, rounded down; that of the largest is less than 2^62."""
    values = sizes.values
    # In two steps, of which none can overflow; one that underflows is rounded to 0 anyway.
    half = exponent >> 1
    first, second = 2.0 ** int(half), 2.0 ** int(exponent - half)
    units = vec[i64](capacity=len(values))
    for size in values:
        units = append(units, int(size * first * second))
    return ints(units)


def total_of(units: Ints) -> int:
    """Their sum."""
    total: i64 = 0
    for size in units.values:
        total += size
    return total


def tier_of(size: i64, largest: i64, share: i64, slack: i64) -> i64:
    """In which tier a key of that size is placed."""
    if size > largest:
        return OVERSIZED
    if size > slack:
        tier: i64 = LARGE
        while size <= share:
            share >>= 1
            tier += 1
        return tier
    tier = SMALL
    last: i64 = SMALL - 62
    while tier > last and size <= slack >> 2:
        slack >>= 2
        tier -= 1
    return tier


class Bounding:
    """Nodes that fill up with keys, each to its bound."""

    def __init__(self, table: BucketTable, bounds: Ints, share: i64, slack: i64) -> None:
        """
        Args:
            bounds: the most that each bucket may own; all bounds and all loads together are less than 2^62.
            share: what a live bucket should own on average.
            slack: the largest size that always finds room.
        """
        self.table: Final = table
        self.bounds: Final = bounds
        self.share: Final[i64] = share
        self.slack: Final[i64] = slack
        self.loads: Final = Ints([0] * len(bounds))
        """What each bucket owns."""
        self.displaced: i64 = 0
        """Keys that are not with the first node of their order."""
        self.overfull: i64 = 0
        """Keys that found no room."""
        self._live: Final = Ints([bucket for bucket in range(table.buckets) if table.is_live(bucket)])
        # Each key once, by rank: its bits, its size, the first of its order, its owner.
        self._bits = Ints()
        self._sizes = Ints()
        self._first = Ints()
        self._owners = Ints()

    def owners(self, bits: Ints, sizes: Ints) -> Ints:
        """The bucket of each key by its 64 bits; the sizes of equal keys add up. To be called once."""
        owners = self._orders(bits, 1)
        if self._fits(owners.values, sizes.values):
            return owners
        order, items = self._gather(bits, sizes, owners)
        tiers = self._tiers()
        self._place(tiers[OVERSIZED])
        self._place_large([tier for tier in tiers[LARGE : SMALL - 62] if len(tier) > 0])
        for tier in tiers[SMALL - 62 :]:
            self._place(tier)
        bucket_of, first = self._owners.values, owners.values
        for at in range(len(items)):
            first[order[at]] = bucket_of[items[at]]
        return owners

    def _fits(self, owners: vec[i64], sizes: vec[i64]) -> bool:
        """Whether no bound binds; then these are the loads."""
        loads, bounds = self.loads.values, self.bounds.values
        for row in range(len(owners)):
            loads[owners[row]] += sizes[row]
        for bucket in self._live.values:
            if loads[bucket] > bounds[bucket]:
                for other in range(len(loads)):
                    loads[other] = 0
                return False
        return True

    def _gather(self, bits: Ints, sizes: Ints, owners: Ints) -> tuple[vec[i64], vec[i64]]:
        """Take equal keys together; the rows by rank, and the key of each."""
        all_bits, all_sizes, all_owners = bits.values, sizes.values, owners.values
        order = by_rank(all_bits)
        items = vec[i64](capacity=len(order))
        own_bits, own_sizes, own_owners = vec[i64](), vec[i64](), vec[i64]()
        count: i64 = 0
        for row in order:
            if count > 0 and own_bits[count - 1] == all_bits[row]:
                own_sizes[count - 1] += all_sizes[row]
            else:
                own_bits = append(own_bits, all_bits[row])
                own_sizes = append(own_sizes, all_sizes[row])
                own_owners = append(own_owners, all_owners[row])
                count += 1
            items = append(items, count - 1)
        self._bits, self._sizes, self._first = ints(own_bits), ints(own_sizes), ints(own_owners)
        self._owners = Ints(own_owners)
        return order, items

    def _tiers(self) -> list[Ints]:
        """The keys of each tier, by rank."""
        share, slack = self.share, self.slack
        largest = max(self.bounds.values[bucket] for bucket in self._live.tolist())
        tiers = [Ints() for _ in range(TIERS)]
        sizes = self._sizes.values
        for item in range(len(sizes)):
            tier = tiers[tier_of(sizes[item], largest, share, slack)]
            tier.values = append(tier.values, item)
        return tiers

    def _place_large(self, tiers: list[Ints]) -> None:
        """Place the large keys in the first manner that keeps all bounds; if none does, in the best."""
        before = vec[i64](self.loads.values)
        within = [bucket for bucket in self._live.tolist() if before[bucket] <= self.bounds.values[bucket]]
        displaced, overfull = self.displaced, self.overfull
        manners = MANNERS if sum(map(len, tiers)) <= MOST_TRIED else 1
        best, least = BY_CLASS, inf
        for manner in range(manners):
            self._begin_again(before, displaced, overfull)
            self._place_by(manner, tiers)
            if self.overfull == overfull:
                return
            fullness = max([0.0] + [self._fullness(bucket, 0) for bucket in within])
            if fullness < least:
                best, least = manner, fullness
        if best != manners - 1:
            self._begin_again(before, displaced, overfull)
            self._place_by(best, tiers)

    def _begin_again(self, loads: vec[i64], displaced: i64, overfull: i64) -> None:
        """Take back what was placed since these were the loads."""
        for bucket in range(len(loads)):
            self.loads.values[bucket] = loads[bucket]
        self.displaced, self.overfull = displaced, overfull

    def _place_by(self, manner: int, tiers: list[Ints]) -> None:
        """Place the large keys in one manner."""
        if manner == BY_CLASS:
            for tier in tiers:
                self._place(tier)
            return
        sizes = self._sizes.values
        for _, item in sorted([(-int(sizes[item]), item) for tier in tiers for item in tier.tolist()]):
            if manner == BY_SIZE:
                self._place(Ints([item]))
            else:
                self._force(item)
                bucket = self._owners.values[item]
                self.overfull += self.loads.values[bucket] > self.bounds.values[bucket]

    def _place(self, members: Ints) -> None:
        """Place the keys of a tier, of which none is placed yet."""
        waiting = self._ask(members.values)
        failed: list[tuple[int, int]] = []
        begin: i64 = 1
        live: i64 = len(self._live)
        while len(waiting) > 0:
            waiting = self._hopeful(waiting, failed, begin < live)
            end = min(live, max(PLACES, begin * 4))
            if len(waiting) > 0:
                waiting = self._rounds(waiting, begin, end)
            begin = end
        self.overfull += len(failed)
        for _, item in sorted(failed):
            self._force(item)

    def _ask(self, members: vec[i64]) -> vec[i64]:
        """Place who finds room with the first of its order; who finds none is left."""
        sizes, owners, buckets = self._sizes.values, self._owners.values, self._first.values
        loads, bounds = self.loads.values, self.bounds.values
        left = vec[i64]()
        for item in members:
            bucket, size = buckets[item], sizes[item]
            if size == 0 or loads[bucket] + size <= bounds[bucket]:
                loads[bucket] += size
                owners[item] = bucket
            else:
                left = append(left, item)
        return left

    def _hopeful(self, waiting: vec[i64], failed: list[tuple[int, int]], more: bool) -> vec[i64]:
        """Those for whom some bucket has room, if there are ``more`` places to ask; the others fail."""
        room: i64 = -1
        if more:
            loads, bounds = self.loads.values, self.bounds.values
            for bucket in self._live.values:
                room = max(room, bounds[bucket] - loads[bucket])
        sizes = self._sizes.values
        left = vec[i64]()
        for item in waiting:
            if sizes[item] <= room:
                left = append(left, item)
            else:
                failed.append((-int(sizes[item]), int(item)))
        return left

    def _rounds(self, waiting: vec[i64], begin: i64, end: i64) -> vec[i64]:
        """Let them ask the nodes at these places of their orders; who finds none is left."""
        bits = self._bits.values
        orders = self._orders(ints(vec[i64]([bits[item] for item in waiting])), end).values
        sizes, owners = self._sizes.values, self._owners.values
        loads, bounds = self.loads.values, self.bounds.values
        rows = vec[i64](list(range(len(waiting))))
        for place in range(begin, end):
            left = vec[i64]()
            for row in rows:
                item = waiting[row]
                bucket, size = orders[row * end + place], sizes[item]
                if loads[bucket] + size <= bounds[bucket]:
                    loads[bucket] += size
                    owners[item] = bucket
                    self.displaced += 1
                else:
                    left = append(left, row)
            rows = left
        return vec[i64]([waiting[row] for row in rows])

    def _orders(self, bits: Ints, count: i64) -> Ints:
        """The first places of the order of each key."""
        chooser = Chooser(self.table, count)
        rows: i64 = len(bits)
        chosen = Ints([0] * int(rows * count))
        row: i64 = 0
        while row < rows:
            row = chooser.choose(bits, row, rows, chosen)
        return chosen

    def _force(self, item: i64) -> None:
        """Place a key where its node becomes the least full beside its bound; of equal ones, the first of its order."""
        size = self._sizes.values[item]
        least: float = inf
        best: i64 = -1
        equal: i64 = 0
        for bucket in self._live.values:
            fullness = self._fullness(bucket, size)
            if fullness < least:
                least, best, equal = fullness, bucket, 1
            elif fullness == least:
                equal += 1
        if equal > 1:
            best = self._first_of(item, size, least)
        self.loads.values[best] += size
        self.displaced += best != self._first.values[item]
        self._owners.values[item] = best

    def _fullness(self, bucket: i64, size: i64) -> float:
        """The load of a bucket with one more key, as a multiple of its bound."""
        return float(int(self.loads.values[bucket] + size)) / float(int(max(self.bounds.values[bucket], 1)))

    def _first_of(self, item: i64, size: i64, least: float) -> i64:
        """Which of the buckets that are so full with a key comes first in its order."""
        live: i64 = len(self._live)
        end: i64 = 1
        while True:
            for bucket in self._orders(Ints([self._bits.values[item]]), end).values:
                if self._fullness(bucket, size) == least:
                    return bucket
            end = min(live, end * 4)


def by_rank(bits: vec[i64]) -> vec[i64]:
    """The rows of one key or more, ascending by the hash of their bits, which is another for each."""
    count: i64 = len(bits)
    if not COMPILED:
        ranks = [word_hash(key, RANK_SEED) & MASK_64 for key in bits]
        return vec[i64](sorted(range(count), key=ranks.__getitem__))
    order = vec[i64](capacity=count)
    ranked = vec[i64](capacity=count)
    for row in range(count):
        order = append(order, row)
        ranked = append(ranked, word_hash(bits[row], RANK_SEED))
    # The lower half first: each pass keeps what the one before made of equal ones.
    order = sorted_by_half(order, ranked, 0)
    return sorted_by_half(order, ranked, 32)


def sorted_by_half(order: vec[i64], ranks: vec[i64], shift: i64) -> vec[i64]:
    """The rows sorted by 32 bits of their ranks; stable."""
    words = vec[i64](capacity=len(order))
    for row in order:
        words = append(words, (((ranks[row] >> shift) & LOW_32) << 32) | row)
    other = vec[i64](words)
    for low, width in ((32, 11), (43, 11), (54, 10)):
        if digit_pass(words, other, low, width):
            words, other = other, words
    for at in range(len(words)):
        words[at] &= LOW_32
    return words
