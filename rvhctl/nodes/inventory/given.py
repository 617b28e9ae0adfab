"""Nodes and an inventory that callers give as objects, joined as those of files are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from rvhctl.concurrency.steps import WHOLE, listed, run
from rvhctl.core.nodes.duplicates import SeenIds
from rvhctl.errors import EmptyNodesError, FaultsetError, InvalidNodeError
from rvhctl.nodes.columns import NodeColumns
from rvhctl.nodes.fields import DETAILS
from rvhctl.nodes.given import ABSENT, FIELDS, check_ids, says_measured, stated, texts_of
from rvhctl.nodes.inventory.matching import NOBODY, AddressOf, ambiguity, match, warnings_of
from rvhctl.nodes.inventory.merging import Contradictions, decisive, merged_objects

UNUSED: Final = (
    "the latencies of the inventory count for nothing, so every node that is up is fit; to count them, {}"
)
NOTHING_MEASURED: Final = "nothing was measured, so nobody is fit; to drill the inventory alone, {}"


class Joined(NamedTuple):
    """The nodes of an inventory, each with its measurement, if there is one; and what is to be said of them."""

    nodes: list[dict[str, Any]]
    warnings: list[str]


def join_given(
    measured: Sequence[object],
    inventory: Iterable[object],
    labels: tuple[str, ...] = (),
    *,
    places: bool = False,
) -> Joined:
    """The nodes of an inventory: those that were measured as they were given, the others behind them.

    Args:
        measured: nodes of any form.
        inventory: the same, without measurements.
        labels: by which the nodes are grouped.
        places: whether it matters where they stand.

    Raises:
        EmptyNodesError: the inventory is empty.
        InvalidNodeError: an id is wrong or there twice, or two measurements are of one node.
    """
    known = inventory if isinstance(inventory, NodeColumns) else _listed(inventory)
    if not len(known):
        raise EmptyNodesError("the inventory is empty; it is to name the nodes that ought to be there")
    theirs = _ids(measured)
    try:
        ours = _ids(known)
    except InvalidNodeError as error:
        problem = f"inventory: {error.problem}"
        raise InvalidNodeError(problem, field=error.field, value=error.value, hint=error.hint) from None
    found = match(theirs, ours, _address_in(measured), _address_in(known))
    for expected, one, other in found.ambiguous:
        raise InvalidNodeError(ambiguity(ours[expected], theirs[one], theirs[other]), field="id")
    names = (*FIELDS, *DETAILS, *labels)
    seen = Contradictions(decisive(labels, places=places))
    nodes = [
        merged_objects(
            None if row == NOBODY else _mapping(measured[row], names), _mapping(known[expected], names), seen
        )
        for row, expected in zip(found.own, found.rows, strict=True)
    ]
    return Joined(nodes, [*warnings_of(found, theirs, ours), *seen.warnings])


def lone_given(inventory: Iterable[object], labels: tuple[str, ...] = ()) -> Joined:
    """The nodes of an inventory by themselves, each that is up with a latency of 0 ms.

    Args:
        inventory: nodes of any form; what they say of measurements counts for nothing, and a warning says so.
        labels: by which they are grouped.

    Raises:
        EmptyNodesError: the inventory is empty.
        InvalidNodeError: an id is wrong or there twice.
    """
    known = inventory if isinstance(inventory, NodeColumns) else _listed(inventory)
    nodes = [{**fields, "latency": 0.0} for fields in join_given([], known, labels).nodes]
    measured = says_measured(known[:1] if isinstance(known, NodeColumns) else known)
    return Joined(nodes, [UNUSED.format("give it as nodes")] if measured else [])


def _listed(inventory: Iterable[object]) -> Sequence[object]:
    return run(listed(inventory, WHOLE, "inventory", FaultsetError))


def _ids(nodes: Sequence[object]) -> list[str]:
    if not nodes:
        return []
    run(check_ids(nodes, 0, len(nodes), SeenIds()))
    return texts_of(nodes)[0]


def _address_in(nodes: Sequence[object]) -> AddressOf:
    def address_of(row: int) -> str:
        value = stated(nodes[row], "address", None)
        return value if isinstance(value, str) else ""

    return address_of


def _mapping(node: object, names: tuple[str, ...]) -> Mapping[str, Any]:
    if isinstance(node, Mapping):
        return node
    return {name: value for name in names if (value := stated(node, name)) is not ABSENT}
