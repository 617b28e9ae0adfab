"""How many keys go from which bucket here to which bucket there, and of which sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from struct import iter_unpack
from typing import Any, Final, NamedTuple

from rvhctl.core.columns import Ints
from rvhctl.core.keys.owners import packed_pairs
from rvhctl.keys.records import Records
from rvhctl.keys.sizes import sizes_of
from rvhctl.placement.buckets import Buckets, NodeName
from rvhctl.placement.evenness import MoveCounter, Moves
from rvhctl.placement.job import Action
from rvhctl.placement.placement import Placement

Pair = tuple[int, int]
"""A bucket here, and one there."""


class Flow(NamedTuple):
    """How many keys go from one bucket to another, and their sizes where these are known."""

    source_bucket: int
    target_bucket: int
    source: NodeName
    """The id of the node in it; the number of a bucket without a name."""
    target: NodeName
    keys: int
    load: float | None = None


class Flows:
    """The keys of each pair of buckets that has any."""

    def __init__(self) -> None:
        self.keys: Final[Counter[Pair]] = Counter()
        self._sizes: Final[dict[Pair, list[float]]] = {}

    def add(self, pairs: bytes, sizes: Sequence[float] = ()) -> None:
        """Count ``packed_pairs``, whose keys have these sizes; none where they are not known."""
        self.keys.update(iter_unpack("<ii", pairs))
        for pair, size in zip(iter_unpack("<ii", pairs), sizes, strict=False):
            self._sizes.setdefault(pair, []).append(size)

    def rows(self, here: Buckets, there: Buckets, *, sized: bool) -> list[Flow]:
        """What moves, ascending by bucket here, then there; with loads if ``sized``."""
        return [
            # The sum of floats is rounded once, so that their order does not matter.
            Flow(*pair, *names, count, fsum(self._sizes[pair]) if sized else None)
            for pair, count in sorted(self.keys.items())
            if (names := (here.name_of(pair[0]), there.name_of(pair[1])))[0] != names[1]
        ]

    def moves(self, counter: MoveCounter) -> Moves:
        """What would move, in keys and in sizes; ``counter`` has counted the same keys."""
        entering: dict[int, list[float]] = {}
        leaving: dict[int, list[float]] = {}
        for pair, sizes in self._sizes.items():
            source, target = counter.places(*pair)
            if source != target:
                leaving.setdefault(source, []).extend(sizes)
                entering.setdefault(target, []).extend(sizes)
        load = fsum(size for sizes in self._sizes.values() for size in sizes)
        moved = fsum(size for sizes in entering.values() for size in sizes)
        return counter.moves().loaded(_sums(entering), _sums(leaving), load, moved)


def _sums(sizes: Mapping[int, Iterable[float]]) -> dict[int, float]:
    return {place: fsum(of_place) for place, of_place in sizes.items()}


def sized_moves(
    here: Placement,
    there: Placement,
    keys: Sequence[Any],
    sizes: Iterable[float] | Mapping[Any, float],
    counter: MoveCounter,
) -> Moves:
    """What would move of keys of these sizes; ``counter`` has counted nothing."""
    flows = Flows()
    pairs = pairs_of(here, there, keys)
    counter.traffic.add(pairs)
    flows.add(pairs, sizes_of(keys, sizes))
    return flows.moves(counter)


def matrix_of(
    here: Placement,
    there: Placement,
    keys: Sequence[Any],
    sizes: Iterable[float] | Mapping[Any, float] | None,
) -> list[Flow]:
    """What goes from where to where, see `Placement.matrix`."""
    MoveCounter(here.nodes, there.nodes)  # refuses what cannot be compared
    flows = Flows()
    flows.add(pairs_of(here, there, keys), () if sizes is None else sizes_of(keys, sizes))
    return flows.rows(here.nodes, there.nodes, sized=sizes is not None)


def pairs_of(here: Placement, there: Placement, keys: Sequence[Any]) -> bytes:
    """The bucket here and there of each key, packed."""
    return packed_pairs(Ints(here.buckets(keys)), Ints(there.buckets(keys)), len(keys))


class FlowsAction(Action):
    """Counts what goes from where to where, then says what it comes to."""

    def __init__(
        self,
        here: Placement,
        there: Placement,
        count: Callable[[bytes, Sequence[float]], None],
        finish: Callable[[], None],
    ) -> None:
        """``count`` takes packed pairs, and the sizes of their keys where these are known."""
        self._here: Final = here
        self._there: Final = there
        self._count: Final = count
        self._finish: Final = finish

    def add(self, records: Records) -> None:
        self._count(pairs_of(self._here, self._there, records.keys), records.sizes)

    def finish(self) -> None:
        self._finish()
