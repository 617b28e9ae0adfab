"""How evenly keys are spread over the live nodes, and what a change of the nodes would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import NamedTuple

from rvhctl.core.keys.owners import Tally, Traffic
from rvhctl.core.vectors import Ints
from rvhctl.errors import JumpHashError
from rvhctl.placement.buckets import Slots
from rvhctl.placement.chisquare import p_value

MOST_BUCKETS = 10_000_000
"""For what keeps a number for each bucket."""


def check_size(slots: Slots, what: str) -> None:
    """Refuse more buckets than can be counted one by one.

    Raises:
        JumpHashError: there are more than 10^7.
    """
    if slots.buckets > MOST_BUCKETS:
        raise JumpHashError(f"{what} takes at most {MOST_BUCKETS} buckets (got {slots.buckets})")


class BucketCount(NamedTuple):
    """How many keys a bucket owns, and their share of all keys."""

    bucket: int
    node: str | None
    keys: int
    share: float


@dataclass(frozen=True, slots=True)
class Stats:
    """How evenly keys are spread.

    Attributes:
        total: keys.
        mean: keys for each live bucket.
        max_over_mean: the fullest bucket as a multiple of the mean; None without keys.
        stdev: standard deviation of the counts of live buckets (of the population), in keys.
        chi_square: sum of (count - expected)^2 / expected, expected by weight among the live.
        p_value: how likely chance alone gives a chi-square of this size or more, with live - 1 degrees of
            freedom; None where that is 0, or without keys.
        buckets: all of them in order, the dead ones with a count of 0.
    """

    total: int
    mean: float
    max_over_mean: float | None
    stdev: float
    chi_square: float
    p_value: float | None
    buckets: Sequence[BucketCount]


class _Counts(Sequence[BucketCount]):
    """Made as they are asked for: there may be ten million."""

    def __init__(self, slots: Slots, counts: list[int], total: int) -> None:
        self._slots = slots
        self._counts = counts
        self._total = total

    def __len__(self) -> int:
        return len(self._counts)

    def __repr__(self) -> str:
        return f"<{len(self)} counts>"

    def __iter__(self) -> Iterator[BucketCount]:
        # Not by __getitem__: that takes five times as long, of which a reader of millions would hear.
        total = self._total or 1
        ids = self._slots.ids
        for bucket, count in enumerate(self._counts):
            yield BucketCount(bucket, ids[bucket] if ids else None, count, count / total)

    def __getitem__(self, bucket):  # type: ignore[no-untyped-def]
        if isinstance(bucket, slice):
            return [self[row] for row in range(len(self))[bucket]]
        bucket = range(len(self))[bucket]
        count = self._counts[bucket]
        node = self._slots.ids[bucket] if self._slots.ids else None
        return BucketCount(bucket, node, count, count / self._total if self._total else 0.0)


def stats_of(slots: Slots, tally: Tally) -> Stats:
    """The statistics of counted keys."""
    counts: list[int] = list(tally.counts)
    total = int(tally.total)
    mean = total / slots.live
    sizes = _sizes(slots, counts)
    _, parts = slots.parts()
    chi_square = 0.0
    if total:
        chi_square = fsum(
            buckets * (count - expected) ** 2 / expected
            for (part, count), buckets in sizes.items()
            if (expected := part * total / parts) > 0
        )
    variance = fsum(buckets * (count - mean) ** 2 for (_, count), buckets in sizes.items()) / slots.live
    return Stats(
        total=total,
        mean=mean,
        max_over_mean=max(counts) / mean if total else None,
        stdev=sqrt(variance),
        chi_square=chi_square,
        p_value=p_value(chi_square, slots.live - 1) if total and slots.live > 1 else None,
        buckets=_Counts(slots, counts, total),
    )


def _sizes(slots: Slots, counts: list[int]) -> dict[tuple[float, int], int]:
    """How many live buckets have this part and this count: few kinds, though buckets may be millions."""
    if not slots.weights and not slots.down:
        return {(1.0, count): buckets for count, buckets in Counter(counts).items()}
    part, _ = slots.parts()
    down = slots.down
    return Counter((part(bucket), count) for bucket, count in enumerate(counts) if bucket not in down)


class BucketMoves(NamedTuple):
    """How many keys a bucket would gain and lose. ``bucket`` is its number there, or here if it is gone."""

    bucket: int
    node: str | None
    entering: int
    leaving: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What would move.

    Attributes:
        total: keys.
        moved: keys whose owner would be another node (by id), or another bucket where there are no names.
        share: moved / total; 0 without keys.
        least: the share that must move under any scheme that gives each node its part by weight.
        buckets: those there in order, then those that are only here.
    """

    total: int
    moved: int
    share: float
    least: float
    buckets: Sequence[BucketMoves]


class MoveCounter:
    """Counts keys by their owners here and there; nodes are matched by id."""

    def __init__(self, here: Slots, there: Slots) -> None:
        """Both with names, or both without.

        Raises:
            JumpHashError: only one has names, or there are too many buckets.
        """
        if bool(here.ids) != bool(there.ids):
            raise JumpHashError("buckets with names cannot be compared with buckets without")
        for slots in (here, there):
            check_size(slots, "a comparison")
        self.here = here
        self.there = there
        # A node's place: its bucket there, then those that are only here.
        only_here = [node_id for node_id in here.ids if node_id not in there.rows]
        places = {**there.rows, **{i: there.buckets + at for at, i in enumerate(only_here)}}
        nodes = len(places) if here.ids else max(here.buckets, there.buckets)
        self.traffic = Traffic(
            nodes, Ints([places[i] for i in here.ids]), Ints([places[i] for i in there.ids])
        )
        self._names = [*there.ids, *only_here]

    def moves(self) -> Moves:
        """What has been counted."""
        total, moved = int(self.traffic.total), int(self.traffic.moved)
        return Moves(
            total=total,
            moved=moved,
            share=moved / total if total else 0.0,
            least=least_move(self.here, self.there),
            buckets=_Rows(self),
        )

    def row(self, place: int) -> BucketMoves:
        """The moves of one place."""
        name = self._names[place] if self._names else None
        bucket = place if name is None or place < self.there.buckets else self.here.rows[name]
        return BucketMoves(bucket, name, int(self.traffic.entering[place]), int(self.traffic.leaving[place]))

    def __len__(self) -> int:
        return len(self.traffic.entering)


class _Rows(Sequence[BucketMoves]):
    """Made as they are asked for."""

    def __init__(self, counter: MoveCounter) -> None:
        self._counter = counter

    def __len__(self) -> int:
        return len(self._counter)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of keys entering and leaving>"

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        if isinstance(place, slice):
            return [self[row] for row in range(len(self))[place]]
        return self._counter.row(range(len(self))[place])


def least_move(here: Slots, there: Slots) -> float:
    """The share of keys that any scheme must move: the sum of max(0, share here - share there) over nodes."""
    before, all_before = here.parts()
    after, all_after = there.parts()

    def lost(bucket: int) -> float:
        place = there.rows.get(here.ids[bucket], there.buckets) if here.ids else bucket
        stays = after(place) if place < there.buckets else 0.0
        return max(0.0, before(bucket) * all_after - stays * all_before)

    # Divided once, so that 4 to 5 equal buckets make 0.2 and not a little less.
    return fsum(map(lost, range(here.buckets))) / (all_before * all_after)
