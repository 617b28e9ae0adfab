"""How evenly keys are spread over the live nodes, and what a change of the nodes would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, lgamma, log, sqrt
from typing import Final, NamedTuple, TypeVar

from rvhctl.core.columns import Ints
from rvhctl.core.keys.owners import Tally, Traffic
from rvhctl.errors import JumpHashError
from rvhctl.placement.buckets import Buckets

T = TypeVar("T")

MOST_BUCKETS = 10_000_000
"""For what keeps a number for each bucket."""

EPSILON: Final = 1e-16
TINY: Final = 1e-300


def check_size(nodes: Buckets, what: str) -> None:
    """Refuse more buckets than can be counted one by one.

    Raises:
        JumpHashError: there are more than 10^7.
    """
    if nodes.count > MOST_BUCKETS:
        raise JumpHashError(f"{what} takes at most {MOST_BUCKETS} buckets (got {nodes.count})")


class BucketCount(NamedTuple):
    """How many keys a bucket owns, and their share of all keys; their sizes, where keys were assigned."""

    bucket: int
    node: str | None
    keys: int
    share: float
    load: float | None = None


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
        load: the sizes of all keys; None where no keys were assigned.
        fullest: the largest load as a multiple of the fair share of its node; None likewise.
    """

    total: int
    mean: float
    max_over_mean: float | None
    stdev: float
    chi_square: float
    p_value: float | None
    buckets: Sequence[BucketCount]
    load: float | None = None
    fullest: float | None = None

    def loaded(self, loads: Sequence[float], fullest: float) -> Stats:
        """The same with the load of each bucket."""
        counts = self.buckets

        def row(bucket: int) -> BucketCount:
            return counts[bucket]._replace(load=loads[bucket])

        return replace(self, buckets=_Lazy(len(counts), row, "counts"), load=fsum(loads), fullest=fullest)


class _Lazy(Sequence[T]):
    """Rows made as they are asked for: there may be ten million."""

    def __init__(self, size: int, row: Callable[[int], T], what: str) -> None:
        self._range = range(size)
        self._row = row
        self._what = what

    def __len__(self) -> int:
        return len(self._range)

    def __repr__(self) -> str:
        return f"<{len(self)} {self._what}>"

    def __iter__(self) -> Iterator[T]:
        # Several times as fast as one index after the other.
        return map(self._row, self._range)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        chosen = self._range[index]
        return list(map(self._row, chosen)) if isinstance(index, slice) else self._row(chosen)


def stats_of(nodes: Buckets, tally: Tally) -> Stats:
    """The statistics of counted keys."""
    counts: list[int] = list(tally.counts)
    total = int(tally.total)
    ids = nodes.ids

    def row(bucket: int) -> BucketCount:
        count = counts[bucket]
        return BucketCount(bucket, ids[bucket] if ids else None, count, count / (total or 1))

    mean = total / nodes.live
    sizes = _sizes(nodes, counts)
    _, parts = nodes.parts()
    chi_square = 0.0
    if total:
        chi_square = fsum(
            buckets * (count - expected) ** 2 / expected
            for (part, count), buckets in sizes.items()
            if (expected := part * total / parts) > 0
        )
    variance = fsum(buckets * (count - mean) ** 2 for (_, count), buckets in sizes.items()) / nodes.live
    return Stats(
        total=total,
        mean=mean,
        max_over_mean=max(counts) / mean if total else None,
        stdev=sqrt(variance),
        chi_square=chi_square,
        p_value=p_value(chi_square, nodes.live - 1) if total and nodes.live > 1 else None,
        buckets=_Lazy(len(counts), row, "counts"),
    )


def _sizes(nodes: Buckets, counts: list[int]) -> dict[tuple[float, int], int]:
    """How many live buckets have this part and this count: few kinds, though buckets may be millions."""
    if not nodes.weights and not nodes.down:
        return {(1.0, count): buckets for count, buckets in Counter(counts).items()}
    part, _ = nodes.parts()
    down = nodes.down
    return Counter((part(bucket), count) for bucket, count in enumerate(counts) if bucket not in down)


class BucketMoves(NamedTuple):
    """How many keys a bucket would gain and lose, and their sizes where these are known.

    ``bucket`` is its number there, or here if it is gone.
    """

    bucket: int
    node: str | None
    entering: int
    leaving: int
    entering_load: float | None = None
    leaving_load: float | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """What would move.

    Attributes:
        total: keys.
        moved: keys whose owner would be another node (by id), or another bucket where there are no names.
        share: moved / total; 0 without keys.
        least: the share that must move under any scheme that gives each node its part by weight.
        buckets: those there in order, then those that are only here.
        load: the sizes of all keys; None where they are not known.
        moved_load: the sizes of keys that move; None likewise.
        load_share: moved_load / load; 0 without load.
        excess: load_share - least, below 0 where it so happens that less moves.
    """

    total: int
    moved: int
    share: float
    least: float
    buckets: Sequence[BucketMoves]
    load: float | None = None
    moved_load: float | None = None
    load_share: float | None = None
    excess: float | None = None

    def loaded(
        self, entering: Mapping[int, float], leaving: Mapping[int, float], load: float, moved: float
    ) -> Moves:
        """The same with sizes: of what enters and leaves each row of ``buckets``, of all keys, of those that move."""
        counts = self.buckets

        def row(place: int) -> BucketMoves:
            return counts[place]._replace(
                entering_load=entering.get(place, 0.0), leaving_load=leaving.get(place, 0.0)
            )

        share = moved / load if load else 0.0
        return replace(
            self,
            buckets=_Lazy(len(counts), row, "rows of keys entering and leaving"),
            load=load,
            moved_load=moved,
            load_share=share,
            excess=share - self.least,
        )


class MoveCounter:
    """Counts keys by their owners here and there; nodes are matched by id."""

    def __init__(self, here: Buckets, there: Buckets) -> None:
        """Both with names, or both without.

        Raises:
            JumpHashError: only one has names, or there are too many buckets.
        """
        if bool(here.ids) != bool(there.ids):
            raise JumpHashError("buckets with names cannot be compared with buckets without")
        for nodes in (here, there):
            check_size(nodes, "a comparison")
        self.here = here
        self.there = there
        # A node's place: its bucket there, then those that are only here.
        only_here = [node_id for node_id in here.ids if node_id not in there.rows]
        places = {**there.rows, **{i: there.count + at for at, i in enumerate(only_here)}}
        size = len(places) if here.ids else max(here.count, there.count)
        self._here_places = [places[i] for i in here.ids]
        self._there_places = [places[i] for i in there.ids]
        self.traffic = Traffic(size, Ints(self._here_places), Ints(self._there_places))
        self._names = [*there.ids, *only_here]

    def places(self, source: int, target: int) -> tuple[int, int]:
        """The rows of `Moves.buckets` of a bucket here and of a bucket there."""
        return self.place(source, here=True), self.place(target, here=False)

    def place(self, bucket: int, *, here: bool) -> int:
        """The row of a bucket here or there."""
        if not self._names:
            return bucket
        return (self._here_places if here else self._there_places)[bucket]

    def bucket(self, place: int) -> tuple[int, str | None]:
        """The bucket of a row there, or here if it is gone, and its node's id if it has one."""
        name = self._names[place] if self._names else None
        return (place if name is None or place < self.there.count else self.here.rows[name]), name

    def moves(self) -> Moves:
        """What has been counted."""
        total, moved = int(self.traffic.total), int(self.traffic.moved)
        return Moves(
            total=total,
            moved=moved,
            share=moved / total if total else 0.0,
            least=least_move(self.here, self.there),
            buckets=_Lazy(len(self.traffic.entering), self._row, "rows of keys entering and leaving"),
        )

    def _row(self, place: int) -> BucketMoves:
        entering, leaving = int(self.traffic.entering[place]), int(self.traffic.leaving[place])
        return BucketMoves(*self.bucket(place), entering, leaving)


def least_move(here: Buckets, there: Buckets) -> float:
    """The share of keys that any scheme must move: the sum of max(0, share here - share there) over nodes."""
    before, all_before = here.parts()
    after, all_after = there.parts()

    def lost(bucket: int) -> float:
        place = there.rows.get(here.ids[bucket], there.count) if here.ids else bucket
        stays = after(place) if place < there.count else 0.0
        return max(0.0, before(bucket) * all_after - stays * all_before)

    # Divided once, so that 4 to 5 equal buckets make 0.2 and not a little less.
    return fsum(map(lost, range(here.count))) / (all_before * all_after)


def p_value(statistic: float, degrees: int) -> float:
    """The probability that chi-square of ``degrees`` of freedom, 1 or more, is at least ``statistic``.

    Source: the regularised incomplete gamma function Q(a, x), a = degrees / 2, x = statistic / 2, by its
    series below x = a + 1 and by its continued fraction (Lentz's method) above: NIST Digital Library of
    Mathematical Functions, 8.7.1 and 8.9.2.
    """
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = exp(a * log(x) - x - lgamma(a))
    if x < a + 1:
        return max(0.0, 1.0 - scale * _series(a, x))
    return min(1.0, scale * _fraction(a, x))


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    while term > total * EPSILON:
        a += 1
        term *= x / a
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c = 1 / TINY
    d = 1 / b
    value = d
    i = 0
    while True:
        i += 1
        numerator = -i * (i - a)
        b += 2
        d = 1 / _not_zero(numerator * d + b)
        c = _not_zero(b + numerator / c)
        step = d * c
        value *= step
        if abs(step - 1) < EPSILON * 10:
            return value


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
