"""The owners of a finite set of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ldexp
from typing import TYPE_CHECKING, Any

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import Floats, Ints
from rvhctl.core.placement.bits import key_bits
from rvhctl.core.placement.bounding import units_of
from rvhctl.core.placement.choosing import key_column
from rvhctl.errors import JumpHashError
from rvhctl.keys.sizes import sizes_of
from rvhctl.placement.bounded.bounds import (
    bounding_of,
    check_count,
    checked_load,
    exponent_of,
    fullness,
    parts_of,
)
from rvhctl.placement.jump import Key
from rvhctl.placement.placement import Placement

if TYPE_CHECKING:
    from rvhctl.placement.evenness import Stats


class Assignment(Placement):
    """The owners of a finite set of keys: a `Placement` that knows these keys and no others.

    Attributes:
        max_load: the bound, a multiple of a node's fair share; None: there is none.
        loads: what each bucket owns, in the unit of the sizes.
        fullest: the largest load as a multiple of the fair share of its node; 0 if there is none.
        displaced: how many different keys are not with the first node of their order.
        overfull: how many different keys found no room, and are where they do the least harm.
    """

    __slots__ = ("_owner_of", "displaced", "fullest", "loads", "max_load", "overfull")

    max_load: float | None
    loads: list[float]
    fullest: float
    displaced: int
    overfull: int
    _owner_of: dict[int, int]

    @classmethod
    def over(cls, placement: Placement, max_load: object = None) -> Assignment:
        """An assignment over the nodes of a placement, to be filled with keys.

        Raises:
            JumpHashError: the bound is none, or there are too many buckets.
        """
        check_count(placement.nodes)
        assignment = cls.of(placement.nodes, placement.recipe.name, placement.recipe.seed, placement.dialect)
        assignment.max_load = None if max_load is None else checked_load(max_load)
        return assignment

    def fill(
        self, keys: Iterable[Key], sizes: Iterable[object] | Mapping[Any, object] | None = None
    ) -> Assignment:
        """Assign keys, see `Placement.assign`; to be done once, before anything is asked."""
        items: list[Any] = run(listed(keys, WHOLE, "keys", JumpHashError))
        bits = key_column(items, 0, len(items), self.recipe.native, self.recipe.digest)
        found = sizes_of(items, sizes)
        exponent = exponent_of(found)
        units = units_of(Floats(found), exponent)
        bounding = bounding_of(self.nodes, self.table, units, self.max_load)
        owners = bounding.owners(bits, units)
        self.loads = [ldexp(load, -exponent) for load in bounding.loads]
        self.fullest = fullness(parts_of(self.nodes), bounding.loads.tolist())
        self.displaced, self.overfull = int(bounding.displaced), int(bounding.overfull)
        self._owner_of = dict(zip(bits, owners, strict=True))
        return self

    @property
    def what(self) -> str:
        """What owns keys."""
        return "node" if self.nodes.ids else "bucket"

    def stats(self, keys: Iterable[Key]) -> Stats:
        """`Placement.stats` of the keys that were assigned, with their loads."""
        return super().stats(keys).loaded(self.loads, self.fullest)

    def bucket(self, key: Key) -> int:
        return self._choose(Ints([key_bits(key, self.recipe.native, self.recipe.digest)]), 1)[0]

    def _choose(self, column: Ints, count: int) -> list[int]:
        if count > 1:
            raise JumpHashError("an assignment knows the owner of a key, but no replicas")
        try:
            return list(map(self._owner_of.__getitem__, column))
        except KeyError:
            raise JumpHashError("the key is none of those that were assigned") from None

    def __reduce__(self) -> tuple[Any, ...]:
        members = {name: getattr(self, name) for name in Assignment.__slots__}
        return _restored, (super().__reduce__()[1], members)


def _restored(parts: tuple[Any, ...], members: Mapping[str, Any]) -> Assignment:
    assignment = Assignment.of(*parts)
    for name, member in members.items():
        setattr(assignment, name, member)
    return assignment
