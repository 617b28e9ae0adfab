"""The buckets of a placement: how many, which node stands in each, what each weighs, who is down."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from math import fsum, inf
from typing import Any, Final

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.columns import Ints
from rvhctl.core.numbers import number_of, whole_of
from rvhctl.core.placement.bits import checked_buckets
from rvhctl.core.placement.table import BucketTable
from rvhctl.errors import InvalidNodeError, JumpHashError, NoLiveNodeError, UnknownNodeError, shorten
from rvhctl.formats.wording import did_you_mean
from rvhctl.nodes.arguments import instance_of

NodeName = str | int
"""The id of a node, or the number of a bucket that has no name."""


class Buckets:
    """Buckets 0 to ``count - 1``; bucket i is for ever node i. They never change.

    ``ids`` is empty where buckets have no names. ``weights`` lacks the buckets that weigh 1. ``zones`` has the
    number of the failure domain of each bucket, and is empty where replicas are not spread over any. Weights are
    relative to ``max_weight``; 0 stands for the largest of them.
    """

    # No dataclass, because that would cost milliseconds at every start.
    __slots__ = ("count", "down", "ids", "max_weight", "rows", "weights", "zones")

    def __init__(
        self,
        count: int,
        ids: Sequence[str],
        rows: Mapping[str, int],
        weights: Mapping[int, float],
        down: frozenset[int],
        zones: Sequence[int] = (),
        max_weight: float = 0.0,
    ) -> None:
        self.count: Final = count
        self.ids: Final = ids
        self.rows: Final = rows
        self.weights: Final = weights
        self.down: Final = down
        self.zones: Final = zones
        self.max_weight: Final = max_weight

    @classmethod
    def numbered(cls, buckets: object) -> Buckets:
        """Buckets without names.

        Raises:
            JumpHashError: no integer, or out of range.
        """
        return cls(checked_buckets(buckets), (), {}, {}, frozenset())

    @classmethod
    def named(cls, ids: Sequence[str]) -> Buckets:
        """A bucket for each id, in order.

        Raises:
            JumpHashError: there is none, one is empty, or one is there twice.
        """
        rows: dict[str, int] = {}
        for row, node_id in enumerate(ids):
            if not node_id:
                raise JumpHashError(f"node {row + 1} has an empty id")
            first = rows.setdefault(node_id, row)
            if first != row:
                raise JumpHashError(
                    f"the id {shorten(node_id)} is there twice, as node {first + 1} and as node {row + 1}"
                )
        if not rows:
            raise JumpHashError("the list of nodes is empty")
        return cls(checked_buckets(len(rows)), tuple(ids), rows, {}, frozenset())

    def with_weights(self, weights: Mapping[Any, float]) -> Buckets:
        """Some weights set anew.

        Raises:
            UnknownNodeError: a name is none of the nodes.
            JumpHashError: a weight is not finite and above 0.
        """
        if not instance_of(Mapping, weights, "weights", JumpHashError):  # type: ignore[type-abstract]
            return self
        merged = dict(self.weights)
        for name, weight in weights.items():
            bucket = self.bucket_of(name)
            number = number_of(weight)
            if number is None:
                raise JumpHashError(f"the weight of {shorten(name)} must be a number (got {shorten(weight)})")
            if not 0 < number < inf:
                raise JumpHashError(
                    f"the weight of {shorten(name)} must be finite and above 0 (got {shorten(weight)})"
                )
            merged[bucket] = number
        weights = {bucket: weight for bucket, weight in merged.items() if weight != 1.0}
        return self._with(weights=weights)

    def with_down(self, names: Iterable[NodeName]) -> Buckets:
        """These down, and nobody else.

        Raises:
            UnknownNodeError: a name is none of the nodes.
            JumpHashError: the names are no list.
        """
        failed = run(listed(names, WHOLE, "down", JumpHashError))
        down = frozenset(map(self.bucket_of, failed))
        return self._with(down=down)

    def with_zones(self, labels: Sequence[Hashable]) -> Buckets:
        """Each bucket in the failure domain of its label."""
        zones = {label: zone for zone, label in enumerate(dict.fromkeys(labels))}
        numbers = tuple([zones[label] for label in labels])
        return self._with(zones=numbers)

    def with_max_weight(self, max_weight: object) -> Buckets:
        """The weights relative to that one, whatever the largest of them is.

        Raises:
            JumpHashError: it is not finite and above 0, or less than the largest weight.
        """
        number = number_of(max_weight)
        if number is None or not 0 < number < inf:
            raise JumpHashError(f"max_weight must be a finite number above 0 (got {shorten(max_weight)})")
        if number < self.largest_weight:
            raise JumpHashError(
                f"max_weight must be at least the largest weight, {self.largest_weight:g} (got {shorten(max_weight)})"
            )
        return self._with(max_weight=number)

    def _with(self, **changed: Any) -> Buckets:
        """The same but for some of its parts."""
        parts = {name: changed.get(name, getattr(self, name)) for name in self.__slots__}
        return Buckets(**parts)

    @property
    def largest_weight(self) -> float:
        """Of all buckets, live or not."""
        return max([1.0] * (len(self.weights) < self.count) + [*self.weights.values()])

    @property
    def live(self) -> int:
        """How many buckets are up."""
        return self.count - len(self.down)

    def name_of(self, bucket: int) -> NodeName:
        """The id of the node in a bucket, or the bucket's number where there are no names."""
        return self.ids[bucket] if self.ids else bucket

    def entry(self, bucket: int) -> dict[str, Any]:
        """A bucket, and the node in it if it has a name."""
        return {"bucket": bucket, "node": self.ids[bucket]} if self.ids else {"bucket": bucket}

    def bucket_of(self, name: object) -> int:
        """The bucket of a node by its id; by its number where there are no names.

        Raises:
            UnknownNodeError: there is no such node.
        """
        if self.ids:
            if isinstance(name, str) and name in self.rows:
                return self.rows[name]
            raise UnknownNodeError(f"no node has the id {shorten(name)}{did_you_mean(name, self.ids)}")
        number = whole_of(name)
        if number is not None and 0 <= number < self.count:
            return number
        raise UnknownNodeError(f"there is no bucket {shorten(name)}; they are 0..{self.count - 1}")

    def has(self, name: object) -> bool:
        """Whether there is a node of that name."""
        if self.ids:
            return name in self.rows
        return isinstance(name, int) and 0 <= name < self.count

    def parts(self) -> tuple[Callable[[int], float], float]:
        """What each bucket should own: a function from a bucket to its part, and the sum of all parts.

        A part is the weight as a multiple of the largest live one, so that the sum of huge weights stays
        finite and equal weights stay whole; that of a dead bucket is 0.
        """
        alive = [weight for bucket, weight in self.weights.items() if bucket not in self.down]
        common = self.live - len(alive)
        largest = max([1.0] * bool(common) + alive)
        total = fsum([common / largest, *(weight / largest for weight in alive)])
        return lambda bucket: 0.0 if bucket in self.down else self.weights.get(bucket, 1.0) / largest, total

    def table(self, dialect: int) -> BucketTable:
        """The same for the core.

        Raises:
            NoLiveNodeError: all are down.
        """
        if not self.live:
            what = "node" if self.ids else "bucket"
            raise NoLiveNodeError(f"no live {what}: all {self.count} are down")
        weights, down, zones = dict(self.weights), list(self.down), Ints(self.zones)
        return BucketTable(self.count, dialect, weights, down, zones=zones, max_weight=self.max_weight)


def buckets_from(nodes: int | Iterable[str | Mapping[str, Any]], spread: str | None = None) -> Buckets:
    """The buckets that the ``nodes`` of `Placement` make, in the zones that the label ``spread`` tells.

    Raises:
        JumpHashError: they make none.
        InvalidNodeError: a node is wrong.
    """
    if spread is not None and not (isinstance(spread, str) and spread):
        raise JumpHashError(f"spread must be the name of a label (got {shorten(spread)})")
    if isinstance(nodes, bool) or whole_of(nodes) is not None:
        if spread is not None:
            raise JumpHashError("spread needs nodes with a label, not their number")
        return Buckets.numbered(nodes)
    if isinstance(nodes, str | bytes | Mapping) or not isinstance(nodes, Iterable):
        raise JumpHashError(f"nodes must be a number or a list of nodes (got {shorten(nodes)})")
    from rvhctl.nodes.fields import check_id, state_of, weight_of
    from rvhctl.nodes.given import ABSENT, id_text, stated, value_of

    items = run(listed(nodes, WHOLE, "nodes", JumpHashError))
    ids: list[str] = []
    weights: dict[NodeName, float] = {}
    down: list[str] = []
    for row, node in enumerate(items):
        if isinstance(node, str):
            ids.append(str.__str__(node))
            continue
        if stated(node, "id") is ABSENT and not isinstance(node, Mapping):
            raise JumpHashError(f"a node is an id, or a mapping or object with an id (got {shorten(node)})")
        node_id = check_id(id_text(value_of(node, row, "id"), row))
        ids.append(node_id)
        weight, state = (stated(node, name) for name in ("weight", "state"))
        weights[node_id] = weight_of(None if weight is ABSENT else weight)
        if state_of(None if state is ABSENT else state):
            down.append(node_id)
    buckets = Buckets.named(ids).with_weights(weights).with_down(down)
    return buckets if spread is None else buckets.with_zones(list(_zones(items, ids, spread)))


def _zones(nodes: Iterable[object], ids: Iterable[str], spread: str) -> Iterator[str]:
    """The label of each node."""
    from rvhctl.nodes.fields import label_of
    from rvhctl.nodes.given import stated

    for node, node_id in zip(nodes, ids, strict=True):
        if isinstance(node, str):
            raise JumpHashError(
                f"spread needs nodes with {shorten(spread)}, and {shorten(node)} is only a name"
            )
        try:
            yield label_of(stated(node, spread), spread)
        except InvalidNodeError as error:
            raise InvalidNodeError(f"node {shorten(node_id)}: {error}") from None
