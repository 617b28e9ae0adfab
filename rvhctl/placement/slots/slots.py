"""Names that keep their slot: bucket i is the node whose name is in slot i."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rvhctl.errors import JumpHashError, UnknownNodeError, shorten
from rvhctl.formats.wording import did_you_mean
from rvhctl.placement.buckets import Buckets


class Slots(NamedTuple):
    """Names by slot. A name whose node is gone keeps its slot until a new node needs one."""

    names: tuple[str, ...] = ()
    max_weight: float = 0.0
    """What weights are relative to; 0 before there are any."""

    def renamed(self, renames: Iterable[tuple[str, str]]) -> Slots:
        """The same with other names in some slots, by pairs of an old name and a new one, one after the other.

        Raises:
            JumpHashError: no slot has the old name, or one has the new name.
        """
        names = list(self.names)
        slots = {name: slot for slot, name in enumerate(names)}
        for old, new in renames:
            if old not in slots:
                raise JumpHashError(f"no slot has the name {shorten(old)}{did_you_mean(old, names)}")
            if new in slots or not new:
                raise JumpHashError(f"{shorten(old)} cannot become {shorten(new)}, which has a slot")
            slot = slots[new] = slots.pop(old)
            names[slot] = new
        return self._replace(names=tuple(names))

    def following(self, nodes: Buckets) -> Slots:
        """The slots when these are the nodes: a new one takes the first slot of one that is gone, or a new slot.

        Weights are relative to the largest that there ever was, or to the nodes' own ``max_weight``.
        """
        names = list(self.names)
        free = [slot for slot, name in enumerate(names) if name not in nodes.rows]
        known = set(names)
        new = [node_id for node_id in nodes.ids if node_id not in known]
        for slot, node_id in zip(free, new, strict=False):
            names[slot] = node_id
        names += new[len(free) :]
        return Slots(tuple(names), nodes.max_weight or max(self.max_weight, nodes.largest_weight))

    def arranged(self, nodes: Buckets) -> Buckets:
        """The nodes, each in its slot; a slot of one that is gone is down."""
        rows = [nodes.rows.get(name) for name in self.names]
        weights = {name: self.max_weight for name in self.names if name not in nodes.rows}
        weights |= {nodes.ids[row]: weight for row, weight in nodes.weights.items()}
        placed = Buckets.named(self.names).with_weights(weights).with_max_weight(self.max_weight)
        if nodes.zones:
            placed = placed.with_zones([None if row is None else nodes.zones[row] for row in rows])
        gone = [name for name, row in zip(self.names, rows, strict=True) if row is None]
        return placed.with_down([*gone, *map(nodes.name_of, nodes.down)])


def stated_slots(names: object) -> Slots:
    """The slots of a list of names.

    Raises:
        JumpHashError: it is none, or a name is there twice.
    """
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise JumpHashError(f"slots must be a list of names (got {shorten(names)})")
    return Slots(tuple(Buckets.named(names).ids))


def held(slots: Slots, nodes: Buckets) -> Slots:
    """The slots when these are the nodes, each of which has one already.

    Raises:
        UnknownNodeError: one has none.
        JumpHashError: they have no names.
    """
    if not nodes.ids:
        raise JumpHashError("slots makes no sense without nodes")
    check_known(slots, nodes.ids, "slots")
    return slots.following(nodes)


def check_known(slots: Slots, ids: Iterable[str], source: str) -> None:
    """
    Raises:
        UnknownNodeError: a node has no slot.
    """
    known = set(slots.names)
    unknown = next((node_id for node_id in ids if node_id not in known), None)
    if unknown is not None:
        raise UnknownNodeError(
            f"{source}: no slot has the name {shorten(unknown)}{did_you_mean(unknown, known)}"
        )
