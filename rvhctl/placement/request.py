"""From what is stated of nodes, by flags or in a request, to placements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rvhctl.placement.buckets import Buckets
from rvhctl.placement.placement import Placement

if TYPE_CHECKING:
    from typing import Protocol

    from rvhctl.placement.buckets import NodeName
    from rvhctl.placement.slots.slots import Slots

    class Named(Protocol):
        """Nodes with names."""

        def buckets(self, spread: str | None) -> Buckets:
            """Return the nodes as buckets in zones by that label; those whose state says so are down."""

        def too_slow(self, threshold: float) -> Sequence[str]:
            """Return the ids of those over the threshold in milliseconds, and of those without a measurement."""


HASHES: Final = ("hash", "seed", "dialect")


def placements(members: Mapping[str, Any], *, lenient: bool = False) -> tuple[Placement, Placement | None]:
    """Return the placement, and the one that it is compared with.

    Args:
        members: ``buckets`` or ``nodes`` (`Named`), and whatever else is stated. ``down``, ``to_down``
            and ``weights`` are functions of the buckets, which name and weigh them; ``slots`` is one that says
            who has which slot.
        lenient: flags name nodes that a request has replaced by its own, which are passed over.

    Raises:
        RvhctlError: a name is unknown, a value is wrong, or all are down.
    """
    here, out = _buckets(members.get("nodes"), members, members.get("spread"))
    there, out_there = here, out
    if "to_nodes" in members:
        there, out_there = _buckets(members["to_nodes"], members)
    elif "to" in members:
        there, out_there = Buckets.numbered(members["to"]), frozenset()
    if "weights" in members:
        weights = members["weights"](here, there, lenient=lenient)
        here, there = (
            nodes.with_weights({name: weight for name, weight in weights.items() if nodes.has(name)})
            for nodes in (here, there)
        )
    if "max_weight" in members:
        here, there = (nodes.with_max_weight(members["max_weight"]) for nodes in (here, there))
    if "slots" in members:
        slots: Slots = members["slots"](here)
        here, out = _arranged(slots, here, out)
        if there.ids:
            there, out_there = _arranged(slots.following(there), there, out_there)
    if "live" in members:
        # Who is new there is not judged by a list of those who survived here.
        missing = {node_id for node_id in here.ids if node_id not in members["live"]}
        out = out | missing
        out_there = out_there | {node_id for node_id in there.ids if node_id in missing}
    down = members["down"](here, lenient=lenient) if "down" in members else []
    hashes = {name: members[name] for name in HASHES if name in members}
    placement = Placement.of(here.with_down([*out, *down]), **hashes)
    if members.keys().isdisjoint(("to", "to_nodes", "to_down")):
        return placement, None
    if "to_down" in members:
        down_there = members["to_down"](there, lenient=lenient)
    else:
        down_there = [name for name in down if there.has(name)]
    return placement, Placement.of(there.with_down([*out_there, *down_there]), **hashes)


def _arranged(slots: Slots, nodes: Buckets, out: frozenset[NodeName]) -> tuple[Buckets, frozenset[NodeName]]:
    """The nodes in their slots, and the names of those that are out or gone."""
    placed = slots.arranged(nodes)
    return placed.with_down(()), out.union(map(placed.name_of, placed.down))


def _buckets(
    nodes: Named | None, members: Mapping[str, Any], spread: str | None = None
) -> tuple[Buckets, frozenset[NodeName]]:
    """The buckets, and the names of those that state or threshold takes out."""
    if nodes is None:
        return Buckets.numbered(members["buckets"]), frozenset()
    buckets = nodes.buckets(spread)
    out: set[NodeName] = {buckets.name_of(bucket) for bucket in buckets.down}
    if "threshold" in members:
        from rvhctl.nodes.fields import checked_threshold

        out.update(nodes.too_slow(checked_threshold(members["threshold"])))
    return buckets.with_down(()), frozenset(out)
