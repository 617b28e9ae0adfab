"""Which node owns a key, when nodes have names, fail, weigh differently, and keep replicas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import Ints
from rvhctl.core.keys.owners import Tally, packed, packed_pairs
from rvhctl.core.numbers import whole_of
from rvhctl.core.placement.bits import key_bits
from rvhctl.core.placement.choosing import MOST_SCORED, key_column
from rvhctl.core.placement.spreading import chooser_of
from rvhctl.errors import JumpHashError, shorten
from rvhctl.formats.wording import counted, did_you_mean
from rvhctl.keys.hashes import DIALECTS, recipe_of
from rvhctl.nodes.arguments import instance_of
from rvhctl.placement.buckets import Buckets, NodeName, buckets_from
from rvhctl.placement.jump import Key

if TYPE_CHECKING:
    from rvhctl.placement.bounded.assignment import Assignment
    from rvhctl.placement.evenness import Moves, Stats
    from rvhctl.placement.explain import Explanation
    from rvhctl.placement.moving.flows import Flow
    from rvhctl.placement.moving.steps import Fraction, MoveStep

Sizes = Iterable[float] | Mapping[Any, float]
"""Of each key in order, or by key."""

SLICE = 1 << 14
"""Keys in one call of the core: some milliseconds compiled, so that signals and the event loop get a turn."""

AT_ONCE = 1 << 20
"""Buckets chosen in one call of the core, where keys have many replicas."""

MOST_PROBED = 60
"""64 probes find that many different ones of very many buckets, but for one key in 10^20."""


class Placement:
    """Nodes that own keys: named or numbered, some of them down, of different weights. No method changes it.

    While nothing is down and all weights are equal it is plain jump hash: ``Placement(n).owner(key)`` is
    ``jump_hash(key, n)``. When nodes fail only their keys move, evenly over the others, in whatever order
    they fail or recover; and everything comes back with them. A node of the largest weight that joins at the
    end of the list takes its share and moves no other key.

    Args:
        nodes: how many buckets there are, 1 to 2^31 - 1; or the nodes in order, each an id (``str``) or a
            mapping with ``id`` and perhaps ``weight`` and ``state`` (``up``, ``drain`` or ``down``; the last
            two are down here). **The order is identity**: bucket i is the i-th node, for ever. A node that
            has failed stays in the list, or another takes its place in it.
        weights: of some nodes, by id (by number where there are no names), finite and above 0; default 1.
            While the largest weight stays the same, a lower weight moves only that node's keys away, and a
            higher one only moves keys to it.
        max_weight: what weights are relative to, at least the largest of them. While all stay below it, a change
            of any weight moves only what it must.
        slots: the names of all nodes by bucket, of those that are gone, too: then the order of ``nodes`` does not
            matter, and who is not among them is down.
        down: ids (or numbers) of the nodes that have failed, besides those whose state says so.
        spread: a label that each of the ``nodes`` has, such as ``zone``: replicas lie in as many different
            ones as there are live.
        hash: how text becomes 64 bits, a name in ``rvhctl jump-hash --list-hashes``.
        seed: for a hash that takes one.
        dialect: how the loop of jump hash rounds, ``paper``, ``guava`` or ``exact``.

    Raises:
        JumpHashError: an empty list, an id that is there twice, a bad weight, an unknown hash or dialect.
        UnknownNodeError: ``weights`` or ``down`` names a node that is not there; with the nearest id.
        NoLiveNodeError: all are down.

    Source: probes of jump hash (Lamping and Veach 2014) with a hash of the key for each, then rendezvous
        hashing (Thaler and Ravishankar 1998) after 64 of them; ``docs/jump-hash.md`` has the definition.

    Examples:
        >>> ring = Placement(["a", "b", "c"], down=["b"])
        >>> ring.owner("foo"), ring.replicas("foo", 2)
        ('a', ['a', 'c'])
    """

    __slots__ = ("dialect", "nodes", "recipe", "table")

    def __init__(
        self,
        nodes: int | Iterable[str | Mapping[str, Any]],
        *,
        weights: Mapping[Any, float] | None = None,
        max_weight: float | None = None,
        slots: Sequence[str] | None = None,
        down: Iterable[NodeName] = (),
        spread: str | None = None,
        hash: str = "xxh64",
        seed: int = 0,
        dialect: str = "paper",
    ) -> None:
        buckets = buckets_from(nodes, spread).with_weights({} if weights is None else weights)
        if max_weight is not None:
            buckets = buckets.with_max_weight(max_weight)
        if slots is not None:
            from rvhctl.placement.slots.slots import held, stated_slots

            buckets = held(stated_slots(slots), buckets).arranged(buckets)
        failed = buckets.down | buckets.with_down(down).down
        self._set(buckets.with_down(list(map(buckets.name_of, failed))), hash, seed, dialect)

    @classmethod
    def of(cls, nodes: Buckets, hash: str = "xxh64", seed: int = 0, dialect: str = "paper") -> Self:
        """A placement over buckets that are put together already."""
        placement = cls.__new__(cls)
        placement._set(instance_of(Buckets, nodes, "nodes", JumpHashError), hash, seed, dialect)
        return placement

    def _set(self, nodes: Buckets, hash_name: str, seed: int, dialect: str) -> None:
        instance_of(str, hash_name, "hash", JumpHashError)
        instance_of(str, dialect, "dialect", JumpHashError)
        number = whole_of(seed)
        if number is None:
            raise JumpHashError(f"seed must be an integer (got {shorten(seed)})")
        if dialect not in DIALECTS:
            hint = did_you_mean(dialect, DIALECTS) or f"; one of {', '.join(DIALECTS)}"
            raise JumpHashError(f"unknown dialect (got {shorten(dialect)}){hint}")
        self.nodes = nodes
        """The buckets: ids, weights, and who is down."""
        self.recipe = recipe_of(hash_name, number)
        """How text becomes 64 bits."""
        self.dialect = dialect
        """How the loop of jump hash rounds."""
        self.table = nodes.table(DIALECTS[dialect])
        """The same for the compiled core."""

    @property
    def is_jump(self) -> bool:
        """Whether it is plain jump hash as the paper has it: nothing is down, all weights are equal."""
        return self.dialect == "paper" and bool(self.table.plain)

    def __len__(self) -> int:
        """How many buckets there are, the dead ones too."""
        return self.nodes.count

    def __repr__(self) -> str:
        return f"<Placement of {counted(len(self), 'node')}, {self.nodes.live} of them live>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Placement.of, (self.nodes, self.recipe.name, self.recipe.seed, self.dialect)

    def with_down(self, down: Iterable[NodeName]) -> Placement:
        """The same nodes, of which these are down and no others."""
        return Placement.of(self.nodes.with_down(down), self.recipe.name, self.recipe.seed, self.dialect)

    def bucket(self, key: Key) -> int:
        """The number of the bucket that owns a key, ``0 <= bucket < len(self)``.

        Args:
            key: as `rvhctl.jump_hash` takes it: ``str``, ``bytes``, or the 64-bit key itself.

        Raises:
            JumpHashError: the key is empty, of another type, or an integer beyond 64 bits.
        """
        bits = key_bits(key, self.recipe.native, self.recipe.digest)
        bucket = self.table.probed_owner(bits)
        return bucket if bucket >= 0 else self._choose(Ints([bits]), 1)[0]

    def owner(self, key: Key) -> NodeName:
        """The id of the node that owns a key; its number where nodes have no names. As `bucket`."""
        return self.nodes.name_of(self.bucket(key))

    def buckets(self, keys: Iterable[Key]) -> list[int]:
        """The bucket of each key, in order; many times faster than a loop of calls."""
        return self.chosen(keys, 1)

    def owners(self, keys: Iterable[Key]) -> list[NodeName]:
        """The owner of each key, in order."""
        buckets = self.buckets(keys)
        ids = self.nodes.ids
        return [ids[bucket] for bucket in buckets] if ids else list(buckets)

    async def owners_async(self, keys: Iterable[Key]) -> list[NodeName]:
        """`owners`, awaitable: the work goes in slices, and the event loop runs between them."""
        from asyncio import sleep

        answer: list[NodeName] = []
        for chosen in self._chosen(keys, 1):
            answer += map(self.nodes.name_of, chosen)
            await sleep(0)
        return answer

    def replicas(self, key: Key, count: int, *, allow_fewer: bool = False) -> list[NodeName]:
        """The first ``count`` live nodes of the key's order of preference, the owner first.

        When one fails the others move up and nothing else changes. Where ``spread`` was given, each is the next
        in a zone that has none yet, while there is one. Growth moves the fewest keys for owners
        only: the other replicas of a key may change with the number of nodes.

        Args:
            count: 1 or more.
            allow_fewer: take what there is where fewer are live.

        Raises:
            JumpHashError: as `bucket`; or fewer are live.

        Examples:
            >>> Placement(10).replicas("foo", 3)
            [8, 0, 2]
        """
        each = self.replica_count(count, allow_fewer)
        bits = key_bits(key, self.recipe.native, self.recipe.digest)
        return list(map(self.nodes.name_of, self._choose(Ints([bits]), each)))

    def replicas_many(
        self, keys: Iterable[Key], count: int, *, allow_fewer: bool = False
    ) -> list[list[NodeName]]:
        """`replicas` of each key, in order."""
        name_of = self.nodes.name_of
        each = self.replica_count(count, allow_fewer)
        return [list(map(name_of, chosen)) for chosen in self.chosen_buckets(keys, each)]

    def chosen_buckets(self, keys: Iterable[Key], count: int) -> list[list[int]]:
        """The numbers of the first ``count`` buckets of each key's order; no more than are live."""
        chosen = self.chosen(keys, count)
        each = self.replica_count(count, allow_fewer=True)
        return [chosen[at : at + each] for at in range(0, len(chosen), each)]

    def chosen(self, keys: Iterable[Key], count: int) -> list[int]:
        """The same, one key after the other."""
        each = self.replica_count(count, allow_fewer=True)
        return [bucket for chosen in self._chosen(keys, each) for bucket in chosen]

    def replica_count(self, count: int, allow_fewer: bool) -> int:
        """How many replicas a key gets.

        Raises:
            JumpHashError: the count is no integer of 1 or more; fewer are live and that is not allowed; or it would
                take forever.
        """
        wanted = whole_of(count)
        if wanted is None or wanted < 1:
            raise JumpHashError(f"replicas must be an integer of 1 or more (got {shorten(count)})")
        live = self.nodes.live
        if wanted > live and not allow_fewer:
            what = "node" if self.nodes.ids else "bucket"
            raise JumpHashError(
                f"{shorten(wanted)} replicas, but {live} live {what}{'s' * (live != 1)}; allow fewer"
            )
        each = min(wanted, live)
        if each > MOST_PROBED and self.nodes.count > MOST_SCORED:
            raise JumpHashError(
                f"{shorten(wanted)} replicas of {self.nodes.count} buckets: at most {MOST_PROBED} of more than "
                f"{MOST_SCORED}, because each of them would be scored for each key"
            )
        return each

    def assign(
        self,
        keys: Iterable[Key],
        *,
        sizes: Sizes | None = None,
        max_load: float | None = None,
    ) -> Assignment:
        """The owners of these keys, all of them at once, of which no node gets more than ``max_load`` says.

        The order of the keys makes no difference.

        Args:
            keys: those of equal bits are one key, whose sizes add up.
            sizes: of each key in order, or by key (where others have the median of those in it); from 0 to 1e300.
                Each is 1 unless given.
            max_load: no node gets more than so many times its fair share by weight, 1 or more, if the sizes allow it.
                Keys that would be too much for a node go to later ones of their order; all others stay.

        Raises:
            JumpHashError: a key or a size is wrong, or there are more than 65536 buckets.

        Examples:
            >>> tests = [f"tests/test_{i}.py" for i in range(12)]
            >>> assignment = Placement(4).assign(tests, max_load=1.05)
            >>> assignment.owners(tests), assignment.fullest
            ([1, 2, 3, 3, 3, 2, 2, 0, 1, 1, 0, 0], 1.0)
        """
        from rvhctl.placement.bounded.assignment import Assignment

        return Assignment.over(self, max_load).fill(keys, sizes)

    def stats(self, keys: Iterable[Key]) -> Stats:
        """How evenly the keys are spread over the live nodes.

        Raises:
            JumpHashError: as `bucket`; or there are more than 10^7 buckets.
        """
        from rvhctl.placement.evenness import check_size, stats_of

        check_size(self.nodes, "stats")
        tally = Tally(len(self))
        for chosen in self._chosen(keys, 1):
            tally.add(packed(Ints(chosen), len(chosen)))
        return stats_of(self.nodes, tally)

    def moves(self, keys: Iterable[Key], other: Placement, *, sizes: Sizes | None = None) -> Moves:
        """What would move if ``other`` took over, and the least that any scheme could move.

        Args:
            other: with names if this has names, without if not; nodes are matched by id.
            sizes: as in `assign`; then what moves is told in sizes, too.

        Examples:
            >>> keys = range(1000)
            >>> moves = Placement(4).moves(keys, Placement(5))
            >>> moves.moved, round(moves.least, 3)
            (203, 0.2)
        """
        from rvhctl.placement.evenness import MoveCounter

        counter = MoveCounter(self.nodes, instance_of(Placement, other, "other", JumpHashError).nodes)
        items = run(listed(keys, WHOLE, "keys", JumpHashError))
        if sizes is not None:
            from rvhctl.placement.moving.flows import sized_moves

            return sized_moves(self, other, items, sizes, counter)
        pairs = zip(self._chosen(items, 1), other._chosen(items, 1), strict=True)
        for here, there in pairs:
            counter.traffic.add(packed_pairs(Ints(here), Ints(there), len(here)))
        return counter.moves()

    def matrix(self, keys: Iterable[Key], other: Placement, *, sizes: Sizes | None = None) -> list[Flow]:
        """How many keys would go from which node to which if ``other`` took over; only what moves.

        Args:
            other: as in `moves`.
            sizes: as in `assign`; then each flow has a ``load``, too.

        Examples:
            >>> [(flow.source, flow.target, flow.keys) for flow in Placement(2).matrix(range(1000), Placement(3))]
            [(0, 2, 165), (1, 2, 172)]
        """
        from rvhctl.placement.moving.flows import matrix_of

        other = instance_of(Placement, other, "other", JumpHashError)
        return matrix_of(self, other, run(listed(keys, WHOLE, "keys", JumpHashError)), sizes)

    def steps(
        self,
        keys: Iterable[Key],
        other: Placement,
        share: float | Fraction,
        *,
        sizes: Sizes | None = None,
    ) -> list[MoveStep]:
        """The keys that would move if ``other`` took over, in steps of at most a ``share`` of all keys.

        After each step no node has more than it may: the greatest of what it has before, what it has at the end, and
        the bounds of an `Assignment` here and there. Where no such order is found, a step says who is ``overfull``.

        Args:
            other: as in `moves`.
            share: 0.05 or ``Percent(5, 100)``: no step moves more than 5 % of all keys, unless one alone is larger.
            sizes: as in `assign`; then the share is one of them, and nodes have sizes.

        Raises:
            JumpHashError: as `moves`; or the share is not above 0 and at most 1.

        Examples:
            >>> steps = Placement(4).steps(range(1000), Placement(5), 0.05)
            >>> [(len(step.moves), step.share) for step in steps]
            [(50, 0.05), (50, 0.05), (50, 0.05), (50, 0.05), (3, 0.003)]
        """
        from rvhctl.placement.moving.steps import steps_of

        other = instance_of(Placement, other, "other", JumpHashError)
        return steps_of(self, other, run(listed(keys, WHOLE, "keys", JumpHashError)), sizes, share)

    def explain(self, key: Key, replicas: int = 1) -> Explanation:
        """How a key comes to its first ``replicas`` nodes, probe by probe."""
        from rvhctl.placement.explain import explained

        count = self.replica_count(replicas, True)
        h0 = key_bits(key, self.recipe.native, self.recipe.digest)
        return explained(self.table, h0, self._choose(Ints([h0]), count))

    def _chosen(self, keys: Iterable[object], count: int) -> Iterator[list[int]]:
        """The first ``count`` buckets of each key, one key after the other, a slice of keys at a time."""
        items = run(listed(keys, WHOLE, "keys", JumpHashError))
        size = keys_at_once(count, SLICE)
        for start in range(0, len(items), size):
            end = min(start + size, len(items))
            column = key_column(items, start, end, self.recipe.native, self.recipe.digest)
            yield self._choose(column, count)

    def _choose(self, column: Ints, count: int) -> list[int]:
        chooser = chooser_of(self.table, count)
        chosen = Ints([0] * (len(column) * count))
        row = 0
        while row < len(column):
            row = chooser.choose(column, row, len(column), chosen)
        return chosen.tolist()


def keys_at_once(count: int, most: int) -> int:
    """How many keys to choose ``count`` buckets each for, so that their columns stay of a bounded size."""
    return max(1, min(most, AT_ONCE // count))
